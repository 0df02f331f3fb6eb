"""From an outcome to the leaks that count: what is only shared softly, vague or excused by the design is dropped."""

from collections.abc import Iterator
from typing import NamedTuple

from leaklint.flow.analysis import made
from leaklint.flow.ir import ExceptionTypes, FlowGraph, Invoke, Obligation
from leaklint.flow.outcome import Leak, Outcome
from leaklint.flow.trace import RawStep
from leaklint.flow.world import Flag, is_parent
from leaklint.model import Severity


class Judged(NamedTuple):
    """An outcome with the leaks that may be reported. failed: an initialiser raises after it stored the resource on `self`;
    unreleased: it is stored on `self` and nothing releases it; overwritten: the attribute still held another one; before: the
    steps of the call that left it there."""

    outcome: Outcome
    leaks: tuple[Leak, ...]
    graph: FlowGraph
    failed: tuple[Leak, ...] = ()
    unreleased: Leak | None = None
    overwritten: Leak | None = None
    before: tuple[RawStep, ...] = ()

    @property
    def normal(self) -> tuple[Leak, ...]:
        """Leaks without an exceptional edge."""
        return tuple(k for k in self.leaks if not k.has(Flag.EXCEPTIONAL))


BY_RELEASE = ("connection", "slot", "lock")
"""Shapes of evidence by use that speak only where the function shows a release."""


def judge(outcome: Outcome, graph: FlowGraph) -> Judged:
    """The leaks of an outcome that count (DESIGN sections 3, 5 and 6)."""
    unproven = _needs_release(outcome.obligation, graph) and not outcome.released
    if outcome.incomplete or unproven or _goes_with_parent(outcome):
        return Judged(outcome, (), graph)
    leaks = tuple(k for k in _counting(outcome, graph) if not (_handed_over_in_good_manners(outcome) and k.has(Flag.EXCEPTIONAL)))
    if any(_handed_on(k, outcome) for k in outcome.leaks):
        outcome.transfers.setdefault("shared", set())
    failed = tuple(k for k in leaks if _on_self(k, graph))
    return Judged(
        outcome, tuple(k for k in leaks if k not in failed), graph, tuple(k for k in failed if _counts_in_init(k, outcome))
    )


def _handed_on(leak: Leak, outcome: Outcome) -> bool:
    """Whether others own it: an unknown callee, or the consumer of a `yield` after which the function never releases it."""
    if leak.world.soft and not outcome.released_after_sharing:
        return True
    return not leak.world.places() <= outcome.taken_back


def _handed_over_in_good_manners(outcome: Outcome) -> bool:
    """A client-side cursor that is returned: what happens to it on an error is not worth a finding."""
    manners = outcome.obligation.severity is Severity.INFO and outcome.obligation.kind.category == "cursor"
    return manners and outcome.transferred and not outcome.released_itself


def _on_self(leak: Leak, graph: FlowGraph) -> bool:
    """Whether an attribute of `self` held it when the exception left."""
    if graph.qualname.rpartition(".")[2] not in ("__init__", "__aenter__", "__enter__"):
        return False
    return any(len(p) > 1 and p[0] == graph.self_name and not is_parent(r) for p, r in leak.world.holders)


def _counts_in_init(leak: Leak, outcome: Outcome) -> bool:
    """Unknown calls in an initialiser don't count (DESIGN section 4), nor do good manners."""
    return not leak.has(Flag.FAR) and outcome.obligation.severity is not Severity.INFO


def _needs_release(obligation: Obligation, graph: FlowGraph) -> bool:
    """Obligations that exist only if the function shows, by a release, that they are its own."""
    call = graph.nodes[obligation.node].effect
    if obligation.acquire is not None and obligation.acquire.state and isinstance(call, Invoke):
        receiver = call.receiver or ()
        if obligation.kind.category != "lock" and receiver in made(graph):
            return False
        return len(receiver) != 1 or receiver[0] not in graph.created
    return obligation.shape in BY_RELEASE


def _goes_with_parent(outcome: Outcome) -> bool:
    """Good manners only: the function releases the parent, or acquired it (then the finding is the parent's)."""
    if outcome.obligation.severity is not Severity.INFO or outcome.released_itself:
        return False
    return outcome.released or outcome.parent_here


def _counting(outcome: Outcome, graph: FlowGraph) -> Iterator[Leak]:
    for leak in outcome.leaks:
        if _handed_on(leak, outcome):
            continue
        if leak.has(Flag.VAGUE) and (outcome.released or outcome.transferred):
            continue
        if graph.is_module and leak.has(Flag.EXCEPTIONAL):
            continue
        if outcome.obligation.kind.lazy and not leak.has(Flag.USED) and any(k.has(Flag.USED) for k in outcome.leaks):
            continue
        yield leak


def leaves_at_yield(leak: Leak) -> bool:
    """Whether the path leaves the function at a `yield`."""
    return leak.has(Flag.YIELD) and not leak.has(Flag.ELSEWHERE)


def cancelled(leak: Leak) -> bool:
    """Whether a cancellation is what leaves."""
    return leak.world.pending == ExceptionTypes.CANCELLED
