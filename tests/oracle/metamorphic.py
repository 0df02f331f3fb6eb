"""Rewrite real functions without changing what they do, and see whether the verdicts stay.

`python -m tests.oracle.metamorphic [--seed N] [--count N]` prints how often each rewriting applied, and what changed.
"""

import argparse
import itertools
import sys
from typing import NamedTuple

from tests.oracle.compare import verdicts
from tests.oracle.rewrite import REWRITINGS, in_with
from tests.oracle.specimens import Specimen, draw

ACQUIRES = r"(?m)^\s+\w+ = ((io\.|gzip\.|codecs\.|tarfile\.)?open|socket\.socket|sqlite3\.connect|tempfile\.\w+)\(|\(open\("
"""What a function must contain to be drawn: text, nothing that the linter says."""


class Changes(NamedTuple):
    """How many functions a rewriting applied to, and those whose verdict it changed."""

    applied: int
    changed: tuple[str, ...]


def specimens(seed: int, count: int) -> tuple[Specimen, ...]:
    return tuple(itertools.islice(draw(seed, ACQUIRES), count))


def codes(text: str, function: str) -> list[str]:
    """The verdicts on the function in the order of its acquisitions."""
    return [d.code for d in verdicts(text) if d.function.split(".")[0] == function]


def changes(name: str, drawn: tuple[Specimen, ...], before: tuple[list[str], ...]) -> Changes:
    """What a rewriting changes; `before`: the verdicts on the functions as they are."""
    applied, changed = 0, []
    for specimen, was in zip(drawn, before, strict=True):
        text = REWRITINGS[name](specimen)
        if text is None:
            continue
        applied += 1
        now = codes(text, specimen.function.name)
        if now != was:
            changed.append(f"{specimen.origin}: {was} became {now}")
    return Changes(applied, tuple(changed))


def silenced(drawn: tuple[Specimen, ...]) -> Changes:
    """Those whose first acquisition is still reported after a `with` has been put around what follows it."""
    applied, loud = 0, []
    for specimen in drawn:
        text = in_with(specimen)
        if text is None:
            continue
        applied += 1
        lines = text.splitlines()
        entered = [d for d in verdicts(text) if lines[d.location.row - 1][: d.location.column - 1].strip() == "with"]
        loud.extend(f"{specimen.origin}: {d.message}" for d in entered)
    return Changes(applied, tuple(loud))


def main(arguments: list[str] | None = None) -> int:
    """0 if no verdict changed."""
    parser = argparse.ArgumentParser(description="Rewrite real functions and compare the verdicts.")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--count", type=int, default=2000, help="functions")
    options = parser.parse_args(arguments)
    drawn = specimens(options.seed, options.count)
    before = tuple(codes(specimen.text(), specimen.function.name) for specimen in drawn)
    print(f"{len(drawn)} functions, {sum(map(bool, before))} with findings")
    results = {name: changes(name, drawn, before) for name in REWRITINGS} | {"in with": silenced(drawn)}
    for name, result in results.items():
        print(f"{name:16} applied {result.applied:5}, changed {len(result.changed)}")
        print("".join(f"    {line}\n" for line in result.changed), end="")
    return 1 if any(result.changed for result in results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
