"""Comments that silence findings, and those that silence nothing (RLK901).

    # noqa                                            every finding of the statement
    # noqa: RLK103, E501                              these codes; other linters' are left alone
    # leaklint: ignore                                every finding of the statement
    # leaklint: ignore[RLK103, never-released] why    these codes or names; the reason is free text
    # leaklint: skip-file                             the whole file

A comment counts on any row of the statement that acquires.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Literal, NamedTuple

from leaklint.comments import comments
from leaklint.model import Diagnostic, Location, Severity

_HINT = re.compile(r"noqa|leaklint:", re.IGNORECASE)
_IGNORE = re.compile(r"#\s*leaklint:\s*ignore\b(?:\s*\[(?P<rules>[^][#]*)\])?")
_SKIP = re.compile(r"#\s*leaklint:\s*skip-file\b")
# As flake8 reads it: what follows the colon and is no list of codes makes a bare `noqa`.
_NOQA = re.compile(
    r"#\s*noqa\b(?:\s*:\s*(?P<rules>(?:[a-z]+[0-9]+|[a-z]+(?:-[a-z]+)+)(?:[\s,]+(?:[a-z]+[0-9]+|[a-z]+(?:-[a-z]+)+))*))?",
    re.IGNORECASE,
)
_MOST = 50  # directives of a kind in one comment; whoever writes more is not obeyed further
_UNUSED = "RLK901"
_BROKEN = "RLK900"

Names = Mapping[str, str]
"""Code -> name of every rule."""


class Directive(NamedTuple):
    """One comment, or the part of it, that silences. rules: as written, () if it names none."""

    kind: Literal["noqa", "ignore"]
    rules: tuple[str, ...]
    row: int
    column: int
    text: str


def skips_file(text: str) -> bool:
    """Whether a comment takes the whole file out."""
    return _SKIP.search(text) is not None and any(_SKIP.search(comment.text) for comment in comments(text))


def directives(text: str) -> list[Directive]:
    """Every comment that silences, in order."""
    if not _HINT.search(text):
        return []
    found: list[Directive] = []
    for comment in comments(text):
        for kind, pattern in (("noqa", _NOQA), ("ignore", _IGNORE)):
            for match in islice(pattern.finditer(comment.text), _MOST):
                rules = tuple(re.findall(r"[^\s,]+", match["rules"] or ""))
                column = comment.column + match.start()
                found.append(Directive("noqa" if kind == "noqa" else "ignore", rules, comment.row, column, match[0].rstrip()))
    return found


def suppress(text: str, filename: str, found: Sequence[Diagnostic], enabled: frozenset[str], names: Names) -> list[Diagnostic]:
    """The findings of a text that no comment silences, and RLK901 for comments that silence none of them.

    A comment is in use if it silences any finding, selected or not; `enabled` decides which unused ones are reported.
    Where something could not be analysed, no comment is called unused.
    """
    given = directives(text)
    if not given:
        return list(found)
    kept, used = _apply(given, found, names)
    if any(diagnostic.code == _BROKEN for diagnostic in found):
        return kept
    idle = [_idle(number, directive, used, enabled - {_UNUSED}, names) for number, directive in enumerate(given)]
    bare = [d.kind == "ignore" and not d.rules and (number, "") not in used for number, d in enumerate(given)]
    unused, silencing = _apply(given, _reports(given, idle, bare, filename, names), names)
    # What names RLK901 itself is judged last, by what the others left to silence.
    idle = [_idle(number, directive, used | silencing, enabled & {_UNUSED}, names) for number, directive in enumerate(given)]
    return [*kept, *unused, *_reports(given, idle, [False] * len(given), filename, names)]


Used = set[tuple[int, str]]
"""(number of a directive, rule in it as written, "" if it names none)."""


def _apply(given: Sequence[Directive], found: Iterable[Diagnostic], names: Names) -> tuple[list[Diagnostic], Used]:
    """The findings that no directive silences, and what silenced the others."""
    by_row: dict[int, list[int]] = {}
    for number, directive in enumerate(given):
        by_row.setdefault(directive.row, []).append(number)
    kept: list[Diagnostic] = []
    used: Used = set()
    meant = {rule: _codes(rule, names) for directive in given for rule in directive.rules}
    for diagnostic in found:
        numbers = [number for row in _rows(diagnostic) for number in by_row.get(row, ())]
        silencing = {(n, rule) for n in numbers for rule in _matching(given[n], diagnostic, meant)}
        used |= silencing
        if not silencing:
            kept.append(diagnostic)
    return kept, used


def _matching(directive: Directive, diagnostic: Diagnostic, meant: Mapping[str, frozenset[str]]) -> list[str]:
    """The rules of a directive that mean the finding's code, [""] for a bare one. What is said of a bare one stays.

    meant: the codes that each rule means.
    """
    if not directive.rules:
        about_itself = diagnostic.code == _UNUSED and diagnostic.location == Location(directive.row, directive.column)
        return [] if about_itself else [""]
    return [rule for rule in directive.rules if diagnostic.code in meant[rule]]


def _rows(diagnostic: Diagnostic) -> range:
    """The rows on which a comment counts."""
    first, last = diagnostic.statement_rows
    if (first, last) == (0, 0):
        first, last = diagnostic.location.row, diagnostic.end_location.row
    return range(first, last + 1)


def _codes(rule: str, names: Names) -> frozenset[str]:
    """Our codes that a rule in a comment means: a code or a prefix of codes that begins with RLK, or a name."""
    prefix = rule.upper()
    if prefix.startswith("RLK"):
        return frozenset(code for code in names if code.startswith(prefix))
    return frozenset(code for code, name in names.items() if name == rule.lower())


def _idle(number: int, directive: Directive, used: Used, enabled: frozenset[str], names: Names) -> list[str]:
    """The rules of a directive that mean an enabled code and silenced nothing."""
    return [rule for rule in directive.rules if (number, rule) not in used and _codes(rule, names) & enabled]


def _reports(
    given: Sequence[Directive], idle: Sequence[Sequence[str]], bare: Sequence[bool], filename: str, names: Names
) -> Iterator[Diagnostic]:
    """RLK901 for each directive with idle rules, or that is bare and idle."""
    seen: dict[str, int] = {}
    for directive, rules, is_idle in zip(given, idle, bare, strict=True):
        if rules or is_idle:
            seen[directive.text] = seen.get(directive.text, 0) + 1
            yield _diagnostic(directive, rules, filename, seen[directive.text], names)


def _diagnostic(directive: Directive, idle: Sequence[str], filename: str, ordinal: int, names: Names) -> Diagnostic:
    what = ", ".join(f"'{rule}'" for rule in idle) if 0 < len(idle) < len(directive.rules) else f"'{directive.text}'"
    start = Location(directive.row, directive.column)
    return Diagnostic(
        code=_UNUSED,
        name=names[_UNUSED],
        severity=Severity.WARNING,
        message=f"{what} silences nothing; remove it",
        filename=filename,
        location=start,
        end_location=Location(directive.row, directive.column + len(directive.text)),
        fingerprint=hashlib.blake2b(f"{_UNUSED}\0{directive.text}\0{ordinal}".encode(), digest_size=12).hexdigest(),
        statement_rows=(directive.row, directive.row),
    )
