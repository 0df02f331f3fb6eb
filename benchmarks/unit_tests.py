"""Do the unit tests of published packages end as before when leaklint has mended the packages?

    python benchmarks/unit_tests.py FOLDER [PACKAGE==VERSION ...]

For each package, the source distribution is downloaded with pip and unpacked in FOLDER, its tests are run, all fixes of
leaklint (`--fix --unsafe-fixes`) are written to its code, tests excepted, and the tests are run again. Exits with 1 if any
test ends otherwise than before, or if none passed to begin with.
"""

import argparse
import os
import subprocess
import sys
import tarfile
import venv
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import NamedTuple

PACKAGES = {
    "web.py==0.76": (),
    "Paste==3.6.1": ("setuptools<81",),
    "plumbum==2.0.2": ("pytest<9", "pytest-asyncio", "pytest-cov", "pytest-mock", "pytest-timeout", "psutil"),
}
"""Packages with what their tests need besides pytest. Chosen for tests in the source distribution that take less than a minute
each, and for findings outside of them."""
TOOLS = ("pytest", "hypothesis")
FIX = ("check", ".", "--isolated", "--fix", "--unsafe-fixes", "--show-fixes", "--exit-zero", "--extend-exclude", "test*")


class Outcome(NamedTuple):
    """What came of a package. passed: tests that did before; mended: lines of `--show-fixes`; changed: tests that end
    otherwise, with both ends."""

    package: str
    tests: int
    passed: int
    mended: tuple[str, ...]
    changed: tuple[str, ...]


def main() -> int:
    """Measures and tells."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("packages", nargs="*", default=list(PACKAGES))
    asked = parser.parse_args()
    outcomes = [measured(package, asked.folder.absolute()) for package in asked.packages]
    for outcome in outcomes:
        print(
            f"{outcome.package}: {outcome.tests} tests, {len(outcome.mended)} fixes, {len(outcome.changed)} tests end otherwise"
        )
        print(*(f"    {line}" for line in (*outcome.mended, *outcome.changed)), sep="\n")
    return 1 if any(outcome.changed or not outcome.passed for outcome in outcomes) else 0


def measured(package: str, folder: Path) -> Outcome:
    """One package, before and after."""
    sources = unpacked(package, folder)
    python = environment(sources, folder / f"{sources.name}-venv", PACKAGES.get(package, ()))
    before = tested(python, sources)
    ran = subprocess.run([sys.executable, "-m", "leaklint", *FIX], cwd=sources, capture_output=True, text=True, check=True)
    mended = tuple(line for line in ran.stderr.splitlines() if ": RLK" in line and " suggestion, " not in line)
    after = tested(python, sources)
    changed = (name for name in sorted({*before, *after}) if before.get(name) != after.get(name))
    passed = sum(end == "passed" for end in before.values())
    return Outcome(
        package, len(before), passed, mended, tuple(f"{name}: {before.get(name)} -> {after.get(name)}" for name in changed)
    )


def unpacked(package: str, folder: Path) -> Path:
    """The folder of the source distribution, fresh."""
    name, _, version = package.partition("==")
    folder.mkdir(exist_ok=True)
    pattern = f"{name.replace('-', '?').replace('.', '?')}-{version}.tar.gz"
    if not list(folder.glob(pattern)):
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", str(folder), package]
        subprocess.run(pip, check=True)
    [archive] = folder.glob(pattern)
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz")


def environment(sources: Path, folder: Path, needs: tuple[str, ...]) -> Path:
    """The Python of a virtual environment with the package, editable, and what its tests need."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder)
        pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", *TOOLS, *needs, "-e", str(sources)]
        subprocess.run(pip, check=True)
    return python


def tested(python: Path, sources: Path) -> dict[str, str]:
    """How each test ended."""
    report = sources / "report.xml"
    command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", f"--junit-xml={report}", "tests"]
    subprocess.run(command, cwd=sources, capture_output=True, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}, check=False)
    cases = ElementTree.parse(report).getroot().iter("testcase")
    return {f"{case.get('classname')}.{case.get('name')}": _end(case) for case in cases}


def _end(case: ElementTree.Element) -> str:
    return next((child.tag for child in case if child.tag in ("failure", "error", "skipped")), "passed")


if __name__ == "__main__":
    sys.exit(main())
