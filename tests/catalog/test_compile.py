"""The compiled catalog: same content as the rule files, kept in the cache, never trusted when damaged."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from leaklint.catalog import compile as compiling
from leaklint.catalog.build import build_catalog
from leaklint.catalog.compile import cache_folder, compile_rules, default_catalog, pack, unpack
from leaklint.catalog.load import RuleError

from .rule_texts import DRIVER, driver

DIGEST = b"d" * 32
REPOSITORY = Path(__file__).parent.parent.parent


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A package folder with rules beside it (as in a checkout), and an empty cache."""
    package = tmp_path / "package"
    rules = tmp_path / "rules"
    package.mkdir()
    rules.mkdir()
    (rules / "driver.toml").write_text(DRIVER)
    (package / "model.py").write_text("")
    monkeypatch.setattr(compiling, "_PACKAGE", package)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    default_catalog.cache_clear()
    yield tmp_path
    default_catalog.cache_clear()


def cached(folder: Path) -> list[Path]:
    return sorted((folder / "cache" / "leaklint").iterdir())


def forbid_compiling(monkeypatch) -> None:
    monkeypatch.setattr(compiling, "_compiled", lambda paths: pytest.fail("compiled again"))
    default_catalog.cache_clear()


def test_round_trip() -> None:
    assert unpack(pack(driver(), DIGEST), DIGEST) == driver()


def test_equal_rules_give_equal_bytes() -> None:
    assert pack(driver(), DIGEST) == pack(driver(), DIGEST)


@pytest.mark.parametrize(
    "damage",
    [
        lambda packed: b"",
        lambda packed: packed[:40],
        lambda packed: packed[:-1],
        lambda packed: packed[:100] + b"?" + packed[101:],
        lambda packed: b"other" + packed[5:],
        lambda packed: pack(driver(), b"e" * 32),
    ],
    ids=["empty", "head only", "cut off", "changed", "other format", "other sources"],
)
def test_what_is_damaged_or_foreign_is_no_catalog(damage) -> None:
    assert unpack(damage(pack(driver(), DIGEST)), DIGEST) is None


def test_a_good_checksum_over_other_content_is_no_catalog() -> None:
    assert unpack(pack({"kinds": 3}, DIGEST), DIGEST) is None


def test_a_checkout_compiles_once(installed, monkeypatch) -> None:
    first = default_catalog()
    assert first == driver()
    assert default_catalog() is first
    forbid_compiling(monkeypatch)
    assert default_catalog() == first
    assert [path.suffix for path in cached(installed)] == [".msgpack"]


def test_changed_rules_are_compiled_again(installed) -> None:
    default_catalog()
    default_catalog.cache_clear()
    (installed / "rules" / "driver.toml").write_text(DRIVER.replace("driver pool", "driver tank"))
    assert default_catalog().kind("driver:pool").what == "driver tank"
    assert len(cached(installed)) == 2


def test_the_cache_keeps_the_newest(installed) -> None:
    folder = installed / "cache" / "leaklint"
    folder.mkdir(parents=True)
    for number in range(20):
        (folder / f"catalog-{number}.msgpack").write_bytes(b"")
        os.utime(folder / f"catalog-{number}.msgpack", (number, number))
    default_catalog()
    names = {path.name for path in cached(installed)}
    assert len(names) == 8
    assert {f"catalog-{number}.msgpack" for number in range(13, 20)} < names


def test_a_damaged_cache_file_is_replaced(installed) -> None:
    default_catalog()
    default_catalog.cache_clear()
    (path,) = cached(installed)
    good = path.read_bytes()
    path.write_bytes(good[:-3])
    assert default_catalog() == driver()
    assert path.read_bytes() == good


def test_a_cache_that_cannot_be_written_is_no_error(installed) -> None:
    (installed / "cache").write_text("a file where the folder should be")
    assert default_catalog() == driver()


def test_rules_with_problems_are_an_error(installed) -> None:
    (installed / "rules" / "bad.toml").write_text("schema = 1")
    with pytest.raises(RuleError, match=r'bad\.toml: the key "library" is missing'):
        default_catalog()


def test_a_wheel_has_it_compiled(installed, monkeypatch) -> None:
    shipped = installed / "package" / "_rules"
    (installed / "rules").rename(shipped)
    (shipped / "catalog.msgpack").write_bytes(compile_rules([shipped / "driver.toml"]))
    forbid_compiling(monkeypatch)
    assert default_catalog() == driver()
    assert not (installed / "cache").exists()


def test_a_wheel_whose_compiled_catalog_is_damaged_uses_its_rule_files(installed) -> None:
    shipped = installed / "package" / "_rules"
    (installed / "rules").rename(shipped)
    (shipped / "catalog.msgpack").write_bytes(b"")
    assert default_catalog() == driver()


def test_cache_folder(monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", os.path.abspath("some"))
    assert cache_folder() == Path(os.path.abspath("some"), "leaklint")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", os.path.abspath("home"))
    monkeypatch.setenv("USERPROFILE", os.path.abspath("home"))
    assert cache_folder() == Path(os.path.abspath("home"), ".cache", "leaklint")


def test_the_shipped_rules_compile_to_what_is_loaded() -> None:
    paths = sorted((REPOSITORY / "rules").glob("*.toml"))
    packed = compile_rules(paths)
    assert unpack(packed, None) == default_catalog()


def test_a_normal_start_reads_no_toml() -> None:
    default_catalog()
    code = (
        "import sys; from leaklint.catalog import default_catalog; default_catalog();"
        "print([name for name in ('tomllib', 'difflib', 'libcst', 'click', 'leaklint.catalog.load') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert done.stdout == "[]\n"


def test_an_acquisition_creates_a_resource() -> None:
    """An entry that acquires a plain handle would never be reported; what exists in `with` only needs no severity."""
    catalog = default_catalog()
    for entry in catalog.acquire_entries:
        if not entry.not_acquire and entry.form not in ("with", "async-with"):
            assert entry.severity or catalog.kind(entry.kind).severity, entry.call


def test_every_shipped_call_is_found_by_its_own_name() -> None:
    catalog = default_catalog()
    for entry in catalog.acquire_entries:
        for call in entry.call:
            gid, _, method = call.rpartition(".")
            found = catalog.method_acquires(gid, method) if ":" in call else catalog.acquires(call)
            assert entry in found, call


def test_building_does_not_depend_on_what_was_built_before() -> None:
    assert build_catalog([]) == compiling.Catalog()
