"""Writes `# leaklint: ignore[...]` where findings are: for code that is to be mended later."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from leaklint.comments import comments, rows_without_end
from leaklint.model import Diagnostic
from leaklint.source import row_starts

_GIVEN = re.compile(r"(#\s*leaklint:\s*ignore\s*\[)([^][#]*)(\])")


class Ignored(NamedTuple):
    """The text with comments, and the findings for which no row of their statement can take one."""

    text: str
    left: tuple[Diagnostic, ...]


def with_ignores(text: str, found: Sequence[Diagnostic], reason: str = "") -> Ignored:
    """The text in which every finding is silenced by a comment on its statement; existing lists are extended."""
    closed = rows_without_end(text)
    codes: dict[int, set[str]] = {}
    left = []
    for diagnostic in found:
        row = _row(diagnostic, closed)
        if row is None:
            left.append(diagnostic)
        else:
            codes.setdefault(row, set()).add(diagnostic.code)
    lines = [text[start:end] for start, end in pairwise([*row_starts(text), len(text)])]
    commented = {comment.row: comment.column - 1 for comment in comments(text)}
    for row, chosen in codes.items():
        line = lines[row - 1]
        lines[row - 1] = _with_comment(line, commented.get(row, len(line)), sorted(chosen), reason)
    return Ignored("".join(lines), tuple(left))


def _row(diagnostic: Diagnostic, closed: frozenset[int]) -> int | None:
    """The row for the comment: where the resource is acquired, else the next of the statement that can take one."""
    if diagnostic.code.startswith("RLK9"):
        return None
    first, last = diagnostic.statement_rows
    start = diagnostic.location.row
    return next((row for row in (start, *range(start + 1, last + 1), *range(first, start)) if row not in closed), None)


def _with_comment(line: str, comment_at: int, codes: list[str], reason: str) -> str:
    """The line with the codes in its list, or with a comment of its own behind what it has."""
    if _GIVEN.search(line, comment_at):
        code, comment = line[:comment_at], line[comment_at:]
        return code + _GIVEN.sub(lambda match: match[1] + _joined(match[2], codes) + match[3], comment, count=1)
    body = line.rstrip("\r\n")
    ending = line[len(body) :]
    comment = f"# leaklint: ignore[{', '.join(codes)}] {reason}".rstrip()
    return f"{body.rstrip()}  {comment}{ending}"


def _joined(given: str, codes: list[str]) -> str:
    """A list of rules with those that it lacks."""
    present = [rule.strip() for rule in given.split(",") if rule.strip()]
    return ", ".join([*present, *(code for code in codes if code not in present)])
