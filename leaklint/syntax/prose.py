"""Comments and strings: what stands in a text without being code."""

import re

from leaklint.syntax.lexer import PLAIN_STRING, STRING, fields_close

_TOKEN = re.compile(rf"[^#\"']*+(?:(#[^\r\n]*+|{PLAIN_STRING})|({STRING})|([\"'])|\Z)", re.DOTALL)
_PLAIN, _FORMAT = 1, 2
_SPACE = re.compile(r"\s")


def not_code(text: str) -> list[tuple[int, int]]:
    """Comments and plain strings, in order; none if it is in doubt where strings end. Format strings are code."""
    found: list[tuple[int, int]] = []
    for token in _TOKEN.finditer(text):
        if token.lastindex == _PLAIN:
            found.append(token.span(_PLAIN))
        elif token.lastindex and not (token.lastindex == _FORMAT and fields_close(text, *token.span(_FORMAT))):
            return []
    return found


def without_prose(text: str) -> str:
    """The text without the words of comments and of strings that are no names and no annotations. Offsets stay."""
    parts: list[str] = []
    at = 0
    for start, end in not_code(text):
        if text[start] == "#" or _is_prose(text, start, end):
            parts += (text[at:start], text[start] * (end - start))  # not blanks: long runs of them are dear to patterns
            at = end
    return "".join((*parts, text[at:])) if parts else text


def _is_prose(text: str, start: int, end: int) -> bool:
    """Whether a string holds a space, but no bracket as in "dict[str, Connection]", outside long strings."""
    if text.startswith(('"""', "'''"), start):
        return True
    return _SPACE.search(text, start, end) is not None and text.find("[", start, end) < 0
