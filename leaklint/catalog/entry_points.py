"""Rule files that installed libraries announce: entry points of group `leaklint.rules`, read as data.

    [project.entry-points."leaklint.rules"]
    mylib = "mylib:leaklint.toml"

The value names a file in a package. The package is never imported: the file is found in the list of files that its
distribution installed, or (an editable installation has no such list) where the import system would look for it.
"""

import importlib.machinery
from collections.abc import Iterable, Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path, PurePosixPath

from leaklint.catalog.load import Problem, RuleError, RuleSource, read_rules

GROUP = "leaklint.rules"


def entry_point_rules(announced: Iterable[EntryPoint] | None = None) -> list[RuleSource]:
    """The announced rule files, ordered by name; RuleError if one is missing or has problems."""
    found = entry_points(group=GROUP) if announced is None else announced
    sources: list[RuleSource] = []
    problems: list[Problem] = []
    for entry_point in sorted(found, key=lambda found: (found.name, found.value)):
        try:
            sources.append(read_rules(_located(entry_point)))
        except RuleError as error:
            problems += error.problems
    if problems:
        raise RuleError(problems)
    return sources


def _located(entry_point: EntryPoint) -> Path:
    package, colon, inner = entry_point.value.replace(" ", "").partition(":")
    if not (package and colon and inner.endswith(".toml")):
        raise _error(entry_point, 'must have the form "package:path/to/file.toml"')
    relative = PurePosixPath(*package.split("."), inner)
    found = next((path for path in _candidates(entry_point, package, relative) if path.is_file()), None)
    if found is None:
        raise _error(entry_point, f"there is no file {relative}")
    return found


def _candidates(entry_point: EntryPoint, package: str, relative: PurePosixPath) -> Iterator[Path]:
    distribution = entry_point.dist
    for file in (distribution.files or ()) if distribution else ():
        if file == relative:
            yield Path(str(file.locate()))
    # Looking for a top-level package runs none of its code; asking for a package within it would import the outer one.
    spec = importlib.machinery.PathFinder.find_spec(package.partition(".")[0])
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        yield Path(folder, *relative.parts[1:])


def _error(entry_point: EntryPoint, message: str) -> RuleError:
    owner = f" of {entry_point.dist.name}" if entry_point.dist else ""
    place = f'entry point "{entry_point.name} = {entry_point.value}"{owner}'
    return RuleError([Problem(place, "", "", message)])
