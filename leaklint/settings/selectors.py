"""Which rules are enabled: selectors in layers.

A selector is "ALL", a prefix of codes ("RLK1"), a code or a name. Within a layer the more specific selector wins, and
between equally specific ones `ignore`. A layer that states `select` starts from nothing, any other from what the layers
below it enabled.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

ALWAYS = "RLK900"
"""That a file can't be analysed is reported whatever is selected; only ignoring it by code or name silences it."""


class Layer(NamedTuple):
    """One source of selectors: a settings file, an override, the command line."""

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


Names = dict[str, str]
"""Code -> name of every rule there is."""


def expand(selector: str, names: Names) -> frozenset[str]:
    """The codes that a selector means; none if it is unknown."""
    if selector == "ALL":
        return frozenset(names)
    by_name = {code for code, name in names.items() if name == selector}
    return frozenset(by_name or {code for code in names if selector and code.startswith(selector)})


def expand_all(selectors: Iterable[str], names: Names) -> frozenset[str]:
    """The codes that any of the selectors means."""
    return frozenset().union(*(expand(selector, names) for selector in selectors))


def enabled(layers: Sequence[Layer], names: Names) -> frozenset[str]:
    """The codes that are enabled after all layers, the lowest first. Without any, every code is."""
    codes = set(names)
    ignored: set[str] = set()
    for layer in layers:
        if layer.select is not None:
            codes, ignored = set(), set()
        for selector, wanted in _by_specificity(layer, names):
            found = expand(selector, names)
            codes = codes | found if wanted else codes - found
            if selector in (ALWAYS, names.get(ALWAYS)):
                ignored = ignored - found if wanted else ignored | found
    return frozenset(codes | ({ALWAYS} & set(names)) - ignored)


def unknown(selectors: Iterable[str], names: Names) -> str | None:
    """What is wrong with the first selector that means nothing, None if all are known."""
    for selector in selectors:
        if not expand(selector, names):
            import difflib

            near = difflib.get_close_matches(selector, [*names, *names.values(), "ALL"], n=1)
            return f'unknown rule "{selector}"' + (f', did you mean "{near[0]}"?' if near else "")
    return None


def _by_specificity(layer: Layer, names: Names) -> list[tuple[str, bool]]:
    """(selector, whether it enables), the least specific first, at equal specificity those that enable first."""
    chosen = [(selector, True) for selector in (*(layer.select or ()), *layer.extend_select)]
    chosen += [(selector, False) for selector in layer.ignore]
    return sorted(chosen, key=lambda item: (_specificity(item[0], names), not item[1]))


def _specificity(selector: str, names: Names) -> int:
    """0 for ALL, the length of a prefix, and more than any prefix for a name."""
    if selector == "ALL":
        return 0
    return max(map(len, names)) if selector in names.values() else len(selector)
