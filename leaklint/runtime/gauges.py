"""Size, use and waiters of pools, read as the rules say.

A gauge is a path of attributes, calls without arguments and items (`get_stats()[pool_size]`), `len(path)`, or the
difference of two (`get_size() - get_idle_size()`). It runs the library's own accessors and nothing else.
"""

import re
import weakref
from collections.abc import Iterator
from typing import Any, NamedTuple

from leaklint.catalog import Catalog
from leaklint.catalog.schema import Kind
from leaklint.runtime.targets import find

_STEP = re.compile(r"(?P<name>\w+)(?P<call>\(\))?(?:\[(?P<item>\w+)\])?")


class Pool(NamedTuple):
    """One pool at a moment; what its library does not tell is None."""

    kind: str
    name: str
    size: int | None
    in_use: int | None
    waiters: int | None


def read(value: Any, gauge: str) -> int | None:
    """What a gauge says of a pool; None where the library has no such thing."""
    try:
        numbers = [_number(value, part.strip()) for part in gauge.split(" - ")]
        return int(numbers[0] - sum(numbers[1:]))
    except (AttributeError, LookupError, TypeError, ValueError):
        return None


def _number(value: Any, path: str) -> int:
    if path.startswith("len("):
        return len(_followed(value, path[4:-1]))
    return int(_followed(value, path))


def _followed(value: Any, path: str) -> Any:
    for text in path.split("."):
        step = _STEP.fullmatch(text)
        if step is None:
            raise ValueError(f"no gauge: {path}")
        value = getattr(value, step["name"])
        value = value() if step["call"] else value
        value = value[step["item"]] if step["item"] else value
    return value


class Pools:
    """The pools of this process whose kinds have gauges: those that exist, and those that are made later."""

    def __init__(self, catalog: Catalog) -> None:
        self._kinds = [kind for kind in catalog.kinds.values() if kind.gauges and kind.types]
        self._known: weakref.WeakSet[Any] = weakref.WeakSet()
        self._kept: dict[int, Any] = {}

    def classes(self) -> dict[type, Kind]:
        """The imported classes with gauges, and their kinds."""
        named = ((find(name), kind) for kind in self._kinds for name in kind.types)
        return {found.value: kind for found, kind in named if found and isinstance(found.value, type)}

    def add(self, value: Any) -> None:
        """Remember a pool that was made. One that allows no weak reference is kept until its state says that it is closed."""
        try:
            self._known.add(value)
        except TypeError:
            self._kept[id(value)] = value

    def search(self) -> None:
        """Find the pools that exist already: one walk over all objects."""
        import gc

        classes = tuple(self.classes())
        for value in gc.get_objects():
            if issubclass(type(value), classes):
                self.add(value)

    def read(self) -> Iterator[Pool]:
        """All pools now, in the order of their kinds and names."""
        classes = self.classes()
        found = []
        for value in [*self._known, *self._kept.values()]:
            kind = next((classes[base] for base in type(value).__mro__ if base in classes), None)
            if kind is not None and not self._closed(value, kind):
                numbers = (
                    read(value, kind.gauges[name]) if name in kind.gauges else None for name in ("size", "in-use", "waiters")
                )
                found.append(Pool(kind.what, f"{id(value):x}", *numbers))
        yield from sorted(found, key=lambda pool: pool[:2])

    def _closed(self, value: Any, kind: Kind) -> bool:
        """Whether a pool is kept for nothing; it no longer is then."""
        if id(value) not in self._kept or not any(read(value, query) == (not held) for query, held in kind.queries.items()):
            return False
        del self._kept[id(value)]
        return True
