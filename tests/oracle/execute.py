"""Execute a function under every combination of decisions.

`compile_module` instruments and compiles a module once; `execute` runs one of its subjects; `rows_of` repeats one execution
and tells which rows it went through.
"""

import asyncio
import sys
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tests.oracle import hooks, oraclelib
from tests.oracle.instrument import SUBJECT, WORLD, Subject, instrument
from tests.oracle.outlive import argument
from tests.oracle.reach import clear_frames
from tests.oracle.world import UNMODELLED, Discard, Outcome, Turn, World

LIMIT = 2000  # executions of one function
FILENAME = "<generated>"


class HiddenError(Exception):
    """An exception that no handler names."""


class HiddenValueError(ValueError):
    """A special case that no handler names."""


class HiddenOSError(OSError):
    """A special case that no handler names."""


class HiddenKeyError(KeyError):
    """A special case that no handler names."""


class HiddenLibraryError(oraclelib.Error):
    """A special case that no handler names."""


class HiddenSystemError(oraclelib.Error, OSError):
    """Libraries like their exceptions to be an `OSError` as well."""


class HiddenSubSystemError(oraclelib.SubError, OSError):
    """The same of the special case."""


class HiddenFileError(oraclelib.Error, FileNotFoundError):
    """Or a special case of it."""


class HiddenSubFileError(oraclelib.SubError, FileNotFoundError):
    """The same of the special case."""


_UNIVERSE: tuple[type[BaseException], ...] = (
    HiddenError, ValueError, UnicodeError, OSError, FileNotFoundError, TimeoutError, KeyError, LookupError,
    oraclelib.Error, oraclelib.SubError, HiddenValueError, HiddenOSError, HiddenKeyError, HiddenLibraryError,
    HiddenSystemError, HiddenSubSystemError, HiddenFileError, HiddenSubFileError,
)  # fmt: skip
_FAMILIES: dict[str, type[BaseException]] = {
    "any": Exception, "ValueError": ValueError, "OSError": OSError, "KeyError": KeyError, "Error": oraclelib.Error,
    "SubError": oraclelib.SubError,
}  # fmt: skip

Families = dict[str, tuple[type[BaseException], ...]]


class Module(NamedTuple):
    """A compiled module: its namespace and its subjects."""

    namespace: dict[str, Any]
    subjects: tuple[Subject, ...]


class Execution(NamedTuple):
    """One execution: its decisions, how it ended ("return", "raise", "exit", "discarded", "ill-formed"), its outcomes."""

    decisions: tuple[int, ...]
    ended: str
    outcomes: tuple[Outcome, ...]


def compile_module(source: str) -> Module:
    tree, subjects = instrument(source)
    sys.modules["oraclelib"] = oraclelib
    namespace: dict[str, Any] = {"__name__": "generated"}
    exec(compile(tree, FILENAME, "exec"), namespace)
    return Module(namespace, tuple(subjects))


def execute(module: Module, subject: Subject, limit: int = LIMIT) -> Iterator[Execution]:
    """All executions, at most `limit` of them (discarded ones count)."""
    families = families_of(subject, module.namespace)
    decisions: list[int] | None = []
    for _ in range(limit):
        if decisions is None:
            return
        world = World(decisions, families)
        yield _run(module, subject, world)
        decisions = world.following()
    if decisions is not None:
        yield Execution(tuple(decisions), "unfinished", ())


def families_of(subject: Subject, namespace: dict[str, Any]) -> Families:
    """One representative for all exceptions that the handlers of the function cannot tell apart."""
    handled = tuple(eval(text, namespace) for text in subject.handlers)
    universe = (*_UNIVERSE, *(kind for kind in _flat(handled) if kind not in _UNIVERSE))
    families = {
        name: _representatives([kind for kind in universe if issubclass(kind, family)], handled)
        for name, family in _FAMILIES.items()
    }
    families["OSError"] = tuple(kind for kind in families["OSError"] if not issubclass(kind, oraclelib.Error))
    families["exit"] = (SystemExit,)
    families["cancel"] = (asyncio.CancelledError,)
    families["any+cancel"] = (*families["any"], asyncio.CancelledError)
    return families


def _flat(handled: Any) -> Iterator[type[BaseException]]:
    """The types that handlers name, one by one."""
    for kind in handled:
        yield from _flat(kind) if isinstance(kind, tuple) else (kind,)


def _representatives(kinds: list[type[BaseException]], handled: tuple[Any, ...]) -> tuple[type[BaseException], ...]:
    told: dict[tuple[bool, ...], type[BaseException]] = {}
    for kind in kinds:
        told.setdefault(tuple(issubclass(kind, handler) for handler in handled), kind)
    return tuple(told.values())


def _run(module: Module, subject: Subject, world: World) -> Execution:
    hooks.current = world
    module.namespace[WORLD] = world
    function = module.namespace[SUBJECT + subject.name]
    arguments = [argument(name, annotation, world) for name, annotation in subject.parameters]
    result, ended = _call(subject, function, arguments, world)
    clear_frames(world.thrown)
    if world.discarded or world.ill_formed:
        ended = "discarded" if world.discarded else "ill-formed"
    outcomes = tuple(instance.outcome() for instance in world.instances if instance.site >= 0)
    del result, arguments
    hooks.current = hooks.Quiet()
    if ended == "exit":
        outcomes = tuple(o._replace(fate="excused") if o.fate == "leaked" and not o.lost else o for o in outcomes)
    return Execution(tuple(world.taken), ended, outcomes)


def _call(subject: Subject, function: Any, arguments: list[Any], world: World) -> tuple[Any, str]:
    """What the function gave back, and how it ended. No exception, hence no frame, survives."""
    try:
        return _DRIVERS[subject.drive](function, arguments, world), "return"
    except Discard:
        return None, "discarded"
    except BaseException as failure:
        clear_frames(failure)
        if isinstance(failure, SystemExit):
            return None, "exit"
        return None, "ill-formed" if isinstance(failure, UNMODELLED) else "raise"


def _drive_call(function: Any, arguments: list[Any], world: World) -> Any:
    return function(*arguments)


def _drive_async(function: Any, arguments: list[Any], world: World) -> Any:
    """Our awaitables never suspend: cancellation is raised where they are awaited."""
    coroutine = function(*arguments)
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    raise RuntimeError("suspended")


def _drive_generator(function: Any, arguments: list[Any], world: World) -> Any:
    """At every `yield` the consumer goes on or abandons it."""
    generator = function(*arguments)
    try:
        while True:
            next(generator)
            if world.choose(2):
                world.edges.append("yield")
                generator.close()
                return None
    except StopIteration as stop:
        return stop.value


def _drive_manager(function: Any, arguments: list[Any], world: World) -> Any:
    """At its `yield` the body of the `with` succeeds, raises anything, or is abandoned."""
    generator = function(*arguments)
    try:
        next(generator)
        failures = (*world.families["any"], GeneratorExit)
        choice = world.choose(len(failures) + 1)
        if choice:
            world.edges.append("yield")
            world.thrown = failures[choice - 1]()
            generator.throw(world.thrown)
        else:
            next(generator)
    except StopIteration as stop:
        return stop.value
    raise RuntimeError("generator didn't stop")


def _step(awaitable: Any) -> Any:
    """What an awaitable that never suspends gives."""
    try:
        awaitable.send(None)
    except StopIteration as stop:
        return stop.value
    raise RuntimeError("suspended")


def _drive_asyncgen(function: Any, arguments: list[Any], world: World) -> Any:
    generator = function(*arguments)
    try:
        while True:
            _step(generator.__anext__())
            if world.choose(2):
                world.edges.append("yield")
                _step(generator.aclose())
                return None
    except StopAsyncIteration:
        return None


def _drive_amanager(function: Any, arguments: list[Any], world: World) -> Any:
    """As a context manager; its body may be cancelled as well."""
    generator = function(*arguments)
    try:
        _step(generator.__anext__())
        failures = (*world.families["any+cancel"], GeneratorExit)
        choice = world.choose(len(failures) + 1)
        if choice:
            world.edges.append("yield")
            world.thrown = failures[choice - 1]()
            _step(generator.athrow(world.thrown))
        else:
            _step(generator.__anext__())
    except StopAsyncIteration:
        return None
    raise RuntimeError("generator didn't stop")


_DRIVERS: dict[str, Callable[..., Any]] = {
    "call": _drive_call,
    "async": _drive_async,
    "generator": _drive_generator,
    "manager": _drive_manager,
    "asyncgen": _drive_asyncgen,
    "amanager": _drive_amanager,
}


class Passage(NamedTuple):
    """The rows that one execution went through and the conditions that it asked, in order, and the rows where an exception
    passed or began."""

    rows: tuple[int | Turn, ...]
    raised: tuple[int, ...]


def passage(module: Module, subject: Subject, decisions: tuple[int, ...]) -> Passage:
    """Repeat one execution and watch it."""
    rows: list[int | Turn] = []
    raised: list[int] = []

    def watch(frame: types.FrameType, event: str, _argument: object) -> Any:
        if frame.f_code.co_filename != FILENAME:
            return None
        if event == "line" and rows[-1:] != [frame.f_lineno]:
            rows.append(frame.f_lineno)
        elif event == "exception":
            raised.append(frame.f_lineno)
        return watch

    world = World(list(decisions), families_of(subject, module.namespace))
    world.watch = rows.append
    before = sys.gettrace()
    sys.settrace(watch)
    try:
        _run(module, subject, world)
    finally:
        sys.settrace(before)
    return Passage(tuple(rows), (*raised, *world.raised))


warnings.filterwarnings("ignore", message="coroutine .* was never awaited", category=RuntimeWarning)
