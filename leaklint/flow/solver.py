"""Property simulation of one obligation: every path of the graph, states joined where they agree (ESP, PLDI 2002).

A breadth-first search over (node, world); the first way found to a state is a shortest one, and gives the trace. At most
`FACT_SETS` fact sets stay apart per node and key; beyond that facts are intersected and the state is marked vague, which the
verdict treats as silence. After `PRECISE_STATES` nothing is learned any more: what was found until then stands, and the rest of
the function is walked without facts, to see whether it is released at all.
"""

from collections import deque

from leaklint.flow.analysis import Analysis
from leaklint.flow.bindings import bind, close, unbind
from leaklint.flow.blocks import enter, leave, next_item, yielded
from leaklint.flow.conditions import answers
from leaklint.flow.endings import at_exit, at_failure
from leaklint.flow.invocations import invoke
from leaklint.flow.ir import (
    Bind,
    Caught,
    Choose,
    Close,
    Dispatch,
    Drop,
    Enter,
    FlowGraph,
    Grade,
    Invoke,
    Leave,
    MayRaise,
    Next,
    Obligation,
    Raised,
    Read,
    Resume,
    Unbind,
    Yielded,
)
from leaklint.flow.outcome import Key, Outcome
from leaklint.flow.pursuit import Pursuit, Steps, onward
from leaklint.flow.raising import caught, dispatch, raised
from leaklint.flow.receivers import read
from leaklint.flow.values import RETURNED, SOLID
from leaklint.flow.world import (
    Flag,
    Subject,
    World,
    start,
)

FACT_SETS = 8
PRECISE_STATES = 20_000
STATE_LIMIT = 200_000
LIMITS = {"none": -1, "explicit": Grade.EXPLICIT, "own": Grade.OWN, "calls": Grade.CALL, "everything": Grade.ANY}


def solve(
    analysis: Analysis, obligation: Obligation, exceptions: str = "calls", initial: World | None = None, follow: bool = False
) -> Outcome:
    """Follow one obligation along every path; `initial` is a world that already holds it (parameters, attributes); `follow`:
    beyond the point where an attribute of `self` holds it."""
    return _Search(Pursuit(analysis, obligation, LIMITS[exceptions], follow)).run(initial)


class _Search:
    def __init__(self, pursuit: Pursuit) -> None:
        self.pursuit = pursuit
        self.outcome = pursuit.outcome
        self.keeps = pursuit.analysis.relevance.keeps
        self.queue: deque[Key] = deque()
        self.sets: dict[tuple[object, ...], list[frozenset[object]]] = {}

    def run(self, initial: World | None) -> Outcome:
        self.push(None, self.pursuit.graph.entry, _opening(self.pursuit.graph, initial or start()))
        while self.queue:
            state = self.pursuit.state = self.queue.popleft()
            if len(self.outcome.before) > STATE_LIMIT:
                self.outcome.incomplete = True
                break
            index, world = state
            for successor, following in _step(self.pursuit, index, world):
                self.push(state, successor, following)
        return self.outcome

    def push(self, origin: Key | None, node: int, world: World) -> None:
        world = self.trimmed(node, world) if len(self.outcome.before) < PRECISE_STATES else _without_facts(world)
        key = (node, world)
        if key in self.outcome.before:
            return
        widened = self.widened(node, world)
        if widened is not world:
            key = (node, widened)
            if key in self.outcome.before:
                return
        self.outcome.before[key] = origin
        self.queue.append(key)

    def trimmed(self, node: int, world: World) -> World:
        kept = frozenset(f for f in world.facts if self.keeps(node, f[0]) or (self.pursuit.follow and self.stays(f[0])))
        return world if len(kept) == len(world.facts) else world._replace(facts=kept)

    def stays(self, subject: Subject) -> bool:
        """Whether it is the answer, or about an attribute of the object for which another call would ask."""
        graph, path = self.pursuit.graph, subject[1]
        own = subject[0] == "v" and isinstance(path, tuple) and len(path) > 1 and path[0] == graph.self_name
        return subject == ("v", RETURNED) or (own and self.keeps(graph.entry, subject))

    def widened(self, node: int, world: World) -> World:
        """Beyond `FACT_SETS` fact sets per key only what they share is kept."""
        key = (node, world.held, world.holders, world.flags, world.soft, world.pending)
        known = self.sets.setdefault(key, [])
        vague = bool(world.flags & Flag.VAGUE)
        if len(known) < (1 if vague else FACT_SETS):
            known.append(world.facts)
            return world
        shared = world.facts.intersection(*known)
        if vague:
            known[0] = shared
            return world._replace(facts=shared)
        return self.widened(node, world._replace(facts=shared).flagged(Flag.VAGUE))


def _without_facts(world: World) -> World:
    """The world with nothing but what the graph itself needs to know (which handler, which loop)."""
    return world._replace(facts=frozenset(f for f in world.facts if f[0][0] == "h")).flagged(Flag.VAGUE)


def _opening(graph: FlowGraph, world: World) -> World:
    """The world with what the signature says of parameters."""
    known = {subject for subject, _ in world.facts}
    solid = ((("v", (name,)), SOLID) for name in graph.solid if ("v", (name,)) not in known)
    return world._replace(facts=world.facts.union(solid)) if graph.solid else world


def _step(pursuit: Pursuit, index: int, world: World) -> Steps:
    node = pursuit.graph.nodes[index]
    if index == pursuit.graph.exit:
        at_exit(pursuit, world)
        return
    if index == pursuit.graph.failure:
        at_failure(pursuit, world)
        return
    effect = node.effect
    match effect:
        case Invoke():
            yield from invoke(pursuit, index, node, effect, world)
        case Bind():
            yield from onward(node, bind(pursuit, effect, world))
        case Unbind():
            yield from onward(node, unbind(pursuit, effect.target, world))
        case Read():
            yield from read(pursuit, node, effect, world)
        case Drop():
            yield from onward(node, pursuit.drop(world))
        case Choose():
            for answer, taught in answers(effect.condition, world, pursuit.kind):
                yield node.successors[0 if answer else 1], taught
        case Next():
            yield from next_item(pursuit, node, effect, world)
        case Enter():
            yield from enter(pursuit, node, effect, world)
        case Leave():
            yield from leave(pursuit, node, effect, world)
        case Close():
            yield from onward(node, close(pursuit, effect, world))
        case Yielded():
            yield from yielded(pursuit, node, effect, world)
        case Raised():
            yield from raised(pursuit, node, effect, world)
        case Caught():
            yield from onward(node, caught(effect, world))
        case MayRaise():
            yield from pursuit.failing(node, world, effect.types, effect.grade)
            yield from onward(node, world)
        case Dispatch():
            yield from dispatch(pursuit, node, effect, world)
        case Resume():
            yield node.exceptional, world
        case _:
            yield from onward(node, world)
