"""Files to check, one after the other: what a run does in its own process, and each worker in its own.

Neighbours share a project, as they import the same modules. Which files share one changes what a run costs, never what it
finds.
"""

import contextlib
import gc
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from leaklint import budget
from leaklint.engine import cannot_analyse, make_project
from leaklint.errors import described
from leaklint.model import Diagnostic
from leaklint.pipeline import check_file, options
from leaklint.settings import Settings, catalog_for
from leaklint.source import Problem, Source, read

if TYPE_CHECKING:
    from leaklint.project import Project

NEIGHBOURS = 200
"""How many files share a project at most: a changed file makes the kept answers of all that follow in its project doubtful."""

HEAVY = 1_800_000
"""Characters that a project has parsed when the next file gets a new one: trees are some fifty times as large as texts."""

PAYS = 600_000
"""From so many bytes of source on, starting workers costs less than it saves (an interpreter starts in 0.2-0.4 s)."""

_WORTH = 100_000
"""From so many objects on that were made and not freed, collecting is worth its time: a project before."""

Reader = Callable[[str], Source | Problem]


class Task(msgspec.Struct, frozen=True, array_like=True):
    """A file to check: its name as the user wrote it, its absolute path, and the settings that hold for it."""

    filename: str
    path: str
    settings: Settings


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """What came of a file.

    failure: what went wrong in our own code ("" if nothing did). alone: the file was the first of its project.
    consulted: the paths that the project has asked for since the last answer, and whether there was a file.
    lost: there is no verdict on the file, so it has to be tried again.
    """

    diagnostics: tuple[Diagnostic, ...]
    failure: str = ""
    alone: bool = True
    consulted: tuple[tuple[str, bool], ...] = ()
    lost: bool = False


def answers(tasks: Iterable[Task], reader: Reader = read) -> Iterator[Answer]:
    """The answer to each task, in order. What no step expected costs one file, never the run."""
    with _collecting_between_projects():
        yield from _answers(tasks, reader)


def _answers(tasks: Iterable[Task], reader: Reader) -> Iterator[Answer]:
    key: object = None
    project: Project | None = None
    served = told = 0
    for task in tasks:
        wanted = (task.settings.rules, options(task.settings))
        if project is None or key != wanted or served >= NEIGHBOURS or project.size > HEAVY:
            project = None
            if gc.get_count()[0] > _WORTH:
                gc.collect()  # projects have cycles
            project = make_project(catalog_for(task.settings.rules), options(task.settings))
            key, served, told = wanted, 0, 0
        answer = _checked(task, project, reader)
        paths = list(project.consulted.items())
        yield msgspec.structs.replace(answer, alone=served == 0, consulted=tuple(paths[told:]))
        served, told = served + 1, len(paths)
        if answer.lost:
            project = None  # what it had begun is half done


@contextlib.contextmanager
def _collecting_between_projects() -> Iterator[None]:
    """Trees have no cycles, but so many nodes that the collector would look through them all the time; what has cycles lives
    as long as its project."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _checked(task: Task, project: "Project", reader: Reader) -> Answer:
    """What came of a file, within its time. The one place that catches what no step expected."""
    try:
        with budget.limited(budget.TIME_LIMIT):
            return Answer(check_file(reader(task.filename), task.settings, catalog_for(task.settings.rules), project))
    except budget.OutOfTime:
        return Answer(lost(task, budget.too_long(budget.TIME_LIMIT)), lost=True)
    except Exception as error:
        failure = f"{task.filename}: internal error: {described(error)}"
        return Answer(lost(task, f"internal error: {type(error).__name__}"), failure, lost=True)


def lost(task: Task, message: str) -> tuple[Diagnostic, ...]:
    """The finding on a file that could not be analysed."""
    return (cannot_analyse(task.filename, message),) if "RLK900" in task.settings.enabled else ()


def portable(task: Task) -> bool:
    """Whether the names of a task can be written as UTF-8: names of undecodable bytes stay in this process."""
    try:
        (task.filename + task.path + "".join(task.settings.src)).encode()
    except UnicodeEncodeError:
        return False
    return True


def pays(tasks: Sequence[Task]) -> bool:
    """Whether there is enough to do for more than one process."""
    total = 0
    for task in tasks:
        total += size_of(task.path)
        if total >= PAYS:
            return True
    return False


def size_of(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
