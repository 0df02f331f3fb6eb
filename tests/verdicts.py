"""What the engine says about texts and files, for tests."""

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from leaklint.checks import all_checks
from leaklint.model import Diagnostic
from leaklint.pipeline import check_file
from leaklint.settings import Settings, SettingsTree, catalog_for
from leaklint.settings.load import convert
from leaklint.source import Source, read

if TYPE_CHECKING:
    from leaklint.project import Project


def settings_of(values: dict[str, object], folder: Path, roots: tuple[str, ...] = ()) -> Settings:
    """The settings for a file in that folder, with these keys and no settings file."""
    names = {check.code: check.name for check in all_checks()}
    tree = SettingsTree(names, convert(values, "test"), str(folder), isolated=True)
    return tree.file(str(folder / "any.py"), roots)


@functools.cache
def default_settings() -> Settings:
    return settings_of({}, Path.cwd())


def check_text(text: str, settings: Settings | None = None) -> tuple[Diagnostic, ...]:
    """The findings of a text on its own."""
    settings = settings or default_settings()
    return check_file(Source("text.py", text), settings, catalog_for(settings.rules))


def check_path(path: Path, settings: Settings, project: "Project | None" = None) -> tuple[Diagnostic, ...]:
    """The findings of a file, as one of that project."""
    return check_file(read(str(path)), settings, catalog_for(settings.rules), project)


def codes(found: tuple[Diagnostic, ...]) -> list[str]:
    return [diagnostic.code for diagnostic in found]
