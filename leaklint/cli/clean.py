"""`leaklint clean`."""

import os

import click

from leaklint.cache import clean
from leaklint.checks import all_checks
from leaklint.settings import Config, SettingsTree


def clean_command() -> int:
    """Remove the cache of the project around the current folder."""
    tree = SettingsTree({check.code: check.name for check in all_checks()}, Config(), os.getcwd())
    clean(tree.origin(os.getcwd()).root, lambda place: click.echo(f"Removed {place}.", err=True))
    return 0


command = click.Command("clean", callback=clean_command, help=clean_command.__doc__)
