"""`--output-format rdjson`: the Reviewdog Diagnostic Format. Its columns count bytes of UTF-8."""

from collections.abc import Iterator

from leaklint.model import Diagnostic, Location, Repair, Severity
from leaklint.output._escape import json_text, printable, unicode
from leaklint.output._place import relative
from leaklint.output._report import Report

SUMMARY = "reviewdog's diagnostic format"

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}


def render(report: Report) -> Iterator[str]:
    """One `DiagnosticResult`."""
    worst = max((item.severity for item in report.diagnostics), key=lambda severity: severity.rank, default=Severity.INFO)
    result = {
        "source": {"name": "leaklint"},
        "severity": _SEVERITIES[worst],
        "diagnostics": [_diagnostic(item, report) for item in report.diagnostics],
    }
    yield json_text(result, indent=2) + "\n"


def _diagnostic(item: Diagnostic, report: Report) -> dict[str, object]:
    lines = report.lines(item.filename)
    repair = report.repair(item)
    suggestions = _suggestions(repair, lines) if repair is not None and repair.edits else ()
    return {
        "message": f"{item.name}: {printable(item.message)}",
        "location": {
            "path": relative(item.filename, report.root),
            "range": {"start": _position(item.location, lines), "end": _position(item.end_location, lines)},
        },
        "severity": _SEVERITIES[item.severity],
        "code": {"value": item.code},
        "relatedLocations": [
            {
                "message": f"{number}. {printable(step.message)}",
                "location": {
                    "path": relative(step.filename, report.root),
                    "range": {"start": _position(Location(step.row, step.column), report.lines(step.filename))},
                },
            }
            for number, step in enumerate(item.trace, 1)
        ],
        **({"suggestions": suggestions} if suggestions else {}),
    }


def _suggestions(repair: Repair, lines: tuple[str, ...]) -> list[dict[str, object]]:
    """One suggestion from the first replaced place to the last: several would be alternatives to each other."""
    start, end = repair.edits[0].location, repair.edits[-1].end_location
    text, place = [], start
    for edit in repair.edits:
        text += [_between(lines, place, edit.location), edit.content]
        place = edit.end_location
    span = {"start": _position(start, lines), "end": _position(end, lines)}
    return [{"range": span, "text": unicode("".join(text))}]


def _between(lines: tuple[str, ...], start: Location, end: Location) -> str:
    """What stands between two places, with LF as line ends."""
    rows = [*lines[start.row - 1 : end.row], *([""] if end.row > len(lines) else [])]
    if len(rows) <= 1:
        return rows[0][start.column - 1 : end.column - 1] if rows else ""
    return "\n".join([rows[0][start.column - 1 :], *rows[1:-1], rows[-1][: end.column - 1]])


def _position(place: Location, lines: tuple[str, ...]) -> dict[str, int]:
    before = lines[place.row - 1][: place.column - 1] if place.row <= len(lines) else " " * (place.column - 1)
    return {"line": place.row, "column": len(before.encode(errors="replace")) + 1}
