"""Checks files on a Dask cluster whose workers have leaklint and see the same files under the same paths.

A thin adapter: a batch of neighbouring files is one call, given as bytes and answered as bytes. There it is checked in a
process of its own, so that time limits and crashes cost one file, as they do here. Who may talk to a Dask scheduler may run
code on it: that is between the user and the cluster, and nothing that we send or read is pickled by us.
"""

import os
from collections.abc import Iterator, Sequence

import msgspec

from leaklint.executors import ExecutorError
from leaklint.model import Diagnostic
from leaklint.tasks import Answer, Task
from leaklint.workers import batches
from leaklint.workers import spread as over_processes

CONNECTS = "10s"
"""How long the scheduler may take to answer."""


def spread(tasks: Sequence[tuple[int, Task]], address: str) -> Iterator[tuple[int, int, Answer]]:
    """(number, batch, answer) of every task; ExecutorError without the extra, or if the scheduler can't be reached."""
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise ExecutorError(f"executor 'dask' needs the extra 'dask': {error}") from error
    try:
        client = Client(address, timeout=CONNECTS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ExecutorError(f"no Dask scheduler answers at {address}: {error}") from error
    with client:
        work = batches(tasks)
        sent = {client.submit(answered, _message(batch), pure=False): at for at, batch in enumerate(work)}
        for future, message in as_completed(list(sent), loop=client.loop, with_results=True):
            at = sent[future]
            answers = msgspec.msgpack.decode(message, type=list[Answer])
            for (number, task), answer in zip(work[at], answers, strict=True):
                yield number, at, _named(answer, task)


def answered(message: bytes) -> bytes:
    """Runs on the cluster: the answers to a batch of tasks, in their order."""
    tasks = msgspec.msgpack.decode(message, type=list[Task])
    found = {number: answer for number, _, answer in over_processes(list(enumerate(tasks)), 1)}
    return msgspec.msgpack.encode([found[number] for number in range(len(tasks))])


def _message(batch: Sequence[tuple[int, Task]]) -> bytes:
    """The tasks, each under its absolute path: the working folder there is another one."""
    return msgspec.msgpack.encode([msgspec.structs.replace(task, filename=task.path) for _, task in batch])


def _named(answer: Answer, task: Task) -> Answer:
    """The answer with the name that the user wrote."""
    if task.filename == task.path:
        return answer
    diagnostics = tuple(_renamed(diagnostic, task) for diagnostic in answer.diagnostics)
    failure = answer.failure.replace(os.fspath(task.path), task.filename, 1)
    return msgspec.structs.replace(answer, diagnostics=diagnostics, failure=failure)


def _renamed(diagnostic: Diagnostic, task: Task) -> Diagnostic:
    trace = tuple(
        msgspec.structs.replace(step, filename=task.filename) if step.filename == task.path else step for step in diagnostic.trace
    )
    return msgspec.structs.replace(diagnostic, filename=task.filename, trace=trace)
