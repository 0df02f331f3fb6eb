"""Draws a terminal with what leaklint really prints: docs/images/terminal.svg.

    python docs/terminal.py

Runs each command of COMMANDS at the top of the repository and turns its output, colours included, into an SVG. The last one
needs the packages of examples/checkout/requirements.txt.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "images" / "terminal.svg"

COLUMNS = 118
CHARACTER, LINE, SIZE, MARGIN, BAR = 8, 19, 13, 20, 34  # pixels
PAPER, FRAME, INK, DIM = "#0d1117", "#30363d", "#e6edf3", "#8b949e"
COLOURS = {"31": "#ff7b72", "32": "#7ee787", "33": "#e3b341", "34": "#6e7681", "36": "#8b949e"}
FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono, monospace"

STYLE = re.compile(r"\x1b\[([\d;]*)m")


class Span(NamedTuple):
    """Text in one style, and the column where it starts."""

    column: int
    text: str
    colour: str
    bold: bool


class Command(NamedTuple):
    """What stands after the prompt, what is run for it, and which lines of its output are shown (all by default)."""

    shown: str
    arguments: tuple[str, ...]
    lines: slice = slice(None)


COMMANDS = (
    Command("leaklint examples/checkout", ("-m", "leaklint", "check", "--color", "always", "examples/checkout")),
    Command("leaklint --diff examples/checkout", ("-m", "leaklint", "check", "--diff", "--color", "always", "examples/checkout")),
    Command("python examples/checkout/run.py | tail -n 12", ("examples/checkout/run.py",), slice(-12, None)),
)


def output(command: Command) -> list[str]:
    """The lines that a command prints, stderr after stdout. RuntimeError if it could not run."""
    ran = subprocess.run(
        (sys.executable, *command.arguments), cwd=ROOT, env=_environment(), capture_output=True, text=True, check=False
    )
    if ran.returncode > 1:
        raise RuntimeError(ran.stderr)
    return (ran.stdout + ran.stderr).rstrip("\n").splitlines()[command.lines]


def _environment() -> dict[str, str]:
    """The environment of the commands: this checkout's leaklint, and nothing that changes colours."""
    return {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "DATABASE_URL")} | {
        "PYTHONPATH": str(ROOT)
    }


def session(commands: tuple[Command, ...]) -> list[list[Span]]:
    """All rows of the terminal in which these commands are given."""
    rows: list[list[Span]] = []
    for command in commands:
        rows.append([Span(0, "$ ", DIM, False), Span(2, command.shown, INK, True)])
        for line in output(command):
            rows += wrapped(list(spans(line)))
        rows.append([])
    return rows[:-1]


def spans(line: str) -> Iterator[Span]:
    """A line with terminal colours as spans."""
    column, colour, bold = 0, INK, False
    for position, part in enumerate(STYLE.split(line)):
        if position % 2:
            codes = part.split(";")
            colour = next((COLOURS[code] for code in codes if code in COLOURS), INK)
            bold = "1" in codes
        elif part:
            yield Span(column, part, colour, bold)
            column += len(part)


def wrapped(line: list[Span]) -> list[list[Span]]:
    """A line as rows no wider than the terminal."""
    rows: list[list[Span]] = [[]]
    for span in line:
        for column, character_run in _pieces(span):
            while column // COLUMNS >= len(rows):
                rows.append([])
            rows[column // COLUMNS].append(span._replace(column=column % COLUMNS, text=character_run))
    return rows


def _pieces(span: Span) -> Iterator[tuple[int, str]]:
    """A span cut where the terminal's edge is."""
    start, end = span.column, span.column + len(span.text)
    while start < end:
        stop = min(end, (start // COLUMNS + 1) * COLUMNS)
        yield start, span.text[start - span.column : stop - span.column]
        start = stop


def draw(rows: list[list[Span]]) -> str:
    """The terminal as SVG."""
    width, height = round(COLUMNS * CHARACTER + 2 * MARGIN), len(rows) * LINE + BAR + MARGIN
    dots = "".join(f"<circle cx='{MARGIN + 18 * dot}' cy='17' r='5.5' fill='{FRAME}'/>" for dot in range(3))
    return "\n".join(
        (
            f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' font-family='{FONT}' font-size='{SIZE}'>",
            "<title>leaklint in a terminal</title>",
            f"<rect x='.5' y='.5' width='{width - 1}' height='{height - 1}' rx='8' fill='{PAPER}' stroke='{FRAME}'/>",
            dots,
            *(_text(span, BAR + LINE * (row + 0.75)) for row, line in enumerate(rows) for span in line if span.text.strip()),
            "</svg>\n",
        )
    )


def _text(span: Span, y: float) -> str:
    """A span at its place. Its length is stated, so that it stands there in any font."""
    text = span.text.rstrip()
    lead = len(text) - len(text.lstrip())
    x, length = MARGIN + (span.column + lead) * CHARACTER, len(text.lstrip()) * CHARACTER
    weight = " font-weight='600'" if span.bold else ""
    place = f"x='{x:g}' y='{y:g}' textLength='{length:g}' lengthAdjust='spacingAndGlyphs'"
    return f"<text {place} fill='{span.colour}'{weight} xml:space='preserve'>{escape(text.lstrip(), quote=False)}</text>"


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(draw(session(COMMANDS)))
