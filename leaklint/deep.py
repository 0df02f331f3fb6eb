"""Room for what recurses once per level of a tree: LibCST's own code, and names of functions in functions."""

import contextlib
import sys
import threading
from collections.abc import Callable
from typing import TypeVar

_FRAMES = 100_000
_STACK = 256 * 1024 * 1024  # bytes of addresses, not of memory

Result = TypeVar("Result")


class _Unwanted(BaseException):
    """Ends a thread for whose result nobody waits."""


def deeply(work: Callable[[], Result]) -> Result:
    """What `work` returns or raises, with room for some ten thousand levels; RecursionError if that is not enough.

    Python 3.12 has a limit of its own for calls through C code, which nothing raises: some 700 levels there.
    """
    results: list[Result] = []
    errors: list[BaseException] = []

    ended = threading.Event()

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)
        finally:
            ended.set()

    frames, stack = sys.getrecursionlimit(), threading.stack_size(_STACK)
    try:
        sys.setrecursionlimit(_FRAMES)
        _run(threading.Thread(target=run, daemon=True), ended)
    finally:
        threading.stack_size(stack)
        sys.setrecursionlimit(frames)
    if errors:
        raise errors[0]
    return results[0]


def _run(thread: threading.Thread, ended: threading.Event) -> None:
    """Runs a thread that says when it ends: `join` does not know any more once an exception has left it."""
    try:
        thread.start()
    except RuntimeError as error:  # the system gives no thread
        raise RecursionError(str(error)) from error
    try:
        ended.wait()
    except BaseException:
        import ctypes

        # The time is up, or Ctrl-C: what goes on in the thread must end, too.
        while not ended.is_set():
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(_Unwanted))
            with contextlib.suppress(BaseException):
                ended.wait(1.0)
        raise
