"""What a value keeps alive, and what a traceback does."""

import contextlib
import functools
import gc
import types
from collections.abc import Iterator
from typing import Any

from tests.oracle.hooks import Record
from tests.oracle.oraclelib import Resource


def clear_frames(exception: BaseException | None) -> None:
    """Drop the locals of all finished frames in the traceback of an exception."""
    for inner in exception.exceptions if isinstance(exception, BaseExceptionGroup) else ():
        clear_frames(inner)
    trace = exception.__traceback__ if exception else None
    while trace is not None:
        with contextlib.suppress(RuntimeError):  # still running
            trace.tb_frame.clear()
        trace = trace.tb_next


def reach(value: Any) -> Iterator[Record]:
    """The resources that a value keeps alive."""
    if isinstance(value, _CLOSED):
        return
    if isinstance(value, Resource):
        yield value.record
        return
    pending, seen = [value], set()
    while pending:
        item = pending.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, Resource):
            yield item.record
            continue
        pending.extend(_parts(item))


_CLOSED: tuple[type, ...] = (type, types.ModuleType, types.FrameType, types.CodeType, str, bytes, int, float, type(None))
_OPEN: tuple[type, ...] = (
    list, tuple, dict, set, functools.partial, types.MethodType, types.CellType, types.GeneratorType, types.CoroutineType,
)  # fmt: skip


def _parts(item: Any) -> list[Any]:
    if isinstance(item, _CLOSED):
        return []
    if isinstance(item, types.FunctionType):
        return list(item.__closure__ or ())
    if isinstance(item, _OPEN) or hasattr(item, "__dict__"):
        return gc.get_referents(item)
    return []
