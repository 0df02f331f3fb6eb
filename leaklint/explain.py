"""Why something is or is not reported: the acquisitions on a line, how their type was known, and how every path ends."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from leaklint.model import Diagnostic, Location, Step
from leaklint.source import Source

if TYPE_CHECKING:
    from leaklint.catalog.catalog import Catalog
    from leaklint.diagnose import Reporter
    from leaklint.engine import Options
    from leaklint.flow.findings import Judged
    from leaklint.flow.ir import Obligation
    from leaklint.flow.outcome import Leak, Outcome
    from leaklint.project import Project
    from leaklint.syntax.lower import Lowered


class Ending(msgspec.Struct, frozen=True):
    """One way in which paths end. excused: why a way that loses the resource does not count, "" if it counts or none is lost."""

    what: str
    loses: bool = False
    excused: str = ""
    trace: tuple[Step, ...] = ()


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine found out about one acquisition. silence: why there is no finding, "" if there is one."""

    location: Location
    function: str
    resource: str
    symbol: str
    known: str
    endings: tuple[Ending, ...]
    finding: Diagnostic | None
    silence: str


def explain(
    source: Source, catalog: "Catalog", options: "Options", row: int, project: "Project | None" = None
) -> tuple[Explanation, ...]:
    """An explanation of every acquisition whose call lies on `row`, in output order; `Unparsable` if there is no tree."""
    from leaklint.diagnose import Reporter, outcomes
    from leaklint.engine import make_project

    project = project or make_project(catalog, options)
    module = project.open(source, whole=True)
    if module is None:
        return ()
    module.idle = frozenset()  # what is released at once is explained, too
    reporter = Reporter(module, catalog)
    found: dict[tuple[Location, str], Explanation] = {}
    for scope in module.scopes():
        for lowered, judged in outcomes(module, scope, catalog, options.exceptions, project.summaries):
            # Every finding is made, so that those on the row have the fingerprints of a full run.
            finding = reporter.report(lowered, judged, scope)
            span = reporter.span(lowered, judged.outcome.obligation.node)
            if span.row <= row <= span.end_row:
                item = _explained(reporter, lowered, judged, scope.qualname, finding)
                found.setdefault((item.location, item.symbol), item)
    return tuple(found[key] for key in sorted(found))


def _explained(
    reporter: "Reporter", lowered: "Lowered", judged: "Judged", function: str, finding: Diagnostic | None
) -> Explanation:
    from leaklint.diagnose import symbol_of

    obligation = judged.outcome.obligation
    span = reporter.span(lowered, obligation.node)
    endings = tuple(_endings(reporter, lowered, judged))
    return Explanation(
        location=Location(span.row, span.column),
        function=function,
        resource=obligation.kind.what,
        symbol=symbol_of(judged.outcome, judged.graph),
        known=_known(obligation),
        endings=endings,
        finding=finding,
        silence="" if finding else _silence(judged, endings),
    )


def _known(obligation: "Obligation") -> str:
    """How the type of the resource was known."""
    library = obligation.kind_id.partition(":")[0]
    if obligation.shape:
        return f"by use: its type is unknown, but the function uses it as a {obligation.shape}"
    if obligation.acquire is None:
        return f"{obligation.certainty}: the called function of this project returns it to its caller"
    calls = obligation.acquire.call if isinstance(obligation.acquire.call, tuple) else (obligation.acquire.call,)
    named = ", ".join(call.rpartition(":")[2] for call in calls[:3]) + (", ..." if len(calls) > 3 else "")
    return f"{obligation.certainty}: the rules of {library} name {named}"


def _endings(reporter: "Reporter", lowered: "Lowered", judged: "Judged") -> Iterator[Ending]:
    outcome = judged.outcome
    if outcome.released:
        yield Ending("released")
    for reason, paths in sorted(outcome.transfers.items()):
        holders = ", ".join(sorted(".".join(path) for path in paths if path))
        yield Ending(f"handed over ({reason}{': ' + holders if holders else ''})")
    if outcome.shared:
        yield Ending("given to a callee that is not known, which may have kept it")
    yield from _losing(reporter, lowered, judged)


SHOWN = 3
"""How many ways are shown that end alike: the shortest come first."""


def _losing(reporter: "Reporter", lowered: "Lowered", judged: "Judged") -> Iterator[Ending]:
    """The ways on which it is lost."""
    counting = {id(leak) for leak in (*judged.leaks, *judged.failed)}
    seen: set[tuple[Step, ...]] = set()
    alike: Counter[tuple[str, str]] = Counter()
    for leak in judged.outcome.leaks:
        trace = _trace(reporter, lowered, judged, leak)
        if trace in seen:
            continue
        seen.add(trace)
        excused = "" if id(leak) in counting else _excuse(leak, judged)
        alike[leak.how, excused] += 1
        if alike[leak.how, excused] <= SHOWN:
            yield Ending(_ENDS.get(leak.how, leak.how), True, excused, trace)
    for (how, excused), number in alike.items():
        if number > SHOWN:
            yield Ending(f"{_ENDS.get(how, how)}, in {number - SHOWN} more ways", True, excused)


_ENDS = {
    "exit": "lost: the function is left normally while it is held",
    "failure": "lost: an exception leaves the function while it is held",
    "rebound": "lost: its last name is bound anew or deleted while it is held",
    "dropped": "lost: nothing holds its value any more",
}


def _trace(reporter: "Reporter", lowered: "Lowered", judged: "Judged", leak: "Leak") -> tuple[Step, ...]:
    from leaklint.diagnose import symbol_of
    from leaklint.flow.trace import steps

    raw = steps(judged.outcome, leak, judged.graph)
    symbol = symbol_of(judged.outcome, judged.graph)
    return tuple(reporter.trace(raw, judged.outcome.obligation, symbol, lowered))


def _excuse(leak: "Leak", judged: "Judged") -> str:
    """Why a leak does not count. Errs to the general reason where several hold."""
    from leaklint.flow.world import Flag

    if judged.graph.is_module and leak.has(Flag.EXCEPTIONAL):
        return "exceptions at module level end the program"
    if leak.world.soft:
        return "a callee that is not known may have kept it, and nothing later shows that the function still owns it"
    if leak.has(Flag.VAGUE):
        return "too many facts to tell the branches apart"
    return _excused_as_a_whole(judged.outcome) or "the rules of ownership excuse it"


def _excused_as_a_whole(outcome: "Outcome") -> str:
    """Why no leak of an acquisition counts, "" if that depends on the leak."""
    if outcome.incomplete:
        return "the function has too many states to follow them all"
    state = outcome.obligation.acquire is not None and outcome.obligation.acquire.state
    if not outcome.released and (state or outcome.obligation.shape):
        return "without a release in this function nothing shows that it is the function's own"
    if outcome.obligation.severity == "info" and (outcome.released or outcome.parent_here):
        return "it goes with its parent"
    return ""


def _silence(judged: "Judged", endings: tuple[Ending, ...]) -> str:
    """Why there is no finding."""
    if not any(ending.loses for ending in endings):
        return _excused_as_a_whole(judged.outcome) or "every path releases it or hands it over"
    return "no path that loses it counts"
