"""The remedies, one module each. `all_remedies()` finds them by scanning this folder: modules with a constant `REMEDY`."""

import functools
import importlib
import pkgutil

from leaklint.fixes.contract import Remedy


@functools.cache
def all_remedies() -> tuple[Remedy, ...]:
    """Every remedy, in the order in which they are asked."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    found: list[Remedy] = [module.REMEDY for module in modules if hasattr(module, "REMEDY")]
    return tuple(sorted(found, key=lambda remedy: (remedy.order, remedy.name)))
