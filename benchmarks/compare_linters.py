"""Why not just ruff or pylint: what three linters find in the examples and in small labelled cases.

    python benchmarks/compare_linters.py [--differences LINTER]

Runs ruff's SIM115 (open-file-with-context-handler), pylint's R1732 (consider-using-with) and leaklint, each alone and
with its defaults, on `examples/` and `tests/fixtures/linters/`, and compares the lines that they report with the lines
that are labelled. In the fixtures `# expect:` or, where leaklint misses it, `# expect-todo:` stands on the line of a leaking
acquisition; in the examples a comment with the code does, or LEAKS below lists it. Every other reported line is a false
alarm.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
GROUPS = {"examples": ROOT / "examples", "small cases": ROOT / "tests" / "fixtures" / "linters"}
LABEL = re.compile(r"# (?:expect: |expect-todo: )?RLK\d+$")

LEAKS = (
    ("examples/checkout/shop/orders.py", "place_order", "connection = engine.raw_connection()"),
    ("examples/orders.py", "checkout", "conn = pool.getconn()"),
    ("examples/prices.py", "price", "session = aiohttp.ClientSession()"),
    ("examples/prices.py", "connect", "sock = socket.socket()"),
    ("examples/prices.py", "reconnect", "self.sock = socket.create_connection(address)"),
    ("examples/report.py", "totals", "with sqlite3.connect(path) as conn:"),
    ("examples/report.py", "settings", "return json.load(open(path))"),
    ("examples/report.py", "write", 'out = open(path, "w")'),
)
"""Leaks in examples that have no comments, lest they give the story away: file, function, line."""


class Line(NamedTuple):
    """A line of a file in this repository."""

    file: str
    row: int


class Score(NamedTuple):
    """How a linter did on some files."""

    found: int
    missed: int
    false: int


def labelled(path: Path) -> set[Line]:
    """The leaking lines of a file. ValueError if one that LEAKS lists is not there."""
    name = path.relative_to(ROOT).as_posix()
    lines = path.read_text().splitlines()
    rows = {row for row, line in enumerate(lines, start=1) if LABEL.search(line)}
    rows |= {_row(lines, function, text) for file, function, text in LEAKS if file == name}
    return {Line(name, row) for row in rows}


def _row(lines: list[str], function: str, text: str) -> int:
    """The row of a line within a function."""
    stripped = [line.strip() for line in lines]
    start = next(row for row, line in enumerate(stripped) if re.match(rf"(async )?def {function}\(", line))
    return stripped.index(text, start) + 1


def leaklint(folder: Path) -> set[Line]:
    """What leaklint reports."""
    report = _run("leaklint", "check", "--isolated", "--output-format", "json", str(folder))
    return {_line(one["filename"], one["location"]["row"]) for one in json.loads(report)}


def ruff(folder: Path) -> set[Line]:
    """What ruff's rule about files reports. It is a preview rule in its newer parts, so preview is on."""
    report = _run(
        "ruff", "check", "--isolated", "--preview", "--select", "SIM115", "--output-format", "json", "--no-cache", str(folder)
    )
    return {_line(one["filename"], one["location"]["row"]) for one in json.loads(report)}


def pylint(folder: Path) -> set[Line]:
    """What pylint's check about `with` reports."""
    files = [str(path) for path in sorted(folder.rglob("*.py"))]
    options = ("--rcfile=", "--disable=all", "--enable=consider-using-with", "--output-format=json", "--score=n")
    return {_line(one["path"], one["line"]) for one in json.loads(_run("pylint", *options, *files))}


LINTERS: dict[str, Callable[[Path], set[Line]]] = {"ruff SIM115": ruff, "pylint R1732": pylint, "leaklint": leaklint}


def _run(module: str, *arguments: str) -> str:
    """Run a linter of this Python; its report. RuntimeError if it wrote none."""
    ran = subprocess.run((sys.executable, "-m", module, *arguments), cwd=ROOT, capture_output=True, text=True, check=False)
    if not ran.stdout.strip():
        raise RuntimeError(f"{module}: exit {ran.returncode}: {ran.stderr.strip()}")
    return ran.stdout


def _line(name: str, row: int) -> Line:
    """A reported line, named as the labels name it."""
    return Line((ROOT / name).resolve().relative_to(ROOT).as_posix(), row)


def score(reported: set[Line], leaks: set[Line]) -> Score:
    """Compare reported lines with leaking ones."""
    return Score(len(reported & leaks), len(leaks - reported), len(reported - leaks))


def compared(folder: Path, linters: dict[str, Callable[[Path], set[Line]]]) -> tuple[int, dict[str, Score]]:
    """The number of leaks in a folder, and each linter's score."""
    leaks = {line for path in sorted(folder.rglob("*.py")) for line in labelled(path)}
    return len(leaks), {name: score(linter(folder), leaks) for name, linter in linters.items()}


def table() -> str:
    """The comparison as Markdown."""
    rows = ["| files | leaks | " + " | ".join(LINTERS) + " |", "| --- | ---: |" + " --- |" * len(LINTERS)]
    for group, folder in GROUPS.items():
        leaks, scores = compared(folder, LINTERS)
        cells = (f"{one.found} found, {one.false} false" for one in scores.values())
        rows.append(f"| {group} | {leaks} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def differences(folder: Path, linter: Callable[[Path], set[Line]]) -> tuple[list[Line], list[Line]]:
    """The leaks that a linter misses, and its false alarms."""
    leaks = {line for path in sorted(folder.rglob("*.py")) for line in labelled(path)}
    reported = linter(folder)
    return sorted(leaks - reported), sorted(reported - leaks)


def main() -> None:
    """Print the table, or where a linter and the labels differ."""
    parser = argparse.ArgumentParser(description="What ruff, pylint and leaklint find in the examples and in small cases.")
    parser.add_argument("--differences", choices=sorted(LINTERS), help="list what this linter misses and its false alarms")
    options = parser.parse_args()
    if not options.differences:
        print(table())
        return
    for folder in GROUPS.values():
        missed, false = differences(folder, LINTERS[options.differences])
        print(
            *(f"missed {line.file}:{line.row}" for line in missed),
            *(f"false  {line.file}:{line.row}" for line in false),
            sep="\n",
        )


if __name__ == "__main__":
    main()
