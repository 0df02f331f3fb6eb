"""`leaklint audit`: one HTML page about a code base."""

import hashlib
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import click
import msgspec

import leaklint
from leaklint.audit.history import HistoryError, commits, history, top_of
from leaklint.audit.model import Audit, Point, entry
from leaklint.audit.owners import owner_of, read_owners
from leaklint.audit.page import page
from leaklint.checks import all_checks
from leaklint.cli.asked import Asked, settings_tree
from leaklint.cli.messages import complain, counted
from leaklint.cli.run import Run, check
from leaklint.discover import discover, missing
from leaklint.output._escape import printable, unicode
from leaklint.output._place import relative
from leaklint.pipeline import rule_names
from leaklint.places import project_folder
from leaklint.rewrite import NotReplaced, write_file
from leaklint.settings import SettingsTree
from leaklint.source import lines

OUTPUT = "leaklint-audit.html"


class _Verdict(msgspec.Struct):
    verdict: str


class _Observed(msgspec.Struct):
    """What is of interest of a finding in a report of `leaklint confirm`."""

    fingerprint: str
    observed: _Verdict


def audit_command(
    paths: tuple[str, ...], output_file: str, points: int, title: str | None, observed: str | None, **options: Any
) -> int:
    """Write one self-contained HTML page with all findings of files and folders (default: the current one).

    Findings can be searched and filtered by severity, rule, resource, package and owner (from CODEOWNERS), and each shows
    its path step by step on the source. --history adds how many findings there were at past commits.
    """
    asked = Asked(**options)
    chosen = paths or (".",)
    if lost := missing(chosen):
        raise click.UsageError("; ".join(f"path '{printable(click.format_filename(path))}' does not exist" for path in lost))
    run = _checked(chosen, asked)
    trend = _history(chosen, asked, points) if points else ()
    verdicts = _observed(observed) if observed else {}
    audit = _audit(run, trend, verdicts, title or f"Resource leaks in {os.path.basename(os.getcwd())}")
    try:
        write_file(output_file, page(audit).encode("utf-8"))
    except NotReplaced as error:
        raise click.FileError(output_file, str(error)) from error
    for failure in run.failures:
        complain(failure + "; please report it")
    click.echo(f"Wrote {counted(len(run.diagnostics), 'finding')} to {click.format_filename(output_file)}.", err=True)
    return 2 if run.failures else 0


command = click.Command(
    "audit",
    params=[
        click.Argument(["paths"], nargs=-1, type=click.Path()),
        click.Option(
            ["-o", "--output-file"], default=OUTPUT, show_default=True, type=click.Path(dir_okay=False), help="The page."
        ),
        click.Option(
            ["--history", "points"], type=click.IntRange(0, 200), default=0, metavar="N", help="Check N past commits, too."
        ),
        click.Option(["--observed"], type=click.Path(exists=True, dir_okay=False), help="A report of 'leaklint confirm'."),
        click.Option(["--title"], help="The heading of the page."),
        click.Option(["--min-severity"], type=click.Choice(["info", "warning", "error"]), help="Report from this severity on."),
        click.Option(["--config", "configs"], multiple=True, metavar="FILE|KEY=VALUE", help="A settings file, or one setting."),
        click.Option(["--isolated"], is_flag=True, help="Read no settings file."),
    ],
    callback=audit_command,
    help=audit_command.__doc__,
    short_help="Write an HTML page with all findings.",
)


def _checked(paths: Sequence[str], asked: Asked) -> Run:
    tree = settings_tree(asked, rule_names())
    return check(list(discover(paths, tree)), tree)


def _observed(path: str) -> dict[str, str]:
    """Fingerprint -> verdict, from a report that `leaklint confirm` wrote."""
    try:
        with open(path, "rb") as file:
            found = msgspec.json.decode(file.read(), type=list[_Observed])
    except (OSError, msgspec.MsgspecError) as error:
        raise click.UsageError(f"{click.format_filename(path)} is no report of 'leaklint confirm': {error}") from error
    return {one.fingerprint: one.observed.verdict for one in found}


def _audit(run: Run, trend: tuple[Point, ...], verdicts: Mapping[str, str], title: str) -> Audit:
    """The page's data, names relative to the working folder."""
    root = os.getcwd()
    project = project_folder(root)
    rules = read_owners(project)

    def rows(filename: str) -> Sequence[str]:
        return lines(run.sources[filename].text) if filename in run.sources else ()

    def owner(filename: str) -> str:
        return owner_of(relative(os.path.abspath(filename), project), rules)

    entries = tuple(
        entry(found, rows, root, owner(found.filename), verdicts.get(found.fingerprint, "")) for found in run.diagnostics
    )
    codes = {item.code for item in entries}
    return Audit(
        title=unicode(title),
        version=leaklint.__version__,
        state=_state(root),
        files=len(run.files),
        entries=entries,
        pages={rule.code: rule.page for rule in all_checks() if rule.code in codes},
        history=trend,
    )


def _state(folder: str) -> str:
    """The commit that is checked out, in words; "" outside git."""
    try:
        [head] = commits(top_of(folder), 1)
    except HistoryError:
        return ""
    return f"{head.name[:10]} of {head.when}"


def _history(paths: Sequence[str], asked: Asked, count: int) -> tuple[Point, ...]:
    """Past findings in the same paths, as far as they lie below the working folder."""
    here = os.getcwd()
    names = [os.path.relpath(os.path.abspath(path), here) for path in paths]
    if any(name.startswith(os.pardir) for name in names):
        raise click.UsageError("--history needs paths below the current folder")

    def findings(folder: str) -> Counter[str]:
        there = [path for name in names if os.path.lexists(path := os.path.normpath(os.path.join(folder, name)))]
        tree = SettingsTree(rule_names(), settings_tree(asked, rule_names()).command_line.config, folder)
        return Counter(str(found.severity) for found in check(list(discover(there, tree)), tree).diagnostics)

    try:
        return history(here, count, _decides(names, asked), findings, complain)
    except HistoryError as error:
        raise click.UsageError(f"--history: {error}") from error


def _decides(names: Sequence[str], asked: Asked) -> str:
    """Everything beside the commit that decides what is found: paths, options, this program and its rules."""

    from leaklint.catalog import default_catalog

    rules = hashlib.blake2b(msgspec.msgpack.encode(default_catalog(), order="deterministic"), digest_size=16).hexdigest()
    return repr((sorted(names), asked, leaklint.__version__, rules))
