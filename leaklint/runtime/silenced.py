"""Comments that silence the linter silence what is observed, too: one place says that a leak is meant."""

import functools

from leaklint.runtime.sites import Site
from leaklint.suppress import directives, skips_file


@functools.lru_cache(maxsize=256)
def _rows(filename: str) -> frozenset[int] | None:
    """Rows with a comment that silences leaks; None if the whole file is left alone."""
    try:
        with open(filename, encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        return frozenset()
    if skips_file(text):
        return None
    return frozenset(one.row for one in directives(text) if _speaks_of_leaks(one.kind, one.rules))


def _speaks_of_leaks(kind: str, rules: tuple[str, ...]) -> bool:
    """A bare comment, or one that names a rule of ours. Which rule does not matter: at run time a leak is a leak."""
    return not rules or kind == "ignore" or any(rule.upper().startswith("RLK") for rule in rules)


def silenced(site: Site) -> bool:
    """Whether a comment on a row of the call that acquired silences it."""
    rows = _rows(site.filename)
    return rows is None or any(row in rows for row in range(site.row, site.end_row + 1))
