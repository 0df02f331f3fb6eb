"""Which settings hold for a file: the nearest settings file above it, its overrides, then the command line."""

import os
from collections.abc import Iterable, Mapping, Sequence

from leaklint.model import Severity
from leaklint.places import lies_in, project_folder
from leaklint.settings import selectors
from leaklint.settings.globs import Pattern
from leaklint.settings.layers import (
    DEFAULT_EXCLUDES,
    DEFAULT_PYTHON,
    Layer,
    Origin,
    Settings,
    Walk,
    absolute,
    check_selectors,
    confined,
    ignored_by,
    last,
    layers_for,
    oldest_python,
    unique,
)  # fmt: skip
from leaklint.settings.load import NAMES, SettingsError, read_config, read_requires_python
from leaklint.settings.rules import Rules, with_resources
from leaklint.settings.schema import Config


class SettingsTree:
    """The settings of every folder, read once and on demand; SettingsError where they can't be used.

    command_line: what the options say, wins over every file. fixed: `--config FILE`, instead of any file found.
    isolated: no file is looked for. names: code -> name of every rule.
    """

    def __init__(
        self, names: Mapping[str, str], command_line: Config, cwd: str, fixed: Origin | None = None, isolated: bool = False
    ) -> None:
        self.names = dict(names)
        self.command_line = Origin(command_line, cwd, "command line", trusted=True)
        self._fixed = fixed or (Origin(Config(), cwd) if isolated else None)
        self._isolated = isolated
        self._walks: dict[tuple[str, str], Walk] = {}
        self._origins: dict[str, Origin] = {}
        self._codes: dict[tuple[tuple[selectors.Layer, ...], tuple[str, ...]], frozenset[str]] = {}
        self._python: dict[str, str | None] = {}
        for origin in (self.command_line, *([fixed] if fixed else ())):
            check_selectors(origin, self.names)

    def origin(self, folder: str) -> Origin:
        """The settings file that holds for the files in that absolute folder."""
        if self._fixed is not None:
            return self._fixed
        if folder not in self._origins:
            parent = os.path.dirname(folder)
            found = self._read(folder) or (self.origin(parent) if parent != folder else Origin(Config(), self.command_line.root))
            self._origins[folder] = found
        return self._origins[folder]

    def _read(self, folder: str) -> Origin | None:
        for name in NAMES:
            path = os.path.join(folder, name)
            if os.path.islink(path) and os.path.isfile(path) and not lies_in(path, project_folder(folder)):
                raise SettingsError(f"{path}: is a link that leads out of the project; --config {path} reads it all the same")
            config = read_config(path) if os.path.isfile(path) else None
            if config is not None:
                check_selectors(origin := Origin(config, folder, path), self.names)
                return origin
        return None

    def walk(self, folder: str) -> Walk:
        """What is looked at in that absolute folder."""
        origin = self.origin(folder)
        key = (origin.path, origin.root)
        if key not in self._walks:
            self._walks[key] = _walk((origin, self.command_line))
        return self._walks[key]

    def file(self, path: str, roots: Iterable[str] = ()) -> Settings:
        """The settings of the file at that absolute path; `roots` are import roots beside those that `src` names."""
        origin = self.origin(os.path.dirname(path))
        layers = [*layers_for(origin, path), *layers_for(self.command_line, path)]
        judgements = [layer.judgement for layer in layers]
        src = last(layer for layer in layers if layer.judgement.src is not None)
        own_roots = confined(src.judgement.src or (), src.origin, "src") if src else absolute((".", "src"), origin.root)
        return Settings(
            enabled=self._enabled(layers, path),
            origin=origin.path,
            min_severity=last(judgement.min_severity for judgement in judgements) or Severity.INFO,
            categories=last(judgement.category for judgement in judgements) or (),
            exceptions=last(judgement.exceptions for judgement in judgements) or "calls",
            python=self._requires_python(os.path.dirname(path)),
            src=unique((*own_roots, *roots)),
            rules=self._rules(layers, origin),
        )

    def _rules(self, layers: Sequence[Layer], origin: Origin) -> Rules:
        """The user rules of all layers; those of the last layer win."""
        top_down = layers[::-1]
        files = [path for judgement, where in top_down for path in confined(judgement.extend_rules, where, "extend-rules")]
        resources = tuple(resource for judgement, _ in top_down for resource in judgement.resource)
        return with_resources(unique(files), resources, origin.path, not self._isolated)

    def _enabled(self, layers: Sequence[Layer], path: str) -> frozenset[str]:
        """The codes that are enabled for the file at `path`."""
        chosen = [selectors.Layer(j.select, j.extend_select, j.ignore) for j, _ in layers]
        ignored: list[str] = []
        extended: list[str] = []
        for judgement, origin in layers:
            if judgement.per_file_ignores is not None:
                ignored = ignored_by(judgement.per_file_ignores, origin.root, path)
            extended += ignored_by(judgement.extend_per_file_ignores, origin.root, path)
        key = (tuple(chosen), (*ignored, *extended))
        if key not in self._codes:
            self._codes[key] = selectors.enabled(chosen, self.names) - selectors.expand_all(key[1], self.names)
        return self._codes[key]

    def _requires_python(self, folder: str) -> tuple[int, int]:
        """From the nearest pyproject.toml that states it, whichever file the settings come from."""
        if self._isolated:
            return DEFAULT_PYTHON
        passed = []
        while folder not in self._python and os.path.dirname(folder) != folder:
            passed.append(folder)
            path = os.path.join(folder, "pyproject.toml")
            if os.path.isfile(path) and (stated := read_requires_python(path)) is not None:
                self._python[folder] = stated
            else:
                folder = os.path.dirname(folder)
        stated = self._python.setdefault(folder, None)
        self._python.update(dict.fromkeys(passed, stated))
        return oldest_python(stated) if stated else DEFAULT_PYTHON


def _walk(layers: Sequence[Origin]) -> Walk:
    """What these settings say about the files to look at, the last one winning."""
    exclude = tuple(Pattern(glob, layers[0].root) for glob in DEFAULT_EXCLUDES)
    extended: tuple[Pattern, ...] = ()
    for config, root, *_ in layers:
        if config.exclude is not None:
            exclude = tuple(Pattern(glob, root) for glob in config.exclude)
        extended += tuple(Pattern(glob, root) for glob in config.extend_exclude)
    force = last(layer.config.force_exclude for layer in layers)
    gitignore = last(layer.config.respect_gitignore for layer in layers)
    return Walk(exclude + extended, bool(force), gitignore is not False)
