"""`--output-format gitlab`: a Code Quality report (`artifacts: reports: codequality`)."""

import hashlib
from collections.abc import Iterator

from leaklint.model import Diagnostic, Location
from leaklint.output._escape import json_text, printable
from leaklint.output._place import relative
from leaklint.output._report import Report

SUMMARY = "GitLab Code Quality report"

_SEVERITIES = {"error": "major", "warning": "minor", "info": "info"}


def render(report: Report) -> Iterator[str]:
    """The array; paths start from the working folder, which in GitLab's jobs is the project."""
    seen: dict[str, int] = {}
    items = []
    for item in report.diagnostics:
        path = relative(item.filename, report.root)
        base = f"{item.fingerprint}\0{path}"
        seen[base] = seen.get(base, 0) + 1
        items.append(_issue(item, path, f"{base}\0{seen[base]}"))
    yield json_text(items, indent=2) + "\n"


def _issue(item: Diagnostic, path: str, identity: str) -> dict[str, object]:
    # GitLab does not show check_name, so the code leads the description.
    return {
        "description": f"{item.code} {printable(item.message)}",
        "check_name": item.name,
        "fingerprint": hashlib.blake2b(identity.encode(errors="replace"), digest_size=16).hexdigest(),
        "severity": _SEVERITIES[item.severity],
        "location": {
            "path": path,
            "positions": {"begin": _position(item.location), "end": _position(item.end_location)},
        },
    }


def _position(location: Location) -> dict[str, int]:
    return {"line": location.row, "column": location.column}
