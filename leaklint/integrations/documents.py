"""The files that an editor has open: what is typed counts, saved or not, for the file itself and for those that import it."""

import os
from typing import TYPE_CHECKING

from leaklint.discover import excluded, import_root
from leaklint.engine import make_project
from leaklint.integrations.session import check_text, settings_tree
from leaklint.model import Diagnostic
from leaklint.pipeline import options
from leaklint.settings import Settings, SettingsTree, catalog_for
from leaklint.source import Problem, Source, read

if TYPE_CHECKING:
    from leaklint.fixes.apply import Fixed
    from leaklint.project import Project


class Documents:
    """Texts by absolute path over the file system below `folder`, and the settings, which are read again when told so."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.texts: dict[str, str] = {}
        self._tree: SettingsTree | None = None

    def reread_settings(self) -> None:
        """Settings files may have changed."""
        self._tree = None

    def read(self, path: str) -> Source | Problem:
        """A file as the editor shows it, or as it lies on disk."""
        text = self.texts.get(os.path.abspath(path))
        return read(path) if text is None else Source(path, text)

    def check(self, path: str) -> tuple[Diagnostic, ...]:
        """The findings of the file at that path, none if it is excluded. SettingsError, RuleError: see `check_text`."""
        tree = self._tree = self._tree or settings_tree(self.folder)
        return () if excluded(path, tree) else check_text(self.read(path), path, tree, self._project)

    def mended(self, path: str, fingerprint: str) -> "Fixed | None":
        """The file with that finding mended, by a safe fix if there is one; None if it can't be read or judged."""
        from leaklint.fixes.apply import fix_source

        source, tree = self.read(path), self._tree or settings_tree(self.folder)
        if not isinstance(source, Source):
            return None
        settings = tree.file(path, (import_root(path),))
        try:
            return fix_source(source, settings, catalog_for(settings.rules), "unsafe", frozenset([fingerprint]))
        except Exception:  # no fix is offered; the finding stays
            return None

    def _project(self, settings: Settings) -> "Project":
        """A project of its own: what was summarised before the last keystroke is no longer true."""
        project = make_project(catalog_for(settings.rules), options(settings))
        project.reader = self.read
        return project
