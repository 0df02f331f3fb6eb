"""leaklint beside other linters on the same files: `python benchmarks/run.py` writes RESULTS.md.

    python benchmarks/run.py --work DIR [--files N] [--rounds N] [--without pylint,flake8]

Installs pinned packages and tools into DIR once. In each round the commands run one after the other, so that a machine that
gets slower in between hurts all of them; medians and ratios of medians are reported. Times are those of the whole process
with all its children, as the operating system accounts for them; memory is that of the largest single process.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
TIMEOUT = 3600


class Command(NamedTuple):
    """What is measured. before: a folder that is removed before each run, None for none."""

    name: str
    arguments: list[str]
    before: Path | None = None
    files: int = 0


class Sample(NamedTuple):
    """One run. Seconds, and bytes for the largest process."""

    wall: float
    cpu: float
    memory: int


Results = Sequence[tuple[Command, list[Sample]]]

_MEASURE = """
import json, resource, subprocess, sys, time
begin = time.perf_counter()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
wall = time.perf_counter() - begin
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([wall, used.ru_utime + used.ru_stime, used.ru_maxrss, code]))
"""


def measured(command: Command) -> Sample:
    """One run; a child of its own asks the system what it took."""
    if command.before is not None:
        shutil.rmtree(command.before, ignore_errors=True)
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, *command.arguments], capture_output=True, text=True, check=True, timeout=TIMEOUT
    )
    wall, cpu, memory, code = json.loads(done.stdout)
    if code not in (0, 1) and not (command.name.startswith("pylint") and code < 32):
        raise SystemExit(f"{command.name} ended with {code}: {' '.join(command.arguments[:6])}")
    return Sample(wall, cpu, memory * (1 if sys.platform == "darwin" else 1024))


def prepared(work: Path) -> tuple[Path, Path]:
    """(packages, tools): installed if they aren't there yet."""
    packages, tools = work / "packages", work / "tools"
    if not packages.is_dir():
        _pip("--no-deps", "--no-compile", "--target", str(packages), "-r", str(HERE / "requirements.txt"))
    if not tools.is_dir():
        subprocess.run([sys.executable, "-m", "venv", str(tools)], check=True)
        subprocess.run([str(tools / "bin" / "python"), "-m", "pip", "install", "-q", "-r", str(HERE / "tools.txt")], check=True)
    return packages, tools


def _pip(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", *arguments], check=True)


def corpus(packages: Path, work: Path, limit: int) -> tuple[Path, list[Path]]:
    """A folder with the first files of the packages, and their names. Without a limit: the packages as they are."""
    everything = sorted(packages.rglob("*.py"))
    if not limit or limit >= len(everything):
        return packages, everything
    part = work / f"part-{limit}"
    step = len(everything) / limit
    for path in [everything[int(number * step)] for number in range(limit)]:
        target = part / path.relative_to(packages)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    return part, sorted(part.rglob("*.py"))


def commands(folder: Path, files: Sequence[Path], tools: Path, without: Iterable[str]) -> Iterator[Command]:
    """Everything that is measured. The cached runs stand behind those that fill the cache."""
    leaklint = [sys.executable, "-m", "leaklint", "check", "--isolated", "-q"]
    ruff = [str(tools / "bin" / "ruff"), "check", "--isolated", "-q", "--preview", "--select", "SIM115"]
    ten, one = [str(path) for path in _spread(files, 10)], [str(path) for path in _spread(files, 1)]
    kept, whole = Path.cwd() / ".leaklint_cache", len(files)
    yield Command("leaklint, cold", [*leaklint, str(folder)], kept, whole)
    yield Command("leaklint, cached", [*leaklint, str(folder)], None, whole)
    yield Command("leaklint, 10 files", [*leaklint, "--no-cache", *ten], None, len(ten))
    yield Command("leaklint, 1 file", [*leaklint, "--no-cache", *one], None, 1)
    cache = Path.cwd() / ".ruff_cache"
    yield Command("ruff SIM115, cold", [*ruff, str(folder)], cache, whole)
    yield Command("ruff SIM115, cached", [*ruff, str(folder)], None, whole)
    if "flake8" not in without:
        flake8 = [str(tools / "bin" / "flake8"), "--isolated", "--select", "SIM115", "-j", "2"]
        yield Command("flake8-simplify", [*flake8, str(folder)], None, whole)
        yield Command("flake8-simplify, 10 files", [*flake8, *ten], None, len(ten))
    if "pylint" not in without:
        pylint = [str(tools / "bin" / "pylint"), "--disable=all", "--enable=R1732", "-j", "2", "--recursive=y"]
        yield Command("pylint R1732", [*pylint, str(folder)], None, whole)


def _spread(files: Sequence[Path], count: int) -> list[Path]:
    step = max(1, len(files) // count)
    return list(files[step // 2 :: step])[:count]


def growth(packages: Path, work: Path, limit: int) -> Iterator[Command]:
    """leaklint, cold, on 1, 2, 4 and 8 times as many files."""
    for factor in (1, 2, 4, 8):
        folder, files = corpus(packages, work, limit * factor // 8)
        arguments = [sys.executable, "-m", "leaklint", "check", "--isolated", "-q", "--no-cache", str(folder)]
        yield Command(f"leaklint, {factor}x the files", arguments, None, len(files))


def table(results: Results, reference: str) -> Iterator[str]:
    """The medians, and each wall time as a multiple of the reference's."""
    base = next(statistics.median(s.wall for s in samples) for command, samples in results if command.name == reference)
    yield f"| command | files | wall s | CPU s | peak MB | files/s | x {reference} |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for command, samples in results:
        wall, cpu = (statistics.median(getattr(sample, name) for sample in samples) for name in ("wall", "cpu"))
        memory = statistics.median(sample.memory for sample in samples) / 1e6
        row = (command.name, f"{command.files:,}", f"{wall:.2f}", f"{cpu:.2f}", f"{memory:.0f}", f"{command.files / wall:,.0f}")
        yield f"| {' | '.join(row)} | {wall / base:.2f} |"


def main() -> None:
    """Measures and writes RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True, help="folder for packages and tools")
    parser.add_argument("--files", type=int, default=0, help="so many files, drawn evenly; default: all")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--without", default="", help="tools to leave out: flake8,pylint")
    parser.add_argument("--growth", action="store_true", help="also 1x, 2x, 4x, 8x the files")
    asked = parser.parse_args()
    work = asked.work.absolute()
    work.mkdir(parents=True, exist_ok=True)
    packages, tools = prepared(work)
    folder, files = corpus(packages, work, asked.files)
    os.environ["PYTHONPATH"] = str(HERE.parent)
    os.chdir(work)
    todo = list(commands(folder, files, tools, asked.without.split(",")))
    if asked.growth:
        todo += growth(packages, work, len(files))
    results: list[tuple[Command, list[Sample]]] = [(command, []) for command in todo]
    for turn in range(asked.rounds):
        for command, samples in results:
            samples.append(measured(command))
            print(f"round {turn + 1}: {command.name}: {samples[-1].wall:.2f} s", file=sys.stderr, flush=True)
    lines = sum(path.read_bytes().count(b"\n") for path in files)
    text = "\n".join(_page(results, len(files), lines, asked.rounds)) + "\n"
    (HERE / "RESULTS.md").write_text(text, "utf-8")
    print(text)


def _page(results: Results, files: int, lines: int, rounds: int) -> Iterator[str]:
    yield "# Side by side"
    yield ""
    yield f"{files:,} files, {lines:,} lines of published packages (`requirements.txt`); medians of {rounds} rounds;"
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    yield f"Python {platform.python_version()}, {os.cpu_count()} processors, load {load:.0f} when it ended. Made by `run.py`."
    yield ""
    yield from table(results, "ruff SIM115, cold")


if __name__ == "__main__":
    main()
