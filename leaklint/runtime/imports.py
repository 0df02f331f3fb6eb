"""Tells when modules have been imported."""

import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class Imports:
    """A meta path finder that finds nothing itself: it lets the others find, and is told when the module has run.

    Loaders that are classes (built-in and frozen modules) are left alone: those modules are loaded before us anyway.
    """

    def __init__(self, interesting: Callable[[str], bool], told: Callable[[str], None]) -> None:
        self._interesting = interesting
        self._told = told

    def install(self) -> None:
        """Begin."""
        sys.meta_path.insert(0, self)

    def remove(self) -> None:
        """End."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """What the other finders find."""
        if not self._interesting(name):
            return None
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            if finder is self or find is None:
                continue
            spec: ModuleSpec | None = find(name, path, target)
            if spec is not None:
                self._follow(spec.loader, name)
                return spec
        return None

    def _follow(self, loader: Any, name: str) -> None:
        run = getattr(loader, "exec_module", None)
        if run is None or isinstance(loader, type):
            return

        def exec_module(module: ModuleType) -> None:
            vars(loader).pop("exec_module", None)
            run(module)
            self._told(name)

        try:
            loader.exec_module = exec_module
        except AttributeError:
            return
