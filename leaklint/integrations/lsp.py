"""Findings in the terms of the language server protocol. Rows and columns count from 0 there, columns in the client's units."""

import os
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import TYPE_CHECKING

from lsprotocol import types

from leaklint.add_ignores import with_ignores
from leaklint.checks import all_checks
from leaklint.model import Diagnostic, Location, Severity, Step
from leaklint.output._escape import printable, unicode
from leaklint.source import row_starts

if TYPE_CHECKING:
    from leaklint.fixes.apply import Fixed

Units = Callable[[str], int]
"""How many of the client's units (UTF-16, if nothing else was agreed) a text takes."""

Rows = Callable[[str], Sequence[str]]
"""The rows of a file, () if it can't be read."""

ToUri = Callable[[str], str]

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}


def position(place: Location, rows: Sequence[str], units: Units) -> types.Position:
    """The place in the client's terms; columns beyond the end of the row stay at its end."""
    line = rows[place.row - 1] if place.row <= len(rows) else ""
    return types.Position(place.row - 1, units(line[: place.column - 1]))


def span(found: Diagnostic, rows: Sequence[str], units: Units) -> types.Range:
    """The range of a finding."""
    return types.Range(position(found.location, rows, units), position(found.end_location, rows, units))


def diagnostic(found: Diagnostic, rows_of: Rows, units: Units, to_uri: ToUri) -> types.Diagnostic:
    """The finding, its trace as related places."""
    return types.Diagnostic(
        range=span(found, rows_of(found.filename), units),
        severity=_SEVERITIES[found.severity],
        code=found.code,
        source="leaklint",
        message=printable(f"{found.name}: {found.message}"),
        related_information=[_related(step, rows_of, units, to_uri) for step in found.trace],
        tags=[types.DiagnosticTag.Unnecessary] if found.code == "RLK901" else None,
        data=found.fingerprint,
    )


def _related(step: Step, rows_of: Rows, units: Units, to_uri: ToUri) -> types.DiagnosticRelatedInformation:
    place = position(Location(step.row, step.column), rows_of(step.filename), units)
    uri = to_uri(os.path.abspath(step.filename))
    return types.DiagnosticRelatedInformation(types.Location(uri, types.Range(place, place)), printable(step.message))


def hover(found: Diagnostic, rows: Sequence[str], units: Units, suggestion: str = "") -> types.Hover:
    """What was found, step by step, what could be added, and the page of its check. Source text is shown as code."""
    page = next(check.page for check in all_checks() if check.code == found.code)
    steps = "\n".join(f"{n}. {_literal(f'line {step.row}: {step.message}')}" for n, step in enumerate(found.trace, 1))
    parts = [_literal(found.message), steps, _block(suggestion), "---", page]
    content = types.MarkupContent(types.MarkupKind.Markdown, "\n\n".join(filter(None, parts)))
    return types.Hover(content, span(found, rows, units))


def _literal(text: str) -> str:
    """Text in a code span that nothing in it can end."""
    return f"`{printable(text).replace('`', 'ˋ')}`"


def _block(text: str) -> str:
    """Python code, each row made printable and indented, so that nothing in it ends the block; "" for none."""
    return "".join(f"    {printable(row)}\n" for row in text.splitlines())


def silence(found: Diagnostic, text: str, uri: str, units: Units, told: types.Diagnostic) -> types.CodeAction | None:
    """The action that writes `# leaklint: ignore[CODE]` at a finding; None where no comment can stand."""
    changed = with_ignores(text, [found])
    return None if changed.left else _action(f"Silence {found.code} here", text, changed.text, uri, units, told)


def mend(fixed: "Fixed", uri: str, units: Units, told: types.Diagnostic) -> types.CodeAction | None:
    """The action that mends a finding, preferred if it is safe; None if nothing was mended."""
    if not fixed.mended:
        return None
    fix = fixed.mended[0].fix
    doubt = f" ({fix.reason})" if fix.reason else ""
    title = printable(f"leaklint: {fix.title}{doubt}")
    action = _action(title, fixed.source.text, fixed.text, uri, units, told)
    action.is_preferred = fix.applicability == "safe"
    return action


def _action(title: str, before: str, after: str, uri: str, units: Units, told: types.Diagnostic) -> types.CodeAction:
    edit = types.WorkspaceEdit(changes={uri: list(_edits(before, after, units))})
    return types.CodeAction(title, types.CodeActionKind.QuickFix, [told], edit=edit)


def _edits(before: str, after: str, units: Units) -> Iterator[types.TextEdit]:
    """What turns one text into the other, in whole rows."""
    old, new = _rows(before), _rows(after)
    for kind, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            span = types.Range(_row_start(start, old, units), _row_start(end, old, units))
            yield types.TextEdit(span, unicode("".join(new[new_start:new_end])))


def _rows(text: str) -> list[str]:
    """The rows with their line ends."""
    return [text[start:end] for start, end in pairwise([*row_starts(text), len(text)])]


def _row_start(number: int, rows: Sequence[str], units: Units) -> types.Position:
    """Where a row begins; behind the last one, the end of the text."""
    if number < len(rows):
        return types.Position(number, 0)
    return types.Position(len(rows) - 1, units(rows[-1]))
