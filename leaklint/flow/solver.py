"""Property simulation of one obligation: every path of the graph, states joined where they agree (ESP, PLDI 2002).

A breadth-first search over (node, world); the first way found to a state is a shortest one, and gives the trace. At most
`FACT_SETS` fact sets stay apart per node and key; beyond that facts are intersected and the state is marked vague, which the
verdict treats as silence.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from leaklint.catalog.catalog import Catalog
from leaklint.flow.calls import Context, Summaries, Verdict, bound_release, classify, closure_role, exit_effect
from leaklint.flow.conditions import answers
from leaklint.flow.exceptions import EXITING, Catch, catches
from leaklint.flow.ir import (
    ANY_ITEM,
    FALSY,
    PRESENT,
    RETURNED,
    TRUTHY,
    UNKNOWN,
    Bind,
    Caught,
    Choose,
    Close,
    Const,
    Dispatch,
    Drop,
    Enter,
    ExceptionTypes,
    FlowGraph,
    Grade,
    Invoke,
    Leave,
    MayRaise,
    Next,
    Node,
    Obligation,
    Path,
    Raised,
    Ref,
    Resume,
    Unbind,
    Value,
    Yielded,
)
from leaklint.flow.relevance import Relevance
from leaklint.flow.world import (
    PARENT,
    PARENT_CLOSER,
    PARENT_RELEASE,
    Flag,
    Holder,
    World,
    is_parent,
    matches,
    start,
    strictly_below,
)

FACT_SETS = 8
STATE_LIMIT = 40_000
LIMITS = {"none": -1, "explicit": Grade.EXPLICIT, "own": Grade.OWN, "calls": Grade.CALL, "everything": Grade.ANY}

Key = tuple[int, World]
_YES: dict[str, Value] = {"truthy": TRUTHY, "not-none": PRESENT, "none": Const(None)}
_NO: dict[str, Value] = {"truthy": FALSY, "not-none": Const(None), "none": PRESENT}
Steps = Iterator[tuple[int, World]]


class Leak(NamedTuple):
    """One way the resource is lost. how: exit, failure, rebound, dropped; `state` ends the path."""

    how: str
    world: World
    state: Key

    def has(self, flag: int) -> bool:
        """Whether something happened on the way."""
        return bool(self.world.flags & flag)


@dataclass(slots=True)
class Outcome:
    """Everything that can happen to one obligation. `transfers`: reason -> the path that carried it away."""

    obligation: Obligation
    leaks: list[Leak] = field(default_factory=list)
    released: bool = False
    released_after_sharing: bool = False
    released_itself: bool = False
    parent_here: bool = False
    shared: bool = False
    transfers: dict[str, set[Path]] = field(default_factory=dict)
    named: bool = False
    incomplete: bool = False
    stored: dict[Path, Leak] = field(default_factory=dict)
    returns: bool = False
    failures: set[str] = field(default_factory=set)
    before: dict[Key, Key | None] = field(default_factory=dict)
    holders: dict[str, None] = field(default_factory=dict)

    @property
    def transferred(self) -> bool:
        """Whether some path hands it over."""
        return bool(self.transfers)


class Analysis:
    """What all obligations of one graph share."""

    def __init__(self, graph: FlowGraph, catalog: Catalog, summaries: Summaries | None = None) -> None:
        self.graph = graph
        self.catalog = catalog
        self.summaries = summaries
        self.relevance = Relevance(graph)
        self.closures = _closures(graph)
        self.acquired = _acquired(graph)
        self.aliases = _aliases(graph)
        self.closers = _closers(graph)
        self.entered = frozenset(p for group in self.aliases if any(q[0].startswith("%w") for q in group) for p in group)
        self.looping: dict[int, bool] = {}

    def parents(self, path: Path) -> set[Holder]:
        """Everything that is, or closes, the object at a path: aliases (flow-insensitive: errs to silence) and blocks."""
        same = next((group for group in self.aliases if path in group), frozenset({path}))
        dests = {dest for arg, dest in self.closers if arg in same or dest in same}
        entered = {e.hidden for n in self.graph.nodes if isinstance(e := n.effect, Enter) and e.source in dests}
        closers = {(p, PARENT_CLOSER) for p in (*dests, *entered)}
        same = same - dests - entered
        return {*((p, PARENT) for p in same), *closers}

    def releases_of(self, gid: str) -> tuple[str, ...]:
        """The release methods of a kind."""
        kind = self.catalog.kind(gid)
        return (*kind.release, *kind.release_await)

    def in_loop(self, node: int) -> bool:
        """Whether a node can be reached from itself."""
        if node not in self.looping:
            self.looping[node] = _reaches_itself(self.graph, node)
        return self.looping[node]


def solve(analysis: Analysis, obligation: Obligation, exceptions: str = "calls", initial: World | None = None) -> Outcome:
    """Follow one obligation along every path; `initial` is a world that already holds it (parameters, attributes)."""
    return _Search(analysis, obligation, LIMITS[exceptions]).run(initial)


class _Search:
    def __init__(self, analysis: Analysis, obligation: Obligation, limit: int) -> None:
        self.analysis = analysis
        self.graph = analysis.graph
        self.obligation = obligation
        self.kind = obligation.kind
        self.limit = limit
        self.outcome = Outcome(obligation)
        self.queue: deque[Key] = deque()
        self.sets: dict[tuple[object, ...], list[frozenset[object]]] = {}
        self.context = Context(
            analysis.graph, obligation, analysis.catalog, analysis.summaries, analysis.closures,
            analysis.catalog.releasers(obligation.kind_id), analysis.entered,
        )  # fmt: skip
        self.state: Key = (0, start())
        self.parent_releases = {m for k in self.kind.parents for m in analysis.releases_of(k)}

    def run(self, initial: World | None) -> Outcome:
        self.push(None, self.graph.entry, initial or start())
        while self.queue:
            self.state = self.queue.popleft()
            if len(self.outcome.before) > STATE_LIMIT:
                self.outcome.incomplete = True
                break
            index, world = self.state
            for successor, following in self.step(index, world):
                self.push(self.state, successor, following)
        return self.outcome

    def push(self, origin: Key | None, node: int, world: World) -> None:
        world = self.trimmed(node, world)
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
        keeps = self.analysis.relevance.keeps
        kept = frozenset(f for f in world.facts if keeps(node, f[0]))
        return world if len(kept) == len(world.facts) else world._replace(facts=kept)

    def widened(self, node: int, world: World) -> World:
        """Beyond `FACT_SETS` fact sets per key only what they share is kept."""
        key = (node, world.held, world.holders, world.flags, world.soft, world.pending)
        known = self.sets.setdefault(key, [])
        if len(known) < FACT_SETS:
            known.append(world.facts)
            return world
        shared = world.facts.intersection(*known)
        return world._replace(facts=shared).flagged(Flag.VAGUE)

    # --- steps ------------------------------------------------------------------------------------------------------

    def step(self, index: int, world: World) -> Steps:
        node = self.graph.nodes[index]
        if index == self.graph.exit:
            self.at_exit(world)
            return
        if index == self.graph.failure:
            self.at_failure(world)
            return
        effect = node.effect
        match effect:
            case Invoke():
                yield from self.invoke(index, node, effect, world)
            case Bind():
                yield from self.onward(node, self.bind(effect, world))
            case Unbind():
                yield from self.onward(node, self.unbind(effect.target, world))
            case Drop():
                yield from self.onward(node, self.drop(world))
            case Choose():
                for answer, taught in answers(effect.condition, world, self.kind):
                    yield node.successors[0 if answer else 1], taught
            case Next():
                yield from self.next_item(node, effect, world)
            case Enter():
                yield from self.enter(node, effect, world)
            case Leave():
                yield from self.leave(node, effect, world)
            case Close():
                yield from self.onward(node, self.close(effect, world))
            case Yielded():
                yield from self.yielded(node, effect, world)
            case Raised():
                yield from self.raised(node, effect, world)
            case Caught():
                yield from self.onward(node, self.caught(effect, world))
            case MayRaise():
                yield from self.failing(node, world, effect.types, effect.grade)
                yield from self.onward(node, world)
            case Dispatch():
                yield from self.dispatch(node, effect, world)
            case Resume():
                yield node.exceptional, world
            case _:
                yield from self.onward(node, world)

    def onward(self, node: Node, world: World | None) -> Steps:
        if world is not None:
            for successor in node.successors:
                yield successor, world

    def failing(
        self, node: Node, world: World, types: tuple[str, ...], grade: int, soft: int | None = None, yielding: bool = False
    ) -> Steps:
        """The exceptional edges of a node."""
        if node.exceptional < 0 or not types or (world.held and grade > self.limit):
            return
        if world.held and self.unused(world):
            return
        if soft is not None and soft:
            world = world._replace(soft=soft)
        for name in types:
            raised = world._replace(pending=name)
            if world.held:
                raised = raised.flagged(Flag.EXCEPTIONAL if grade < Grade.CALL else Flag.EXCEPTIONAL | Flag.FAR)
                raised = raised if yielding else raised.flagged(Flag.ELSEWHERE)
            dropped = self.drop(raised)
            if dropped is not None:
                yield node.exceptional, dropped

    def unused(self, world: World) -> bool:
        """A lazy resource holds nothing before its first use."""
        return self.kind.lazy and not world.flags & Flag.USED

    # --- ends -------------------------------------------------------------------------------------------------------

    def leak(self, how: str, world: World) -> None:
        self.outcome.leaks.append(Leak(_how(world, how), world, self.state))

    def release(self, world: World, by_parent: bool = False) -> None:
        self.outcome.released = True
        self.outcome.released_itself |= not by_parent
        if world.soft == 1:
            self.outcome.released_after_sharing = True

    def transfer(self, how: str, path: Path, world: World | None = None) -> None:
        self.outcome.transfers.setdefault(how, set()).add(path)
        if world is not None and path not in self.outcome.stored:
            self.outcome.stored[path] = Leak("stored", world, self.state)

    def at_exit(self, world: World) -> None:
        if not world.held:
            self.outcome.returns = True
            return
        if self.handed_out(world):
            return
        carried = world.carries(RETURNED)
        if carried:
            self.transfer("returned", carried[0][0][1:])
            return
        self.leak("exit", world)

    def handed_out(self, world: World) -> bool:
        """Whether `self` holds the resource: it lives on. A lock that is merely locked has not been handed to anybody."""
        if self.obligation.acquire is not None and self.obligation.acquire.state:
            return False
        for path, role in world.holders:
            if not is_parent(role) and len(path) > 1 and path[0] == self.graph.self_name:
                self.transfer("attribute", path, world)
                return True
        return False

    def at_failure(self, world: World) -> None:
        if not world.held:
            self.outcome.failures.add(world.pending)
        if not world.held or world.pending in (EXITING, "SystemExit"):
            return
        if not self.graph.qualname.endswith(("__init__", "__aenter__", "__enter__")) and self.handed_out(world):
            return
        self.leak("failure", world)

    def checked(self, world: World, how: str) -> World | None:
        """The world if something still holds the resource (or its parent); else it has just been lost."""
        if not world.held:
            return world
        if not world.alive:
            self.leak(how, world)
            return None
        if world.orphaned and not world.flags & (Flag.REBOUND | Flag.DROPPED):
            return world.flagged(Flag.REBOUND if how == "rebound" else Flag.DROPPED)
        return world

    # --- names ------------------------------------------------------------------------------------------------------

    def bind(self, effect: Bind, world: World) -> World | None:
        target, value = effect.target, effect.value
        carried: list[Holder] = []
        if isinstance(value, Ref) and world.held:
            carried = self.copied(value.path, target, world)
            if any(not is_parent(r) for _, r in carried) and self.outlives(target):
                self.transfer("stored", target, world)
                return None
            if any(r == "" or r.startswith("kind:") or r == "closer" for _, r in carried) and not target[0].startswith("%"):
                world = world.flagged(Flag.NAMED)
                self.outcome.named = True
                self.outcome.holders[".".join(target)] = None
            closure = closure_role(value.path, world, self.context)
            if closure is not None and (target == RETURNED or self.outlives(target)):
                self.transfer("captured", target)
                return None
        learned = self.assigned(target, value, world, effect.weak)
        if world.held:
            kept = world.holders if effect.weak else frozenset(h for h in world.holders if not strictly_below(h[0], target))
            learned = learned._replace(holders=kept | frozenset(carried))
        return self.checked(learned, "rebound")

    def copied(self, source: Path, target: Path, world: World) -> list[Holder]:
        """The holders that `target` becomes when it is bound to what `source` is."""
        found: list[Holder] = []
        for path, role in world.holders:
            if len(path) >= len(source) and matches(path[: len(source)], source):
                found.append(((*target, *path[len(source) :]), self.copied_role(source, role)))
        if bound_release(source, world, self.context) or closure_role(source, world, self.context) == "release":
            found.append((target, "release"))
        if len(source) > 1 and PARENT in world.roles(source[:-1]) and source[-1] in self.parent_releases:
            found.append((target, PARENT_RELEASE))
        return [h for h in found if h[1] != "drop"]

    def copied_role(self, source: Path, role: str) -> str:
        """What `with x as y` binds: the thing itself for `closing(x)`, something else where the rule says so."""
        if not source[0].startswith("%w"):
            return role
        if role == "closer":
            return ""
        return "drop" if role == "" and self.kind.enter is not None and self.kind.enter != self.obligation.kind_id else role

    def outlives(self, target: Path) -> bool:
        """Whether storing there hands the resource to something that outlives the call."""
        graph, root = self.graph, target[0]
        if root == "%out":
            return True
        if root.startswith("%"):
            return False
        if len(target) == 1:
            return root in graph.outliving or (graph.is_module and root in graph.shared_globals)
        if root == graph.self_name:
            return not self.tracks_self
        return root not in graph.created

    @property
    def tracks_self(self) -> bool:
        """Whether `self.x` stays a holder until the function ends: where a failure leaves the caller without an object."""
        return self.graph.qualname.rpartition(".")[2] in ("__init__", "__aenter__", "__enter__")

    def assigned(self, target: Path, value: Value, world: World, weak: bool) -> World:
        """Facts after an assignment."""
        fact = self.value_fact(value, world)
        facts = frozenset(f for f in world.facts if weak or not _about(f[0], target))
        world = world._replace(facts=facts)
        return world if weak or fact is None else world.learn("v", target, fact)

    def value_fact(self, value: Value, world: World) -> Value | None:
        if not isinstance(value, Ref):
            return value if value != UNKNOWN else None
        if world.held and any(r == "" or r.startswith("kind:") for r in world.roles(value.path)):
            return PRESENT if self.kind.falsy else TRUTHY
        return world.fact("v", value.path)

    def unbind(self, target: Path, world: World) -> World | None:
        facts = frozenset(f for f in world.facts if not _about(f[0], target))
        holders = frozenset(h for h in world.holders if not strictly_below(h[0], target))
        return self.checked(world._replace(facts=facts, holders=holders), "rebound")

    def drop(self, world: World) -> World | None:
        if not any(p[0].startswith("%t") for p, _ in world.holders):
            return world
        holders = frozenset(h for h in world.holders if not h[0][0].startswith("%t"))
        return self.checked(world._replace(holders=holders), "dropped")

    def close(self, effect: Close, world: World) -> World | None:
        if world.held and effect.escapes and closure_role(effect.dest, world, self.context):
            self.transfer("captured", effect.dest)
            return None
        return self.unbind(effect.dest, world) if not effect.dest[0].startswith("%") else world

    # --- calls ------------------------------------------------------------------------------------------------------

    def invoke(self, index: int, node: Node, call: Invoke, world: World) -> Steps:
        if index == self.obligation.node and self.acquires(call):
            yield from self.acquire(index, node, call, world)
            return
        fresh = world._replace(facts=frozenset(f for f in world.facts if not _about(f[0], call.dest)))
        fresh = self.made(call, fresh)
        if not world.held:
            yield from self.failing(node, fresh, self.types(call, Verdict()), Grade.CALL)
            yield from () if self.never_returns(call) else self.onward(node, self.registering(call, fresh))
            return
        verdict = classify(call, fresh, self.context)
        if verdict.effect == "released":
            if verdict.raises:
                yield from self.failing(node, self.touched(fresh, verdict), self.types(call, verdict), Grade.OWN)
            self.release(fresh, verdict.how == "parent")
            return
        if verdict.effect == "transferred":
            if verdict.raises:
                yield from self.failing(node, self.touched(fresh, verdict), self.types(call, verdict), Grade.OWN)
            self.transfer(verdict.how, call.dest)
            return
        yield from self.after_call(node, call, fresh, verdict)

    def made(self, call: Invoke, world: World) -> World:
        """What another acquisition or a constructor gives is not None."""
        callee = call.callee
        if callee.constructs and callee.acquire is None:
            return world.learn("v", call.dest, PRESENT)
        if callee.acquire is None or callee.kind is None or callee.acquire.holds != "always" or callee.acquire.state:
            return world
        path = call.dest if callee.acquire.item is None else (*call.dest, f"[{callee.acquire.item}]")
        return world.learn("v", path, PRESENT if callee.kind.falsy else TRUTHY)

    def after_call(self, node: Node, call: Invoke, world: World, verdict: Verdict) -> Steps:
        world = self.touched(world, verdict)
        shared = verdict.effect == "shared"
        if shared:
            self.outcome.shared = True
        grade = self.grade(call, verdict)
        yield from self.failing(node, world, self.types(call, verdict), grade, 2 if shared else None)
        if verdict.effect == "wrong":
            world = world.flagged(Flag.WRONG)
        elif verdict.effect == "unawaited":
            world = world.flagged(Flag.UNAWAITED)
        elif shared and world.soft == 0:
            world = world._replace(soft=1)
        if verdict.aliases:
            world = world._replace(holders=world.holders | frozenset(verdict.aliases))
            self.named_by(verdict.aliases)
        if not self.never_returns(call):
            yield from self.onward(node, world)

    def named_by(self, aliases: tuple[Holder, ...]) -> None:
        """Putting it into a named container names it, too."""
        named = [path for path, role in aliases if not is_parent(role) and not path[0].startswith("%")]
        self.outcome.named |= bool(named)
        self.outcome.holders.update((path[0], None) for path in named)

    def touched(self, world: World, verdict: Verdict) -> World:
        return world.flagged(Flag.USED) if verdict.used else world

    def grade(self, call: Invoke, verdict: Verdict) -> int:
        """How far-fetched it is that this call raises."""
        callee = call.callee
        if callee.acquire is not None and callee.kind is not None and (callee.acquire.severity or callee.kind.severity):
            return Grade.EXPLICIT
        if verdict.own:
            return Grade.OWN
        summaries = self.context.summaries
        if callee.target is not None and callee.near and summaries is not None and summaries.raises_explicitly(callee.target):
            return Grade.OWN
        return Grade.CALL

    def types(self, call: Invoke, verdict: Verdict) -> tuple[str, ...]:
        """What a call may raise."""
        callee = call.callee
        raises = callee.raises if verdict.raises is None else verdict.raises
        made = self.analysis.closures.get(callee.path) if callee.path is not None else None
        if not raises or (made is not None and not made.raises):
            return ()
        types = callee.types or (ExceptionTypes.UNKNOWN,)
        summaries = self.context.summaries
        if (
            callee.target is not None
            and summaries is not None
            and not call.awaited
            and summaries.is_coroutine(callee.target, callee.near)
        ):
            return ()
        if callee.target is not None and callee.near and self.context.summaries is not None and callee.acquire is None:
            return self.context.summaries.may_raise(callee.target)
        return tuple(dict.fromkeys((*types, ExceptionTypes.CANCELLED))) if call.awaited else types

    def never_returns(self, call: Invoke) -> bool:
        """Whether a project function never gives control back."""
        summaries, target = self.context.summaries, call.callee.target
        return target is not None and call.callee.near and summaries is not None and not summaries.returns(target)

    def acquires(self, call: Invoke) -> bool:
        """Whether the call, as it is written, gives the resource here."""
        entry = self.obligation.acquire
        return entry is None or call.awaited or entry.form not in ("await", "await|async-with")

    def acquire(self, index: int, node: Node, call: Invoke, world: World) -> Steps:
        """The acquisition: another instance if one is held already; else this one, or (in a loop) a later one."""
        types = (
            *(call.callee.types or (ExceptionTypes.UNKNOWN,)),
            *((ExceptionTypes.CANCELLED,) if call.awaited else ()),
        )
        dest = call.receiver if self.obligation.acquire and self.obligation.acquire.state else self.item(call.dest)
        if dest is None:
            yield from self.onward(node, world)
            return
        yield from self.failing(node, world, types, Grade.EXPLICIT)
        holds = self.obligation.acquire.holds if self.obligation.acquire else "always"
        if world.held:
            yield from self.again(node, call, world, dest)
            return
        if self.analysis.in_loop(index):
            yield from self.onward(node, self.answered(world, call, dest, holds))
        elif holds in ("truthy", "not-none", "none"):
            yield from self.onward(node, self.refused(world, call, holds))
        holders: set[Holder] = {(dest, "")}
        if call.receiver is not None and self.kind.parents and call.receiver != dest:
            holders.update(self.analysis.parents(call.receiver))
            self.outcome.parent_here |= call.receiver in self.analysis.acquired
        got = self.answered(world, call, dest, holds)._replace(held=True, holders=frozenset(holders))
        if self.parent_registered(world, holders):
            self.release(got, by_parent=True)
            return
        if not dest[0].startswith("%"):
            got = got.flagged(Flag.NAMED)
            self.outcome.named = True
        yield from self.onward(node, got)

    def parent_registered(self, world: World, holders: set[Holder]) -> bool:
        """Whether a `with` block around has the parent's release registered (`stack.callback(conn.close)`)."""
        return any(role == PARENT and world.fact("h", ("registered", path)) is not None for path, role in holders)

    def registering(self, call: Invoke, world: World) -> World:
        """Remember `stack.callback(conn.close)` for children that are acquired later."""
        if not self.kind.parents or call.receiver not in self.analysis.entered:
            return world
        methods = self.parent_releases
        for path in (p for a in call.args for p in a.paths if len(p) > 1 and p[-1] in methods):
            world = world.learn("h", ("registered", path[:-1]), TRUTHY)
        return world

    def again(self, node: Node, call: Invoke, world: World, dest: Path) -> Steps:
        """A different instance: its holder drops what it held."""
        holders = frozenset(h for h in world.holders if not strictly_below(h[0], dest) or not dest[0].startswith("%"))
        after = self.checked(world._replace(holders=holders), "dropped")
        yield from self.onward(node, after)

    def item(self, dest: Path) -> Path:
        return (*dest, self.obligation.item) if self.obligation.item else dest

    def answered(self, world: World, call: Invoke, dest: Path, holds: str) -> World:
        """Facts after a successful acquisition."""
        if holds == "always":
            return world.learn("v", dest, PRESENT if self.kind.falsy else TRUTHY)
        return world.learn("v", call.dest, _YES[holds])

    def refused(self, world: World, call: Invoke, holds: str) -> World:
        """Facts after one that answered "no"."""
        return world.learn("v", call.dest, _NO[holds])

    # --- blocks -----------------------------------------------------------------------------------------------------

    def next_item(self, node: Node, effect: Next, world: World) -> Steps:
        inside, after = node.successors
        if effect.raises:
            grade = Grade.OWN if effect.source is not None and world.carries(effect.source) else Grade.CALL
            yield from self.failing(node, world, (ExceptionTypes.UNKNOWN,), grade)
        fresh = self.unbind(effect.dest, world)
        if fresh is None:
            return
        source = effect.source
        elements = [h for h in world.carries((*source, ANY_ITEM)) if h[0] != source] if source is not None else []
        if not world.held or source is None or not elements:
            yield inside, fresh
            if world.held and source is not None and "__iter__" in self.kind.consume and "" in world.roles(source):
                self.release(fresh)
            else:
                yield after, fresh
            return
        yield from self.visit(effect, fresh, elements, source, inside, after)

    def visit(self, effect: Next, world: World, elements: list[Holder], source: Path, inside: int, after: int) -> Steps:
        """A loop over a container that holds the resource: it comes by once, and the loop does not end before."""
        seen = ("h", ("loop", effect.loop))
        if any(f[0] == seen for f in world.facts):
            yield after, world._replace(facts=frozenset(f for f in world.facts if f[0] != seen))
            yield inside, world
            return
        yield inside, world
        aliases = frozenset(((*effect.dest, *path[len(source) + 1 :]), role) for path, role in elements)
        met = world.learn("h", ("loop", effect.loop), TRUTHY)
        yield inside, met._replace(holders=met.holders | aliases)

    def enter(self, node: Node, effect: Enter, world: World) -> Steps:
        direct = self.entered_directly(effect)
        roles = [(effect.hidden, "closer" if direct and r == "" else r) for r in world.roles(effect.source)]
        own = any(not is_parent(r) for _, r in roles)
        if effect.raises and not own and not roles:
            types = (ExceptionTypes.UNKNOWN, *((ExceptionTypes.CANCELLED,) if effect.asynchronous else ()))
            yield from self.failing(node, world, types, Grade.CALL)
        if roles:
            world = world._replace(holders=world.holders | frozenset(roles))
        if own:
            world = world.flagged(Flag.NAMED)
            self.outcome.named = True
        fact = self.value_fact(Ref(effect.source), world)
        yield from self.onward(node, world.learn("v", effect.hidden, fact) if fact is not None else world)

    def entered_directly(self, effect: Enter) -> bool:
        """Whether the `with` is on the acquiring call itself, in a form that such a `with` releases."""
        acquire = self.obligation.acquire
        if acquire is None or acquire.form not in ("await|async-with", "call|with"):
            return False
        call = self.graph.nodes[self.obligation.node].effect
        return isinstance(call, Invoke) and call.dest == effect.source

    def leave(self, node: Node, effect: Leave, world: World) -> Steps:
        effects = {exit_effect(r, effect.asynchronous, self.context) for r in world.roles(effect.hidden)} if world.held else set()
        own = any(not is_parent(r) for r in world.roles(effect.hidden))
        if "releases" in effects or ("unsupported" in effects and own):
            self.release(world, not own)
            return
        if world.held and own:
            world = world.flagged(Flag.WITH)
        holders = frozenset(h for h in world.holders if h[0] != effect.hidden)
        left = self.checked(world._replace(holders=holders), "dropped")
        if left is None:
            return
        if not effect.swallows or not left.pending:
            yield node.successors[0] if effect.swallows else node.successors[-1], left
            return
        caught = [catches(left.pending, s) for s in effect.swallows]
        if Catch.YES in caught or Catch.MAYBE in caught:
            yield node.successors[0], left._replace(pending="")
        if Catch.YES not in caught:
            yield node.successors[1], left

    def yielded(self, node: Node, effect: Yielded, world: World) -> Steps:
        if world.held and effect.value is not None and (world.carries(effect.value)) and world.soft == 0:
            world = world._replace(soft=1).flagged(Flag.USED)
            self.outcome.shared = True
        if not effect.resumes:
            thrown = world.flagged(Flag.YIELD) if world.held else world
            yield from self.failing(node, thrown, _thrown(effect, self.graph), Grade.EXPLICIT, yielding=True)
        yield from self.onward(node, world)

    # --- exceptions -------------------------------------------------------------------------------------------------

    def raised(self, node: Node, effect: Raised, world: World) -> Steps:
        types = effect.types
        if effect.handler is not None:
            again = world.fact("h", effect.handler)
            if isinstance(again, Const) and isinstance(again.value, str):
                types = (again.value,)
        if world.held and (self.limit < 0 or self.unused(world)):
            return
        for name in types:
            raised = world._replace(pending=name)
            own = Flag.EXCEPTIONAL if effect.handler is not None else Flag.EXCEPTIONAL | Flag.ELSEWHERE
            dropped = self.drop(raised.flagged(own) if world.held else raised)
            if dropped is not None:
                yield node.exceptional, dropped

    def caught(self, effect: Caught, world: World) -> World:
        """The handler starts: the exception is no longer on its way."""
        return world.learn("h", effect.handler, Const(world.pending))._replace(pending="")

    def dispatch(self, node: Node, effect: Dispatch, world: World) -> Steps:
        for i, types in enumerate(effect.handlers):
            found = [catches(world.pending, t) for t in types]
            if Catch.YES in found:
                yield node.successors[i], world
                return
            if Catch.MAYBE in found:
                narrowed = (
                    types[0] if world.pending == ExceptionTypes.UNKNOWN and len(types) == 1 and types[0] != "?" else world.pending
                )
                yield node.successors[i], world._replace(pending=narrowed)
        yield node.successors[-1], world


def _how(world: World, how: str) -> str:
    """How it was lost, if that happened before the path ended."""
    if world.flags & Flag.REBOUND:
        return "rebound"
    return "dropped" if world.flags & Flag.DROPPED else how


def _thrown(effect: Yielded, graph: FlowGraph) -> tuple[str, ...]:
    """What may come out of a `yield`: the consumer's exception in a context manager, abandonment in a generator."""
    if effect.manager == "sync":
        return (ExceptionTypes.UNKNOWN, ExceptionTypes.ABANDONED)
    if effect.manager == "async":
        return (ExceptionTypes.UNKNOWN, ExceptionTypes.CANCELLED, ExceptionTypes.ABANDONED)
    return (ExceptionTypes.ABANDONED,)


def _about(subject: tuple[str, object], target: Path) -> bool:
    """Whether a fact depends on what is being assigned."""
    tag, what = subject
    if tag == "v" and isinstance(what, tuple):
        return strictly_below(what, target)
    if tag == "e" and isinstance(what, tuple):
        return strictly_below(what[0], target)
    if tag == "c" and isinstance(what, tuple):
        return any(strictly_below(p, target) for p in what)
    if tag == "c" and isinstance(what, str):
        return _mentions(what, target)
    return False


def _mentions(text: str, target: Path) -> bool:
    """Whether a normalised condition uses the assigned path."""
    written = ".".join(p for p in target if not p.startswith("["))
    at = text.find(written)
    while at >= 0:
        end = at + len(written)
        before, after = text[at - 1 : at], text[end : end + 1]
        if not (before.isalnum() or before in ("_", ".")) and not (after.isalnum() or after == "_"):
            return True
        at = text.find(written, end)
    return False


def _closures(graph: FlowGraph) -> dict[Path, Close]:
    """Closures by the paths that they are bound to."""
    found = {n.effect.dest: n.effect for n in graph.nodes if isinstance(n.effect, Close)}
    for node in graph.nodes:
        effect = node.effect
        if isinstance(effect, Bind) and isinstance(effect.value, Ref) and effect.value.path in found:
            found.setdefault(effect.target, found[effect.value.path])
    return found


def _acquired(graph: FlowGraph) -> frozenset[Path]:
    """Paths that are bound to what an acquisition of this graph gives."""
    found: set[Path] = set()
    for node in graph.nodes:
        effect = node.effect
        if isinstance(effect, Invoke) and effect.callee.acquire is not None:
            found.add(effect.dest)
        elif isinstance(effect, Bind) and isinstance(effect.value, Ref) and effect.value.path in found:
            found.add(effect.target)
        elif isinstance(effect, Enter) and effect.source in found:
            found.add(effect.hidden)
    return frozenset(found)


def _aliases(graph: FlowGraph) -> list[frozenset[Path]]:
    """Groups of paths that are bound to each other somewhere."""
    group: dict[Path, set[Path]] = {}
    for node in graph.nodes:
        effect = node.effect
        if isinstance(effect, Bind) and isinstance(effect.value, Ref) and not effect.weak:
            pair = (effect.target, effect.value.path)
        elif isinstance(effect, Enter):
            pair = (effect.hidden, effect.source)
        else:
            continue
        joined = {p for end in pair for p in group.get(end, {end})}
        for p in joined:
            group[p] = joined
    return list({id(g): frozenset(g) for g in group.values()}.values())


def _closers(graph: FlowGraph) -> list[tuple[Path, Path]]:
    """(what is closed, the object that closes it) of every `closing(x)`."""
    calls = [n.effect for n in graph.nodes if isinstance(n.effect, Invoke) and n.effect.callee.fact is not None]
    found = [(c, c.callee.fact.closes) for c in calls if c.callee.fact is not None and c.callee.fact.closes]
    return [(p, c.dest) for c, closes in found for a in c.args if a.matches(closes) for p in a.paths]


def _reaches_itself(graph: FlowGraph, node: int) -> bool:
    seen: set[int] = set()
    stack = [*graph.nodes[node].successors, graph.nodes[node].exceptional]
    while stack:
        current = stack.pop()
        if current == node:
            return True
        if current < 0 or current in seen:
            continue
        seen.add(current)
        stack.extend((*graph.nodes[current].successors, graph.nodes[current].exceptional))
    return False
