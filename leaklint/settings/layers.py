"""Layers of settings: what each states for a file, and which value wins."""

import os
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple, TypeVar

import msgspec

from leaklint.model import Severity
from leaklint.places import lies_in, project_folder
from leaklint.settings import selectors
from leaklint.settings.globs import Pattern, matches, matches_any
from leaklint.settings.load import SettingsError, is_pyproject
from leaklint.settings.rules import Rules
from leaklint.settings.schema import Config, Exceptions, Judgement

T = TypeVar("T")

DEFAULT_EXCLUDES = (
    ".bzr", ".direnv", ".eggs", ".git", ".git-rewrite", ".hg", ".ipynb_checkpoints", ".leaklint_cache", ".mypy_cache", ".nox",
    ".pants.d", ".pyenv", ".pytest_cache", ".pytype", ".ruff_cache", ".svn", ".tox", ".venv", ".vscode", "__pypackages__",
    "_build", "buck-out", "build", "dist", "node_modules", "site-packages", "venv",
)  # fmt: skip
"""Ruff's default excludes, and our own cache."""

_LOWER_BOUND = re.compile(r"(?:>=|~=|===?|>)\s*(\d+)(?:\.(\d+))?")
DEFAULT_PYTHON = (3, 11)


class Origin(NamedTuple):
    """A settings file as read. root: the absolute folder that its relative paths start from; path: "" if there is none.

    trusted: the user named it, it was not found beside the code.
    """

    config: Config
    root: str
    path: str = ""
    trusted: bool = False


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What decides the verdict on one file, fully resolved: no path in it is relative, no selector unexpanded.

    origin: the settings file ("" if none); enabled: codes; categories: () means all; src: import roots;
    python: the oldest version that the project supports; triage: whether only what may matter is parsed, which changes nothing
    but the time.
    """

    enabled: frozenset[str]
    origin: str = ""
    min_severity: Severity = Severity.INFO
    categories: tuple[str, ...] = ()
    exceptions: Exceptions = "calls"
    python: tuple[int, int] = DEFAULT_PYTHON
    src: tuple[str, ...] = ()
    rules: Rules = Rules()
    triage: bool = True


class Walk(NamedTuple):
    """What decides which files of a folder are looked at."""

    exclude: tuple[Pattern, ...]
    force_exclude: bool
    respect_gitignore: bool


def oldest_python(specifier: str) -> tuple[int, int]:
    """The oldest version that a version specifier admits, by its lower bounds: ">=3.9,<4" is (3, 9)."""
    bounds = [(int(major), int(minor or 0)) for major, minor in _LOWER_BOUND.findall(specifier)]
    return max(bounds, default=DEFAULT_PYTHON)


def check_selectors(origin: Origin, names: Mapping[str, str]) -> None:
    """SettingsError if settings name a rule that does not exist."""
    for where, judgement in _tables(origin.config):
        for key, chosen in _selected(judgement):
            problem = selectors.unknown(chosen, dict(names))
            if problem is not None:
                raise SettingsError(f"{origin.path}: {_key(origin.path, where, key)}: {problem}")


def _key(path: str, where: str, key: str) -> str:
    """How messages name a key: as it stands in its file, as an option on the command line."""
    if path == "command line":
        return f"--{key}"
    return ("tool.leaklint." if is_pyproject(path) else "") + where + key


def _tables(config: Config) -> list[tuple[str, Judgement]]:
    return [("", config), *((f"overrides[{n}].", override) for n, override in enumerate(config.overrides))]


def _selected(judgement: Judgement) -> list[tuple[str, Iterable[str]]]:
    """(key, selectors) of every key that names rules."""
    found: list[tuple[str, Iterable[str]]] = [
        ("select", judgement.select or ()), ("extend-select", judgement.extend_select), ("ignore", judgement.ignore),
    ]  # fmt: skip
    found += [("per-file-ignores", chosen) for chosen in (judgement.per_file_ignores or {}).values()]
    return found + [("extend-per-file-ignores", chosen) for chosen in judgement.extend_per_file_ignores.values()]


class Layer(NamedTuple):
    """What one table of one settings file says."""

    judgement: Judgement
    origin: Origin


def layers_for(origin: Origin, path: str) -> list[Layer]:
    """The table of a settings file, then each override in it that means `path`, in order."""
    found = [Layer(origin.config, origin)]
    for override in origin.config.overrides:
        if matches_any(path, tuple(Pattern(glob, origin.root) for glob in override.files)):
            found.append(Layer(override, origin))
    return found


def ignored_by(ignores: Mapping[str, tuple[str, ...]], root: str, path: str) -> list[str]:
    """The selectors of the patterns that mean `path`."""
    return [code for glob, codes in ignores.items() if matches(path, Pattern(glob, root)) for code in codes]


def absolute(paths: Iterable[str], root: str) -> tuple[str, ...]:
    """The paths as seen from `root`, `~` expanded."""
    return tuple(os.path.normpath(os.path.join(root, os.path.expanduser(path))) for path in paths)


def last(values: Iterable[T | None]) -> T | None:
    """The last value that was given."""
    return next((value for value in reversed(list(values)) if value is not None), None)


def unique(values: Iterable[str]) -> tuple[str, ...]:
    """The values without repetitions, in order."""
    return tuple(dict.fromkeys(values))


def confined(paths: tuple[str, ...], origin: Origin, key: str) -> tuple[str, ...]:
    """The paths as seen from settings; SettingsError for one outside the project.

    Settings come with the code that is checked: they must not make us read or write what belongs to somebody else. The
    project is the repository around the settings file, or its folder. What the user names on the command line is trusted.
    """
    found = absolute(paths, origin.root)
    outside = None if origin.trusted else _outside(found, origin.root)
    if outside is not None:
        raise SettingsError(f"{origin.path}: {_key(origin.path, '', key)}: {outside} lies outside the project")
    return found


@lru_cache(maxsize=256)
def _outside(paths: tuple[str, ...], folder: str) -> str | None:
    """The first path outside the project of a settings file in `folder`."""
    project = project_folder(folder)
    return next((path for path in paths if not lies_in(path, project)), None)
