"""The files that an editor has open: what is typed counts, saved or not, for the file itself and for those that import it."""

import os
from typing import TYPE_CHECKING, NamedTuple

from leaklint.discover import excluded, import_root
from leaklint.engine import analyse_regions, make_project
from leaklint.integrations.edits import edit, kept
from leaklint.integrations.session import check_text, settings_tree
from leaklint.model import Diagnostic
from leaklint.pipeline import options, selected
from leaklint.settings import Settings, SettingsTree, catalog_for
from leaklint.source import Problem, Source, read

if TYPE_CHECKING:
    from leaklint.fixes.apply import Fixed
    from leaklint.project import Project


class Analysed(NamedTuple):
    """A text of a file and everything that was found in it."""

    text: str
    found: tuple[Diagnostic, ...]


class Documents:
    """Texts by absolute path over the file system below `folder`, and the settings, which are read again when told so."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.texts: dict[str, str] = {}
        self._tree: SettingsTree | None = None
        self._analysed: dict[str, Analysed] = {}

    def reread_settings(self) -> None:
        """Settings files may have changed, and so may any file on disk."""
        self._tree = None
        self._analysed = {}

    def edited(self, path: str, text: str) -> None:
        """The file at that path has another text now, which may be of consequence for every other file."""
        self.texts[path] = text
        self._analysed = {known: analysed for known, analysed in self._analysed.items() if known == path}

    def read(self, path: str) -> Source | Problem:
        """A file as the editor shows it, or as it lies on disk."""
        text = self.texts.get(os.path.abspath(path))
        return read(path) if text is None else Source(path, text)

    def check(self, path: str) -> tuple[Diagnostic, ...]:
        """The findings that `leaklint check` has for the file at that path, none if it is excluded.

        SettingsError and RuleError if the settings can't be used; what else goes wrong is RLK900 of the file.
        """
        tree = self._tree = self._tree or settings_tree(self.folder)
        if excluded(path, tree):
            return ()
        source, known = self.read(path), self._analysed  # what is edited meanwhile gets another one

        def keep(found: tuple[Diagnostic, ...]) -> None:
            if isinstance(source, Source):
                known[path] = Analysed(source.text, found)

        return check_text(source, path, tree, self._project, keep)

    def check_edit(self, path: str) -> tuple[Diagnostic, ...] | None:
        """The same for a file that was checked a few edits ago, but of functions that were not edited what was found then; None
        if that is no good answer."""
        tree, before, source = self._tree, self._analysed.get(path), self.read(path)
        if tree is None or before is None or not isinstance(source, Source) or excluded(path, tree):
            return None
        made = edit(before.text, source.text)
        if made is None:
            return None
        settings = tree.file(path, (import_root(path),))
        catalog = catalog_for(settings.rules)
        try:
            found = analyse_regions(source, catalog, options(settings), self._project(settings), made.touched)
        except Exception:
            return None
        return selected(source, (*kept(before.found, made), *found), settings) if found is not None else None

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
