"""A wheel, a wheel made of the sdist, and an editable installation all find the catalog of the checkout."""

import os
import shutil
import subprocess
import tarfile
import venv
import zipfile
from pathlib import Path

import msgspec
import pytest

from leaklint.catalog import default_catalog

pytestmark = pytest.mark.consumers

REPOSITORY = Path(__file__).parent.parent.parent
PARTS = ("leaklint", "rules", "pyproject.toml", "hatch_build.py", "LICENSE", "README.md", ".gitignore")
PRINT_CATALOG = (
    "import sys, msgspec; from leaklint.catalog import default_catalog;"
    "sys.stdout.buffer.write(msgspec.msgpack.encode(default_catalog(), order='deterministic'))"
)


class Environment:
    """A virtual environment of its own."""

    def __init__(self, folder: Path) -> None:
        venv.create(folder, with_pip=True)
        self.python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
        self.cache = folder / "cache"

    def run(self, *arguments: object, cwd: Path) -> bytes:
        settings = {**os.environ, "XDG_CACHE_HOME": str(self.cache), "PYTHONPATH": "", "PYTHONSAFEPATH": "1"}
        command = [str(self.python), *map(str, arguments)]
        done = subprocess.run(command, cwd=cwd, env=settings, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def install(self, *packages: object, cwd: Path) -> None:
        self.run("-m", "pip", "install", "-q", "--disable-pip-version-check", *packages, cwd=cwd)


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """A folder with `checkout`, `dist` (sdist and wheel), and `again`: the wheel made of the unpacked sdist."""
    folder = tmp_path_factory.mktemp("wheel")
    checkout = folder / "checkout"
    checkout.mkdir()
    ignored = shutil.ignore_patterns("__pycache__")
    for part in PARTS:
        origin = REPOSITORY / part
        if origin.is_dir():
            shutil.copytree(origin, checkout / part, ignore=ignored)
        elif origin.exists():
            shutil.copy(origin, checkout / part)
    (checkout / "README.md").touch()  # must exist to build; its text doesn't matter here
    builder = Environment(folder / "builder")
    builder.install("hatchling", "msgspec", cwd=folder)
    builder.run("-m", "hatchling", "build", "-d", folder / "dist", cwd=checkout)
    with tarfile.open(next((folder / "dist").glob("*.tar.gz"))) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    unpacked = next((folder / "unpacked").iterdir())
    builder.run("-m", "hatchling", "build", "-t", "wheel", "-d", folder / "again", cwd=unpacked)
    return folder


def wheel_of(folder: Path) -> Path:
    return next(folder.glob("*.whl"))


def rules_of_checkout() -> bytes:
    return msgspec.msgpack.encode(default_catalog(), order="deterministic")


def test_contents(built: Path) -> None:
    with zipfile.ZipFile(wheel_of(built / "dist")) as archive:
        names = set(archive.namelist())
        for path in (REPOSITORY / "rules").glob("*.toml"):
            assert archive.read(f"leaklint/_rules/{path.name}") == path.read_bytes()
    assert {"leaklint/_rules/catalog.msgpack", "leaklint/catalog/rules.schema.json", "leaklint/py.typed"} <= names
    assert not [name for name in names if not name.startswith(("leaklint/", "resource_leaklint-"))]
    kinds = {Path(name).suffix for name in names if name.startswith("leaklint/")}
    assert kinds <= {".py", ".toml", ".msgpack", ".json", ".typed", ".html", ".css", ".js"}
    assert not [name for name in names if {"tests", "test", "__pycache__"} & set(Path(name).parts)]


def test_the_sdist_holds_what_the_repository_shows(built: Path) -> None:
    """No caches, no environments, nothing of a working folder."""
    with tarfile.open(next((built / "dist").glob("*.tar.gz"))) as archive:
        names = {Path(*Path(member.name).parts[1:]) for member in archive.getmembers() if not member.isdir()}
    shipped = {"leaklint", "rules", "pyproject.toml", "hatch_build.py", "LICENSE", "README.md", ".gitignore", "PKG-INFO"}
    assert {name.parts[0] for name in names} <= shipped
    tracked = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    assert names - {Path("PKG-INFO")} <= {Path(name) for name in tracked.splitlines()}


def test_the_sdist_builds_the_same_wheel(built: Path) -> None:
    assert wheel_of(built / "again").read_bytes() == wheel_of(built / "dist").read_bytes()


def test_an_installed_wheel_has_the_catalog_of_the_checkout(built: Path) -> None:
    fresh = Environment(built / "fresh")
    fresh.install("--no-deps", wheel_of(built / "dist"), cwd=built)
    fresh.install("msgspec", cwd=built)
    assert fresh.run("-c", PRINT_CATALOG, cwd=built) == rules_of_checkout()
    assert not fresh.cache.exists()


def test_an_editable_installation_reads_its_checkout(built: Path) -> None:
    fresh = Environment(built / "editable")
    fresh.install("--no-deps", "-e", built / "checkout", cwd=built)
    fresh.install("msgspec", cwd=built)
    assert fresh.run("-c", PRINT_CATALOG, cwd=built) == rules_of_checkout()
    assert len(list((fresh.cache / "leaklint").iterdir())) == 1
    rules = built / "checkout" / "rules" / "own.toml"
    rules.write_text('schema = 1\n[library]\nname = "own"\nmodules = ["own"]\n')
    assert b"own" in fresh.run("-c", "from leaklint.catalog import default_catalog as d; print(d().modules)", cwd=built)
