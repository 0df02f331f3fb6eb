"""Runs the pipeline over files: what is known from former runs is looked up, the rest is checked here or by workers."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from msgspec import structs

from leaklint.discover import Found, import_root
from leaklint.model import Diagnostic
from leaklint.settings import Settings, SettingsTree
from leaklint.source import Problem, Source, read, read_stream
from leaklint.tasks import Answer, Reader, Task, answers, pays, portable

if TYPE_CHECKING:
    from leaklint.cache import Cache

Tell = Callable[[str], None]
_Spread = Callable[[Sequence[tuple[int, Task]]], Iterator[tuple[int, int, Answer]]]


class Run(NamedTuple):
    """What came of it. sources: of the files with findings; enabled: codes enabled for any file; failures: one line each."""

    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]
    enabled: frozenset[str]
    failures: tuple[str, ...]
    files: tuple[Found, ...]


class Plan(NamedTuple):
    """How a run is done; nothing of it changes what is found. jobs: processes, 0 for as many as processors.

    cached: the folder whose cache is used, None for none. ticks: what is told after each file: (done, of how many). triage:
    whether only what may matter is parsed. executor: an engine of others that does the work, "" for this machine.
    """

    jobs: int = 1
    cached: str | None = None
    ticks: Callable[[int, int], None] = lambda done, total: None
    triage: bool = True
    executor: str = ""


ALONE = Plan()
"""In this process, nothing kept."""


class Sources(Mapping[str, Source]):
    """The texts of files, read when they are asked for: most formats need none."""

    def __init__(self, filenames: Iterable[str], reader: Reader) -> None:
        self._filenames = tuple(dict.fromkeys(filenames))
        self._wanted = frozenset(self._filenames)
        self._reader = reader
        self._read: dict[str, Source | Problem] = {}

    def _get(self, filename: str) -> Source | Problem | None:
        if filename in self._wanted and filename not in self._read:
            self._read[filename] = self._reader(filename)
        return self._read.get(filename)

    def __getitem__(self, filename: str) -> Source:
        found = self._get(filename)
        if not isinstance(found, Source):
            raise KeyError(filename)
        return found

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._filenames if isinstance(self._get(name), Source))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def check(
    files: Iterable[Found], tree: SettingsTree, reader: Reader = read, tell: Tell = lambda _: None, plan: Plan = ALONE
) -> Run:
    """Checks each file; the findings in output order. `tell` is told what is done."""
    looked_at = tuple(files)
    tasks = [Task(file.filename, file.path, structs.replace(settings_for(file, tree), triage=plan.triage)) for file in looked_at]
    for task in tasks:
        tell(f"checking {task.filename}, settings from {task.settings.origin or 'no file'}")
    found: list[Diagnostic] = []
    failures: list[str] = []
    remembering = _once(reader)
    for done, answer in enumerate(_answers(tasks, remembering if reader is not read else read, plan), 1):
        plan.ticks(done, len(tasks))
        found += answer.diagnostics
        failures += [answer.failure] if answer.failure else []
    found.sort(key=lambda diagnostic: diagnostic.sort_key)
    enabled = frozenset().union(*{task.settings.enabled for task in tasks})
    return Run(tuple(found), Sources((d.filename for d in found), remembering), enabled, tuple(sorted(failures)), looked_at)


def _answers(tasks: Sequence[Task], reader: Reader, plan: Plan) -> Iterator[Answer]:
    """The answer to every task, in any order. Only what is read from disk can be known from former runs."""
    if reader is not read:
        yield from answers(tasks, reader)
        return
    cache = _cache(plan.cached)
    missed: list[tuple[int, Task]] = []
    for number, task in enumerate(tasks):
        known = cache.find(task) if cache is not None and portable(task) else None
        if known is None:
            missed.append((number, task))
        else:
            yield Answer(known)
    # An answer stands for what its project had asked for until then, so a project's answers stay together.
    groups: dict[int, int] = {}
    for number, lane, answer in _fresh(missed, plan):
        task = tasks[number]
        if cache is not None and portable(task):
            if answer.alone or lane not in groups:
                groups[lane] = cache.group()
            cache.asked(groups[lane], answer.consulted)
            if not answer.lost:
                cache.add(task, answer.diagnostics, groups[lane])
        yield answer
    if cache is not None:
        cache.save()


def _cache(folder: str | None) -> "Cache | None":
    if folder is None:
        return None
    from leaklint.cache import Cache

    return Cache(folder)


def _fresh(tasks: Sequence[tuple[int, Task]], plan: Plan) -> Iterator[tuple[int, int, Answer]]:
    """(number, worker, answer) of each task."""
    here = list(tasks)
    spread = _spreading(tasks, plan)
    if spread is not None:
        here = [item for item in tasks if not portable(item[1])]
        yield from spread([item for item in tasks if portable(item[1])])
    for (number, _), answer in zip(here, answers(task for _, task in here), strict=True):
        yield number, -1, answer


def _spreading(tasks: Sequence[tuple[int, Task]], plan: Plan) -> "_Spread | None":
    """What does the work elsewhere, None if that would not pay."""
    if plan.executor:
        from leaklint.executors import executor, parsed

        name, address = parsed(plan.executor)
        return lambda sent: executor(name)(sent, address)
    jobs = plan.jobs or processors()
    if jobs > 1 and len(tasks) > 1 and pays([task for _, task in tasks]):
        from leaklint.workers import spread

        return lambda sent: spread(sent, jobs)
    return None


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _once(reader: Reader) -> Reader:
    """The same reader, asked once for each file: stdin can be read only once."""
    known: dict[str, Source | Problem] = {}

    def remembering(filename: str) -> Source | Problem:
        if filename not in known:
            known[filename] = reader(filename)
        return known[filename]

    return remembering


def settings_for(file: Found, tree: SettingsTree) -> Settings:
    """The settings of a file, with its own import root."""
    return tree.file(file.path, (import_root(file.path),))


def stdin_reader() -> Reader:
    """Reads stdin, whatever the file is called."""
    return lambda filename: read_stream(filename, sys.stdin.buffer)
