"""What comes of an awaitable that a call returned: it is told when code awaits it."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from leaklint.runtime.patches import Patches, changeable, holder
from leaklint.runtime.wrapping import touching

Told = Callable[[Any, FrameType], None]


class Awaitables:
    """Awaitables that are waited for, and the wrapped `__await__` of their types. Entered by `async with` instead, one is none
    of our business."""

    def __init__(self, patches: Patches, unwatched: dict[str, str]) -> None:
        self._patches = patches
        self._unwatched = unwatched
        self._waiting: dict[int, tuple[Any, Told]] = {}

    def add(self, awaitable: Any, told: Told) -> None:
        """Have `told` called with what awaiting gives, and the frame that awaits."""
        cls = type(awaitable)
        if not self._wrap(cls):
            self._unwatched.setdefault(f"{cls.__module__}.{cls.__qualname__}", "an awaitable of a C type")
            return
        self._waiting[id(awaitable)] = (awaitable, told)

    def _wrap(self, cls: type) -> bool:
        owner = holder(cls, "__await__")
        if owner is None or not changeable(owner):
            return False
        for name, make in (("__await__", self._awaiting), ("__aenter__", self._entering)):
            place = holder(cls, name)
            if place is not None and changeable(place) and self._patches.first(place, name):
                self._patches.set(place, name, make(vars(place)[name]))
        return True

    def _awaiting(self, original: Any) -> Any:
        waiting = self._waiting

        def __await__(self: Any) -> Any:
            _, told = waiting.pop(id(self), (None, None))
            value = yield from original(self)
            if told is not None:
                told(value, sys._getframe(1))
            return value

        return __await__

    def _entering(self, original: Any) -> Any:
        waiting = self._waiting

        def entered(receiver: Any) -> None:
            waiting.pop(id(receiver), None)

        return touching(original, entered)
