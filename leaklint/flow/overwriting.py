"""Whether storing a resource in an attribute of `self` replaces one that is still held there.

Three ways show it: a constructor certainly stored one; the method itself leaves one behind when it fails, and is called again;
or so does a method that calls it and releases what it gave.
The second run starts with what the first one left, the attributes that it assigned included: a guard that these facts answer is
answered, and any other must turn as it did before. A guard that may have changed in between is no evidence (errs to silence).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from leaklint.catalog.schema import Acquire
from leaklint.flow.analysis import Analysis
from leaklint.flow.conditions import answers
from leaklint.flow.evidence import obligations
from leaklint.flow.ir import Bind, Choose, FlowGraph, Invoke, Obligation
from leaklint.flow.outcome import Key, Leak, Outcome
from leaklint.flow.solver import solve
from leaklint.flow.trace import RawStep, steps
from leaklint.flow.values import TRUTHY, Path, Ref
from leaklint.flow.world import Fact, Flag, World

_FIRST_RUNS = 4
"""How many ways of failing are followed into another call."""


class Replaced(NamedTuple):
    """The way on which an attribute is overwritten; `before`: how an earlier call of the same method left something there."""

    leak: Leak
    before: tuple[RawStep, ...] = ()


def replaced(obligation: Obligation, path: Path, init: FlowGraph, analysis: Analysis) -> Replaced | None:
    """The way on which `self.x = connect()` replaces what `__init__` certainly stored there."""
    if not _always_stores(init, path, analysis):
        return None
    outcome, lost = _called_again(obligation, path, frozenset(), analysis)
    return next((Replaced(k) for k in lost if not any(_choices(outcome, k.state, analysis.graph))), None)


def left_behind(obligation: Obligation, path: Path, analysis: Analysis, on_demand: bool) -> Replaced | None:
    """The way on which a method replaces what it left in the attribute when it failed before.

    That it is called again is shown by the class, which calls it `on_demand`; by its asking for its own state first; or by its
    answering False instead of raising. Else a failed `start()` may well be the end of the object.
    """
    first = solve(analysis, obligation, "own", follow=True)
    for failed in first.left.get(path, ())[:_FIRST_RUNS]:
        turned = {(node, answer) for node, _, answer in _choices(first, failed.state, analysis.graph)}
        outcome, lost = _called_again(obligation, path, failed.world.facts, analysis)
        for leak in lost:
            choices = list(_choices(outcome, leak.state, analysis.graph))
            if any(not forced and _asks_for(path, analysis.graph, node) for node, forced, _ in choices):
                continue
            asked = any(forced and _asks_for_state(analysis.graph, node) for node, forced, _ in choices)
            expected = on_demand or not failed.world.pending or asked
            if expected and all((node, answer) in turned or forced for node, forced, answer in choices):
                return Replaced(leak, _left(first, failed, analysis.graph))
    return None


def left_by_caller(obligation: Obligation, path: Path, method: str, helper: Analysis, caller: Analysis) -> Replaced | None:
    """The way on which a method (`helper`) replaces what another one that called it left in the attribute when it failed.

    That other one both has it stored there and releases it: the resource is meant for one call, and the next one starts anew.
    """
    outcome, lost = _called_again(obligation, path, frozenset(), helper)
    again = next((k for k in lost if all(forced for _, forced, _ in _choices(outcome, k.state, helper.graph))), None)
    if again is None:
        return None
    for node in _calls_of(method, caller.graph):
        taken = Acquire(call=method, kind=obligation.kind_id, state=True)
        first = solve(caller, obligation._replace(node=node, item=path[1], acquire=taken), "own", follow=True)
        if first.released and not first.incomplete and first.left.get((caller.graph.self_name or "", path[1])):
            return Replaced(again)
    return None


def _calls_of(method: str, graph: FlowGraph) -> Iterator[int]:
    """Where `self.method()` is called."""
    for index, node in enumerate(graph.nodes):
        if isinstance(node.effect, Invoke) and node.effect.callee.method == method and node.effect.receiver == (graph.self_name,):
            yield index


def _left(outcome: Outcome, failed: Leak, graph: FlowGraph) -> tuple[RawStep, ...]:
    """The steps of a call that failed, after its acquisition."""
    _, *after = steps(outcome, failed, graph)
    end = after[-1].node if after else failed.state[0]
    return (*after, RawStep("exit", end, "this call fails, the attribute still holds it, and the next call begins"))


def _called_again(obligation: Obligation, path: Path, facts: frozenset[Fact], analysis: Analysis) -> tuple[Outcome, list[Leak]]:
    """What a call does while the attribute holds, and the ways on which it is overwritten."""
    known = {(s, v) for s, v in facts if s[0] == "v" and isinstance(s[1], tuple) and len(s[1]) > 1 and s[1][0] == path[0]}
    held = frozenset({(f, v) for f, v in known if f[1] != path} | {(("v", path), TRUTHY)})
    before = World(True, frozenset({(path, "")}), Flag.NAMED | Flag.USED, 0, "", held)
    outcome = solve(analysis, obligation._replace(node=-1), "explicit", before)
    lost = [k for k in outcome.leaks if k.how == "rebound" and not k.has(Flag.EXCEPTIONAL | Flag.VAGUE) and not k.world.soft]
    return outcome, lost


def _choices(outcome: Outcome, end: Key, graph: FlowGraph) -> Iterator[tuple[int, bool, bool]]:
    """The branches on the way to a state: (node, whether the facts left no choice, which side was taken)."""
    after, state = end, outcome.before.get(end)
    while state is not None:
        node = graph.nodes[state[0]]
        if isinstance(node.effect, Choose):
            possible = list(answers(node.effect.condition, state[1], outcome.obligation.kind))
            yield state[0], len(possible) == 1, after[0] == node.successors[0]
        after, state = state, outcome.before[state]


def _asks_for_state(graph: FlowGraph, node: int) -> bool:
    """Whether a branch asks for an attribute that the method itself assigns: it tells one call from the next. A setting that
    stays the same tells nothing."""
    own = {n.effect.target[:2] for n in graph.nodes if isinstance(n.effect, Bind) and n.effect.target[0] == graph.self_name}
    return any(_asks_for(path, graph, node) for path in own if len(path) == 2)


def _asks_for(path: Path, graph: FlowGraph, node: int) -> bool:
    """Whether a branch asks for the attribute, which the first call has assigned: its answer may be another one now."""
    effect = graph.nodes[node].effect
    written = f"{effect.text} {effect.condition}" if isinstance(effect, Choose) else ""
    return re.search(rf"\b{re.escape('.'.join(path))}\b", written) is not None


def _always_stores(graph: FlowGraph, path: Path, analysis: Analysis) -> bool:
    """Whether a constructor stores an acquisition at that attribute, and nothing else."""
    inner = Analysis(graph, analysis.catalog, analysis.summaries)
    bound = [n.effect.value for n in graph.nodes if isinstance(n.effect, Bind) and n.effect.target[1:] == path[1:]]
    acquired = _stored_acquisitions(graph, inner)
    return bool(bound) and path[1:] in acquired and all(isinstance(v, Ref) for v in bound)


def _stored_acquisitions(graph: FlowGraph, analysis: Analysis) -> set[Path]:
    found: set[Path] = set()
    for obligation in obligations(graph, analysis.catalog, analysis.summaries):  # type: ignore[arg-type]
        found |= {p[1:] for p in solve(analysis, obligation).stored}
    return found
