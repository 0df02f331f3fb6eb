"""The options of `leaklint check`, as data."""

import click

from leaklint.output import format_names

DEFAULT_FORMAT = "full"

_SEVERITIES = click.Choice(["info", "warning", "error"])
_EXCEPTIONS = click.Choice(["none", "explicit", "own", "calls", "everything"])


def _list(name: str, metavar: str, text: str) -> click.Option:
    """A comma-separated list that may be given several times."""
    return click.Option([name], multiple=True, metavar=metavar, help=text)


def _flag(*names: str, text: str) -> click.Option:
    return click.Option(names, is_flag=True, help=text)


def _switch(name: str, text: str) -> click.Option:
    """A setting that is on, off, or left to the settings file."""
    return click.Option([f"--{name}/--no-{name}"], default=None, help=text)


PARAMETERS: list[click.Parameter] = [
    click.Argument(["paths"], nargs=-1, type=click.Path()),
    _list("--select", "RULE,...", "Report these rules only: codes, prefixes of codes (RLK1), names, or ALL."),
    _list("--ignore", "RULE,...", "Don't report these rules."),
    _list("--extend-select", "RULE,...", "Report these rules as well."),
    _list("--per-file-ignores", "PATTERN:RULE,...", "Don't report these rules in files that a pattern matches."),
    _list("--extend-per-file-ignores", "PATTERN:RULE,...", "The same, beside those that the settings state."),
    _list("--category", "CATEGORY,...", "Report resources of these categories only: connection, cursor, file, ..."),
    click.Option(["--min-severity"], type=_SEVERITIES, help="Report from this severity on."),
    click.Option(
        ["--exceptions"],
        type=_EXCEPTIONS,
        help="What may raise: nothing, `raise` and `assert`, the resource's own methods, any call (default), everything.",
    ),
    click.Option(["--extend-rules"], multiple=True, metavar="FILE", help="Know the resources of this rule file as well."),
    _list("--exclude", "PATTERN,...", "Leave these files and folders out, instead of the default ones."),
    _list("--extend-exclude", "PATTERN,...", "Leave these out as well."),
    _switch("force-exclude", "Exclude files even if they are named."),
    _switch("respect-gitignore", "Leave out what git ignores (default)."),
    click.Option(
        ["--output-format"], type=click.Choice(format_names()), help=f"How findings are written; default: {DEFAULT_FORMAT}."
    ),
    click.Option(["-o", "--output-file"], type=click.Path(dir_okay=False), help="Write findings to this file."),
    _flag("--statistics", text="Count the findings of each rule instead of listing them."),
    _flag("-e", "--exit-zero", text="Exit with 0 even if there are findings."),
    click.Option(
        ["--config", "configs"], multiple=True, metavar="FILE|KEY=VALUE", help="A settings file, or one setting in TOML."
    ),
    click.Option(["--baseline"], type=click.Path(dir_okay=False), help="Report only what this file does not list as known."),
    _flag("--write-baseline", text="List all findings in the baseline as known, drop entries that no longer occur."),
    click.Option(
        ["--add-ignores"], metavar="[=REASON]", help="Write `# leaklint: ignore[...]` at every finding, with that reason."
    ),
    click.Option(["--diff-base"], metavar="REVISION", help="Report only on lines and functions changed since that revision."),
    _flag("--fix", text="Mend what can be mended without changing what the code does otherwise; report the rest."),
    _flag("--unsafe-fixes", text="With --fix, --fix-only or --diff: also fixes that may change more than the leak."),
    _flag("--diff", text="Show what --fix would change, change nothing; exit with 1 if there is anything."),
    _flag("--fix-only", text="Like --fix, and report nothing."),
    _flag("--show-fixes", text="Say on stderr what was mended how."),
    _flag("--exit-non-zero-on-fix", text="Exit with 1 if anything was mended."),
    _flag("--isolated", text="Read no settings file."),
    click.Option(["--stdin-filename"], metavar="NAME", help="The name of what is read from stdin (path '-')."),
    _flag("--show-files", text="List the files that would be looked at."),
    _flag("--show-settings", text="Show the settings that hold for the first file, and rules of yours that match nothing."),
    click.Option(
        ["--color"], type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True, help="Use colours."
    ),
    click.Option(["-j", "--jobs"], type=click.IntRange(0), default=0, metavar="N", help="How many processes; default: all."),
    click.Option(["--shard"], metavar="I/N", help="Check the I-th of N parts of the files; `leaklint merge` joins the reports."),
    click.Option(
        ["--executor"], default="", metavar="NAME=ADDRESS", help="Check on a cluster, as in dask=tcp://host:8786 (extra `dask`)."
    ),
    _flag("--profile-stages", text="Say on stderr where the time goes; one process, no cache."),
    _flag("-n", "--no-cache", text="Neither read nor write the cache."),
    _flag("-q", "--quiet", text="Print findings and nothing else."),
    _flag("--watch", text="Check again whenever a file changes; needs the extra `watch`."),
    _flag("-v", "--verbose", text="Say on stderr what is done."),
    click.Option(["--no-triage"], is_flag=True, hidden=True),
]
