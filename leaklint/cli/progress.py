"""The progress bar: on stderr, for people who wait, and for nobody else."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_PATIENCE = 1.0
_EVERY = 0.1
_WIDTH = 30


@contextmanager
def progress(silent: bool) -> Iterator[Callable[[int, int], None]]:
    """What to call after each file, with (done, of how many). Shows nothing in the first second, in CI, or without a terminal."""
    shown = _Bar()
    wanted = not silent and sys.stderr.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"
    try:
        yield shown.tick if wanted else lambda done, total: None
    finally:
        shown.clear()


class _Bar:
    """One line that is written over."""

    def __init__(self) -> None:
        self._next = time.monotonic() + _PATIENCE
        self._visible = False

    def tick(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now < self._next or total == 0:
            return
        self._next, self._visible = now + _EVERY, True
        filled = _WIDTH * done // total
        sys.stderr.write(f"\r[{'#' * filled}{'.' * (_WIDTH - filled)}] {done}/{total} files")
        sys.stderr.flush()

    def clear(self) -> None:
        if self._visible:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
