"""Comments that silence: read, applied and written."""

from leaklint.add_ignores import with_ignores
from leaklint.comments import comments, rows_without_end
from leaklint.model import Diagnostic, Location, Severity
from leaklint.pipeline import rule_names
from leaklint.source import lines
from leaklint.suppress import directives, skips_file, suppress
from tests.fuzz.contract import Target
from tests.fuzz.texts import PYTHON, python_seeds, text_of

_ENABLED = frozenset(rule_names())


def _finding(code: str, row: int, last: int) -> Diagnostic:
    place = Location(row, 1)
    return Diagnostic(
        code=code, name=rule_names()[code], severity=Severity.ERROR, message="m", filename="x.py", location=place,
        end_location=place, statement_rows=(row, last), fingerprint=f"{row}",
    )  # fmt: skip


def run(data: bytes) -> None:
    """Directives lie in the text; what a written comment is to silence, it silences."""
    text = text_of(data)
    rows = lines(text)
    for comment in comments(text):
        assert rows[comment.row - 1][comment.column - 1 :].startswith("#")
    assert all(1 <= row <= len(rows) for row in rows_without_end(text))
    assert all(1 <= directive.row <= len(rows) for directive in directives(text))
    skips_file(text)
    found = [_finding("RLK101", row, min(row + 1, len(rows))) for row in range(1, len(rows) + 1, 3)]
    suppress(text, "x.py", found, _ENABLED, rule_names())
    ignored = with_ignores(text, found, "why")
    left = suppress(ignored.text, "x.py", found, _ENABLED, rule_names())
    expected = {finding.fingerprint for finding in ignored.left}
    assert {finding.fingerprint for finding in left if finding.code == "RLK101"} <= expected


TARGET = Target(run, python_seeds, (*PYTHON, "# leaklint:", "ignore[", "noqa:", "RLK1", "E501,", "never-released", "noqa"))
