"""`--show-files` and `--show-settings`."""

from collections.abc import Iterator, Sequence

import click
import msgspec

from leaklint.cli.run import settings_for
from leaklint.cli.unmatched import unmatched
from leaklint.discover import Found
from leaklint.output._escape import json_text, printable, unicode
from leaklint.settings import Settings, SettingsTree, Walk


def show_files(files: Sequence[Found]) -> int:
    """One name per line."""
    for file in files:
        click.echo(printable(file.filename))
    return 0


def show_settings(files: Sequence[Found], tree: SettingsTree) -> int:
    """What holds for the first file, resolved, as TOML; and the rules of its settings that match nothing in all files."""
    if not files:
        click.echo("No Python files found.", err=True)
        return 0
    settings = settings_for(files[0], tree)
    click.echo(f"# settings for {printable(files[0].filename)}, from {printable(settings.origin) or 'no file'}")
    for key, value in _settings(settings, tree.walk(files[0].path.rpartition("/")[0] or "/")):
        click.echo(f"{key} = {json_text(_plain(value))}")
    for call, where in unmatched(settings.rules, files):
        click.echo(f"# nothing here is called {printable(call)}: {printable(where)}")
    return 0


def _settings(settings: Settings, walk: Walk) -> Iterator[tuple[str, object]]:
    """The keys of settings files with their resolved values."""
    yield "select", sorted(settings.enabled)
    yield "min-severity", str(settings.min_severity)
    yield "category", list(settings.categories)
    yield "exceptions", settings.exceptions
    yield "src", list(settings.src)
    yield "requires-python", ">=" + ".".join(map(str, settings.python))
    yield "extend-rules", list(settings.rules.files)
    yield "resource", [msgspec.json.decode(text)["acquire"] for text in settings.rules.resources]
    yield "exclude", [pattern.glob for pattern in walk.exclude]
    yield "force-exclude", walk.force_exclude
    yield "respect-gitignore", walk.respect_gitignore


def _plain(value: object) -> object:
    """The value with texts that are valid Unicode."""
    if isinstance(value, str):
        return unicode(value)
    return [_plain(item) for item in value] if isinstance(value, list) else value
