"""Rules of the user that name nothing in the checked files: misspelt, or left over.

Compared are words: a rule matches where the last part of a name and its first one stand in the same file, or in the path of
it. Errs to "matches".
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from leaklint.catalog.load import RuleSource, place
from leaklint.catalog.references import calls_of
from leaklint.discover import Found
from leaklint.settings.rules import Rules, stated
from leaklint.source import Source, read

_WORD = re.compile(r"[^\W\d]\w*")


def unmatched(rules: Rules, files: Sequence[Found]) -> Iterator[tuple[str, str]]:
    """(reference, entry and file that state it), in the order of the rules."""
    wanted = [(call, where) for source in stated(rules) for call, where in _references(source)]
    if not wanted:
        return
    words = [_words(found) for found in files]
    for call, where in wanted:
        ends = _ends(call)
        if not any(ends <= known for known in words):
            yield call, where


def _references(source: RuleSource) -> Iterator[tuple[str, str]]:
    rules = source.rules
    tables = {
        "acquire": [entry.call for entry in rules.acquire],
        "call": [entry.call for entry in rules.call],
        "not-acquire": [entry.call for entry in rules.not_acquire],
    }
    for name, entries in tables.items():
        for number, calls in enumerate(entries):
            where = f"{place(name, number, source.tables[name][number])} of {source.filename}"
            yield from ((call, where) for call in calls_of(calls))


def _ends(call: str) -> frozenset[str]:
    """The words that must be seen: the method; or the last part of a name, and the package that it comes from."""
    first, dot, _ = call.partition(".")
    last = call.rpartition(".")[2]
    return frozenset((last,)) if not dot or first.startswith(("@", "*")) else frozenset((first, last))


def _words(found: Found) -> frozenset[str]:
    source = read(found.path)
    text = source.text if isinstance(source, Source) else ""
    return frozenset((*_WORD.findall(text), *(part for name in PurePath(found.path).parts for part in _WORD.findall(name))))
