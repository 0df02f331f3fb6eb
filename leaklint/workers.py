"""Worker processes: each takes batches of neighbouring files, and one that dies costs one file.

A worker is an interpreter of its own that reads tasks from its stdin and writes answers to its stdout: msgpack, each
message behind its length. Nothing is pickled, nothing inherited but the import path. The parent has a thread per worker,
which only waits; the main thread takes the answers, ends workers that take too long, and is the one that Ctrl-C reaches.
"""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from typing import IO

import msgspec

from leaklint import budget
from leaklint.tasks import Answer, Task, answers, lost, size_of

_GRACE = 5.0
"""A worker ends the work on a file itself when the time is up. One that does not, as it is in native code, is ended so late."""

_BATCH_FILES = 100
_BATCH_BYTES = 700_000
_START = "import sys; sys.path[:] = sys.argv[1:]; from leaklint.workers import serve; serve()"
_LENGTH = 4
_READY = b"ready"

Numbered = tuple[int, Task]
Batch = list[Numbered]
_Answered = queue.SimpleQueue[tuple[int, int, Task, Answer | None]]
"""Worker, number, task, and None if it has to be done here."""


def batches(tasks: Sequence[Numbered]) -> list[Batch]:
    """Neighbours together, as they import the same modules; not too many, so that no worker idles at the end."""
    found: list[Batch] = []
    size = 0
    for number, task in tasks:
        mine = size_of(task.path)
        if (
            not found
            or len(found[-1]) >= _BATCH_FILES
            or size + mine > _BATCH_BYTES
            or found[-1][-1][1].settings != task.settings
        ):
            found.append([])
            size = 0
        found[-1].append((number, task))
        size += mine
    return found


# --- the parent ---------------------------------------------------------------------------------------------------------


class _Lane:
    """One worker process and the thread that talks to it. `deadline`: when the present file has had its time."""

    def __init__(self, number: int, waiting: "queue.SimpleQueue[Batch | None]", answered: "_Answered", limit: float) -> None:
        self.number = number
        self.waiting = waiting
        self.answered = answered
        self.limit = limit
        self.deadline = float("inf")
        self.late = False
        self.closed = False
        self.process: subprocess.Popen[bytes] | None = None
        self.thread = threading.Thread(target=self._work, daemon=True)
        self.thread.start()

    def _work(self) -> None:
        while (batch := self.waiting.get()) is not None:
            while batch and not self.closed:
                batch = self._batch(batch)
        self.end()

    def _batch(self, batch: Batch) -> Batch:
        """Has a batch checked; what is left of it when the worker died."""
        if self.process is None and not self._started():
            for number, task in batch:
                self.answered.put((self.number, number, task, None))
            return []
        process = self.process
        assert process is not None
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            _send(process.stdin, msgspec.msgpack.encode([task for _, task in batch]))
        for position, (number, task) in enumerate(batch):
            answer = self._answer(process)
            if answer is None:
                self.answered.put((self.number, number, task, Answer(lost(task, self._epitaph(process)), lost=True)))
                return batch[position + 1 :]
            self.answered.put((self.number, number, task, answer))
        return []

    def _answer(self, process: "subprocess.Popen[bytes]") -> Answer | None:
        """The next answer, None if the worker died over it."""
        assert process.stdout is not None
        self.deadline = time.monotonic() + self.limit + _GRACE
        message = _receive(process.stdout)
        self.deadline = float("inf")
        return msgspec.msgpack.decode(message, type=Answer) if message is not None else None

    def _started(self) -> bool:
        """Starts the worker; False if that is not possible here."""
        command = [sys.executable, "-P", "-c", _START, *map(os.path.abspath, sys.path)]
        try:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        except OSError:
            return False
        assert self.process.stdout is not None
        if _receive(self.process.stdout) == _READY:
            return True
        self.end()
        return False

    def _epitaph(self, process: "subprocess.Popen[bytes]") -> str:
        """Why there was no answer. The worker is done away with."""
        late, self.late = self.late, False
        self.end()
        if late:
            return budget.too_long(self.limit)
        code = process.returncode
        how = f"was ended by {signal.Signals(-code).name}" if code is not None and code < 0 else f"ended with code {code}"
        return f"the process that analysed it {how}: too deep for the parser, or too little memory"

    def overdue(self, now: float) -> None:
        """Ends the worker if its file has had its time: the thread sees it die and says so."""
        if now > self.deadline and self.process is not None:
            self.late = True
            self.deadline = float("inf")
            self.process.kill()

    def end(self) -> None:
        """Ends the worker at once."""
        process, self.process = self.process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


def spread(tasks: Sequence[Numbered], jobs: int, limit: float = budget.TIME_LIMIT) -> Iterator[tuple[int, int, Answer]]:
    """(number, worker, answer) of every task, as they come. Where no worker can be started, the work is done here."""
    waiting: queue.SimpleQueue[Batch | None] = queue.SimpleQueue()
    answered: _Answered = queue.SimpleQueue()
    work = batches(tasks)
    for batch in work:
        waiting.put(batch)
    lanes = [_Lane(lane, waiting, answered, limit) for lane in range(min(jobs, len(work)))]
    for _ in lanes:
        waiting.put(None)
    try:
        for _ in tasks:
            worker, number, task, answer = _next(answered, lanes)
            yield number, worker, answer if answer is not None else next(answers([task]))
    finally:
        for lane in lanes:
            lane.closed = True
            lane.end()


def _next(answered: "_Answered", lanes: Sequence[_Lane]) -> tuple[int, int, Task, Answer | None]:
    """The next answer; meanwhile workers that take too long are ended."""
    while True:
        try:
            return answered.get(timeout=0.25)
        except queue.Empty:
            now = time.monotonic()
            for lane in lanes:
                lane.overdue(now)


# --- the worker ---------------------------------------------------------------------------------------------------------


def serve() -> None:
    """Answers tasks until there are no more. What anybody prints goes nowhere: stdout belongs to the answers."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    with open(os.dup(0), "rb") as tasks, open(os.dup(1), "wb") as told:
        os.dup2(2, 1)
        _send(told, _READY)
        for answer in answers(_given(tasks)):
            _send(told, msgspec.msgpack.encode(answer))


def _given(stream: IO[bytes]) -> Iterator[Task]:
    """The tasks of one batch after the other: each is asked for when the one before has been answered."""
    while (message := _receive(stream)) is not None:
        yield from msgspec.msgpack.decode(message, type=list[Task])


def _send(stream: IO[bytes], message: bytes) -> None:
    stream.write(len(message).to_bytes(_LENGTH, "big") + message)
    stream.flush()


def _receive(stream: IO[bytes]) -> bytes | None:
    """The next message, None at the end of the stream."""
    head = stream.read(_LENGTH)
    if len(head) < _LENGTH:
        return None
    size = int.from_bytes(head, "big")
    message = stream.read(size)
    return message if len(message) == size else None
