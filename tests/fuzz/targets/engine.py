"""The engine, from a program to findings in every format: lowering, solver, checks."""

import os

from leaklint.catalog.compile import default_catalog
from leaklint.checks import all_checks
from leaklint.engine import Options, analyse, make_project
from leaklint.output import Report, format_names, renderer
from leaklint.output._report import Rule
from leaklint.source import Source, lines
from tests.fuzz.contract import Target
from tests.fuzz.programs import program

_OPTIONS = (Options("calls"), Options("everything"))
_RULES = tuple(Rule(check.code, check.name, check.summary, check.page) for check in all_checks())


def run(data: bytes) -> None:
    """Findings lie in the program, in order, and every format shows them."""
    text = program(data[1:])
    options = _OPTIONS[data[0] % 2 if data else 0]
    catalog = default_catalog()
    found = analyse(Source("x.py", text), catalog, options, make_project(catalog, options, reach=False))
    rows = tuple(lines(text))
    for diagnostic in found:
        assert 1 <= diagnostic.location.row <= len(rows)
        assert all(1 <= step.row <= len(rows) for step in diagnostic.trace)
        assert diagnostic.code.startswith("RLK9") or diagnostic.trace
    assert list(found) == sorted(found, key=lambda diagnostic: diagnostic.sort_key)
    if found:
        report = Report(found, lambda name: rows, _RULES, "0", False, os.sep)
        for name in format_names():
            "".join(renderer(name)(report)).encode("utf-8")


def seeds() -> list[bytes]:
    """Bytes in a row, so that every choice is taken somewhere."""
    return [bytes((start + step * n) % 256 for n in range(60)) for start in range(0, 256, 16) for step in (1, 7, 31)]


TARGET = Target(run, seeds, longest=400)
