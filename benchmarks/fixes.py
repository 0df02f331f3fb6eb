"""How many findings in published packages have a fix, by code; and whether fixed files stay fixed.

    python benchmarks/fixes.py FOLDER [--findings 2000] [--seed 7] [--seconds 600] [PACKAGE ...]

FOLDER holds one folder per unpacked package; each PACKAGE (a requirement such as `beets==2.14.1`) that it lacks is downloaded
with pip and unpacked there first. Files of all packages are taken in a seeded random order, until so many findings were seen
or the time is over. Every file is judged alone, as a copy without neighbours: nothing in FOLDER is changed.
"""

import argparse
import random
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from leaklint.catalog import default_catalog
from leaklint.fixes.apply import fix_source
from leaklint.pipeline import check_file, rule_names
from leaklint.settings import Settings
from leaklint.source import Source, read

_LIKELY = re.compile(
    rb"(?:[oO]pen|connect\w*|[cC]onnection|socket|Session|Client|Popen|cursor|acquire|getconn|Temp\w+|Executor)\("
)
"""Files without any of these are not worth the time: the sample is one of findings, not of files."""


class Count(NamedTuple):
    """What was seen so far. seen: findings by code; safe and unsafe: those mended; broken: what must not happen."""

    seen: Counter[str]
    safe: Counter[str]
    unsafe: Counter[str]
    packages: set[str]
    broken: list[str]


def main() -> None:
    """Measures and prints a table."""
    asked = _arguments()
    folder = Path(asked.folder)
    for package in asked.packages:
        fetch(package, folder)
    count = Count(Counter(), Counter(), Counter(), set(), [])
    until = time.monotonic() + asked.seconds
    for package, path in files(folder, asked.seed):
        if count.seen.total() >= asked.findings or time.monotonic() > until:
            break
        with tempfile.TemporaryDirectory() as alone:
            copy = Path(shutil.copy(path, alone))
            measure(copy, f"{package}/{path.name}", package, count)
    print("\n".join(table(count)))
    sys.exit(1 if count.broken else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("packages", nargs="*")
    parser.add_argument("--findings", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=600)
    return parser.parse_args()


def fetch(requirement: str, folder: Path) -> None:
    """Downloads a package and unpacks it, unless a folder begins with its name."""
    name = requirement.partition("=")[0]
    if any(folder.glob(f"{name}*")):
        return
    with tempfile.TemporaryDirectory() as temporary:
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":none:", "-d", temporary, requirement],
            check=True,
        )
        archive = next(Path(temporary).iterdir())
        target = folder / archive.name.removesuffix(".whl").removesuffix(".tar.gz")
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as packed:
                packed.extractall(target)
        else:
            with tarfile.open(archive) as packed_source:
                packed_source.extractall(target, filter="data")


def files(folder: Path, seed: int) -> Iterator[tuple[str, Path]]:
    """(package, file) of every Python file, in a random order that the seed decides."""
    found = [(package.name, path) for package in sorted(folder.iterdir()) for path in sorted(package.rglob("*.py"))]
    random.Random(seed).shuffle(found)
    yield from found


def measure(path: Path, name: str, package: str, count: Count) -> None:
    """Fixes one file in memory, and the result once more."""
    if path.stat().st_size > 100_000 or not _LIKELY.search(path.read_bytes()):
        return
    settings = Settings(enabled=frozenset(rule_names()) - {"RLK900"})
    source = read(str(path))
    if not isinstance(source, Source) or not (found := check_file(source, settings, default_catalog())):
        return
    count.packages.add(package)
    count.seen.update(d.code for d in found)
    safe = fix_source(source, settings, default_catalog(), "safe")
    start = Source(source.filename, safe.text, source.encoding, source.bom)
    every = fix_source(start, settings, default_catalog(), "unsafe") if safe.left else safe._replace(mended=())
    count.safe.update(m.diagnostic.code for m in safe.mended)
    count.unsafe.update(m.diagnostic.code for m in every.mended)
    check(name, found_before=len(found), text=every.text, source=source, left=len(every.left), count=count)


def check(name: str, *, found_before: int, text: str, source: Source, left: int, count: Count) -> None:
    """What must hold of every fixed file."""
    settings = Settings(enabled=frozenset(rule_names()) - {"RLK900"})
    if text == source.text:
        return
    try:
        compile(text, name, "exec", dont_inherit=True)
    except SyntaxError as error:
        count.broken.append(f"{name}: does not compile: {error}")
    again = Source(source.filename, text, source.encoding, source.bom)
    if len(check_file(again, settings, default_catalog())) > min(left, found_before):
        count.broken.append(f"{name}: findings came")
    if fix_source(again, settings, default_catalog(), "unsafe").changed:
        count.broken.append(f"{name}: the second run changes something")


def table(count: Count) -> Iterator[str]:
    """The result, one row per code."""
    yield f"{'code':8}{'findings':>10}{'safe':>8}{'unsafe':>8}{'share':>8}"
    for code in (*sorted(count.seen), "all"):
        seen, safe, unsafe = (c.total() if code == "all" else c[code] for c in (count.seen, count.safe, count.unsafe))
        yield f"{code:8}{seen:>10}{safe:>8}{unsafe:>8}{(safe + unsafe) / seen if seen else 0:>8.0%}"
    yield f"{len(count.packages)} packages; {len(count.broken)} broken"
    yield from count.broken


if __name__ == "__main__":
    main()
