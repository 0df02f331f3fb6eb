"""Whether a handler catches an exception: by type name, with "maybe" where the relation is not known.

The name of a class of the project carries those of its bases (`lineage`), as far as they are known: nothing is left open but
what a base elsewhere is.
"""

import builtins
from collections.abc import Iterable
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
EVERYTHING = ("Exception", *_CATCH_ALL)
"""What a handler names that asks for nothing in particular."""


_BASES = " < "
_PROJECT = "\0"
"""What is in the name of a class of the project, and in no other."""


def lineage(names: Iterable[str]) -> str:
    """The name of a class of the project from those of itself and its bases, nearest first; "?" for a base that has none."""
    return _BASES.join(names)


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
    if _PROJECT in raised or _PROJECT in handler:
        return _of_project(raised.split(_BASES), handler.split(_BASES))
    wanted = builtin_exception(handler)
    if raised == ExceptionTypes.CANCELLED:
        return Catch.NO if wanted is not None or handler == ExceptionTypes.CANCELLED else Catch.MAYBE
    if handler == ExceptionTypes.CANCELLED:
        return Catch.NO
    if raised == ExceptionTypes.UNKNOWN:
        return _unknown(wanted)
    return _named(raised, handler, wanted)


def _of_project(raised: list[str], handler: list[str]) -> Catch:
    """With a class of the project on either side: what is raised is exactly that class, no special case of it, unless UNKNOWN
    stands before it. A special case that has another base, too, is not thought of."""
    if handler[0] in raised:
        return Catch.YES
    special = raised[0] == ExceptionTypes.UNKNOWN
    if raised == [ExceptionTypes.UNKNOWN] or (special and raised[1] in handler):
        return Catch.MAYBE
    found = {_by_base(base, handler[0]) for base in raised[special:] if _PROJECT not in base}
    return next((answer for answer in (Catch.YES, Catch.MAYBE) if answer in found), Catch.NO)


def _by_base(base: str, handler: str) -> Catch:
    """Whether a handler takes a class of the project because of a base elsewhere."""
    actual, wanted = builtin_exception(base), builtin_exception(handler)
    if actual is not None and wanted is not None:
        return Catch.YES if issubclass(actual, wanted) else Catch.NO
    if "?" in (base, handler):
        return Catch.YES if wanted is Exception else Catch.MAYBE
    return Catch.NO if _PROJECT in handler else catches(base, handler)


def narrowed(handler: str) -> str:
    """What is known of an exception of unknown type that this handler took: UNKNOWN before a class of the project stands for any
    special case of it."""
    if handler == "?":
        return ExceptionTypes.UNKNOWN
    return lineage((ExceptionTypes.UNKNOWN, handler)) if _PROJECT in handler else handler


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
