"""How many findings in published packages have a fix, by code; and whether fixed files stay fixed.

    python benchmarks/fixes.py FOLDER [--findings 2000] [--seed 7] [--seconds 600] [--record FILE] [PACKAGE ...]

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

import msgspec

from leaklint.catalog import default_catalog
from leaklint.fixes.apply import Fixed, fix_source
from leaklint.fixes.verify import key
from leaklint.pipeline import check_file, rule_names
from leaklint.settings import Settings
from leaklint.source import Source, read

_LIKELY = re.compile(
    rb"(?:[oO]pen|connect\w*|[cC]onnection|socket|Session|Client|Popen|cursor|acquire|getconn|Temp\w+|Executor)\("
)
"""Files without any of these are not worth the time: the sample is one of findings, not of files."""


SETTINGS = Settings(enabled=frozenset(rule_names()) - {"RLK900"})


class Seen(msgspec.Struct, frozen=True):
    """What came of one file, findings by code. safe, unsafe: fixes that were applied; left: what is found afterwards (one fix
    may mend several findings); shown: those of them with a text to show; broken: what must not happen."""

    package: str
    path: str
    found: dict[str, int]
    safe: dict[str, int] = {}
    unsafe: dict[str, int] = {}
    left: dict[str, int] = {}
    shown: dict[str, int] = {}
    broken: tuple[str, ...] = ()


def main() -> None:
    """Measures and prints a table."""
    asked = _arguments()
    folder = Path(asked.folder)
    for package in asked.packages:
        fetch(package, folder)
    known = dict(remembered(asked.record))
    until = time.monotonic() + asked.seconds
    seen: list[Seen] = []
    for package, path in files(folder, asked.seed):
        if sum(sum(one.found.values()) for one in seen) >= asked.findings or time.monotonic() > until:
            break
        name = str(path.relative_to(folder))
        if name not in known:
            known[name] = alone(package, name, path)
            remember(asked.record, known[name])
        seen += [known[name]] if known[name].found else []
    print("\n".join(table(seen)))
    sys.exit(1 if any(one.broken for one in seen) else 0)


def remembered(record: Path | None) -> Iterator[tuple[str, Seen]]:
    """What a run that was cut off had measured."""
    for row in record.read_bytes().splitlines() if record is not None and record.exists() else ():
        one = msgspec.json.decode(row, type=Seen)
        yield one.path, one


def remember(record: Path | None, seen: Seen) -> None:
    """Writes one file's result down."""
    if record is not None:
        with record.open("ab") as file:
            file.write(msgspec.json.encode(seen) + b"\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("packages", nargs="*")
    parser.add_argument("--findings", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--record", type=Path, help="file to go on from: one JSON object per file that was measured")
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


def alone(package: str, name: str, path: Path) -> Seen:
    """Fixes a copy of a file in memory, and the result once more."""
    nothing = Seen(package, name, {})
    if path.stat().st_size > 100_000 or not _LIKELY.search(path.read_bytes()):
        return nothing
    with tempfile.TemporaryDirectory() as folder:
        source = read(shutil.copy(path, folder))
        if not isinstance(source, Source) or not (found := check_file(source, SETTINGS, default_catalog())):
            return nothing
        return measured(source, Seen(package, name, Counter(d.code for d in found)))


def measured(source: Source, seen: Seen) -> Seen:
    """What becomes of a file with findings."""
    fixed = fix_source(source, SETTINGS, default_catalog(), "unsafe")
    safe, unsafe = (
        Counter(m.diagnostic.code for m in fixed.mended if m.fix.applicability == kind) for kind in ("safe", "unsafe")
    )
    left = Counter(d.code for d in fixed.left) if fixed.changed else seen.found
    shown = Counter(m.diagnostic.code for m in fixed.shown)
    return msgspec.structs.replace(seen, safe=safe, unsafe=unsafe, left=left, shown=shown, broken=tuple(wrong(fixed)))


def wrong(fixed: Fixed) -> Iterator[str]:
    """What must not be true of a fixed file."""
    if not fixed.changed:
        return
    source = fixed.source
    try:
        compile(fixed.text, source.filename, "exec", dont_inherit=True)
    except SyntaxError as error:
        yield f"does not compile: {error}"
    text = Source(source.filename, fixed.text, source.encoding, source.bom)
    left = Counter(key(d) for d in check_file(text, SETTINGS, default_catalog()))
    if came := left - Counter(map(key, fixed.left)):
        yield f"findings came: {sorted(came)}"
    again = fix_source(text, SETTINGS, default_catalog(), "unsafe")
    if again.changed:
        yield f"the second run changes something: {[m.diagnostic.code for m in again.mended]}"


def _counts(one: Seen) -> tuple[dict[str, int], ...]:
    return one.found, one.safe, one.unsafe, one.left, one.shown


def table(seen: list[Seen]) -> Iterator[str]:
    """The result, one row per code."""
    yield f"{'code':8}{'findings':>10}{'safe':>8}{'unsafe':>8}{'left':>8}{'share':>8}{'shown':>8}"
    total = [sum((Counter(one) for one in column), Counter[str]()) for column in zip(*map(_counts, seen), strict=True)]
    found, *more = total or [Counter[str]()] * 5
    for code in (*sorted(found), "all"):
        seen_before, safe, unsafe, left, shown = (count.total() if code == "all" else count[code] for count in (found, *more))
        share = 1 - left / seen_before if seen_before else 0
        yield f"{code:8}{seen_before:>10}{safe:>8}{unsafe:>8}{left:>8}{share:>8.0%}{shown:>8}"
    broken = [f"{one.path}: {what}" for one in seen for what in one.broken]
    yield f"{len(seen)} files of {len({one.package for one in seen})} packages; {len(broken)} broken"
    yield from broken


if __name__ == "__main__":
    main()
