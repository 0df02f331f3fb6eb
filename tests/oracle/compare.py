"""Compare the linter's verdicts on a generated module with what its executions did."""

import functools
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from leaklint.engine import Options, analyse
from leaklint.model import Diagnostic
from leaklint.source import Source
from tests.oracle import world
from tests.oracle.execute import LIMIT, Module, compile_module
from tests.oracle.instrument import Subject
from tests.oracle.traces import trace_text, was_taken
from tests.oracle.truth import UNREACHED, Truth, truth_of

if TYPE_CHECKING:
    from leaklint.catalog.catalog import Catalog

RULES = Path(__file__).with_name("oraclelib.toml")

Sort = Literal["missed", "false", "code", "trace", "elsewhere", "crash"]


class Disagreement(NamedTuple):
    """One verdict that execution refutes. expected and given: codes, "" for none; row and column: of the acquisition."""

    sort: Sort
    function: str
    row: int
    column: int
    expected: str
    given: str
    text: str


class Report(NamedTuple):
    """What one module came to."""

    functions: int
    executions: int
    states: Counter[str]
    codes: Counter[str]
    disagreements: tuple[Disagreement, ...]


@functools.cache
def catalog() -> "Catalog":
    """The shipped rules and those of `oraclelib`."""
    from leaklint.catalog.build import extended
    from leaklint.catalog.compile import default_catalog
    from leaklint.catalog.load import read_all

    return extended(default_catalog(), read_all([RULES]))


def verdicts(text: str) -> tuple[Diagnostic, ...]:
    return analyse(Source("generated.py", text), catalog(), Options())


def compare(text: str, limit: int = LIMIT) -> Report:
    """Execute every function of a module and hold the linter's findings against the truth."""
    module = compile_module(text)
    found = verdicts(text)
    states, codes = Counter[str](), Counter[str]()
    executions = 0
    wrong: list[Disagreement] = []
    for subject in module.subjects:
        truth = truth_of(module, subject, limit)
        states[truth.state] += 1
        executions += truth.executions
        if truth.state == "complete":
            codes.update(code or "none" for code in truth.codes)
        mine = [d for d in found if subject.row <= d.location.row <= subject.end_row]
        refuted = list(_judge(module, subject, truth, mine))
        wrong.extend(_after_more_rounds(module, subject, mine) if any(d.sort == "code" for d in refuted) else refuted)
    wrong.extend(_outside(module.subjects, found))
    return Report(len(module.subjects), executions, states, codes, tuple(wrong))


def _after_more_rounds(module: Module, subject: Subject, found: list[Diagnostic]) -> list[Disagreement]:
    """What is still refuted when loops run once more: a path may need a third round."""
    usual, world.LOOPS = world.LOOPS, world.LOOPS + 1
    try:
        return list(_judge(module, subject, truth_of(module, subject, LIMIT * 10), found))
    finally:
        world.LOOPS = usual


def _outside(subjects: Iterable[Subject], found: Iterable[Diagnostic]) -> Iterator[Disagreement]:
    """Findings that are in no function: the generator writes nothing there that acquires."""
    rows = [range(subject.row, subject.end_row + 1) for subject in subjects]
    for d in found:
        if not any(d.location.row in span for span in rows):
            yield Disagreement("elsewhere", d.function, d.location.row, d.location.column, "", d.code, d.message)


def _judge(module: Module, subject: Subject, truth: Truth, found: list[Diagnostic]) -> Iterator[Disagreement]:
    if truth.state == "ill-formed":
        return
    by_place = {(d.location.row, d.location.column): d for d in found}
    for site, code, leaks in zip(truth.sites, truth.codes, truth.leaks, strict=True):
        diagnostic = by_place.pop((site.row, site.column), None)
        if code == UNREACHED:
            continue
        given = diagnostic.code if diagnostic else ""
        sort = _sort(code or "", given, truth.state)
        if sort is None and diagnostic and truth.state == "complete" and not was_taken(module, subject, diagnostic, leaks):
            sort = "trace"
        if sort is not None:
            text = site.text if sort != "trace" or diagnostic is None else trace_text(diagnostic)
            yield Disagreement(sort, subject.name, site.row, site.column, code or "", given, text)
    for d in by_place.values():
        yield Disagreement("elsewhere", subject.name, d.location.row, d.location.column, "", d.code, d.message)


def _sort(expected: str, given: str, state: str) -> Sort | None:
    """What is wrong; where not all executions were seen, only a leak that was seen proves anything."""
    if expected == given:
        return None
    if expected and not given:
        return "missed"
    if state != "complete":
        return None
    return "code" if expected else "false"
