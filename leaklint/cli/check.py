"""`leaklint check`."""

import os
import sys

import click

from leaklint import engine, output
from leaklint.catalog import default_catalog
from leaklint.engine import Options
from leaklint.output import Report
from leaklint.source import Problem, read


@click.command("check")
@click.argument("paths", nargs=-1)
@click.option("--output-format", default="json")
@click.option("--exit-zero", is_flag=True)
@click.option("-n", "--no-cache", is_flag=True)
def command(paths: tuple[str, ...], output_format: str, exit_zero: bool, no_cache: bool) -> None:
    """Check files."""
    catalog = default_catalog()
    found = []
    for path in sorted(set(paths)):
        source = read(path)
        if isinstance(source, Problem):
            found.append(engine.cannot_analyse(path, source.message, source.row))
        else:
            found += engine.analyse(source, catalog, Options(src=(os.getcwd(),)))
    found.sort(key=lambda d: d.sort_key)
    for piece in output.renderer(output_format)(Report(tuple(found), lambda name: ())):
        sys.stdout.write(piece)
    sys.exit(1 if found and not exit_zero else 0)
