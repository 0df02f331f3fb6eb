"""The fixes of a run's findings, looked for file by file when a format asks for them."""

from collections.abc import Callable, Iterator

from leaklint.cli.run import Run, settings_for
from leaklint.model import Diagnostic, Location, Repair
from leaklint.settings import SettingsTree, catalog_for

Key = tuple[str, str, Location]
Repairs = Callable[[Diagnostic], Repair | None]


def repairs(run: Run, tree: SettingsTree) -> Repairs:
    """The fix of a finding of the run. What no step expected costs a file its fixes, never the output."""
    files: dict[str, dict[Key, Repair]] = {}

    def of(diagnostic: Diagnostic) -> Repair | None:
        if diagnostic.filename not in files:
            files[diagnostic.filename] = dict(_of_file(diagnostic.filename, run, tree))
        return files[diagnostic.filename].get(_key(diagnostic))

    return of


def _of_file(filename: str, run: Run, tree: SettingsTree) -> Iterator[tuple[Key, Repair]]:
    from leaklint.fixes.offer import offered, repair

    source = run.sources.get(filename)
    file = next((file for file in run.files if file.filename == filename), None)
    if source is None or file is None:
        return
    settings = settings_for(file, tree)
    only = frozenset(d.fingerprint for d in run.diagnostics if d.filename == filename)
    try:
        found = list(offered(source, settings, catalog_for(settings.rules), only))
    except Exception:  # the findings stand, with or without fixes
        return
    for diagnostic, fix in found:
        yield _key(diagnostic), repair(fix, source.text)


def _key(diagnostic: Diagnostic) -> Key:
    return diagnostic.code, diagnostic.fingerprint, diagnostic.location
