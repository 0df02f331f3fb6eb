"""Every fixture says on its lines what is to be found there; everything else must be silent.

tests/fixtures/<topic>/*.py are judged alone; tests/fixtures/projects/<name>/ together, with that folder (and its `src`) as
import roots.
"""

from pathlib import Path

import pytest

from leaklint.checks import all_checks
from leaklint.engine import make_project
from leaklint.model import Diagnostic
from leaklint.pipeline import options
from leaklint.settings import catalog_for
from leaklint.source import Source, read
from tests.expectations import differences, expected, settings
from tests.verdicts import check_path, settings_of

HERE = Path(__file__).parent / "fixtures"
APART = ("oracle", "projects", "linters")
"""Folders whose files other tests judge."""

SINGLE = sorted(path for path in HERE.glob("*/*.py") if path.parent.name not in APART)
PROJECTS = sorted(path for path in (HERE / "projects").iterdir() if path.is_dir())


def text_of(path: Path) -> str:
    source = read(str(path))
    return source.text if isinstance(source, Source) else path.read_bytes().decode("latin-1")


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", SINGLE, ids=name)
def test_fixture(path: Path) -> None:
    text = text_of(path)
    found = check_path(path, settings_of(settings(text), path.parent))
    assert differences(text, found) == []


def judged(folder: Path) -> dict[Path, tuple[Diagnostic, ...]]:
    """The findings of each file of a project."""
    roots = (str(folder), str(folder / "src"))
    chosen = settings_of({"src": list(roots)}, folder)
    project = make_project(catalog_for(chosen.rules), options(chosen))
    return {path: check_path(path, chosen, project) for path in sorted(folder.rglob("*.py"))}


@pytest.mark.parametrize("folder", PROJECTS, ids=lambda folder: folder.name)
def test_project(folder: Path) -> None:
    wrong = {
        str(path.relative_to(folder)): problems
        for path, found in judged(folder).items()
        if (problems := differences(text_of(path), found))
    }
    assert wrong == {}


@pytest.mark.parametrize("path", [path for path in SINGLE if path.parent.name.startswith("rlk")], ids=name)
def test_fixture_of_a_code_has_findings_of_it_and_clean_functions(path: Path) -> None:
    text = text_of(path)
    says = expected(text)
    code = path.parent.name.upper()
    assert any(found == code for _, found in says.right + says.missing), "shows no finding of its code"
    assert code == "RLK900" or "def clean" in text or "class Clean" in text, "shows nothing that is clean"


def test_every_code_has_fixtures() -> None:
    assert {path.parent.name.upper() for path in SINGLE} >= {check.code for check in all_checks()}


def test_every_project_has_findings() -> None:
    silent = [
        folder.name
        for folder in PROJECTS
        if not any(expected(text_of(path)).right + expected(text_of(path)).missing for path in folder.rglob("*.py"))
    ]
    assert silent == []
