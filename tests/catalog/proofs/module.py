"""Snippets as one module, and what the linter says about each."""

from collections.abc import Mapping, Sequence

from tests.catalog.proofs.snippets import MARK, Snippet
from tests.verdicts import check_text


def module(snippets: Sequence[Snippet]) -> str:
    """One function per snippet."""
    modules = sorted({name for snippet in snippets for name in snippet.way.modules})
    lines = [f"import {name}" for name in modules]
    for number, snippet in enumerate(snippets):
        lines += ["", "", *function(number, snippet)]
    return "\n".join(lines) + "\n"


def function(number: int, snippet: Snippet) -> list[str]:
    """The lines of a snippet's function."""
    body = snippet.body if snippet.body[: len(snippet.way.lines)] == snippet.way.lines else (*snippet.way.lines, *snippet.body)
    parameters = ", ".join([*snippet.way.parameters, "stack", "thing", "maybe"])
    return [f"async def proof_{number}({parameters}):", *(f"    {line}" for line in body)]


def verdicts(snippets: Sequence[Snippet]) -> Mapping[int, frozenset[str]]:
    """Number of the snippet -> codes on its marked line."""
    text = module(snippets)
    rows = [row for row, line in enumerate(text.splitlines(), 1) if line.endswith(MARK)]
    assert len(rows) == len(snippets), "one mark in each function"
    found: dict[int, set[str]] = {number: set() for number in range(len(snippets))}
    at = {row: number for number, row in enumerate(rows)}
    for diagnostic in check_text(text):
        if diagnostic.location.row in at:
            found[at[diagnostic.location.row]].add(diagnostic.code)
    return {number: frozenset(codes) for number, codes in found.items()}
