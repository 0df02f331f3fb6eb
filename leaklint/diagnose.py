"""From judged outcomes to diagnostics: which check speaks, its message, its trace with positions, its fingerprint."""

import hashlib
from collections.abc import Iterator

from leaklint.catalog.catalog import Catalog
from leaklint.checks import path_checks
from leaklint.checks.contract import Check, Finding
from leaklint.checks.wording import advice, release_call
from leaklint.flow.analysis import Analysis
from leaklint.flow.evidence import obligations
from leaklint.flow.findings import BY_RELEASE, Judged, cancelled, judge
from leaklint.flow.ir import Bind, FlowGraph, Invoke, Obligation
from leaklint.flow.outcome import Leak, Outcome
from leaklint.flow.overwriting import Replaced, left_behind, left_by_caller, replaced
from leaklint.flow.solver import solve
from leaklint.flow.trace import RawStep, steps
from leaklint.flow.values import Path, Ref
from leaklint.flow.world import Flag
from leaklint.model import Diagnostic, Location, Severity, Step
from leaklint.syntax.attributes import stored_name
from leaklint.syntax.lower import Lowered
from leaklint.syntax.module import Module
from leaklint.syntax.positions import Span, Statements
from leaklint.syntax.repetition import callers, on_demand, repeatable
from leaklint.syntax.scopes import Scope
from leaklint.syntax.walk import text_of


def outcomes(
    module: Module, scope: Scope, catalog: Catalog, exceptions: str, summaries: object = None
) -> Iterator[tuple[Lowered, Judged]]:
    """Every acquisition of a function with what can happen to it."""
    lowered = module.lowered(scope)
    found = obligations(lowered.graph, catalog, summaries)  # type: ignore[arg-type]
    if not found:
        return
    analysis = Analysis(lowered.graph, catalog, summaries)  # type: ignore[arg-type]
    for copies in _sites(lowered, found):
        outcome = solve(analysis, copies[0], exceptions)
        for copy in copies[1:]:
            outcome.add(solve(analysis, copy, exceptions))
        yield lowered, attributes_judged(judge(outcome, lowered.graph), module, scope, analysis)


def _sites(lowered: Lowered, found: list[Obligation]) -> list[list[Obligation]]:
    """The obligations by place in the source: a `finally` that is lowered twice acquires once."""
    sites: dict[tuple[object, ...], list[Obligation]] = {}
    for obligation in found:
        origin = lowered.origins[lowered.graph.nodes[obligation.node].origin]
        sites.setdefault((id(origin), obligation.item, obligation.kind_id, obligation.shape), []).append(obligation)
    return list(sites.values())


def attributes_judged(judged: Judged, module: Module, scope: Scope, analysis: Analysis) -> Judged:
    """With what the class says about the attribute that keeps the resource."""
    obligation, graph = judged.outcome.obligation, judged.graph
    if judged.leaks and _unlocked_by_others(obligation, module, scope, graph):
        return judged._replace(leaks=())
    for path, stored in judged.outcome.stored.items():
        name = stored_name(path, graph.self_name)
        if name is None or scope.owner is None or obligation.shape:
            continue
        wrapper = judged.outcome.wrappers.get(("attribute", path))
        kind = analysis.summaries.kind(wrapper) if wrapper and analysis.summaries is not None else obligation.kind
        if not module.releases.could_release(scope.owner, name, kind, len(path) == 2):
            if _parent_released(obligation, module, scope, analysis):
                continue
            return judged._replace(unreleased=stored)
        if len(path) == 2 and (lost := overwritten(obligation, path, module, scope, analysis)) is not None:
            return judged._replace(overwritten=lost.leak, before=lost.before)
    return judged


def _unlocked_by_others(obligation: Obligation, module: Module, scope: Scope, graph: FlowGraph) -> bool:
    """Whether it is a lock of `self` that another method of the class releases, of which the function speaks: as a callback it
    may do so later, and which paths have handed it on is not known (errs to silence)."""
    call = graph.nodes[obligation.node].effect
    name = stored_name(call.receiver or (), graph.self_name) if isinstance(call, Invoke) else None
    if obligation.kind.category != "lock" or name is None or scope.owner is None:
        return False
    return module.releases.unlocked_later(scope, name, obligation.kind)


def _parent_released(obligation: Obligation, module: Module, scope: Scope, analysis: Analysis) -> bool:
    """Whether it was obtained from an attribute whose own release releases it, too (`self.cursor = self.conn.cursor()`)."""
    call = analysis.graph.nodes[obligation.node].effect
    name = stored_name(call.receiver or (), analysis.graph.self_name) if isinstance(call, Invoke) else None
    if name is None or scope.owner is None:
        return False
    parents = (analysis.catalog.kind(k) for k in obligation.kind.parents)
    return any(module.releases.could_release(scope.owner, name, kind) for kind in parents)


def overwritten(obligation: Obligation, path: Path, module: Module, scope: Scope, analysis: Analysis) -> Replaced | None:
    """The way on which `self.x = connect()` replaces what the attribute still holds."""
    assert scope.owner is not None
    init = scope.owner.method("__init__")
    if init is not None and init is not scope:
        lost = replaced(obligation, path, module.lowered(init).graph, analysis)
        if lost is not None:
            return lost
    if obligation.severity is Severity.INFO or not repeatable(module.releases, scope, path[1], obligation.kind):
        return None
    lost = left_behind(obligation, path, analysis, on_demand(scope))
    if lost is not None:
        return lost
    method = scope.qualname.rpartition(".")[2]
    calling = (m for m in callers(scope) if repeatable(module.releases, m, path[1], obligation.kind))
    graphs = (Analysis(module.lowered(m).graph, analysis.catalog, analysis.summaries) for m in calling)
    return next((k for graph in graphs if (k := left_by_caller(obligation, path, method, analysis, graph)) is not None), None)


def decide(judged: Judged) -> tuple[Check, Leak] | None:
    """The first check of the decision list that holds."""
    for check in path_checks():
        leak = check.find(judged) if check.find is not None else None
        if leak is not None:
            return check, leak
    return None


class Reporter:
    """Builds the diagnostics of one module."""

    def __init__(self, module: Module, catalog: Catalog) -> None:
        self.module = module
        self.catalog = catalog
        self.statements: dict[int, Statements] = {}
        self.seen: dict[str, int] = {}

    def report(self, lowered: Lowered, judged: Judged, scope: Scope) -> Diagnostic | None:
        """The diagnostic of one judged acquisition, if any check speaks."""
        decided = decide(judged)
        if decided is None or (judged.outcome.obligation.shape in BY_RELEASE and decided[0].code not in _BY_RELEASE):
            return None
        check, leak = decided
        obligation = judged.outcome.obligation
        raw = steps(judged.outcome, leak, judged.graph)
        if leak is judged.overwritten:
            raw[1:1] = judged.before
        symbol = symbol_of(judged.outcome, judged.graph)
        finding = self.finding(obligation, raw, leak, symbol, lowered)
        assert check.wording is not None
        span = self.span(lowered, obligation.node)
        return Diagnostic(
            code=check.code,
            name=check.name,
            severity=obligation.severity,
            message=check.wording(finding),
            filename=self.module.source.filename,
            location=Location(span.row, span.column),
            end_location=Location(span.end_row, span.end_column),
            resource=obligation.kind.what,
            category=obligation.kind.category,
            symbol=symbol,
            function=scope.qualname,
            certainty=obligation.certainty,
            trace=tuple(self.trace(raw, obligation, symbol, lowered)),
            fingerprint=self.fingerprint(check, scope, lowered, obligation),
            statement_rows=self.statement_rows(lowered, obligation.node, span),
        )

    def span(self, lowered: Lowered, node: int) -> Span:
        """The span of a node's syntax."""
        origin = lowered.graph.nodes[node].origin
        if origin < 0:
            return Span(1, 1, 1, 1)
        return self.module.place(lowered.scope)[1].span(lowered.origins[origin])

    def finding(self, obligation: Obligation, raw: list[RawStep], leak: Leak, symbol: str, lowered: Lowered) -> Finding:
        """The facts of a message."""
        trigger = next((s for s in raw if s.kind in ("raise", "call", "yield")), None)
        last = next((s for s in reversed(raw) if s.kind != "exit"), raw[-1])
        releasers = tuple(sorted(self.catalog.releasers(obligation.kind_id)))
        return Finding(
            what=obligation.kind.what,
            symbol=symbol,
            trigger=trigger.text if trigger else "a call",
            trigger_row=self.span(lowered, trigger.node).row if trigger else 0,
            exit=self.exit_text(raw, lowered),
            exit_row=self.span(lowered, last.node).row,
            advice=advice(obligation.kind, symbol, obligation.given_back, releasers),
            category=obligation.kind.category,
            release=release_call(obligation.kind, symbol, obligation.given_back, releasers),
            cancelled=cancelled(leak),
            parts=obligation.kind.parts if leak.has(Flag.REST) else (),
        )

    def exit_text(self, raw: list[RawStep], lowered: Lowered) -> str:
        """How a normal path leaves."""
        branch = next((s for s in reversed(raw) if s.kind == "branch"), None)
        if branch is None:
            return "leaves the function"
        row = self.span(lowered, branch.node).row
        return f"leaves where {branch.text} on line {row}"

    def trace(self, raw: list[RawStep], obligation: Obligation, symbol: str, lowered: Lowered) -> Iterator[Step]:
        """The steps with positions and full sentences."""
        name = f" into '{symbol}'" if symbol else ""
        for step in raw:
            span = self.span(lowered, step.node)
            text = {
                "acquire": f"{obligation.kind.what} is acquired{name}",
                "raise": f"{step.text} raises",
                "call": f"the task is cancelled in {step.text}",
                "yield": "the consumer raises or stops here",
                "rebind": f"'{step.text}' is bound anew while it still holds",
            }.get(step.kind, step.text)
            yield Step(step.kind, self.module.source.filename, span.row, span.column, text)

    def fingerprint(self, check: Check, scope: Scope, lowered: Lowered, obligation: Obligation) -> str:
        """Stable while lines above move: code, function, text of the acquisition and its ordinal among equals.

        The file is no part of it: it has one name on the command line and another in an editor.
        """
        origin = lowered.graph.nodes[obligation.node].origin
        text = text_of(lowered.origins[origin]) if origin >= 0 else ""
        base = "\0".join((check.code, scope.qualname, text, obligation.item or ""))
        self.seen[base] = self.seen.get(base, 0) + 1
        return hashlib.blake2b(f"{base}\0{self.seen[base]}".encode(), digest_size=12).hexdigest()

    def statement_rows(self, lowered: Lowered, node: int, span: Span) -> tuple[int, int]:
        """First and last row of the simple statement (or compound header) that acquires."""
        tree, positions = self.module.place(lowered.scope)
        if id(tree) not in self.statements:
            self.statements[id(tree)] = Statements(tree, positions)
        return self.statements[id(tree)].rows(lowered.origins[lowered.graph.nodes[node].origin], span)


_BY_RELEASE = frozenset({"RLK102", "RLK103", "RLK105", "RLK107"})


def symbol_of(outcome: Outcome, graph: FlowGraph) -> str:
    """The variable that held the resource, as the reader wrote it: the last one bound directly from the acquisition."""
    call = graph.nodes[outcome.obligation.node].effect
    if isinstance(call, Invoke):
        if outcome.obligation.acquire is not None and outcome.obligation.acquire.state:
            return ".".join(call.receiver or ())
        wanted = (*call.dest, outcome.obligation.item) if outcome.obligation.item else call.dest
        for node in graph.nodes:
            effect = node.effect
            direct = isinstance(effect, Bind) and isinstance(effect.value, Ref) and effect.value.path == wanted
            if direct and isinstance(effect, Bind) and not effect.target[0].startswith("%"):
                return ".".join(effect.target)
    return next(iter(outcome.holders), "")
