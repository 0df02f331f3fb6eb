"""`--output-format sarif`: SARIF 2.1.0, with the trace as a code flow.

Paths are relative to the working folder. Every enabled rule is listed, whether it fired or not, so that runs can be
compared. The file is what GitHub code scanning reads; it shows `primaryLocationLineHash` as the identity of a finding.
"""

from collections.abc import Iterator

import msgspec

from leaklint.model import Diagnostic, Location, Repair, Replacement, Severity, Step
from leaklint.output import _sarif as sarif
from leaklint.output._escape import json_text, printable, unicode
from leaklint.output._place import uri
from leaklint.output._report import Report, Rule

SUMMARY = "SARIF 2.1.0, for code scanning"

_LEVELS: dict[Severity, sarif.Level] = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_KINDS = {
    "acquire": ("acquire", "resource"),
    "branch": ("branch",),
    "raise": ("call", "danger"),
    "call": ("call",),
    "rebind": ("value",),
    "yield": ("exit", "danger"),
    "with": ("scope",),
    "exit": ("exit", "function"),
}


def render(report: Report) -> Iterator[str]:
    """The log with one run."""
    index = {rule.code: position for position, rule in enumerate(report.rules)}
    run = sarif.Run(
        tool=sarif.Tool(sarif.Driver("leaklint", report.version, tuple(map(_rule, report.rules)))),
        results=tuple(_results(report, index)),
    )
    yield json_text(sarif.Log(runs=(run,)), indent=2) + "\n"


def _rule(rule: Rule) -> sarif.Descriptor:
    name = "".join(word.capitalize() for word in rule.name.split("-"))
    return sarif.Descriptor(
        id=rule.code,
        name=name,
        short_description=sarif.Text(f"{rule.name}: {rule.summary}"),
        full_description=sarif.Text(rule.summary),
        help=sarif.Help(text=rule.page, markdown=rule.page),
        properties={"tags": ["resource-leak"], "precision": "high", "problem.severity": "warning"},
    )


def _results(report: Report, index: dict[str, int]) -> Iterator[sarif.Result]:
    seen: dict[str, int] = {}
    for item in report.diagnostics:
        seen[item.fingerprint] = seen.get(item.fingerprint, 0) + 1
        repair = report.repair(item)
        identity = f"{item.fingerprint}:{seen[item.fingerprint]}"
        yield sarif.Result(
            rule_id=item.code,
            rule_index=index.get(item.code, -1),
            level=_LEVELS[item.severity],
            message=sarif.Text(printable(item.message)),
            locations=(_main_location(item, report.root),),
            code_flows=_flow(item.trace, report.root),
            related_locations=tuple(_related(item.trace, report.root)),
            fixes=_fixes(item, repair, report.root),
            partial_fingerprints={"primaryLocationLineHash": identity, "leaklint/v1": item.fingerprint},
            properties=_properties(item, repair),
        )


def _properties(item: Diagnostic, repair: Repair | None) -> dict[str, str]:
    """What the format has no place for, a text to show among it."""
    found = {"resource": printable(item.resource), "category": item.category, "certainty": item.certainty}
    return {**found, "suggestion": unicode(repair.suggestion)} if repair is not None and repair.suggestion else found


def _fixes(item: Diagnostic, repair: Repair | None, root: str) -> tuple[sarif.Fix, ...]:
    """The repair, if there is anything to replace."""
    if repair is None or not repair.edits:
        return ()
    doubt = f" (unsafe: {repair.reason})" if repair.applicability == "unsafe" else ""
    change = sarif.ArtifactChange(sarif.ArtifactLocation(uri(item.filename, root)), tuple(map(_replaced, repair.edits)))
    properties: dict[str, str] = {"applicability": repair.applicability}
    said = sarif.Text(printable(repair.message + doubt))
    return (sarif.Fix(description=said, artifact_changes=(change,), properties=properties),)


def _replaced(edit: Replacement) -> sarif.Replaced:
    start, end = edit.location, edit.end_location
    return sarif.Replaced(sarif.Region(start.row, start.column, end.row, end.column), sarif.Content(unicode(edit.content)))


def _main_location(item: Diagnostic, root: str) -> sarif.Location:
    logical = (sarif.LogicalLocation(printable(item.function), "function"),) if item.function else ()
    return sarif.Location(_physical(item.filename, root, item.location, item.end_location), logical_locations=logical)


def _flow(trace: tuple[Step, ...], root: str) -> tuple[sarif.CodeFlow, ...]:
    """The trace as one code flow; none if there is no trace."""
    steps = tuple(sarif.FlowStep(_step_location(step, root), number, _KINDS[step.kind]) for number, step in enumerate(trace, 1))
    return (sarif.CodeFlow((sarif.ThreadFlow(steps),)),) if steps else ()


def _related(trace: tuple[Step, ...], root: str) -> Iterator[sarif.Location]:
    for number, step in enumerate(trace):
        if step.kind != "acquire":
            yield msgspec.structs.replace(_step_location(step, root), id=number)


def _step_location(step: Step, root: str) -> sarif.Location:
    place = Location(step.row, step.column)
    return sarif.Location(_physical(step.filename, root, place, None), message=sarif.Text(printable(step.message)))


def _physical(filename: str, root: str, start: Location, end: Location | None) -> sarif.PhysicalLocation:
    region = sarif.Region(start.row, start.column, end.row if end else None, end.column if end else None)
    return sarif.PhysicalLocation(sarif.ArtifactLocation(uri(filename, root)), region)
