"""The long job: `python -m tests.oracle.run --count 300000 --jobs 2 --resume .oracle`.

Work is cut into chunks of twenty modules; the result of each is a file in the folder, with a digest of everything that it
depends on, so that a job that was stopped goes on where it was, and one over changed sources starts anew. At the end the sums
are in `summary.json`, and every kind of disagreement, shrunk, in `disagreements/`.
"""

import argparse
import functools
import hashlib
import itertools
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from pathlib import Path

import msgspec

from tests.oracle.generate import module
from tests.oracle.shrink import shrink
from tests.oracle.survey import Found, Survey, survey

MODULES = 20  # per chunk
FUNCTIONS = 50  # per module
ROOT = Path(__file__).parents[2]
KEPT = 3  # disagreements that are shrunk, of each kind


class Chunk(msgspec.Struct):
    """The result of one chunk under the sources of that digest."""

    digest: str
    survey: Survey


def digest() -> str:
    """Changes with the linter, its rules and the oracle."""
    found = hashlib.sha256()
    for folder, pattern in ((ROOT / "leaklint", "**/*.py"), (ROOT / "rules", "*.toml"), (Path(__file__).parent, "*.*")):
        for path in sorted(folder.glob(pattern)):
            if path.is_file():
                found.update(path.read_bytes())
    return found.hexdigest()[:16]


def run_chunk(number: int, modules: int, stamp: str, folder: Path) -> Survey:
    """Do one chunk and write it down."""
    first = number * modules
    result = survey(range(first, first + modules), FUNCTIONS)
    part = folder / f"chunk-{number:06}.part"
    part.write_bytes(msgspec.json.encode(Chunk(stamp, result)))
    part.rename(part.with_suffix(".json"))
    return result


def done(folder: Path, stamp: str) -> dict[int, Survey]:
    """The chunks that are finished, by number."""
    found = {}
    for path in sorted(folder.glob("chunk-*.json")):
        chunk = msgspec.json.decode(path.read_bytes(), type=Chunk)
        if chunk.digest == stamp:
            found[int(path.stem.removeprefix("chunk-"))] = chunk.survey
    return found


def run(count: int, jobs: int, folder: Path, start: int = 0, modules: int = MODULES) -> Survey:
    """At least `count` generated functions, from chunk `start` on."""
    folder.mkdir(parents=True, exist_ok=True)
    stamp = digest()
    chunks = range(start, start + -(-count // (modules * FUNCTIONS)))
    known = {number: result for number, result in done(folder, stamp).items() if number in chunks}
    waiting = [number for number in chunks if number not in known]
    begun, finished = time.monotonic(), len(known)
    for number, result in _work(waiting, jobs, functools.partial(run_chunk, modules=modules, stamp=stamp, folder=folder)):
        known[number] = result
        finished += 1
        wrong = sum(len(one.disagreements) for one in known.values())
        _progress(finished / len(chunks), finished * modules * FUNCTIONS, wrong, time.monotonic() - begun)
    total = Survey()
    for number in sorted(known):
        total = total.add(known[number])
    return total


def _work(waiting: list[int], jobs: int, chunk: Callable[[int], Survey]) -> Iterator[tuple[int, Survey]]:
    """The results as they come; no more are under way than keep the workers busy."""
    remaining = iter(waiting)
    with ProcessPoolExecutor(jobs, max_tasks_per_child=20) as pool:
        running = {pool.submit(chunk, number): number for number in itertools.islice(remaining, jobs * 2)}
        while running:
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), future.result()
                running |= {pool.submit(chunk, number): number for number in itertools.islice(remaining, 1)}


def _progress(share: float, functions: int, wrong: int, seconds: float) -> None:
    bar = "#" * round(40 * share)
    end = "\n" if share == 1 else ""
    sys.stderr.write(f"\r[{bar:.<40}] {functions:,} functions, {wrong} disagreements, {seconds:.0f} s{end}")
    sys.stderr.flush()


def keep(found: list[Found], folder: Path) -> None:
    """Shrink a few disagreements of each kind and write them as modules that `tests/fixtures/oracle/` can take over."""
    folder.mkdir(parents=True, exist_ok=True)
    kinds: dict[tuple[str, str, str], int] = {}
    for wrong in found:
        kind = (wrong.sort, wrong.expected, wrong.given)
        kinds[kind] = kinds.get(kind, 0) + 1
        if kinds[kind] > KEPT or wrong.sort == "crash":
            continue
        name = "-".join(part or "none" for part in (*kind, str(wrong.seed), wrong.function))
        path = folder / f"{name}.py"
        if not path.exists():
            path.write_text(shrink(module(wrong.seed, FUNCTIONS), wrong.disagreement))


def main(arguments: list[str] | None = None) -> int:
    """0 if execution and verdicts agree."""
    parser = argparse.ArgumentParser(description="Execute generated functions and compare what happened with the verdicts.")
    parser.add_argument("--count", type=int, default=300_000, help="functions to generate")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--resume", type=Path, default=Path(".oracle"), help="folder of the results; what is there is not redone")
    parser.add_argument("--start", type=int, default=0, help="first chunk: other chunks are other functions")
    options = parser.parse_args(arguments)
    total = run(options.count, options.jobs, options.resume, options.start)
    (options.resume / "summary.json").write_bytes(msgspec.json.format(msgspec.json.encode(total), indent=2))
    keep(total.disagreements, options.resume / "disagreements")
    print(f"{total.generated:,} generated functions, {total.executions:,} executions, {len(total.disagreements)} disagreements")
    print("codes:", ", ".join(f"{code} {count:,}" for code, count in total.codes.items()))
    return 1 if total.disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
