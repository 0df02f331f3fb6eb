"""What the text of a function may assign, found without parsing it. Errs to too much.

A string or a comment may look like an assignment, and a target may look like an argument: then the function is parsed in
vain. What no pattern here knows is no target in Python's grammar, or counts as "anything".
"""

import re
from collections.abc import Iterator

_GAP = r"(?:[ \t]|\\\r?\n)*+"
_PLAIN = re.compile(rf"\.{_GAP}(\w+){_GAP}(?:[-+*/%@&|^]|//|\*\*|<<|>>)?=(?!=)")
"""`x.name = `, `x.name += `."""
_ANNOTATED = re.compile(r"(?:^|[;:])[ \t]*\(?\w+(?:[ \t]*\.[ \t]*\w+){0,20}?[ \t]*\.[ \t]*(\w+)[ \t]*\)?[ \t]*:", re.MULTILINE)
"""`x.name: T`, with or without a value."""
_FOLLOWED = re.compile(r"\.[ \t]*(\w+)(?=[ \t]*[,)\]])")
"""`x.name, ` and `x.name)`: one of several targets, if an `=` follows in the same line."""
_BOUND = re.compile(r"\bfor\b([^\n:]{1,400}?)\bin\b|\bas\b([^\n:]{1,400})")
"""Loop variables, and what `with` and `except` bind."""
_MEMBER = re.compile(r"\.\s*(\w+)")
_GOES_ON = re.compile(
    r",[ \t]*+\\\r?\n|\b(?:for|as)[ \t]*+(?:[(\[](?:[^)\]\n]{401}|[^)\]\n]{0,400}\n)|(?:\\|#[^\n]*+)?\n)",
)
"""A target that goes on on the next line; a very long one may."""
_CLOSED = re.compile(r"^([^\n]*[)\]])[ \t]*=(?!=)", re.MULTILINE)
"""A bracket before an `=`: where it was opened decides."""
_GLOBAL = re.compile(r"(?:^|[;:])[ \t]*global\b", re.MULTILINE)


def attributes(text: str, start: int, end: int) -> frozenset[str] | None:
    """The attributes of any object that the text may assign; None: it could be any."""
    if _GOES_ON.search(text, start, end) or any(_opened_above(m[1]) for m in _CLOSED.finditer(text, start, end)):
        return None
    names = set(_PLAIN.findall(text, start, end))
    names.update(_ANNOTATED.findall(text, start, end))
    names.update(_among_others(text, start, end))
    for match in _BOUND.finditer(text, start, end):
        names.update(_MEMBER.findall(match[1] or match[2] or ""))
    return frozenset(names)


def _among_others(text: str, start: int, end: int) -> Iterator[str]:
    """Members that stand in a row with other targets, before the last `=` of their line."""
    line_end = equals = start - 1
    for match in _FOLLOWED.finditer(text, start, end):
        if match.start() > line_end:
            found = text.find("\n", match.end(), end)
            line_end = found if found >= 0 else end
            equals = _last_assignment(text, match.end(), line_end)
        if match.end() <= equals:
            yield match[1]


def _last_assignment(text: str, start: int, end: int) -> int:
    """Where the last `=` that is no comparison stands, -1 if there is none."""
    at = text.rfind("=", start, end)
    while at > start and text[at - 1] in "=!<>":
        at = text.rfind("=", start, at - 1)
    return at


def _opened_above(line: str) -> bool:
    """Whether a bracket may have been opened on an earlier line; quotes are not looked into."""
    opened, closed = line.count("(") + line.count("["), line.count(")") + line.count("]")
    return closed > opened or '"' in line or "'" in line


def declares_global(text: str, start: int, end: int) -> bool:
    """Whether a `global` statement may stand in the text."""
    return _GLOBAL.search(text, start, end) is not None
