"""Triage: may a file hold an acquisition at all? Asked of bytes, before anything is parsed and before LibCST is imported.

A catalogued function or class counts where its last name stands in a file that imports its library (built-ins: anywhere);
a method of a typed receiver, where it is called in a file that imports a library from which such a receiver can come;
evidence by use, where the methods that it needs are called. Triage may keep too much and never drops a real candidate: the
places that it passes over each say why nothing can be lost.

Names that other files of the project define or re-export are no business of the catalog: `active` knows them.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

from leaklint.catalog.clues import NO_IMPORT, NO_KEYWORD, Clues, Ways
from leaklint.syntax.import_text import Imports, imports
from leaklint.syntax.lexer import STRING
from leaklint.syntax.prose import not_code

_WORDS = bytes(code if code >= 128 or chr(code).isalnum() or chr(code) == "_" else 32 for code in range(256))
_MARKERS = frozenset({"leaklint", "noqa"})
_MARK = re.compile(r"\bleaklint:|\bnoqa\b[^\r\n]{0,500}?\bRLK")
_LOOK_BACK = 2000  # characters of a line: what stands further away does not belong to a name
_GAP = r"[\s\\]*+"
_TARGET = re.compile(r"[ \t]*=(?!=)")
_DEFINES = re.compile(r"(?<!\w)(?:def|class)[ \t]+\Z")
_DEFINED = re.compile(r"(?<!\w)def[ \t]+(\w+)")
_CALL = re.compile(rf"{_GAP}\(")
_WORD = re.compile(r"\w+")
_BLANK = " \t\f\r\n\\"
_BETWEEN = "." + _BLANK
_ASSIGNS = re.compile(r"[ \t\f]*+(?:\w++[ \t]*+\.[ \t]*+){0,20}(\w++)[ \t]*+(?::[^=\r\n]++)?=(?!=)")
_TARGETS = re.compile(r"(?:\A|[;:=])[ \t\f(\[]*(?:[\w.*]+[ \t]*,[ \t(\[]*){0,50}\Z")
_WITH = re.compile(r"[ \t\f]*+(async[ \t]++)?with[ \t]++(?:\w++\.)*+\Z")
_FLAT = rf"(?:[^()\"'#]++|{STRING})"
_ARGUMENTS = rf"\((?>(?:{_FLAT}|\((?>(?:{_FLAT}|\((?>{_FLAT}{{0,200}})\)){{0,200}})\)){{0,200}})\)"
_WHOLE_ITEM = re.compile(rf"{_GAP}{_ARGUMENTS}{_GAP}(?:as\b|[:,])", re.DOTALL)
_ANYTHING = "?"


class Span(NamedTuple):
    """Where a name stands: offsets into what was asked about (bytes or code points)."""

    start: int
    end: int


class Triage:
    """The search for acquisitions in texts."""

    def __init__(self, clues: Clues) -> None:
        self._clues = clues
        ways = [way for names in (clues.functions, clues.methods) for found in names.values() for way in found.items()]
        roots = {root for _, found in ways for root in found}
        keywords = {_argument(keyword) for keyword, _ in ways}
        evidence = {name for proof in clues.evidence for name in proof.called | proof.needed}
        self.roots = frozenset(roots)
        words = {*roots, *keywords, *evidence, *clues.functions, *clues.methods, *clues.carriers, *_MARKERS}
        self._vocabulary = frozenset(word.encode() for word in words)

    def candidates(
        self, data: bytes | str, module: str = "", elsewhere: frozenset[str] = frozenset(), carriers: bool = False
    ) -> tuple[Span, ...]:
        """Where acquisitions may stand, in order; () if there are none for certain.

        module: the name of the file's module or of its package, if known: rules about something in its top-level package count
        without an import. elsewhere: what other files import from which the file may get receivers: their methods count, too.
        carriers: what gives an engine or a pool counts, too, as others may acquire from that. Bytes are read as ASCII and
        more: the encodings that Python accepts agree on what matters here.
        """
        raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
        seen = frozenset(word.decode() for word in self._vocabulary.intersection(raw.translate(_WORDS).split()))
        if not seen:
            return ()
        if isinstance(data, bytes) and not all(word.isascii() for word in seen):
            return (Span(0, len(data)),)  # a rule of the user with such a name: offsets would not fit
        text = data if isinstance(data, str) else data.decode("latin-1")
        marks = {Span(*mark.span()) for mark in _MARK.finditer(text)} if seen & _MARKERS else set()
        return tuple(sorted(marks.union(self._search(text, seen, module.partition(".")[0], elsewhere, carriers))))

    def _search(self, text: str, seen: frozenset[str], root: str, elsewhere: frozenset[str], carriers: bool) -> Iterable[Span]:
        """Where names stand that count, given the words of the vocabulary that were seen and the file's top-level package."""
        if not any(self._wanted(seen, seen | {root}, elsewhere, carriers)):
            return ()
        imported = imports(text)
        wanted = self._wanted(seen, imported.words | {root}, elsewhere, carriers)
        functions, methods = (frozenset(_shown(text, names)) for names in wanted)
        search = _Search(self._clues, text, imported, functions, methods, root)
        return search.spans() if functions or methods else ()

    def _wanted(
        self, seen: frozenset[str], imported: frozenset[str], elsewhere: frozenset[str], carriers: bool
    ) -> "tuple[_Names, _Names]":
        """Names of functions and methods that count in a file that has these words and imports, and the keywords they need."""
        roots = imported | {NO_IMPORT}
        functions = _reachable(self._clues.functions, seen, roots)
        functions.update(_reachable(self._clues.carriers, seen, roots) if carriers else {})
        methods = _reachable(self._clues.methods, seen, roots | elsewhere)
        for proof in self._clues.evidence:
            if proof.needed & seen:
                methods.update(dict.fromkeys(proof.called & seen, frozenset((NO_KEYWORD,))))
        return functions, methods


_Names = dict[str, frozenset[str]]


def _argument(keyword: str) -> str:
    """ "stream" of "stream=True"."""
    return keyword.partition("=")[0]


def _reachable(names: Ways, seen: frozenset[str], roots: frozenset[str]) -> _Names:
    """The names among the words seen that can be reached from these roots, and the keywords of which each needs one."""
    found: _Names = {}
    for name in seen & names.keys():
        keywords = {way for way, at in names[name].items() if at & roots and (not way or _argument(way) in seen)}
        if keywords:
            found[name] = frozenset(keywords)
    return found


def _shown(text: str, names: _Names) -> Iterator[str]:
    """The names one of whose keyword arguments the text shows."""
    for name, keywords in names.items():
        if NO_KEYWORD in keywords or any(_keyword(way).search(text) for way in keywords):
            yield name


@lru_cache(maxsize=256)
def _keyword(way: str) -> re.Pattern[str]:
    argument, _, value = way.partition("=")
    return re.compile(rf"\b{argument}{_GAP}={_GAP}{value}\b")


def places(text: str, names: Iterable[str]) -> tuple[Span, ...]:
    """Where names stand as whole words in code, import statements aside: for names that an analysis found in the file."""
    code = _Code(text, imports(text))
    return tuple(span for span in code.places(frozenset(names)) if code.holds(span))


class _Code:
    """A text, of which comments, plain strings and import statements do not count."""

    def __init__(self, text: str, imported: Imports) -> None:
        self.text, self.imported = text, imported

    def places(self, names: frozenset[str]) -> Iterator[Span]:
        """Where one of the names stands as a word, but in imports."""
        text, statements = self.text, self.imported.spans
        for match in _alternatives(names).finditer(text):
            at = match.start()
            if not (_continues_word(text, at) or _within(statements, at)):
                yield Span(*match.span())

    def holds(self, span: Span) -> bool:
        """Does the place lie in code, not in a comment or plain string?"""
        return not _within(self._no_code, span.start)

    @cached_property
    def _no_code(self) -> list[tuple[int, int]]:
        return not_code(self.text)


class _Search:
    """The search for names in one text."""

    def __init__(
        self, clues: Clues, text: str, imported: Imports, functions: frozenset[str], methods: frozenset[str], root: str
    ) -> None:
        self._clues, self._text, self._imported, self._root = clues, text, imported, root
        self._code = _Code(text, imported)
        self._functions, self._methods = functions, methods
        self._may_be_alias: dict[str, bool] = {}

    def spans(self) -> Iterator[Span]:
        """The places that count."""
        renamed = frozenset(new for new, old in self._imported.renamed.items() if old in self._functions)
        places = self._code.places(self._functions | self._methods | renamed)
        found = [span for span in places if self._counts(span, renamed) and self._code.holds(span)]
        yield from found
        assigned = frozenset(filter(None, map(self._assigned, found)))
        if assigned:
            calls = (span for span in self._code.places(assigned) if _CALL.match(self._text, span.end))
            yield from filter(self._code.holds, calls)

    def _assigned(self, span: Span) -> str | None:
        """The name that the line of a place assigns to: an alias or the product of a factory, perhaps."""
        target = _ASSIGNS.match(self._text, self._line(span), span.start)
        return target[1] if target else None

    def _line(self, span: Span) -> int:
        return _line(self._text, span.start)

    def _counts(self, span: Span, renamed: frozenset[str]) -> bool:
        """May something be acquired here?"""
        text, name = self._text, self._text[span.start : span.end]
        if name in renamed:
            return True
        root = _chain_root(text, span.start)
        is_called = _CALL.match(text, span.end) is not None
        if is_called and self._is_released(span, name, root):
            return False
        if root != "" and is_called and (name in self._methods or self._is_near(name)):
            return True
        if name not in self._functions or _TARGET.match(text, span.end):
            return False
        if root == "":
            return self._can_name(name) and not _DEFINES.search(text, self._line(span), span.start)
        return root == _ANYTHING or (root is not None and self._can_name(root))

    def _can_name(self, name: str) -> bool:
        """Can a name (the first of a dotted one) mean a module, or what a module holds? Built-ins and imports can, and what is
        assigned from a name; so can what the file defines, if rules speak of its package."""
        builtin = NO_IMPORT in self._clues.functions.get(name, {}).get(NO_KEYWORD, ())
        known = builtin or self._is_near(name) or self._imported.starred
        return known or name in self._imported.words or self._is_alias(name)

    def _is_near(self, name: str) -> bool:
        """Do rules speak of something of that name in the file's own package? It may be a method of a class defined here."""
        return self._root != "" and any(self._root in roots for roots in self._clues.functions.get(name, {}).values())

    def _is_alias(self, name: str) -> bool:
        """Is the name somewhere set to another name (`connect = sqlite3.connect`)?"""
        if name not in self._may_be_alias:
            found = any(_is_target(self._text, match) for match in _alias(name).finditer(self._text))
            self._may_be_alias[name] = found or self._is_given(name)
        return self._may_be_alias[name]

    def _is_given(self, name: str) -> bool:
        """Is the name somewhere set to what a function of the file answers, which may be a module that only it imports?"""
        given = (match for match in _given(name).finditer(self._text) if not _continues_word(self._text, match.start(), "."))
        return any(match[1] in self._defined for match in given)

    @cached_property
    def _defined(self) -> frozenset[str]:
        return frozenset(_DEFINED.findall(self._text))

    def _is_released(self, span: Span, name: str, root: str | None) -> bool:
        """Is the call all of the first item of a `with` that releases whatever may have been acquired?"""
        entered = _WITH.match(self._text, self._line(span), span.start)
        if not entered or not _WHOLE_ITEM.match(self._text, span.end):
            return False
        held = (self._clues.held_in_async_with if entered[1] else self._clues.held_in_with).get(name, frozenset())
        rebound = self._imported.starred or name in self._imported.words or self._is_alias(name)
        if root == "" and not rebound:
            return NO_IMPORT not in held  # the built-in
        return not held & (self._imported.words | {NO_IMPORT})


def _within(spans: list[tuple[int, int]], at: int) -> bool:
    """Does the offset lie in one of the spans, which are in order?"""
    index = bisect_right(spans, (at + 1,)) - 1
    return index >= 0 and at < spans[index][1]


def _continues_word(text: str, at: int, further: str = "_") -> bool:
    """Does what stands at `at` go on with a name (or with one of `further`)?"""
    return at > 0 and (text[at - 1].isalnum() or text[at - 1] == "_" or text[at - 1] in further)


def _chain_root(text: str, start: int) -> str | None:
    """The first name of `a.b.` before `start`: "" if there is no dot, None if it begins with something else, such as a call.

    If white space stands around a dot, where a comment may be, too, it may be anything.
    """
    root = ""
    while start and text[start - 1] in _BETWEEN:
        before = text[max(0, start - 200) : start]
        if not before.endswith("."):
            return _ANYTHING if before.rstrip(_BLANK).endswith(".") or not before.strip(_BLANK) else root
        word = _WORD.match(before[-2::-1])
        if word is None:
            return _ANYTHING if before[:-1].endswith(tuple(_BLANK)) else None
        root = word[0][::-1]
        start -= len(root) + 1
    return root


@lru_cache(maxsize=4096)
def _alternatives(names: frozenset[str]) -> re.Pattern[str]:
    """The names as whole words, but for what stands before them: a pattern that begins with letters is found faster."""
    return re.compile(rf"(?:{'|'.join(sorted(names, reverse=True))})(?!\w)")


@lru_cache(maxsize=4096)
def _alias(name: str) -> re.Pattern[str]:
    """`name` set to a (dotted) name, or perhaps one of several targets of an assignment."""
    value = r"(?::[^=\r\n]{0,500})?=(?!=)[\s(\\]*[^\W\d][\w. \t]*(?![\w. \t(\[\"'])"
    return re.compile(rf"{name}[ \t]*(?:{value}|\)[ \t]*=(?!=)|(?P<several>,[^=;()]{{0,500}}\)?[ \t]*=(?!=))|(?P<last>=(?!=)))")


@lru_cache(maxsize=4096)
def _given(name: str) -> re.Pattern[str]:
    """`name` set to the answer of a function that takes nothing."""
    return re.compile(rf"{name}[ \t]*=[ \t]*(\w+)\([ \t]*\)")


def _is_target(text: str, match: re.Match[str]) -> bool:
    """Is what was matched a whole name, and (one of several) not a parameter among others?"""
    start = match.start()
    if _continues_word(text, start, "."):
        return False
    before = text[_line(text, start) : start]
    if match["last"] and not before.rstrip(" \t").endswith(","):
        return False
    return match.lastgroup is None or _TARGETS.search(before) is not None


def _line(text: str, at: int) -> int:
    """Where the line begins."""
    low = max(0, at - _LOOK_BACK)
    return max(text.rfind("\n", low, at) + 1, text.rfind("\r", low, at) + 1, low)
