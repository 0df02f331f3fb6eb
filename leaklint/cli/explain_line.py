"""`leaklint explain FILE:LINE`."""

import os
from collections.abc import Iterator

import click

from leaklint.cli.run import settings_for
from leaklint.discover import Found
from leaklint.explain import Ending, Explanation, explain
from leaklint.model import Diagnostic
from leaklint.output._escape import printable
from leaklint.pipeline import check_file, options, rule_names
from leaklint.settings import Config, Settings, SettingsTree, catalog_for
from leaklint.source import Problem, Source, read


def explain_line(filename: str, row: int) -> int:
    """Prints what is known of the acquisitions on a line; the exit code."""
    from leaklint.syntax.contract import Unparsable

    if not os.path.lexists(filename):
        raise click.UsageError(f"path '{printable(filename)}' does not exist")
    settings = settings_for(Found(filename, os.path.abspath(filename)), SettingsTree(rule_names(), Config(), os.getcwd()))
    source = read(filename)
    if isinstance(source, Problem):
        raise click.ClickException(printable(f"{filename}: {source.message}"))
    try:
        found = explain(source, catalog_for(settings.rules), options(settings), row)
    except Unparsable as error:
        raise click.ClickException(printable(f"{filename}:{error.row}: {error.message}")) from error
    if not found:
        click.echo(f"No acquisition on line {row} of {printable(filename)}.")
        return 0
    reported = _reported(source, settings)
    for item in found:
        for line in _described(item, filename, reported):
            click.echo(printable(line))
    return 0


def _reported(source: Source, settings: Settings) -> frozenset[str]:
    """The fingerprints of the findings that a run would print."""
    return frozenset(item.fingerprint for item in check_file(source, settings, catalog_for(settings.rules)))


def _described(item: Explanation, filename: str, reported: frozenset[str]) -> Iterator[str]:
    name = f" '{item.symbol}'" if item.symbol else ""
    where = f" in {item.function}" if item.function else ""
    yield f"{filename}:{item.location.row}:{item.location.column}: {item.resource}{name}{where}"
    yield f"  type known   {item.known}"
    for ending in item.endings:
        yield from _ending(ending, filename)
    yield f"  verdict      {_verdict(item.finding, item.silence, reported)}"
    yield ""


def _ending(ending: Ending, filename: str) -> Iterator[str]:
    excused = f" (does not count: {ending.excused})" if ending.excused else ""
    yield f"  path         {ending.what}{excused}"
    for number, step in enumerate(ending.trace, 1):
        place = f"line {step.row}" if step.filename == filename else f"{step.filename}:{step.row}"
        yield f"    {number}. {place}: {step.message}"


def _verdict(finding: Diagnostic | None, silence: str, reported: frozenset[str]) -> str:
    if finding is None:
        return f"not reported: {silence}"
    text = f"{finding.code} {finding.name}: {finding.message}"
    return text if finding.fingerprint in reported else f"not reported, silenced by a comment or by the settings: {text}"
