"""What of a file is worth parsing: everything else is blanked out, rows and columns stay.

A region is needed if its text may acquire (a *seed*), if it calls a needed function (it may receive what that returns), if a
needed region names it (its body may release, return or store), or if it is no function at all (imports, module variables,
class headers). Names are compared as text: too much may be kept, never too little.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from leaklint.syntax.measure import measure
from leaklint.syntax.regions import Region, regions

_WORD = re.compile(r"[^\W\d]\w*")
_BODIES = frozenset({"function", "method"})
_BOUND = re.compile(r"^[ \t]*([\w.,* \t]+?)[ \t]*(?::[^=\n]+)?=(?!=)", re.MULTILINE)
"""What an assignment at the start of a line binds."""
_GLOBAL = re.compile(r"^[ \t]*global[ \t]+([^\n#;]+)", re.MULTILINE)


class Reduced(NamedTuple):
    """text: parses like the file, with unneeded functions blanked; mentioned: the names that blanked regions use; blanked:
    names of functions and methods that are not there; deep: (row, reason) of regions that must not be parsed."""

    text: str
    mentioned: frozenset[str]
    blanked: frozenset[str]
    deep: tuple[tuple[int, str], ...]
    empty: bool = False


def complete(text: str) -> Reduced:
    """The whole file; regions that must not be parsed are blanked all the same."""
    return _without(text, [], regions(text))


def reduced(text: str, seeds: re.Pattern[str], stores: re.Pattern[str]) -> Reduced:
    """The file without the functions that can't matter. `seeds` finds possible acquisitions, `stores` the attributes
    (group 1) that keep one."""
    divided = regions(text)
    hits = [i for i, r in enumerate(divided) if seeds.search(text, r.start, r.end)]
    if not hits:
        return Reduced("", frozenset(), frozenset(), (), True)
    words = [frozenset(_WORD.findall(text, r.start, r.end)) for r in divided]
    needed = _closure(text, divided, words, hits, stores)
    return _without(text, [i for i, r in enumerate(divided) if r.kind in _BODIES and i not in needed], divided, words)


def giving(text: str, seeds: re.Pattern[str]) -> frozenset[str]:
    """Names of functions and classes of a file that may give a resource: their text may acquire, or names one that does."""
    divided = [r for r in regions(text) if r.name]
    words = [frozenset(_WORD.findall(text, r.start, r.end)) for r in divided]
    found = {n for r in divided if seeds.search(text, r.start, r.end) for n in _own_names(r)}
    while True:
        more = {n for r, w in zip(divided, words, strict=True) if not found.isdisjoint(w) for n in _own_names(r)} - found
        if not more:
            return frozenset(found)
        found |= more


def _closure(
    text: str, divided: tuple[Region, ...], words: list[frozenset[str]], hits: list[int], stores: re.Pattern[str]
) -> set[int]:
    """The indexes of regions that are needed."""
    needed = set(hits) | {i for i, r in enumerate(divided) if r.kind not in _BODIES}
    receiving = {name for i in hits for name in (*_own_names(divided[i]), *_carriers(text, divided[i]))}
    attributes = set(stores.findall(text))
    while True:
        named = frozenset().union(*(words[i] for i in needed if divided[i].kind in _BODIES or i in hits))
        classes = {divided[i].chain for i in needed if divided[i].kind == "method"}
        called = receiving | attributes
        more = {
            i
            for i, r in enumerate(divided)
            if i not in needed
            and (r.name in named or _runs_unnamed(r, named) or r.chain in classes or not called.isdisjoint(words[i]))
        }
        if not more:
            return needed
        receiving |= {name for i in more if not receiving.isdisjoint(words[i]) for name in _own_names(divided[i])}
        needed |= more


def _runs_unnamed(region: Region, named: frozenset[str]) -> bool:
    """Whether a region runs without being named: `__init__`, `__enter__` and the like of a class that is named."""
    return region.name.startswith("__") and region.chain[-1:] != () and region.chain[-1] in named


def _carriers(text: str, region: Region) -> Iterator[str]:
    """The variables outside functions that a region binds: a factory or a pool may be in any of them (errs to too many)."""
    if region.kind in _BODIES:
        found = _GLOBAL.finditer(text, region.start, region.end)
    else:
        found = _BOUND.finditer(text, region.start, region.end)
    for match in found:
        yield from _WORD.findall(match[1])


def _own_names(region: Region) -> Iterable[str]:
    """The names by which others reach what a region defines; for a constructor that of its class."""
    if region.name.startswith("__"):
        return region.chain[-1:]
    return (region.name, *region.chain[-1:]) if region.name else ()


def _without(text: str, dropped: list[int], divided: tuple[Region, ...], words: list[frozenset[str]] | None = None) -> Reduced:
    """The file with some regions blanked, and those that must not be parsed."""
    unwanted = set(dropped)
    deep = [(i, reason) for i, r in enumerate(divided) if i not in unwanted and (reason := measure(text[r.start : r.end]))]
    unwanted.update(i for i, _ in deep)
    parts = [_blank(text[r.start : r.end], r) if i in unwanted else text[r.start : r.end] for i, r in enumerate(divided)]
    gone = [divided[i] for i in sorted(unwanted)]
    mentioned = frozenset().union(*(words[i] for i in dropped)) if words is not None else frozenset()
    return Reduced(
        "".join(parts), mentioned, frozenset(r.name for r in gone if r.name), tuple((divided[i].row, why) for i, why in deep)
    )


def _blank(piece: str, region: Region) -> str:
    """As many rows without code. A class keeps a body."""
    ends = re.findall(r"\r\n|\r|\n", piece)
    if region.kind not in ("method", "class-statement"):
        return "".join(ends)
    indent = next((line[: len(line) - len(line.lstrip())] for line in re.split(r"[\r\n]+", piece) if line.strip()), "    ")
    return f"{indent}pass" + "".join(ends)
