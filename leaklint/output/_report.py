"""What a format is given: the findings, and what may be asked about them."""

from collections.abc import Callable
from typing import NamedTuple

from leaklint.model import Diagnostic, Repair


class Rule(NamedTuple):
    """A check as outputs describe it: `page` is its documentation in Markdown."""

    code: str
    name: str
    summary: str
    page: str


class Report(NamedTuple):
    """A finished run.

    diagnostics: in total order. lines: the rows of a file that was read, by the name in the diagnostic, () if it can't be
    had any more. rules: every rule that was enabled for some file, whether or not it fired, by code. color: whether
    terminal escapes are wanted (text formats only). root: absolute folder that outputs with relative paths start from.
    repair: the fix of a finding, None if it has none; it is looked for when a format asks.
    """

    diagnostics: tuple[Diagnostic, ...]
    lines: Callable[[str], tuple[str, ...]]
    rules: tuple[Rule, ...] = ()
    version: str = ""
    color: bool = False
    root: str = "."
    repair: Callable[[Diagnostic], Repair | None] = lambda diagnostic: None
