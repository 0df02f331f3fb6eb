"""The `leaklint` command: which subcommand, and how a run ends."""

import importlib

import click

import leaklint

COMMANDS = ("check",)


class Commands(click.Group):
    """Subcommands that are imported when they are called; `check` is meant where none is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"leaklint.cli.{cmd_name}").command
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or args[0] not in (*COMMANDS, "--help", "-h", "--version", "-V"):
            args = ["check", *args]
        return super().parse_args(ctx, args)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(leaklint.__version__, "-V", "--version", message="leaklint %(version)s")
def cli() -> None:
    """Find resource leaks in Python code."""
