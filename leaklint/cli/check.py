"""`leaklint check`: which files, which findings, in which form."""

import os
from typing import Any

import click

from leaklint.cli.asked import Asked, baseline_path, settings_tree
from leaklint.cli.grouped import GroupedCommand
from leaklint.cli.messages import complain
from leaklint.cli.options import DEFAULT_FORMAT, PARAMETERS
from leaklint.cli.progress import progress
from leaklint.cli.run import Plan, Run, check, stdin_reader
from leaklint.cli.shards import part
from leaklint.cli.show import show_files, show_settings
from leaklint.cli.stages import staged
from leaklint.cli.write import conclude, write
from leaklint.discover import Found, discover, excluded, missing
from leaklint.output import format_names
from leaklint.output._escape import printable
from leaklint.pipeline import rule_names
from leaklint.settings import SettingsError, SettingsTree


def check_command(paths: tuple[str, ...], **options: Any) -> int:
    """Find resource leaks in files and folders (default: the current one).

    Exits with 0 if nothing was found, with 1 if something was, and with 2 if it could not run.
    """
    asked = Asked(**options)
    if asked.watch:
        from leaklint.cli.watch import watch

        return watch(paths or (".",), lambda: check_command(paths, **{**options, "watch": False}))
    tree = settings_tree(asked, rule_names())
    output_format = _output_format(asked, tree)
    from_stdin = paths == ("-",) or (asked.stdin_filename is not None and not paths)
    if from_stdin and (asked.diff_base is not None or asked.add_ignores is not None):
        raise click.UsageError("--diff-base and --add-ignores need files, not stdin")
    if from_stdin and (asked.fix or asked.fix_only) and not asked.diff:
        raise click.UsageError("--fix and --fix-only need files, not stdin; --diff shows what they would change")
    files = _stdin_file(asked, tree) if from_stdin else _files(paths or (".",), tree)
    files = part(files, asked.shard)
    if asked.show_files:
        return show_files(files)
    if asked.show_settings:
        return show_settings(files, tree)
    run = _run(files, asked, tree, from_stdin)
    if asked.add_ignores is not None:
        from leaklint.cli.ignores import add_ignores

        return add_ignores(run, asked.add_ignores)
    return _report(run, asked, tree, output_format)


command = GroupedCommand(
    "check",
    params=PARAMETERS,
    callback=check_command,
    help=check_command.__doc__,
    short_help="Find resource leaks in files and folders.",
)


def _run(files: list[Found], asked: Asked, tree: SettingsTree, from_stdin: bool) -> Run:
    tell = complain if asked.verbose else (lambda _: None)
    if from_stdin:
        return check(files, tree, stdin_reader(), tell)
    folder = None if asked.no_cache or asked.profile_stages else tree.origin(os.getcwd()).root
    with staged(asked.profile_stages), progress(asked.quiet or asked.verbose) as ticks:
        plan = Plan(1 if asked.profile_stages else asked.jobs, folder, ticks, not asked.no_triage, asked.executor)
        if asked.diff_base is None:
            return check(files, tree, tell=tell, plan=plan)
        from leaklint.cli.changed import check_changed

        return check_changed(files, tree, asked.diff_base, tell, plan)


def _report(run: Run, asked: Asked, tree: SettingsTree, output_format: str) -> int:
    """Everything that is done with findings: known ones are written down or left out, the rest is printed."""
    baseline = baseline_path(asked, tree)
    if asked.write_baseline:
        from leaklint.cli.known import write_baseline

        return write_baseline(run, baseline)
    if baseline is not None:
        from leaklint.cli.known import without_known

        run = without_known(run, baseline)
    if asked.fix or asked.fix_only or asked.diff:
        return _fix(run, asked, tree, output_format)
    write(run, asked, output_format, tree)
    return conclude(run, asked)


def _fix(run: Run, asked: Asked, tree: SettingsTree, output_format: str) -> int:
    """Mends first; what is left is reported, unless only the mending was asked for."""
    from leaklint.cli.fixing import conclusion, fix

    run, mended = fix(run, asked, tree)
    if asked.diff or asked.fix_only:
        return conclusion(run, mended, asked)
    write(run, asked, output_format, tree)
    code = conclude(run, asked)
    return max(code, 1) if mended and asked.exit_non_zero_on_fix else code


def _files(paths: tuple[str, ...], tree: SettingsTree) -> list[Found]:
    """The files that paths stand for; UsageError if a path names nothing."""
    if "-" in paths:
        raise click.UsageError("'-' (stdin) can't be combined with other paths")
    if lost := missing(paths):
        raise click.UsageError("; ".join(f"path '{printable(click.format_filename(path))}' does not exist" for path in lost))
    return list(discover(paths, tree))


def _stdin_file(asked: Asked, tree: SettingsTree) -> list[Found]:
    """Stdin under its name; nothing if that is excluded by force."""
    name = asked.stdin_filename or "-"
    path = os.path.abspath(asked.stdin_filename or "stdin.py")
    hidden = tree.walk(os.path.dirname(path)).force_exclude and excluded(path, tree)
    return [] if hidden else [Found(name, path)]


def _output_format(asked: Asked, tree: SettingsTree) -> str:
    """The option, else the settings of the working folder, else the default."""
    origin = tree.origin(os.getcwd())
    chosen = asked.output_format or tree.command_line.config.output_format or origin.config.output_format or DEFAULT_FORMAT
    if chosen not in format_names():
        raise SettingsError(f'{origin.path}: output-format: "{chosen}" is unknown; known: {", ".join(format_names())}')
    return chosen
