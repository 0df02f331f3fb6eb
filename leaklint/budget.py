"""A limit on the time of one piece of work in this process."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

TIME_LIMIT = 120.0
"""Seconds for one file. What takes longer is not analysed: RLK900."""
_AGAIN = 1.0


class OutOfTime(BaseException):
    """The time is up. Not an Exception: what a step expects of its own work must not catch it.

    Whatever the work was changing may be half changed and is to be thrown away.
    """


def too_long(limit: float) -> str:
    """What is said about a file that needs more."""
    return f"takes more than {limit:g} seconds to analyse"


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raises OutOfTime in what runs inside once it has taken that long.

    Without a limit outside the main thread and on systems without timers (Windows). One native call runs to its end: the parser
    is kept from long ones by what it is given (`syntax/measure.py`), and regexes look for signals themselves.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.signal(signal.SIGALRM, _ring)
    # Again and again: a finalizer may be what the first one strikes, and nothing leaves a finalizer.
    rest, interval = signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, rest, interval)


def _ring(number: int, frame: FrameType | None) -> None:
    raise OutOfTime
