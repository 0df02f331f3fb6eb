"""Whether a handler catches an exception: by type name, with "maybe" where the relation is not known."""

import builtins
from enum import Enum
from functools import lru_cache

from leaklint.flow.ir import ExceptionTypes

EXITING = "SystemExit!"
"""The SystemExit of a call that ends the process on purpose."""


class Catch(Enum):
    """Does the handler take the exception?"""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


_ALIASES = {
    "socket.error": "OSError",
    "select.error": "OSError",
    "os.error": "OSError",
    "socket.timeout": "TimeoutError",
    "asyncio.TimeoutError": "TimeoutError",
    "concurrent.futures.TimeoutError": "TimeoutError",
    "asyncio.exceptions.CancelledError": ExceptionTypes.CANCELLED,
    "concurrent.futures.CancelledError": ExceptionTypes.CANCELLED,
    "socket.gaierror": "OSError",
    EXITING: "SystemExit",
}
_CATCH_ALL = ("BaseException",)


def builtin_exception(name: str) -> type[BaseException] | None:
    """The built-in exception type of that name."""
    found = getattr(builtins, name, None)
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


@lru_cache(maxsize=4096)
def catches(raised: str, handler: str) -> Catch:
    """Whether `except handler` takes an exception of type `raised` (UNKNOWN: some subclass of Exception)."""
    raised, handler = _ALIASES.get(raised, raised), _ALIASES.get(handler, handler)
    if handler in _CATCH_ALL or raised == handler:
        return Catch.YES
    wanted = builtin_exception(handler)
    if raised == ExceptionTypes.CANCELLED:
        return Catch.NO if wanted is not None or handler == ExceptionTypes.CANCELLED else Catch.MAYBE
    if handler == ExceptionTypes.CANCELLED:
        return Catch.NO
    if raised == ExceptionTypes.UNKNOWN:
        return _unknown(wanted)
    return _named(raised, handler, wanted)


def _unknown(wanted: type[BaseException] | None) -> Catch:
    if wanted is Exception:
        return Catch.YES
    if wanted is not None and not issubclass(wanted, Exception):
        return Catch.NO
    return Catch.MAYBE


def _named(raised: str, handler: str, wanted: type[BaseException] | None) -> Catch:
    actual = builtin_exception(raised)
    if actual is not None and wanted is not None:
        if issubclass(actual, wanted):
            return Catch.YES
        return Catch.MAYBE if issubclass(wanted, actual) else Catch.NO
    if actual is not None:  # a library's own exception is never a base of a built-in one; a local name may be an alias
        return Catch.MAYBE if issubclass(actual, Exception) and "." not in handler else Catch.NO
    if wanted is Exception:
        return Catch.YES
    if wanted is not None:
        return Catch.MAYBE if issubclass(wanted, (OSError, RuntimeError)) else Catch.NO
    same_library = raised.partition(".")[0] == handler.partition(".")[0]
    return Catch.MAYBE if same_library or handler == "?" or "." not in handler else Catch.NO
