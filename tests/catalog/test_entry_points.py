"""Rules announced by installed libraries are read as data: the library is never imported."""

import importlib
import sys
from pathlib import Path

import pytest

from leaklint.catalog.build import extended
from leaklint.catalog.entry_points import entry_point_rules
from leaklint.catalog.load import RuleError

from .rule_texts import driver, file_text

BODY = '[[acquire]]\ncall = "announced.open"\nkind = "driver:slot"'


def install(folder: Path, value: str, *, listed: bool = True, package: str = "announced") -> None:
    """A distribution whose package raises when it is imported."""
    inner = folder / package
    (inner / "data").mkdir(parents=True)
    (inner / "__init__.py").write_text("raise AssertionError('imported')")
    (inner / "data" / "rules.toml").write_text(file_text(BODY, "announced"))
    info = folder / f"{package}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[leaklint.rules]\nmine = {value}\n")
    names = [f"{package}/__init__.py", f"{package}/data/rules.toml"] if listed else []
    (info / "RECORD").write_text("".join(f"{name},,\n" for name in [*names, f"{info.name}/METADATA"]))


@pytest.fixture
def site(tmp_path, monkeypatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    return tmp_path


@pytest.mark.parametrize("value", ["announced:data/rules.toml", "announced.data:rules.toml"])
@pytest.mark.parametrize("listed", [True, False], ids=["wheel", "editable"])
def test_read_without_import(site, value: str, listed: bool) -> None:
    install(site, value, listed=listed)
    (source,) = entry_point_rules()
    assert source.rules.library.name == "announced"
    assert source.filename == str(site / "announced" / "data" / "rules.toml")
    assert "announced" not in sys.modules
    assert extended(driver(), [source]).acquires("announced.open")[0].kind == "driver:slot"


def test_files_are_ordered_by_name(site) -> None:
    install(site, "second:data/rules.toml", package="second")
    install(site, "first:data/rules.toml", package="first")
    names = [Path(source.filename).parts[-3] for source in entry_point_rules()]
    assert names == ["first", "second"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("announced:other.toml", "there is no file announced/other.toml"),
        ("nowhere:rules.toml", "there is no file nowhere/rules.toml"),
        ("announced:rules", 'must have the form "package:path/to/file.toml"'),
        ("announced", 'must have the form "package:path/to/file.toml"'),
    ],
)
def test_what_is_wrong_names_the_entry_point(site, value: str, expected: str) -> None:
    install(site, value)
    with pytest.raises(RuleError) as caught:
        entry_point_rules()
    assert str(caught.value) == f'entry point "mine = {value}" of announced: {expected}'


def test_problems_of_the_file_name_the_file(site) -> None:
    install(site, "announced:data/rules.toml")
    (site / "announced" / "data" / "rules.toml").write_text("schema = 1")
    with pytest.raises(RuleError, match=r'rules\.toml: the key "library" is missing'):
        entry_point_rules()


def test_nothing_announced() -> None:
    assert entry_point_rules([]) == []
