"""From the end of a leaking path back to its acquisition: the steps that a reader needs."""

from itertools import pairwise
from typing import NamedTuple

from leaklint.flow.ir import (
    Bind,
    Choose,
    Enter,
    ExceptionTypes,
    FlowGraph,
    Invoke,
    Leave,
    MayRaise,
    Next,
    Raised,
    Unbind,
    Yielded,
)
from leaklint.flow.outcome import Key, Leak, Outcome
from leaklint.flow.values import RETURNED
from leaklint.flow.world import Flag
from leaklint.model import StepKind


class RawStep(NamedTuple):
    """One step: `node` is its node in the graph; `text` what happens there."""

    kind: StepKind
    node: int
    text: str


def steps(outcome: Outcome, leak: Leak, graph: FlowGraph) -> list[RawStep]:
    """The steps of a leaking path, acquisition first."""
    path = _path(outcome, leak)
    found = [RawStep("acquire", outcome.obligation.node, "")]
    for here, there in pairwise(path):
        step = _step(graph, here, there)
        if step is not None:
            found.append(step)
    last = _last(graph, leak)
    if last is not None:
        found.append(last)
    if leak.how in _ENDS:
        found.append(RawStep("exit", _place(graph, path, found[-1].node), _ENDS[leak.how]))
    return found


_ENDS = {
    "exit": "the function returns while it is still held",
    "failure": "the exception leaves while it is still held",
    "dropped": "nothing refers to it any more",
}


def _place(graph: FlowGraph, path: list[Key], otherwise: int) -> int:
    """The node that stands for the end: the `return`, else the last thing that happened."""
    if path[-1][1].pending:
        return otherwise
    for index, _ in reversed(path):
        if index == otherwise:
            return otherwise
        effect = graph.nodes[index].effect
        if isinstance(effect, Bind) and effect.target == RETURNED and graph.nodes[index].origin >= 0:
            return index
    return otherwise


def _path(outcome: Outcome, leak: Leak) -> list[Key]:
    """The states of the path from the acquisition on."""
    states: list[Key] = [leak.state]
    while (before := outcome.before.get(states[-1])) is not None:
        states.append(before)
        if not before[1].held:
            break
    return states[::-1]


def _step(graph: FlowGraph, here: Key, there: Key) -> RawStep | None:
    index, world = here
    node = graph.nodes[index]
    effect = node.effect
    if not world.held:
        return None
    if isinstance(effect, Choose):
        return _branch(index, effect, (node.successors[0] == there[0]) != effect.negated)
    if there[1].pending and not world.pending:
        if there[1].pending == ExceptionTypes.CANCELLED:
            return _raising(index, effect)._replace(kind="call")
        return _raising(index, effect)
    if isinstance(effect, Next) and len(node.successors) == 2:
        return RawStep("branch", index, "the loop goes on" if there[0] == node.successors[0] else "the loop ends")
    if isinstance(effect, Invoke) and there[1].flags & ~world.flags & Flag.REST:
        return RawStep("with", index, f"{effect.callee.text}() leaves a part of it open")
    if isinstance(effect, Leave) and any(p == effect.hidden for p, _ in world.holders):
        return RawStep("with", index, "leaving the 'with' does not release it")
    return None


def _branch(index: int, effect: Choose, answer: bool) -> RawStep | None:
    if not effect.text:
        return None
    return RawStep("branch", index, f"{effect.text} is {'true' if answer else 'false'}")


def _raising(index: int, effect: object) -> RawStep:
    match effect:
        case Invoke():
            return RawStep("raise", index, f"{effect.callee.text}()")
        case Yielded():
            return RawStep("yield", index, "yield")
        case Raised(types=("AssertionError",)):
            return RawStep("raise", index, "the assertion")
        case Raised():
            return RawStep("raise", index, "this statement")
        case Next():
            return RawStep("raise", index, "the iteration")
        case Enter():
            return RawStep("raise", index, "entering the 'with'")
        case MayRaise():
            return RawStep("raise", index, "this expression")
        case _:
            return RawStep("raise", index, "this")


def _last(graph: FlowGraph, leak: Leak) -> RawStep | None:
    index = leak.state[0]
    effect = graph.nodes[index].effect
    if leak.how == "rebound" and isinstance(effect, (Bind, Unbind)):
        return RawStep("rebind", index, ".".join(effect.target))
    if (
        leak.how in ("dropped", "rebound")
        and isinstance(effect, (Invoke, Raised, Next, Enter, MayRaise, Yielded))
        and leak.world.pending
    ):
        return _raising(index, effect)
    return None
