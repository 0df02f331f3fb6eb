"""Attributes set to other values, and set back again."""

import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from typing import Any, NamedTuple

_MISSING: Any = object()


class _Change(NamedTuple):
    owner: Any
    name: str
    before: Any
    after: Any


class Patches:
    """What was changed, in order; `undo` sets it back where nobody else changed it since."""

    def __init__(self) -> None:
        self._changes: list[_Change] = []
        self._done: set[tuple[Any, str]] = set()

    def first(self, owner: Any, purpose: str) -> bool:
        """Whether this is asked for the first time: what is done to a class is done once."""
        before = len(self._done)
        self._done.add((owner, purpose))
        return len(self._done) > before

    def set(self, owner: Any, name: str, value: Any) -> bool:
        """Set an attribute of a module or class; False if its type allows no change (C types)."""
        before = vars(owner).get(name, _MISSING)
        try:
            setattr(owner, name, value)
        except (AttributeError, TypeError):
            return False
        self._changes.append(_Change(owner, name, before, value))
        return True

    def rebind(self, modules: Iterable[ModuleType], replaced: Mapping[int, tuple[Any, Any]]) -> None:
        """In these modules let names of what was replaced (identity -> old, new) stand for the new."""
        for module in modules:
            for name, value in list(vars(module).items()):
                old, new = replaced.get(id(value), (_MISSING, None))
                if old is value:
                    self.set(module, name, new)

    def undo(self) -> None:
        """Set everything back, the last change first."""
        for owner, name, before, after in reversed(self._changes):
            if vars(owner).get(name) is not after:
                continue
            if before is _MISSING:
                delattr(owner, name)
            else:
                setattr(owner, name, before)
        self._changes.clear()


def remade(static: Any, make: Callable[[Callable[..., Any]], Any]) -> Any:
    """What is to stand in a class for `static` (as `vars` has it): `make` of its function, bound in the same way; None if
    it is no function."""
    if isinstance(static, classmethod | staticmethod):
        made = make(static.__func__)
        return type(static)(made)
    if inspect.isroutine(static):
        return make(static)
    return None


def holder(owner: type, name: str) -> type | None:
    """The class in the lineage of `owner` that defines `name`."""
    return next((one for one in owner.__mro__ if name in vars(one)), None)


def changeable(owner: type) -> bool:
    """Whether attributes of the class can be set."""
    return bool(owner.__flags__ & (1 << 9)) and not owner.__flags__ & (1 << 8)


def loaded(names: Iterable[str]) -> list[ModuleType]:
    """Those of the modules that are imported; what is not a plain module is left alone."""
    return [module for name in names if type(module := sys.modules.get(name)) is ModuleType]
