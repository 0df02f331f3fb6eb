"""Rewritings that change nothing change no verdict; `with` silences."""

import functools
import itertools

import pytest

from tests.oracle.compare import verdicts
from tests.oracle.rewrite import REWRITINGS, in_with
from tests.oracle.specimens import Specimen, draw

SEED = 11
COUNT = 250
ACQUIRES = r"(?m)^\s+\w+ = ((io\.|gzip\.|codecs\.|tarfile\.)?open|socket\.socket|sqlite3\.connect|tempfile\.\w+)\(|\(open\("


@functools.cache
def specimens() -> tuple[Specimen, ...]:
    return tuple(itertools.islice(draw(SEED, ACQUIRES), COUNT))


def codes(text: str, function: str) -> list[str]:
    """The verdicts on the function in the order of its acquisitions."""
    return [d.code for d in verdicts(text) if d.function.split(".")[0] == function]


@pytest.mark.oracle
@pytest.mark.parametrize("name", REWRITINGS)
def test_verdicts_do_not_change(name: str) -> None:
    applied = 0
    changed = []
    for specimen in specimens():
        text = REWRITINGS[name](specimen)
        if text is None:
            continue
        applied += 1
        before, after = codes(specimen.text(), specimen.function.name), codes(text, specimen.function.name)
        if before != after:
            changed.append(f"{specimen.origin}: {before} became {after}")
    assert not changed, "\n".join(changed)
    assert applied >= COUNT / 5


@pytest.mark.oracle
def test_with_silences() -> None:
    applied = 0
    for specimen in specimens():
        text = in_with(specimen)
        if text is None:
            continue
        applied += 1
        rows = [row for row, line in enumerate(text.splitlines(), 1) if line.strip().startswith("with ")]
        loud = [d for d in verdicts(text) if d.location.row in rows and _is_entered(text, d.location.row, d.location.column)]
        assert not loud, f"{specimen.origin}: {loud[0].message}\n{text}"
    assert applied >= COUNT / 5


def _is_entered(text: str, row: int, column: int) -> bool:
    """Whether what stands there is what the `with` enters, not something within it."""
    return text.splitlines()[row - 1][: column - 1].strip() == "with"


@pytest.mark.oracle
def test_specimens_have_something_to_say() -> None:
    """A quarter of the functions have findings: otherwise nothing would be compared."""
    loud = sum(bool(codes(specimen.text(), specimen.function.name)) for specimen in specimens())
    assert len(specimens()) == COUNT
    assert loud >= 0.25 * COUNT
