"""Finds what a qualified name or a method name means in the installed libraries."""

import ast
import builtins
import functools
import importlib
import inspect
import re
import textwrap
import types


class Missing(Exception):
    """The installed library has no such name."""


class Hidden(Exception):
    """It can't be looked at here: an optional dependency, a platform module or a configuration is missing."""


@functools.cache
def resolve(name: str) -> object:
    """The object of a qualified name; raises Missing or Hidden.

    A package may bind a name to a class *and* have a submodule of that name (`ZODB.DB`): both readings are tried.
    """
    reasons: list[Exception] = []
    for modules_first in (False, True):
        try:
            return _walk(name.split("."), modules_first)
        except (Missing, Hidden) as error:
            reasons.append(error)
    hidden = [reason for reason in reasons if isinstance(reason, Hidden)]
    raise (hidden or reasons)[0]


def _walk(parts: list[str], modules_first: bool) -> object:
    if len(parts) == 1 and hasattr(builtins, parts[0]):
        return getattr(builtins, parts[0])
    value: object = _module(parts[0])
    if value is None:
        raise Hidden(f"no module {parts[0]}")
    for position, part in enumerate(parts[1:], start=2):
        path = ".".join(parts[:position])
        step = _submodule(value, path) if modules_first else None
        if step is None:
            step = _attribute(value, part, path)
        value = step
    return value


def _submodule(value: object, path: str) -> object | None:
    return _module(path) if isinstance(value, types.ModuleType) else None


def _attribute(value: object, part: str, path: str) -> object:
    try:
        return getattr(value, part)
    except AttributeError as error:
        found = _submodule(value, path)
        if found is not None:
            return found
        if isinstance(value, type) and part in _set_in_source(value):
            return None
        raise Missing(f"there is no {path}") from error
    except Exception as error:
        raise Hidden(f"{path}: {error}") from error


def _module(path: str) -> types.ModuleType | None:
    """The module, None if there is none; Hidden if it is there and its import fails."""
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError as error:
        if error.name == path or path.startswith(f"{error.name}."):
            return None
        raise Hidden(f"import of {path}: {error}") from error
    except Exception as error:  # libraries raise anything when a shared library or a setting is missing
        raise Hidden(f"import of {path}: {error}") from error


def member(cls: type, name: str) -> object:
    """The attribute `name` of the class; None if only instances have it."""
    return getattr(cls, name, None)


def has_member(cls: type, name: str) -> bool | None:
    """Whether instances of `cls` have `name`; None if the class hides that.

    Special methods count on the class only, as in the interpreter.
    """
    try:
        if hasattr(cls, name):
            return True
    except Exception:  # a class property that needs a running server
        return None
    if name.startswith("__"):
        return None if name in ("__getitem__", "__getattr__") else False
    if any(name in getattr(base, "__annotations__", {}) or name in _set_in_source(base) for base in cls.__mro__):
        return True
    dynamic = any("__getattr__" in vars(base) or "__getattribute__" in vars(base) for base in cls.__mro__[:-1])
    return None if dynamic else False


@functools.cache
def _set_in_source(cls: type) -> frozenset[str]:
    """Attributes that the methods of `cls` itself assign (to anything: `self` has no fixed name)."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    except (OSError, TypeError, SyntaxError):
        return frozenset()
    return frozenset(n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store))


def is_coroutine(cls: type, name: str) -> bool | None:
    """Whether calling the method gives a coroutine; None where the code does not tell (compiled, generated, decorated)."""
    method = inspect.getattr_static(cls, name, None)
    if isinstance(method, classmethod | staticmethod):
        method = method.__func__
    if inspect.iscoroutinefunction(method):
        return True
    if not isinstance(method, types.FunctionType) or hasattr(method, "__wrapped__") or _annotated_awaitable(method):
        return None
    return False


def _annotated_awaitable(function: types.FunctionType) -> bool:
    """Whether the annotation says that the result can be awaited (a future is as good as a coroutine)."""
    return re.search(r"Awaitable|Coroutine|Future", str(function.__annotations__.get("return", ""))) is not None
