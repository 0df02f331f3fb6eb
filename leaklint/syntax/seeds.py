"""Patterns that find possible acquisitions in a text, aware of what the text imports."""

import re
from collections import defaultdict
from functools import cached_property

from leaklint.catalog.catalog import Catalog
from leaklint.catalog.schema import Use
from leaklint.syntax.contract import STATED

_ALIAS = re.compile(r"\b(\w+)[ \t]+as[ \t]+(\w+)")
_WORD = re.compile(r"[^\W\d]\w*")


class Seeds:
    """The acquiring names of a catalogue, by the module whose presence in a text makes them possible."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._compiled: dict[frozenset[str], tuple[re.Pattern[str], re.Pattern[str]]] = {}

    @cached_property
    def by_module(self) -> dict[str, frozenset[str]]:
        """Import root -> last names of the calls that its presence makes possible; "" for those that need no import."""
        found: dict[str, set[str]] = defaultdict(set)
        libraries = {library.name: library for library in self.catalog.libraries}
        roots = {module.partition(".")[0] for library in self.catalog.libraries for module in library.modules}
        for ref in self.catalog.acquire_index:
            name = ref.rpartition(".")[2]
            library, separator, _ = ref.partition(":")
            if separator:
                for module in libraries[library].modules if library in libraries else ():
                    found[module.partition(".")[0]].add(name)
            else:
                root = ref.partition(".")[0]
                found[root if root in roots else ""].add(name)  # a project names its own functions without importing them
        for alias, canonical in self.catalog.aliases.items():
            found[alias.partition(".")[0]].update(self._under(canonical), (alias.rpartition(".")[2],))
        for name in self.catalog.types:  # a subclass of a resource's class acquires, too
            found[name.partition(".")[0]].add(name.rpartition(".")[2])
        for use in self.catalog.uses:
            found[""].update((*use.acquire, *(m for m, _ in use.pairs)))
        return {module: frozenset(names) for module, names in found.items()}

    @cached_property
    def _closed(self) -> tuple[Use, ...]:
        """Uses that only speak together with a release."""
        return tuple(use for use in self.catalog.uses if use.shape == "connection")

    def _under(self, canonical: str) -> set[str]:
        return self._last_names.get(canonical, set())

    @cached_property
    def _last_names(self) -> dict[str, set[str]]:
        """Qualified name -> last names of the acquisitions that are it or lie in it."""
        found: dict[str, set[str]] = defaultdict(set)
        for ref in self.catalog.acquire_index:
            parts = ref.split(".")
            for end in range(1, len(parts) + 1):
                found[".".join(parts[:end])].add(parts[-1])
        return found

    def names(self, text: str, more: frozenset[str] = frozenset()) -> frozenset[str]:
        """The words of a text that may be acquisitions there. `more`: further names that may."""
        words = frozenset(_WORD.findall(text))
        known = self.by_module
        found = set(more).union(known.get("", ()), *(known[word] for word in words if word in known))
        found.update([local for name, local in _ALIAS.findall(text) if name in found])
        for use in self._closed:
            if not words.isdisjoint(use.release):
                found.update(use.use, (ref.rpartition(".")[2] for ref in use.given if ref.partition(".")[0] in words))
        if "leaklint:" in text:
            found.update(STATED.findall(text))
        return words & found

    def patterns(self, text: str, more: frozenset[str] = frozenset()) -> tuple[re.Pattern[str], re.Pattern[str]]:
        """(what finds possible acquisitions in this text, what finds the attributes that keep one)."""
        names = self.names(text, more)
        if names not in self._compiled:
            either = "|".join(sorted(names)) or "(?!)"
            self._compiled[names] = (
                re.compile(rf"\b(?:{either})\b"),
                re.compile(rf"\bself\.(\w+)[^=\n]*=[^=\n][^\n]*?\b(?:{either})\s*\("),
            )
        return self._compiled[names]


_KNOWN: dict[int, tuple[Catalog, Seeds]] = {}


def seeds_of(catalog: Catalog) -> Seeds:
    """The seeds of a catalogue: made once for each of the few that a process uses."""
    if id(catalog) not in _KNOWN:
        if len(_KNOWN) > 8:
            _KNOWN.clear()
        _KNOWN[id(catalog)] = (catalog, Seeds(catalog))
    return _KNOWN[id(catalog)][1]
