"""What the text of a function may assign, found without parsing it. Errs to too much.

A string or a comment may look like an assignment, and a target may look like an argument: then the function is parsed in
vain. What no pattern here knows is no target in Python's grammar, or counts as "anything".
"""

import re

_GAP = r"(?:[ \t]|\\\r?\n)*+"
_PLAIN = re.compile(rf"\.{_GAP}(\w+){_GAP}(?:[-+*/%@&|^]|//|\*\*|<<|>>)?=(?!=)")
"""`x.name = `, `x.name += `."""
_ANNOTATED = re.compile(r"(?:^|[;:])[ \t]*\(?\w+(?:[ \t]*\.[ \t]*\w+){0,20}?[ \t]*\.[ \t]*(\w+)[ \t]*\)?[ \t]*:", re.MULTILINE)
"""`x.name: T`, with or without a value."""
_ONE_OF_MANY = re.compile(r"\.[ \t]*(\w+)(?=[ \t]*[,)\]])(?=[^\n]*[^=!<>\n]=(?!=))")
"""`x.name, y = `: what stands in a row with other targets, before an `=` of the same line."""
_BOUND = re.compile(r"\bfor\b([^\n:]{1,400}?)\bin\b|\bas\b([^\n:]{1,400})")
"""Loop variables, and what `with` and `except` bind."""
_MEMBER = re.compile(r"\.\s*(\w+)")
_GOES_ON = re.compile(r",[ \t]*\\\r?\n|\b(?:for|as)[ \t]*(?:[(\[][^)\]\n]*)?(?:\\|#[^\n]*)?\n")
"""A target that goes on on the next line."""
_CLOSED = re.compile(r"^([^\n]*[)\]])[ \t]*=(?!=)", re.MULTILINE)
"""A bracket before an `=`: where it was opened decides."""
_GLOBAL = re.compile(r"(?:^|[;:])[ \t]*global\b", re.MULTILINE)


def attributes(text: str, start: int, end: int) -> frozenset[str] | None:
    """The attributes of any object that the text may assign; None: it could be any."""
    if _GOES_ON.search(text, start, end) or any(_opened_above(m[1]) for m in _CLOSED.finditer(text, start, end)):
        return None
    names = set(_PLAIN.findall(text, start, end))
    names.update(_ANNOTATED.findall(text, start, end))
    names.update(_ONE_OF_MANY.findall(text, start, end))
    for match in _BOUND.finditer(text, start, end):
        names.update(_MEMBER.findall(match[1] or match[2] or ""))
    return frozenset(names)


def _opened_above(line: str) -> bool:
    """Whether a bracket may have been opened on an earlier line; quotes are not looked into."""
    opened, closed = line.count("(") + line.count("["), line.count(")") + line.count("]")
    return closed > opened or '"' in line or "'" in line


def declares_global(text: str, start: int, end: int) -> bool:
    """Whether a `global` statement may stand in the text."""
    return _GLOBAL.search(text, start, end) is not None
