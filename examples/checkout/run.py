"""The whole story in one command: the shop runs dry, leaklint names the line and repairs it, the shop runs on.

    python examples/checkout/run.py

It needs the packages in requirements.txt, takes some 15 seconds, opens ports on the loopback interface only and writes
two plots, the patch and the table to `out/`. Exit code 0 if the story went as told.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import plot
from load import Measured, drive
from repair import HERE, copied, findings, repaired, shown
from service import serving

POOL_SIZE = 10
ORANGE, GREEN = "#bc4c00", "#1a7f37"
PLOTS = ("before.svg", "after.svg")


class Run(NamedTuple):
    """One state of the shop: what leaklint finds in it, and how it does under load."""

    findings: int
    load: Measured


class Story(NamedTuple):
    """Everything that the command shows."""

    words: str
    patch: str
    before: Run
    after: Run

    @property
    def as_told(self) -> bool:
        """Whether the leak was there, was found, and is gone."""
        return (
            (self.before.findings, self.after.findings) == (1, 0)
            and self.before.load.pool_timeouts > 0
            and self.after.load.errors == 0
            and self.after.load.samples[-1].checked_out == 0
        )


def tell(requests: int, per_second: int) -> Story:
    """Run the load on the shop as it is and as leaklint repairs it."""
    with tempfile.TemporaryDirectory(prefix="checkout-") as name:
        old, new = copied("before", Path(name)), copied("after", Path(name))
        words = shown(old)
        patch = repaired(new)
        return Story(words, patch, _run(old, requests, per_second), _run(new, requests, per_second))


def _run(folder: Path, requests: int, per_second: int) -> Run:
    """Look at one state of the shop, then load it."""
    found = findings(folder)
    with serving(folder) as port:
        return Run(len(found), drive(port, requests, per_second))


def table(before: Run, after: Run) -> str:
    """Both states side by side, as Markdown."""
    rows = [("", "before", "after"), ("---", "---:", "---:"), *zip(_LABELS, _figures(before), _figures(after), strict=True)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(f"| {row[0]:{widths[0]}} | {row[1]:>{widths[1]}} | {row[2]:>{widths[2]}} |" for row in rows)


_LABELS = (
    "leaklint's findings",
    "orders sent, one card in five declined",
    "orders placed (201)",
    "cards declined (402)",
    "errors (5xx)",
    "of these pool timeouts",
    "first pool timeout",
    "connections out at the end",
)


def _figures(run: Run) -> tuple[str, ...]:
    """One column of the table."""
    load, first = run.load, run.load.first_timeout
    return (
        str(run.findings),
        str(len(load.answers)),
        str(load.count(201)),
        str(load.count(402)),
        str(load.errors),
        str(load.pool_timeouts),
        "never" if first is None else f"{first:.1f} s",
        f"{load.samples[-1].checked_out} of {POOL_SIZE}",
    )


def write(story: Story, folder: Path) -> None:
    """Write plots, patch and table."""
    folder.mkdir(parents=True, exist_ok=True)
    seconds = max(run.load.samples[-1].at for run in (story.before, story.after))
    for name, run, colour in (("before", story.before, ORANGE), ("after", story.after, GREEN)):
        picture = plot.draw(f"Connections checked out, {name}", _note(run.load), run.load.samples, POOL_SIZE, seconds, colour)
        (folder / f"{name}.svg").write_text(picture)
    (folder / "repair.patch").write_text(story.patch)
    (folder / "table.md").write_text(table(story.before, story.after) + "\n")


def _note(load: Measured) -> str:
    """The plot's second line."""
    return f"{len(load.answers)} orders: {load.count(201)} placed, {load.count(402)} cards declined, {load.errors} errors"


def main(arguments: list[str]) -> int:
    """Tell the story, print it, write it; 0 if it went as told."""
    parser = argparse.ArgumentParser(description="A shop that leaks connections, before and after leaklint's repair.")
    parser.add_argument("--requests", type=int, default=150, help="orders per run (default: 150)")
    parser.add_argument("--per-second", type=int, default=30, help="orders per second (default: 30)")
    parser.add_argument("--output", type=Path, default=HERE / "out", help="folder for plots, patch and table")
    options = parser.parse_args(arguments)
    story = tell(options.requests, options.per_second)
    write(story, options.output)
    print(story.words, story.patch, table(story.before, story.after), sep="\n")
    print(f"\nThe plots: {', '.join(os.path.relpath(options.output / name) for name in PLOTS)}")
    return 0 if story.as_told else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
