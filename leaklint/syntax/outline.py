"""The outline of a file: its regions, what their text names and gives, and where acquisitions may stand. Nothing is parsed.

A region *gives* what it may acquire through the names that it defines, and *uses* the names that others define. Names are
compared as text: too much may be found, never too little.
"""

import keyword
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache

from leaklint.syntax.lexer import first_line
from leaklint.syntax.prose import without_prose
from leaklint.syntax.regions import MEMBERS, Region, regions
from leaklint.syntax.writes import attributes, declares_global

BODIES = frozenset({"function", "method"})
"""The kinds of regions that are functions."""

_WORD = re.compile(r"[^\W\d]\w*")
_BOUND = re.compile(r"^[ \t]*+([\w.,* \t]++)(?::[^=\n]++)?=(?!=)", re.MULTILINE)
"""What an assignment at the start of a line binds."""
_DEFINED = re.compile(r"\b(?:def|class)[ \t]+(\w+)")
_ATTRIBUTE = re.compile(r"[ \t]*\w+(?:\.\w+)*\.(\w+)[ \t]*(?::[^=\n]+)?=[ \t]*[\w.]+[ \t]*+[\r\n#;]")
"""An attribute that is set to what a name or an attribute means, without calling it."""
_GLOBAL = re.compile(r"^[ \t]*global[ \t]+([^\n#;]+)", re.MULTILINE)
_PLAIN = r"(?:None|True|False|-?\d[\w.]*|[rbfRBF]{0,2}(?:'[^'\n]*'|\"[^\"\n]*\"))"
_ANSWER = re.compile(rf"\b(?:return|yield)\b[ \t]*(?!{_PLAIN}[ \t]*[\r\n#;])[^\s#]")
"""What answers something that may hold a resource."""
_PLAIN_RESULT = re.compile(r"\)[ \t]*->[ \t]*(?:None|bool|str|bytes|float)[ \t]*:")
_KEYWORDS = frozenset(keyword.kwlist)


class Outline:
    """The regions of a text, the words in each, and those in which acquisitions may stand (at `offsets`)."""

    def __init__(self, text: str, offsets: Iterable[int]) -> None:
        self.text = text
        self.offsets = tuple(offsets)
        self._writes: dict[int, frozenset[str] | None] = {}
        self._answers: dict[int, bool] = {}

    @cached_property
    def regions(self) -> tuple[Region, ...]:
        """The regions, which tile the text."""
        return regions(self.text)

    @cached_property
    def hits(self) -> frozenset[int]:
        """The regions in which acquisitions may stand."""
        starts = [region.start for region in self.regions]
        return frozenset(bisect_right(starts, offset) - 1 for offset in self.offsets)

    @cached_property
    def code(self) -> str:
        """The text without comments and prose."""
        return without_prose(self.text)

    @cached_property
    def words(self) -> tuple[frozenset[str], ...]:
        """The words of each region."""
        return tuple(frozenset(_WORD.findall(self.code, r.start, r.end)) for r in self.regions)

    def qualname(self, number: int) -> str:
        """The function that a region is ("" if it is something else)."""
        region = self.regions[number]
        return ".".join((*region.chain, region.name)) if region.kind in BODIES else ""

    def writes(self, number: int) -> frozenset[str] | None:
        """The attributes that a region may assign; None: it could be any."""
        if number not in self._writes:
            region = self.regions[number]
            self._writes[number] = attributes(self.code, region.start, region.end)
        return self._writes[number]

    def declares_global(self, number: int) -> bool:
        """Whether a region may declare names of the module to be its own."""
        return declares_global(self.code, self.regions[number].start, self.regions[number].end)

    @cached_property
    def everything(self) -> frozenset[str]:
        """The words of the whole text."""
        return frozenset(_WORD.findall(self.code))

    @cached_property
    def defining(self) -> dict[str, tuple[int, ...]]:
        """Name -> the regions through which it may give something."""
        found: dict[str, list[int]] = {}
        for i in range(len(self.regions)):
            for name in self.given(i):
                found.setdefault(name, []).append(i)
        return {name: tuple(numbers) for name, numbers in found.items()}

    @cached_property
    def members(self) -> dict[str, dict[str, tuple[int, ...]]]:
        """Class -> its methods -> their regions."""
        found: dict[str, dict[str, tuple[int, ...]]] = {}
        for i, region in enumerate(self.regions):
            if region.kind == "method":
                methods = found.setdefault(region.chain[-1], {})
                methods[region.name] = (*methods.get(region.name, ()), i)
        return found

    def given(self, number: int) -> frozenset[str]:
        """The names through which others get what a region acquires: the function if it answers anything, the class, the
        variables it binds."""
        region = self.regions[number]
        if region.kind not in BODIES:
            inner = _DEFINED.findall(self.code, region.start, region.end)
            found = (*region.chain[-1:], region.name, *inner, *self._bound(_BOUND, region))
        else:
            own = (region.name,) if self.answers(number) else ()
            found = (*own, *region.chain[-1:], *self._bound(_GLOBAL, region), *self._attributes(number))
        return frozenset(name for name in found if name and not name.startswith("__") and name not in _KEYWORDS)

    def _attributes(self, number: int) -> Iterator[str]:
        """`self.dial = connect`: an attribute through which something can be acquired."""
        region = self.regions[number]
        for offset in self._within(region) if number in self.hits else ():
            line = self.code.rfind("\n", region.start, offset) + 1
            match = _ATTRIBUTE.match(self.code, max(line, region.start), region.end)
            if match is not None:
                yield match[1]

    def _within(self, region: Region) -> tuple[int, ...]:
        """The acquisitions of a region."""
        return self.offsets[bisect_left(self.offsets, region.start) : bisect_left(self.offsets, region.end)]

    def answers(self, number: int) -> bool:
        """Whether a function answers anything but None, or a comment says so. Errs to yes."""
        if number not in self._answers:
            self._answers[number] = self._answering(self.regions[number])
        return self._answers[number]

    def _answering(self, region: Region) -> bool:
        if self.text.find("leaklint:", region.start, region.end) >= 0:
            return True
        if self._is_plain(region):
            return False  # functions inside it have results of their own
        return _ANSWER.search(self.code, region.start, region.end) is not None

    def _is_plain(self, region: Region) -> bool:
        """Whether its header says that it answers nothing that could hold a resource."""
        if self.code.find("->", region.header, region.end) < 0:
            return False
        header = first_line(self.text, region.header, region.end)[0]
        return _PLAIN_RESULT.search(self.code, region.header, header) is not None

    def _bound(self, pattern: re.Pattern[str], region: Region) -> Iterator[str]:
        """A factory or a pool may be in any variable that is bound (errs to too many)."""
        for match in pattern.finditer(self.code, region.start, region.end):
            yield from (target.strip().rpartition(".")[2] for target in match[1].split(","))

    def spread(self, start: Iterable[int], gives: Callable[[int, str], bool]) -> frozenset[int]:
        """These regions, and those that get something from them: through a name of which `gives(region, name)` is true."""
        found = set(start)
        waiting = sorted(found)
        while waiting:
            number = waiting.pop()
            for name in sorted(self.given(number)):
                users = [user for user in self.users(name) if user not in found]
                if users and gives(number, name):
                    found.update(users)
                    waiting.extend(users)
        return frozenset(found)

    def users(self, name: str, elsewhere: bool = False) -> Iterator[int]:
        """The regions that use a name. elsewhere: it comes from another file; with a dot before it, it is a member there."""
        for number in self._mentioning.get(name.lstrip("."), ()):
            if self._uses(number, name, elsewhere):
                yield number

    @cached_property
    def _mentioning(self) -> dict[str, list[int]]:
        """Word -> the regions that have it."""
        found: dict[str, list[int]] = {}
        for i, words in enumerate(self.words):
            for word in words:
                found.setdefault(word, []).append(i)
        return found

    def _uses(self, number: int, name: str, elsewhere: bool) -> bool:
        """Whether a region may get at what a name gives. A member of a class is used behind a dot, but among other members."""
        region = self.regions[number]
        if name.startswith("."):
            pattern = _member(name[1:])
        elif elsewhere:
            pattern = _mentioned(name)
        else:
            pattern = _member(name) if region.kind != "class-statement" and self._is_member(name) else _used(name)
        return pattern.search(self.code, region.start, region.end) is not None

    def _is_member(self, name: str) -> bool:
        """Whether only methods and class bodies define a name here."""
        return all(self.regions[i].kind in MEMBERS and self.regions[i].name == name for i in self.defining.get(name, (-1,)))


@lru_cache(maxsize=4096)
def _member(name: str) -> re.Pattern[str]:
    """A member of an object that is read; its name in a string, for `getattr`."""
    return re.compile(rf"\.\s*{name}\b(?!\s*=[^=])|[\"']{name}[\"']")


@lru_cache(maxsize=4096)
def _mentioned(name: str) -> re.Pattern[str]:
    """The name, but as a keyword argument or bound."""
    return re.compile(rf"(?<!\w){name}\b(?!\s*=[^=])")


@lru_cache(maxsize=4096)
def _used(name: str) -> re.Pattern[str]:
    """The name, but as a keyword argument, bound, or alone in an annotation: what members its class has, is known here."""
    value = rf"(?<![\w:>|])(?<!\w\[)(?<![:>|] ){name}\b(?!\s*=[^=])"
    return re.compile(rf"(?<!\w){name}\s*[(.\[]|{value}|[\"']{name}[\"']|\blambda\b[^:\n]{{0,400}}:\s*{name}\b")
