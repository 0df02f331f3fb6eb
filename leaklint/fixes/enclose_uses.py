"""`x = acquire()` and its uses -> `with acquire() as x:` around them, or `try/finally` where no `with` does the same.

The block reaches to the release, which goes, or to the last use. A `try` whose `finally` does nothing but release is
taken up by the `with`. Rows are moved, never written anew: comments and formatting stay.
"""

import re
from collections.abc import Iterator, Sequence

import libcst as cst

from leaklint.fixes.contract import Edit, Fix, Remedy
from leaklint.fixes.headers import Header, header
from leaklint.fixes.page import Page
from leaklint.fixes.region import Region, keeper, region
from leaklint.fixes.releases import Ending, Release, written
from leaklint.fixes.site import Site

_ASSIGN = re.compile(r"[ \t]*=[ \t]*")
TWICE_IS_FINE = frozenset({"file", "socket", "stream", "session", "temporary", "cursor"})


def propose(site: Site) -> Iterator[Fix]:
    """`with` first, then `try/finally`."""
    found = region(site)
    if found is None or _suite(site.page, found) is None:
        return
    entered = header(site, found.acquired, _given(found)) if not site.partial else None
    if entered is not None:
        yield from in_with(site, found, entered)
    if not found.again or site.diagnostic.category in TWICE_IS_FINE:
        yield from in_finally(site, found)


def _given(found: Region) -> Release | None:
    if found.release is not None:
        return found.release
    return found.ending.release if found.ending is not None else None


def _judged(title: str, edits: list[Edit], site: Site, found: Region, reason: str = "", imports: tuple[Edit, ...] = ()) -> Fix:
    """Safe unless something is released twice, or needed longer than the block lasts."""
    if not reason and site.diagnostic.code == "RLK109":
        reason = "the connection stays open in the pool for the next one who asks"
    kept = keeper(site, found) if found.release is None and found.ending is None and not reason else None
    if kept is not None:
        reason = f"{kept} may keep '{found.name}'"
    if not reason and found.again and site.diagnostic.category not in TWICE_IS_FINE:
        reason = f"'{found.name}' is released a second time on some paths"
    return Fix(title, tuple(edits), "unsafe" if reason else "safe", reason, "", imports)


# --- with -----------------------------------------------------------------------------------------------------------


def in_with(site: Site, found: Region, entered: Header, reason: str = "") -> Iterator[Fix]:
    """`with` around the region."""
    page, unit = site.page, _suite(site.page, found) or ""
    head = _headed(page, found, entered)
    if head is None:
        return
    edits = [*head]
    first = page.last_row(found.place.statement) + 1
    if found.ending is not None:
        taken = _taken_up(page, found.ending, found.place.indent, unit, first)
        if taken is None:
            return
        edits += taken
    else:
        last = page.span(found.release.statement).row - 1 if found.release is not None else page.last_row(found.inner[-1])
        edits += page.indented(first, last, found.place.indent, unit)
    if found.release is not None:
        edits += _removed(page, found.release.statement, found.place.indent + unit)
    title = f"enclose the uses of '{found.name}' in '{entered.statement}'"
    yield _judged(title, edits, site, found, entered.reason or reason, entered.edits)


def _headed(page: Page, found: Region, entered: Header) -> list[Edit] | None:
    """`x = acquire()` -> `with acquire() as x:`; an annotation gets a row of its own."""
    statement = found.place.statement
    assert isinstance(statement, cst.SimpleStatementLine)
    small = statement.body[0]
    start, end = page.range(small)
    left = small.targets[0].target if isinstance(small, cst.Assign) else small.annotation  # type: ignore[attr-defined]
    left_end = page.range(left)[1]
    equal = _ASSIGN.match(page.text, left_end)
    if equal is None:
        return None
    noted = "" if isinstance(small, cst.Assign) else page.text[start:left_end] + page.newline + found.place.indent
    begins = equal.end()
    if entered.drop_await:
        begins = page.range(found.acquired.call)[0]
    return [Edit(start, begins, noted + entered.before), Edit(end, end, f"{entered.after} as {found.name}:")]


def _taken_up(page: Page, ended: Ending, indent: str, unit: str, first: int) -> list[Edit] | None:
    """The rows up to a `try` move to the right, the `try` goes if it does nothing more."""
    statement = ended.statement
    row = page.span(statement).row
    final = statement.finalbody
    assert final is not None
    if not ended.alone:
        moved = page.indented(first, page.last_row(statement), indent, unit)
        return [*_without(moved, page, ended.release.statement), *_removed(page, ended.release.statement, indent + unit + unit)]
    final_row = page.span(final).row
    gone = [*_cut(page, final_row, indent + unit), *_removed(page, ended.release.statement, indent + unit)]
    if statement.handlers or statement.orelse is not None:
        return [*page.indented(first, final_row - 1, indent, unit), *gone]
    body = statement.body
    if not isinstance(body, cst.IndentedBlock) or (body.indent or page.tree.default_indent) != unit:
        return None
    return [*page.indented(first, row - 1, indent, unit), *_cut(page, row, indent + unit), *gone]


def _without(edits: Iterator[Edit], page: Page, statement: cst.SimpleStatementLine) -> list[Edit]:
    start, end = page.row_range(page.span(statement).row, page.last_row(statement))
    return [edit for edit in edits if not start <= edit.start < end]


def _cut(page: Page, row: int, indent: str) -> list[Edit]:
    """A row that goes; a comment at its end stays."""
    start, end = page.row_range(row, row)
    comment = _comment(page.row(row))
    return [Edit(start, end, f"{indent}{comment}{page.newline}" if comment else "")]


def _comment(text: str) -> str:
    """The comment of a row without strings."""
    return text[text.index("#") :].rstrip("\r\n") if "#" in text else ""


def _removed(page: Page, statement: cst.SimpleStatementLine, indent: str) -> list[Edit]:
    """A statement that goes; comments within and behind it stay."""
    first, last = page.span(statement).row, page.last_row(statement)
    start, end = page.row_range(first, last)
    within = "".join(
        f"{indent}{comment}{page.newline}" for comment in _comments((*statement.body, statement.trailing_whitespace))
    )
    return [Edit(start, end, within)]


def _comments(nodes: Sequence[cst.CSTNode]) -> Iterator[str]:
    """The comments below nodes, in the order of the text."""
    for node in nodes:
        if isinstance(node, cst.Comment):
            yield node.value
        yield from _comments(node.children)


# --- try/finally ----------------------------------------------------------------------------------------------------


def in_finally(site: Site, found: Region, reason: str = "") -> Iterator[Fix]:
    """`try/finally` around the region."""
    page, unit, indent = site.page, _suite(site.page, found) or "", found.place.indent
    behind = page.last_row(found.place.statement) + 1
    title = f"release '{found.name}' in a 'finally'"
    if found.ending is not None:
        edits = _moved_up(page, found.ending, indent, unit, behind)
    elif found.release is not None:
        rows = page.span(found.release.statement).row, page.last_row(found.release.statement)
        start = page.starts[rows[0] - 1]
        edits = [
            page.inserted(behind, f"{indent}try:"),
            *page.indented(behind, rows[0] - 1, indent, unit),
            Edit(start, start, f"{indent}finally:{page.newline}"),
            *page.indented(*rows, indent, unit),
            *_instead(page, found.release),
        ]
    else:
        edits = _appended(site, found, indent, unit, behind)
    if edits:
        yield _judged(title, edits, site, found, reason)


def _moved_up(page: Page, ended: Ending, indent: str, unit: str, behind: int) -> list[Edit]:
    """The `try:` moves up to the acquisition; only where its `finally` does nothing but release."""
    row, statement = page.span(ended.statement).row, ended.statement
    if not ended.alone or statement.handlers or statement.orelse is not None or row == behind:
        return []
    start, end = page.row_range(row, row)
    moved = Edit(page.starts[behind - 1], page.starts[behind - 1], page.text[start:end])
    return [moved, *page.indented(behind, row - 1, indent, unit), Edit(start, end, "")]


def _instead(page: Page, release: Release) -> list[Edit]:
    """A statement that fails to release becomes one that does."""
    start, end = page.range(release.statement.body[0])
    return [Edit(start, end, release.instead)] if release.instead else []


def _appended(site: Site, found: Region, indent: str, unit: str, behind: int) -> list[Edit]:
    page, text = site.page, written(site, found.name)
    last = page.last_row(found.inner[-1])
    if text is None:
        return []
    closing = f"{indent}finally:{page.newline}{indent}{unit}{text}"
    return [
        page.inserted(behind, f"{indent}try:"),
        *page.indented(behind, last, indent, unit),
        page.inserted(last + 1, closing),
    ]


def _suite(page: Page, found: Region) -> str | None:
    """What one level more adds there; None if rows are not the statements' own."""
    rows = {page.first_row(s) for s in (found.place.statement, *found.inner)}
    if len(rows) != len(found.inner) + 1 or any(page.last_row(s) < page.first_row(s) for s in found.inner):
        return None
    if found.ending is not None and isinstance(found.ending.statement.body, cst.IndentedBlock):
        return found.ending.statement.body.indent or page.tree.default_indent
    return found.place.unit


_CODES = ("RLK101", "RLK102", "RLK103", "RLK105", "RLK106", "RLK107", "RLK108", "RLK109")
REMEDY = Remedy("enclose-uses", frozenset(_CODES), 30, propose)
