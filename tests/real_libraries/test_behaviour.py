"""What the rules say, tried out: is it closed after `close()`, after `with`, after the last piece? Is the slot back in the pool?

The facts come from the rules, what happens from the libraries: sqlite3, sockets, files, child processes, and (where they are
installed) requests, httpx and aiohttp against a server on the loopback interface, SQLAlchemy on SQLite.
"""

import asyncio
import contextlib
import gc
import importlib.util
import inspect
import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from leaklint.catalog import default_catalog
from leaklint.catalog.schema import Kind
from tests.real_libraries.probes import ARGUMENTS, PROBES, Probe, Stack

pytestmark = pytest.mark.real_libraries

_ENDS = {"releases": False, "commits": True, "waits": True, "none": True}
"""What leaving a block does -> whether the value still holds."""


class Fact(NamedTuple):
    """One statement of a rule. how: what is done with `name`; holds: whether the value must still hold afterwards."""

    how: str
    name: str
    holds: bool

    @property
    def text(self) -> str:
        """As the rules put it."""
        return f"{self.how} {self.name}".strip()


def facts(kind: Kind) -> Iterator[Fact]:
    """Everything that the rules say about ways to end a value of that kind, and ways that don't."""
    yield from (Fact("release", name, name in kind.release_but_parts) for name in kind.release)
    yield from (Fact("release", name, False) for name in kind.release_await)
    yield from (Fact("not-release", name, True) for name in kind.not_release)
    yield from (Fact("consume", name, False) for name in kind.consume)
    yield from (Fact("begin", name, True) for name in kind.consume_each)
    if kind.with_exit in _ENDS:
        yield Fact("with", "", _ENDS[kind.with_exit])
    if kind.async_with_exit in _ENDS:
        yield Fact("async with", "", _ENDS[kind.async_with_exit])
    yield from (Fact("query", name, True) for name in kind.queries)


CASES = [
    pytest.param(probe, fact, id=f"{probe.kind}-{probe.make.__name__.strip('_<>')}-{fact.text.replace(' ', '-')}")
    for probe in PROBES
    for fact in facts(default_catalog().kind(probe.kind))
    if fact.text not in probe.left
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("probe", "fact"), CASES)
def test_what_happens_is_what_the_rules_say(probe: Probe, fact: Fact) -> None:
    missing = [name for name in probe.needs if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    outcome = asyncio.run(_tried(probe, fact))
    if outcome is None:
        pytest.skip("the value of this probe has no such method, or it is one of the other colour")
    assert outcome is fact.holds
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()  # what was left open on purpose


def test_reasons_for_leaving_a_fact_out_name_facts() -> None:
    for probe in PROBES:
        stated = {fact.text for fact in facts(default_catalog().kind(probe.kind))}
        assert set(probe.left) <= stated, probe.kind


async def _tried(probe: Probe, fact: Fact) -> bool | None:
    """Whether a fresh value holds after what the fact speaks of; None if that can't be done with it."""
    async with Stack() as stack:
        unentered = probe.entered if fact.how.endswith("with") else None
        value = unentered(stack) if unentered is not None else await _awaited(probe.make(stack))
        assert unentered is not None or probe.holds(value)
        done = await _query(value, fact.name, probe) if fact.how == "query" else await _done(value, fact)
        holds = probe.holds(value) if done else None
        with contextlib.suppress(Exception):  # it belongs to the test now
            await _awaited(getattr(value, "close", getattr(value, "aclose", lambda: None))())
        return holds


async def _query(value: Any, name: str, probe: Probe) -> bool:
    """Asks a state query, whose answer must be the one that the rules give for a value that holds."""
    expected = default_catalog().kind(probe.kind).queries[name]
    answer = getattr(value, name.removesuffix("()"), None)
    assert bool(answer() if name.endswith("()") and callable(answer) else answer) is expected
    return True


async def _done(value: Any, fact: Fact) -> bool:
    match fact.how:
        case "with":
            if not hasattr(value, "__enter__"):
                return False
            with value:
                pass
        case "async with":
            if not hasattr(value, "__aenter__"):
                return False
            async with value:
                pass
        case how:
            return await _called(value, fact.name, begin=how == "begin")
    return True


async def _called(value: Any, name: str, begin: bool) -> bool:
    """Calls a method (or reads an attribute) to its end; `begin`: takes the first piece only."""
    if not hasattr(value, name):
        return False
    found = getattr(value, name)
    try:
        given = await _awaited(found(*ARGUMENTS.get(name, ()))) if callable(found) else found
        if hasattr(given, "__anext__"):
            await _pieces(given, begin)
        elif hasattr(given, "__next__"):
            next(given) if begin else [*given]
    except (RuntimeError, TypeError) as error:
        if "sync" in str(error):  # the synchronous methods of a response of an asynchronous client, and the reverse
            return False
        raise
    return True


async def _pieces(given: Any, begin: bool) -> None:
    async for _ in given:
        if begin:
            return


async def _awaited(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value
