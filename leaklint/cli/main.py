"""The `leaklint` command: which subcommand is meant, and how a run ends.

Exit codes: 0 nothing found, 1 findings, 2 could not run (usage, settings, missing path, internal error), 130 interrupted.
"""

import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

import leaklint
from leaklint.cli.messages import complain, described

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS = ("check", "audit", "explain", "library", "merge", "confirm", "clean", "server")
_EXPECTED = (
    ("leaklint.settings.load", "SettingsError"),
    ("leaklint.catalog.load", "RuleError"),
    ("leaklint.executors", "ExecutorError"),
    ("leaklint.baseline", "BaselineError"),
    ("leaklint.changes", "ChangesError"),
)
_OWN_OPTIONS = ("-h", "--help", "-V", "--version")


class Commands(click.Group):
    """Subcommands, each imported when it is asked for; `check` is meant where none is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"leaklint.cli.{cmd_name}").command
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        completing = ctx.resilient_parsing and not args
        if not completing and (not args or args[0] not in (*COMMANDS, *_OWN_OPTIONS)):
            args = ["check", *args]
        # An optional value needs its `=`, else the path that follows would be taken for it.
        return super().parse_args(ctx, ["--add-ignores=" if arg == "--add-ignores" else arg for arg in args])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list["CompletionItem"]:
        """Commands, else paths: both may come first."""
        from click.shell_completion import CompletionItem

        return super().shell_complete(ctx, incomplete) or [CompletionItem(incomplete, type="file")]


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(leaklint.__version__, "-V", "--version", message="leaklint %(version)s")
def cli() -> None:
    """Find resource leaks in Python code: connections, cursors, sessions, files, sockets and processes that are not
    released on every path.

    `leaklint PATH...` is short for `leaklint check PATH...`, and `leaklint` for `leaklint check .`.
    """


def run(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; the exit code. Expected errors become a message, unexpected ones too."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return int(cli.main(given, prog_name="leaklint", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        _forget_output()
        return 0
    except Exception as error:
        return _failed(error, bool({"-v", "--verbose"} & set(given)))


def _failed(error: Exception, verbose: bool) -> int:
    """Says what went wrong; 2. Modules that define expected errors are imported where they can have been raised only."""
    expected = tuple(getattr(sys.modules[module], name) for module, name in _EXPECTED if module in sys.modules)
    if isinstance(error, expected):
        for line in str(error).splitlines():
            complain(line)
        return 2
    if verbose:
        traceback.print_exception(error)
    complain(f"internal error: {described(error)}; please report it (--verbose shows where it happened)")
    return 2


def _forget_output() -> None:
    """Whoever read our output is gone: what is still buffered must not raise again when Python exits."""
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
