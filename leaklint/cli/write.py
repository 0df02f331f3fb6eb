"""Writes the findings of a run, and what there is to say about it."""

import os
import sys
from collections import Counter
from collections.abc import Iterator

import click

import leaklint
from leaklint.checks import all_checks
from leaklint.cli.asked import Asked, wants_color
from leaklint.cli.messages import complain, counted
from leaklint.cli.repairs import Repairs, repairs
from leaklint.cli.run import Run
from leaklint.model import Diagnostic
from leaklint.output import Report, renderer
from leaklint.output._escape import json_text
from leaklint.output._report import Rule
from leaklint.settings import SettingsTree
from leaklint.source import lines


def write(run: Run, asked: Asked, output_format: str, tree: SettingsTree) -> None:
    """The findings to stdout or the output file. Always UTF-8, so that the same findings are the same bytes."""
    color = wants_color(asked, asked.output_file is None and sys.stdout.isatty())
    render = renderer(output_format)
    pieces = statistics(run.diagnostics, output_format) if asked.statistics else render(report(run, color, repairs(run, tree)))
    content = "".join(pieces).encode("utf-8", "backslashreplace")
    if asked.output_file is not None:
        _to_file(asked.output_file, content)
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()


def report(run: Run, color: bool, of: Repairs) -> Report:
    """The run as formats see it."""
    rules = tuple(Rule(c.code, c.name, c.summary, c.page) for c in all_checks() if c.code in run.enabled)

    def rows(filename: str) -> tuple[str, ...]:
        return tuple(lines(run.sources[filename].text)) if filename in run.sources else ()

    return Report(run.diagnostics, rows, rules, leaklint.__version__, color, os.getcwd(), of)


def statistics(diagnostics: tuple[Diagnostic, ...], output_format: str) -> Iterator[str]:
    """Count, code and name of each rule with findings, the most frequent first."""
    counts = Counter((item.code, item.name) for item in diagnostics)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    if output_format == "json":
        yield json_text([{"code": code, "name": name, "count": count} for (code, name), count in ordered], indent=2) + "\n"
        return
    width = max((len(str(count)) for _, count in ordered), default=1)
    for (code, name), count in ordered:
        yield f"{count:>{width}}\t{code}\t{name}\n"


def _to_file(path: str, content: bytes) -> None:
    try:
        with open(path, "wb") as file:
            file.write(content)
    except OSError as error:
        raise click.FileError(path, error.strerror or str(error)) from error


def conclude(run: Run, asked: Asked) -> int:
    """Says on stderr how it went; the exit code."""
    for failure in run.failures:
        complain(failure + "; please report it")
    if not asked.quiet:
        click.echo(_summary(run), err=True)
    if run.failures:
        return 2
    return 1 if run.diagnostics and not asked.exit_zero else 0


def _summary(run: Run) -> str:
    """One line for people."""
    count, files = len(run.diagnostics), len({item.filename for item in run.diagnostics})
    if not run.files:
        return "No Python files found."
    if not count:
        return f"No leaks found in {counted(len(run.files), 'file')}."
    return f"Found {counted(count, 'problem')} in {counted(files, 'file')} ({counted(len(run.files), 'file')} checked)."
