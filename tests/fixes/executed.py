"""Runs generated functions before and after safe fixes: what did not leak must end as it did.

    python -m tests.fixes.executed [--modules 20] [--functions 25] [--start 0] [--unsafe]

Every execution (a list of decisions: which call raises, which branch is taken) of the function as it was, in which nothing
leaked, must have the same end and the same fates when the mended function takes the same decisions. Where a `with` releases
once more what was released already, that this succeeds is one decision (0) more. With --unsafe all fixes are applied: they may
differ, and should not do so often.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from leaklint.fixes.apply import Fixed, Mode, fix_source
from leaklint.pipeline import rule_names
from leaklint.settings import Settings
from leaklint.source import Source
from tests.oracle.compare import catalog
from tests.oracle.execute import Execution, Module, compile_module, execute
from tests.oracle.generate import module
from tests.oracle.instrument import Subject

SETTINGS = Settings(enabled=frozenset(rule_names()))
END_ALIKE = ("return", "raise", "exit")
LIMIT = 300


class Difference(NamedTuple):
    """A path that did not leak and goes elsewhere now."""

    function: str
    decisions: tuple[int, ...]
    before: str
    after: str


class Seen(NamedTuple):
    """What a module came to. paths: executions compared; mended: findings by code."""

    paths: int
    mended: Counter[str]
    left: Counter[str]
    differences: tuple[Difference, ...]
    fixed: Fixed


def compared(text: str, mode: Mode = "safe") -> Seen:
    """Fixes a module and runs both versions."""
    fixed = fix_source(Source("generated.py", text), SETTINGS, catalog(), mode)
    mended = Counter(m.diagnostic.code for m in fixed.mended)
    left = Counter(d.code for d in fixed.left)
    touched = {m.diagnostic.function for m in fixed.mended}
    before, after = compile_module(text), compile_module(fixed.text)
    subjects = {subject.name: subject for subject in after.subjects}
    found: list[Difference] = []
    paths = 0
    for subject in before.subjects:
        if any(name.split(".")[0] == subject.name for name in touched):
            kept = list(_differences(before, subject, after, subjects[subject.name]))
            paths += len(kept)
            found += [difference for difference in kept if difference.before != difference.after]
    return Seen(paths, mended, left, tuple(found), fixed)


def _differences(before: Module, subject: Subject, after: Module, mended: Subject) -> Iterator[Difference]:
    """Every path that did not leak with both ends."""
    now = list(execute(after, mended, LIMIT * 8))
    for execution in execute(before, subject, LIMIT):
        if execution.ended in END_ALIKE and all(outcome.fate == "settled" for outcome in execution.outcomes):
            ends = {_shown(other) for other in now if _same(execution.decisions, other.decisions)}
            shown = _shown(execution)
            yield Difference(subject.name, execution.decisions, shown, shown if shown in ends else "; ".join(sorted(ends)))


def _same(decisions: tuple[int, ...], others: tuple[int, ...]) -> bool:
    """Whether the second are the first, with zeros in between at most."""
    matched = 0
    for other in others:
        if matched < len(decisions) and other == decisions[matched]:
            matched += 1
        elif other:
            return False
    return matched == len(decisions)


def _shown(execution: Execution) -> str:
    return f"{execution.ended}: {', '.join(sorted(outcome.fate for outcome in execution.outcomes))}"


def main() -> int:
    """0 if nothing differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--modules", type=int, default=20)
    parser.add_argument("--functions", type=int, default=25)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--unsafe", action="store_true")
    asked = parser.parse_args()
    mended, left, paths, wrong = Counter[str](), Counter[str](), 0, 0
    for seed in range(asked.start, asked.start + asked.modules):
        seen = compared(module(seed, asked.functions), "unsafe" if asked.unsafe else "safe")
        mended, left, paths, wrong = mended + seen.mended, left + seen.left, paths + seen.paths, wrong + len(seen.differences)
        for difference in seen.differences[:3]:
            print(f"seed {seed}: {difference}")
    print(f"mended {dict(sorted(mended.items()))}, left {dict(sorted(left.items()))}, {paths} paths, {wrong} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
