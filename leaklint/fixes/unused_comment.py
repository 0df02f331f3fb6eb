"""A suppression that silences nothing: the comment goes, or the codes in it that are idle."""

import re
from collections.abc import Iterator

from leaklint.fixes.contract import Edit, Fix, Remedy
from leaklint.fixes.site import Site

_IDLE = re.compile(r"'([^']+)'")


def propose(site: Site) -> Iterator[Fix]:
    """The comment without what is idle."""
    page, diagnostic = site.page, site.diagnostic
    start = page.offset(diagnostic.location.row, diagnostic.location.column)
    end = page.offset(diagnostic.end_location.row, diagnostic.end_location.column)
    text = page.text[start:end]
    named = [word for word in _IDLE.findall(diagnostic.message.partition(" silences")[0]) if word != text]
    shorter = _without(text, named) if named else ""
    if shorter:
        yield Fix("remove what silences nothing", (Edit(start, end, shorter),))
        return
    row_start, row_end = page.row_range(diagnostic.location.row, diagnostic.location.row)
    before, behind = page.text[row_start:start], page.text[end:row_end]
    if behind.strip() and not behind.lstrip().startswith("#"):
        # A reason or another linter's words follow: what is left must stay a comment.
        behind_start = end + len(behind) - len(behind.lstrip())
        own = "# " if text.lstrip().startswith("#") else ""
        if "ignore" in text:  # its reason goes with it
            yield _whole(before, row_start, start, row_end, page.text)
        else:
            yield Fix("remove the comment", (Edit(start, behind_start, own),))
        return
    if behind.strip():
        yield Fix("remove the comment", (Edit(start, end + len(behind) - len(behind.lstrip()), ""),))
        return
    yield _whole(before, row_start, start, row_end, page.text)


def _whole(before: str, row_start: int, start: int, row_end: int, text: str) -> Fix:
    """The rest of the row goes; the row, too, if nothing else stands in it."""
    if not before.strip():
        return Fix("remove the comment", (Edit(row_start, row_end, ""),))
    line_end = len(text[start:row_end]) - len(text[start:row_end].rstrip("\r\n"))
    return Fix("remove the comment", (Edit(row_start + len(before.rstrip()), row_end - line_end, ""),))


def _without(text: str, idle: list[str]) -> str:
    """The list of codes without the idle ones."""
    for code in idle:
        text = re.sub(rf"(?<=[\s,\[:]){re.escape(code)}(?:\s*,\s*|\s*(?=\])|(?=\s|\Z))", "", text)
    return re.sub(r",\s*(?=\]|\Z)", "", text).rstrip()


REMEDY = Remedy("unused-comment", frozenset({"RLK901"}), 10, propose)
