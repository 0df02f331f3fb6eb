"""Fixes: whatever is mended still parses, and the finding is gone."""

import ast
import warnings

from leaklint.catalog.compile import default_catalog
from leaklint.fixes.apply import fix_source
from leaklint.pipeline import rule_names
from leaklint.settings import Settings
from leaklint.source import Source
from tests.fuzz.contract import Target
from tests.fuzz.programs import program
from tests.fuzz.targets.engine import seeds

_SETTINGS = Settings(enabled=frozenset(rule_names()))


def run(data: bytes) -> None:
    """A program that compiles still does."""
    text = program(data)
    fixed = fix_source(Source("x.py", text), _SETTINGS, default_catalog(), "unsafe")
    if fixed.changed and _compiles(text):
        assert _compiles(fixed.text)


def _compiles(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "x.py", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except SyntaxError:
        return False
    return True


TARGET = Target(run, seeds, longest=300)
