"""Callables in the place of others, so that nobody sees the difference.

A Python function is replaced by a function that names it as `__wrapped__`: signature, name, pickling by name and binding
stay. A built-in function binds to nothing when a class holds it, so its place is taken by an object that doesn't
either. A class is not replaced, its `__init__` is.
"""

import functools
import inspect
import sys
from collections.abc import Callable, Container, Mapping
from types import FrameType, FunctionType
from typing import Any, NamedTuple

Arguments = tuple[Any, ...]
Keywords = dict[str, Any]

_MARK = "__leaklint__"


class Concern(NamedTuple):
    """The calls of a method that end something: on receivers of these identities, and those with arguments if it gives back."""

    receivers: tuple[Container[int], Container[int]]
    giving: bool


class Watching(NamedTuple):
    """What is told of a callable.

    after: what it returned, if the calling code is the project's: arguments (the receiver of a method is the first),
        keywords, result, the caller's frame
    over: that it is over, whoever called it and whether it returned or raised; the frame that called is two above
    only: of other calls `over` is not told
    prepare: the keywords with which it is to be called by the project's code
    owned: file name -> whether its code is the project's
    """

    owned: Mapping[str, bool]
    after: Callable[[Arguments, Keywords, Any, FrameType], None] | None = None
    over: Callable[[Arguments, Keywords], None] | None = None
    only: Concern | None = None
    prepare: Callable[[Arguments, Keywords], Keywords] | None = None


def is_wrapped(value: object) -> bool:
    """Whether `value` was made here."""
    try:
        return _MARK in vars(value)
    except TypeError:
        return False


def wrapped(original: Callable[..., Any], watching: Watching) -> Any:
    """The stand-in for a function, a method's function, or a built-in function."""
    if inspect.iscoroutinefunction(original):
        made = _awaiting(original, watching)
    elif watching.prepare is not None:
        made = _prepared(original, watching)
    elif watching.over is None:
        made = _acquiring(original, watching)
    elif watching.only is not None:
        made = _ending_some(original, watching, watching.only)
    else:
        made = _ending(original, watching)
    if isinstance(original, FunctionType) or inspect.ismethoddescriptor(original):
        return _marked(made, original)
    return _builtin(original, made)


def _marked(made: Any, original: Callable[..., Any]) -> Any:
    functools.update_wrapper(made, original)
    vars(made)[_MARK] = True
    return made


def _acquiring(original: Callable[..., Any], watching: Watching) -> Callable[..., Any]:
    owned, after, frame_above = watching.owned, watching.after, sys._getframe
    assert after is not None

    def call(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        caller = frame_above(1)
        if owned[caller.f_code.co_filename]:
            after(args, kwargs, result, caller)
        return result

    return call


def _prepared(original: Callable[..., Any], watching: Watching) -> Callable[..., Any]:
    owned, after, prepare, frame_above = watching.owned, watching.after, watching.prepare, sys._getframe
    assert after is not None
    assert prepare is not None

    def call(*args: Any, **kwargs: Any) -> Any:
        caller = frame_above(1)
        if not owned[caller.f_code.co_filename]:
            return original(*args, **kwargs)
        result = original(*args, **prepare(args, kwargs))
        after(args, kwargs, result, caller)
        return result

    return call


def _ending(original: Callable[..., Any], watching: Watching) -> Callable[..., Any]:
    owned, after, over, frame_above = watching.owned, watching.after, watching.over, sys._getframe
    assert over is not None

    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            result = original(*args, **kwargs)
        finally:
            over(args, kwargs)
        if after is not None:
            caller = frame_above(1)
            if owned[caller.f_code.co_filename]:
                after(args, kwargs, result, caller)
        return result

    return call


def _ending_some(original: Callable[..., Any], watching: Watching, only: Concern) -> Callable[..., Any]:
    """The same, where most calls are nobody's concern: for those this one frame is all that it costs."""
    owned, after, over, frame_above = watching.owned, watching.after, watching.over, sys._getframe
    assert over is not None
    (some, others), giving = only

    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            result = original(*args, **kwargs)
        finally:
            receiver = id(args[0])
            if receiver in some or receiver in others or (giving and (len(args) > 1 or kwargs)):
                over(args, kwargs)
        if after is not None:
            caller = frame_above(1)
            if owned[caller.f_code.co_filename]:
                after(args, kwargs, result, caller)
        return result

    return call


def _awaiting(original: Callable[..., Any], watching: Watching) -> Callable[..., Any]:
    """The caller is the code that awaits; in a task of its own that is the event loop, which nobody judges."""
    owned, after, over, frame_above = watching.owned, watching.after, watching.over, sys._getframe

    async def call(*args: Any, **kwargs: Any) -> Any:
        try:
            result = await original(*args, **kwargs)
        finally:
            if over is not None:
                over(args, kwargs)
        caller = frame_above(1)
        if after is not None and owned[caller.f_code.co_filename]:
            after(args, kwargs, result, caller)
        return result

    return call


class Builtin:
    """In the place of a built-in function: looks like one, pickles by name, and binds to nothing."""

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return type(vars(self)["__wrapped__"])

    def __repr__(self) -> str:
        return repr(vars(self)["__wrapped__"])

    def __reduce_ex__(self, protocol: object) -> str:
        return str(vars(self)["__name__"])

    def __getattr__(self, name: str) -> Any:
        return getattr(vars(self)["__wrapped__"], name)


def _builtin(original: Callable[..., Any], made: Callable[..., Any]) -> Any:
    """A class of its own, so that the call leads straight to `made`: there is one frame between caller and original."""
    # `staticmethod` keeps the object itself out of the arguments.
    kind = type("Builtin", (Builtin,), {"__call__": staticmethod(made)})
    return _marked(kind(), original)


def touching(original: Callable[..., Any], touch: Callable[[Any], None]) -> Any:
    """The stand-in for a method that uses its receiver: `touch` is told of it first."""

    def call(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        touch(self)
        return original(self, *args, **kwargs)

    async def call_awaiting(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        touch(self)
        return await original(self, *args, **kwargs)

    return _marked(call_awaiting if inspect.iscoroutinefunction(original) else call, original)
