"""Rewritings that change nothing change no verdict; `with` silences."""

import functools

import pytest

from tests.oracle.metamorphic import changes, codes, silenced, specimens
from tests.oracle.rewrite import REWRITINGS
from tests.oracle.specimens import Specimen

SEED = 11
COUNT = 250


@functools.cache
def drawn() -> tuple[Specimen, ...]:
    return specimens(SEED, COUNT)


@functools.cache
def before() -> tuple[list[str], ...]:
    return tuple(codes(specimen.text(), specimen.function.name) for specimen in drawn())


def test_the_rewritings_are_those_that_were_asked_for() -> None:
    assert set(REWRITINGS) == {"renamed", "commented", "reformatted", "in if True", "in try/finally", "extracted", "moved"}


@pytest.mark.oracle
@pytest.mark.parametrize("name", REWRITINGS)
def test_verdicts_do_not_change(name: str) -> None:
    result = changes(name, drawn(), before())
    assert not result.changed, "\n".join(result.changed)
    assert result.applied >= COUNT / 5


@pytest.mark.oracle
def test_with_silences() -> None:
    result = silenced(drawn())
    assert not result.changed, "\n".join(result.changed)
    assert result.applied >= COUNT / 5


@pytest.mark.oracle
def test_specimens_have_something_to_say() -> None:
    """A quarter of the functions have findings: otherwise nothing would be compared."""
    assert len(drawn()) == COUNT
    assert sum(map(bool, before())) >= 0.25 * COUNT
