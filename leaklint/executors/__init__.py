"""Engines of others on which the files of a run are checked: one module each, with `spread(tasks, address)`.

A file is checked from its contents alone, so what is sent are tasks and what comes back are answers, both msgpack. Adding an
executor is adding a module here.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from typing import cast

from leaklint.tasks import Answer, Task

Spread = Callable[[Sequence[tuple[int, Task]], str], Iterator[tuple[int, int, Answer]]]
"""(number, batch, answer) of every task, in any order. Tasks of a batch share a project."""


class ExecutorError(Exception):
    """The engine is unknown, not installed, or can't be reached."""


def executor_names() -> tuple[str, ...]:
    """The executors there are, sorted; none is imported for this."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def parsed(text: str) -> tuple[str, str]:
    """(name, address) of "dask=tcp://host:8786"; ExecutorError if it is not one of ours."""
    name, _, address = text.partition("=")
    if name not in executor_names() or not address:
        raise ExecutorError(f"executor '{text}': expected {' or '.join(f'{known}=ADDRESS' for known in executor_names())}")
    return name, address


def executor(name: str) -> Spread:
    """What spreads tasks over that engine; it raises ExecutorError if its package is not installed."""
    return cast(Spread, importlib.import_module(f"{__name__}.{name}").spread)
