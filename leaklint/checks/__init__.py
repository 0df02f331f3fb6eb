"""The checks, one module each. `all_checks()` finds them by scanning this folder."""

import functools
import importlib
import pkgutil

from leaklint.checks.contract import Check


@functools.cache
def all_checks() -> tuple[Check, ...]:
    """Every check, ordered by code."""
    names = sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name.startswith("rlk"))
    return tuple(importlib.import_module(f"{__name__}.{name}").CHECK for name in names)


@functools.cache
def path_checks() -> tuple[Check, ...]:
    """The checks that judge one obligation, in the order of the decision list."""
    return tuple(sorted((c for c in all_checks() if c.find is not None), key=lambda c: c.priority))
