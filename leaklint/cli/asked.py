"""What the options of `leaklint check` ask for, and the settings they amount to."""

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

import click

from leaklint.settings import Config, Origin, SettingsError, SettingsTree
from leaklint.settings.layers import confined
from leaklint.settings.load import convert, merged, parse_assignment, read_config


class Asked(NamedTuple):
    """Every option as click parsed it: None or () where it was not given."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    per_file_ignores: tuple[str, ...] = ()
    extend_per_file_ignores: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    min_severity: str | None = None
    exceptions: str | None = None
    extend_rules: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    extend_exclude: tuple[str, ...] = ()
    force_exclude: bool | None = None
    respect_gitignore: bool | None = None
    output_format: str | None = None
    output_file: str | None = None
    statistics: bool = False
    exit_zero: bool = False
    configs: tuple[str, ...] = ()
    baseline: str | None = None
    write_baseline: bool = False
    add_ignores: str | None = None
    diff_base: str | None = None
    fix: bool = False
    unsafe_fixes: bool = False
    diff: bool = False
    fix_only: bool = False
    show_fixes: bool = False
    exit_non_zero_on_fix: bool = False
    isolated: bool = False
    stdin_filename: str | None = None
    show_files: bool = False
    show_settings: bool = False
    color: Literal["auto", "always", "never"] = "auto"
    jobs: int = 0
    shard: str | None = None
    executor: str = ""
    profile_stages: bool = False
    no_cache: bool = False
    quiet: bool = False
    verbose: bool = False
    watch: bool = False
    no_triage: bool = False


_LISTS = ("select", "ignore", "extend_select", "category", "exclude", "extend_exclude")
_IGNORES = ("per_file_ignores", "extend_per_file_ignores")
_VALUES = ("min_severity", "exceptions", "force_exclude", "respect_gitignore", "output_format")


def settings_tree(asked: Asked, names: Mapping[str, str]) -> SettingsTree:
    """The settings that hold with these options; SettingsError if they can't be used."""
    cwd = os.getcwd()
    files = [text for text in asked.configs if _is_file(text)]
    tables = [parse_assignment(text) for text in asked.configs if text not in files]
    if len(files) > 1:
        raise click.UsageError("--config can name one settings file only")
    if files and asked.isolated:
        raise click.UsageError(f"--isolated reads no settings file, --config {files[0]} names one")
    command_line = convert(merged([*tables, table(asked)]), "command line")
    fixed = Origin(read_config(files[0]) or Config(), cwd, files[0], trusted=True) if files else None
    return SettingsTree(names, command_line, cwd, fixed, asked.isolated)


def table(asked: Asked) -> dict[str, Any]:
    """The settings that options state, as a table with the keys of settings files."""
    values: dict[str, Any] = {name: items for name in _LISTS if (items := split(getattr(asked, name)))}
    values |= {name: dict(patterns(items)) for name in _IGNORES if (items := getattr(asked, name))}
    values |= {name: value for name in _VALUES if (value := getattr(asked, name)) is not None}
    if asked.extend_rules:
        values["extend-rules"] = list(asked.extend_rules)
    return {name.replace("_", "-"): value for name, value in values.items()}


def baseline_path(asked: Asked, tree: SettingsTree) -> str | None:
    """The option, else what the settings of the working folder name."""
    if asked.baseline is not None:
        return asked.baseline
    if tree.command_line.config.baseline is not None:
        return tree.command_line.config.baseline
    origin = tree.origin(os.getcwd())
    stated = origin.config.baseline
    return confined((stated,), origin, "baseline")[0] if stated is not None else None


def split(values: Iterable[str]) -> list[str]:
    """The items of comma-separated lists."""
    return [item.strip() for value in values for item in value.split(",") if item.strip()]


def patterns(values: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """(pattern, rules) of "a.py:RLK101,RLK102,b.py:RLK1": an item without a colon belongs to the pattern before it."""
    found: dict[str, list[str]] = {}
    pattern = None
    for item in split(values):
        before, colon, rule = item.rpartition(":")
        if colon:
            pattern = before
        if pattern is None or not rule:
            raise SettingsError(f'--per-file-ignores: "{item}" must have the form PATTERN:RULE')
        found.setdefault(pattern, []).append(rule)
    yield from found.items()


def _is_file(text: str) -> bool:
    """Whether `--config` names a file: what is none and has no `=` was meant as one."""
    if os.path.isfile(text):
        return True
    if "=" not in text:
        raise SettingsError(f"--config {text}: there is no such file")
    return False


def wants_color(asked: Asked, is_terminal: bool) -> bool:
    """Whether to write colours: the option, then NO_COLOR, then FORCE_COLOR, then whether somebody looks."""
    if asked.color != "auto":
        return asked.color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "") not in ("", "0"):
        return True
    return is_terminal and os.environ.get("TERM") != "dumb"
