"""Every acquisition, release, `with` fact, taker and borrower of every rule is exercised: schema tests.

The functions are generated from the rules (see snippets.py). What can't be shown that way is named here, with the place
that shows it; a fact that is neither shown nor named fails.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from leaklint.catalog import default_catalog
from tests.catalog.proofs.module import verdicts
from tests.catalog.proofs.snippets import Shown, Snippet, Unproven, of_acquisition, of_call, of_kind
from tests.catalog.proofs.ways import Ways

FIXTURES = Path(__file__).parents[2] / "fixtures"

BY_USE, STACKS, STATEMENTS = "ownership/by_use.py", "ownership/exit_stacks.py", "rlk104/statements.py"
ELSEWHERE = {
    "by_use:connection close": BY_USE,
    "by_use:connection with": BY_USE,
    "by_use:connection async with": BY_USE,
    "by_use:opened close": BY_USE,
    "by_use:opened with": BY_USE,
    "by_use:opened async with": BY_USE,
    "by_use:lock release": BY_USE,
    "by_use:lock with": BY_USE,
    "by_use:lock async with": BY_USE,
    "by_use:cursor close": BY_USE,
    "by_use:cursor with": BY_USE,
    "by_use:cursor async with": BY_USE,
    "by_use:statement close": STATEMENTS,
    "by_use:statement with": STATEMENTS,
    "by_use:statement async with": STATEMENTS,
    "by_use:slot with": BY_USE,
    "by_use:slot async with": BY_USE,
    "wraps contextlib:exit-stack.pop_all self": STACKS,
    "wraps contextlib:async-exit-stack.pop_all self": STACKS,
}
"""Facts about values that no call acquires (evidence by use, exit stacks) -> the fixture that shows them."""

TYPED_ONLY = {
    "http:http-error": "an exception, bound by `except`: its methods are known, it is no obligation",
    "numpy_npz:npz": "numpy.load may answer with an array, the path decides: known by annotation and isinstance",
    "happybase:pooled_connection": "exists inside `with` only",
}
"""Kinds that nothing acquires on its own, and why."""

SIZE = 60


@cache
def shown() -> tuple[Shown, ...]:
    """All facts of the shipped catalog."""
    return tuple(_shown())


def _shown() -> Iterator[Shown]:
    catalog = default_catalog()
    ways = Ways(catalog)
    for entry in catalog.acquire_entries:
        yield from of_acquisition(ways, entry)
    for kind in catalog.kinds.values():
        yield from of_kind(ways, kind)
    for call in catalog.call_entries:
        yield from of_call(ways, call)


@cache
def modules() -> dict[str, list[Snippet]]:
    """The snippets in groups that are judged together, by their first imported module."""
    groups: defaultdict[str, list[Snippet]] = defaultdict(list)
    for snippet in shown():
        if isinstance(snippet, Snippet):
            name = min((module for module in snippet.way.modules if module != "socket"), default="builtins")
            groups[name.partition(".")[0]].append(snippet)
    return dict(groups)


@pytest.mark.parametrize("name", sorted(modules()))
def test_the_linter_understands_every_fact(name: str) -> None:
    wrong = []
    snippets = modules()[name]
    for start in range(0, len(snippets), SIZE):
        part = snippets[start : start + SIZE]
        found = verdicts(part)
        for number, snippet in enumerate(part):
            if not (found[number] or {""}) <= snippet.expected:
                wrong.append(f"{snippet.fact}: {sorted(found[number])}, expected one of {sorted(snippet.expected)}")
    assert wrong == []


def test_every_fact_is_shown_here_or_named_with_the_place_that_shows_it() -> None:
    unproven = {fact.fact for fact in shown() if isinstance(fact, Unproven)}
    typed = {fact for fact in unproven if any(kind in fact for kind in TYPED_ONLY)}
    assert unproven - typed == set(ELSEWHERE)
    assert all(any(kind in fact for fact in typed) for kind in TYPED_ONLY), "a kind of TYPED_ONLY is acquired now"
    assert all((FIXTURES / place).is_file() for place in ELSEWHERE.values())


def test_facts_are_many() -> None:
    kinds = [kind for kind in default_catalog().kinds.values() if kind.severity is not None]
    calls = {call for entry in default_catalog().acquire_entries if not entry.not_acquire for call in entry.call}
    assert len(kinds) >= 450
    assert len(calls) >= 1000
    assert sum(isinstance(fact, Snippet) for fact in shown()) >= 5000
