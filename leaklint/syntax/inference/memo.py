"""Answers that may need each other."""

import sys
from collections.abc import Callable

from leaklint.syntax.inference.model import NO_TYPES, Types


class Memo:
    """Answers that may need each other. One that was cut short by a cycle is kept only until the question that started it is
    answered: it may know more when it is asked on its own."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], Types] = {}
        self._passing: dict[tuple[object, ...], Types] = {}
        self._asked: dict[tuple[object, ...], int] = {}
        self._lowest = sys.maxsize

    def get(self, key: tuple[object, ...], answer: Callable[[], Types]) -> Types:
        """The answer to a question."""
        found = self._known.get(key) or self._passing.get(key)
        if found is not None or key in self._known or key in self._passing:
            return found or NO_TYPES
        depth = self._asked.get(key)
        if depth is not None or len(self._asked) > 150:
            self._lowest = min(self._lowest, depth if depth is not None else 0)
            return NO_TYPES
        return self._ask(key, answer)

    def _ask(self, key: tuple[object, ...], answer: Callable[[], Types]) -> Types:
        depth = self._asked[key] = len(self._asked)
        outer, self._lowest = self._lowest, sys.maxsize
        try:
            found = answer()
        finally:
            del self._asked[key]
        complete = self._lowest >= depth
        (self._known if complete else self._passing)[key] = found
        self._lowest = outer if complete else min(outer, self._lowest)
        if not self._asked:
            self._passing.clear()
            self._lowest = sys.maxsize
        return found
