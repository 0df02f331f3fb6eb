"""The import statements of a file, found in its text: no tree, no LibCST.

Errs towards more words: what reads like an import in a string or a comment is taken for one.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_SPACE = r"(?:[ \t\f]|\\\r?\n|\\\r)"
_NAME = rf"\w+(?:{_SPACE}*\.{_SPACE}*\w+)*(?:{_SPACE}+as\b{_SPACE}+\w+)?"
_HEAD = re.compile(rf"{_SPACE}*(?:from\b(?:[.\w]|{_SPACE})*)?")
_TAIL = re.compile(rf"{_SPACE}*+(?:(\()[^()#\r\n]*+|\*|{_NAME}(?:{_SPACE}*,{_SPACE}*{_NAME})*)")
_LIST = re.compile(r"(?:[^()#]++|#[^\r\n]*+)*+")
_RELATIVE = re.compile(rf"{_SPACE}*from(?:{_SPACE})*\.")
_WORD = re.compile(r"[^\W\d]\w*")
_KEYWORD = "import"
_LONGEST = 2000  # characters of a statement before the word `import`


class Imports(NamedTuple):
    """words: of all import statements: modules, names and what they are called here; spans: offsets of the statements.

    renamed: new name -> old name; starred: is there a `from x import *`; relative: is there a `from . import x`.
    """

    words: frozenset[str]
    spans: list[tuple[int, int]]
    renamed: dict[str, str]
    starred: bool
    relative: bool


def imports(text: str) -> Imports:
    """Every import statement."""
    words: set[str] = set()
    spans: list[tuple[int, int]] = []
    renamed: dict[str, str] = {}
    read = 0
    for start, at, end in _candidates(text):
        # Lists lie in each other where comments or strings look like imports: each is read once, not once per level.
        found = _WORD.findall(text, start, end if end > read else at + len(_KEYWORD))
        read = max(read, end)
        words.update(found)
        renamed.update((new, old) for old, link, new in zip(found, found[1:], found[2:], strict=False) if link == "as")
        if _HEAD.fullmatch(text, start, at):
            spans.append((start, end))
    return Imports(
        words=frozenset(words),
        spans=spans,
        renamed=renamed,
        starred=any(text[end - 1] == "*" for _, end in spans),
        relative=any(_RELATIVE.match(text, start, end) for start, end in spans),
    )


def _candidates(text: str) -> Iterator[tuple[int, int, int]]:
    """Start of the statement, of the word `import` in it, and end."""
    at = text.find(_KEYWORD)
    tails = _Tails(text)
    while at >= 0:
        after = at + len(_KEYWORD)
        if not (_is_word(text[after : after + 1]) or _is_word(text[at - 1 : at])):
            yield _start(text, at), at, tails.end(after)
        at = text.find(_KEYWORD, after)


class _Tails:
    """Where statements end. Asked in the order of the text, so that a list in brackets is run through once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._stop = 0

    def end(self, after: int) -> int:
        """The end of what is imported, given where the word `import` ends; that, if nothing is."""
        tail = _TAIL.match(self._text, after)
        if tail is None or not tail[1]:
            return tail.end() if tail else after
        at = tail.end()
        if self._text[at : at + 1] not in ("(", ")"):
            at = self._list_end(at)
        return at + 1 if self._text[at : at + 1] == ")" else after

    def _list_end(self, at: int) -> int:
        """The bracket behind `at`, where a line or its code ends: what stood before does not matter to what follows."""
        if at >= self._stop:
            found = _LIST.match(self._text, at)
            assert found is not None
            self._stop = found.end()
        return self._stop


def _is_word(character: str) -> bool:
    return character == "_" or character.isalnum()


def _start(text: str, at: int) -> int:
    """Where the statement begins whose `import` stands at `at`: after a `;`, a `:` or the end of a line not continued."""
    low = max(0, at - _LONGEST)
    line = at
    while line > low:
        line = max(text.rfind("\n", low, line) + 1, text.rfind("\r", low, line) + 1, low)
        before = text[max(low, line - 3) : line].rstrip("\r\n")
        if not before.endswith("\\"):
            break
        line -= 2 if text[line - 2 : line] == "\r\n" else 1
    return max(line, text.rfind(";", line, at) + 1, text.rfind(":", line, at) + 1)
