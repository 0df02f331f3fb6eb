"""Subclasses of C types, made so that their methods can be wrapped."""

import functools
from typing import Any


@functools.cache
def _subclass(base: type) -> type | None:
    names = {"__module__": base.__module__, "__qualname__": base.__qualname__, "__doc__": base.__doc__}
    try:
        return type(base.__name__, (base,), names)
    except TypeError:
        return None


def observed_subclass(chosen: Any) -> type | None:
    """A subclass of that class with its name; None if it is no class, or one that has no subclasses."""
    return _subclass(chosen) if isinstance(chosen, type) else None
