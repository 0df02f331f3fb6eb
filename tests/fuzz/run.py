"""A long campaign that can be stopped and resumed: `python -m tests.fuzz.run TARGET --count 1000000 --resume FOLDER`.

The folder holds the inputs that reached new code, the defects (an input and a traceback each), and how far it got. It runs
slice after slice, each in a process that may crash: a crash is a defect, too, and the campaign goes on.
"""

import argparse
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import msgspec

from tests.fuzz.contract import target_names

_SLICE = 50_000
_DONE = re.compile(rb"stat::number_of_executed_units: (\d+)")
_STEP = re.compile(rb"^#(\d+)", re.MULTILINE)
_COVERAGE = re.compile(rb"cov: (\d+) ft: (\d+)")
_LATEST = b"SUMMARY: libFuzzer: "


class Slice(msgspec.Struct):
    """What a slice came to. seconds: of the clock; code: how its process ended."""

    runs: int
    coverage: int
    features: int
    seconds: float
    code: int


class State(msgspec.Struct):
    """A campaign so far."""

    target: str
    slices: list[Slice] = []

    @property
    def runs(self) -> int:
        """Inputs tried."""
        return sum(each.runs for each in self.slices)


class Asked(NamedTuple):
    """What the command line says."""

    target: str
    count: int
    folder: Path
    slice: int


def main() -> int:
    """0 if there is no defect."""
    asked = _asked()
    asked.folder.mkdir(parents=True, exist_ok=True)
    kept = asked.folder / "state.json"
    state = msgspec.json.decode(kept.read_bytes(), type=State) if kept.exists() else State(asked.target)
    if state.target != asked.target:
        raise SystemExit(f"{asked.folder} holds a campaign of {state.target}")
    while state.runs < asked.count:
        done = _slice(asked, min(asked.slice, asked.count - state.runs), len(state.slices) + 1)
        state.slices.append(done)
        kept.write_bytes(msgspec.json.encode(state))
        print(f"{asked.target}: {state.runs:,} inputs, coverage {done.coverage}, features {done.features}", flush=True)
        if not done.runs:
            raise SystemExit(f"{asked.target}: the slice ran nothing (code {done.code})")
    defects = sorted(path for path in (asked.folder / "defects").iterdir() if path.suffix != ".bin")
    print(f"{asked.target}: {state.runs:,} inputs, {len(defects)} defects, {saturation(state)}")
    for path in defects:
        print(f"  {path}")
    return 1 if defects else 0


def saturation(state: State) -> str:
    """What the last tenth of the inputs brought."""
    seen, last = 0, state.slices[-1].coverage
    for each in state.slices:
        seen += each.runs
        if seen >= 0.9 * state.runs:
            return f"the last tenth brought {last - each.coverage} new branches of {last}"
    return ""


def _slice(asked: Asked, count: int, seed: int) -> Slice:
    start = time.monotonic()
    command = [sys.executable, "-m", "tests.fuzz.slice", asked.target, str(asked.folder), str(count), str(seed)]
    done = subprocess.run(command, capture_output=True, check=False)
    found = _DONE.search(done.stderr)
    steps = _STEP.findall(done.stderr)
    coverage = _COVERAGE.findall(done.stderr) or [(b"0", b"0")]
    if done.returncode:
        (asked.folder / "defects").mkdir(exist_ok=True)
        (asked.folder / "defects" / f"process-{seed}.txt").write_bytes(done.stderr[-6000:])
    runs = int(found[1]) if found else int(steps[-1]) if steps else 0
    return Slice(runs, int(coverage[-1][0]), int(coverage[-1][1]), round(time.monotonic() - start, 1), done.returncode)


def _asked() -> Asked:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.run", description=__doc__)
    parser.add_argument("target", choices=target_names())
    parser.add_argument("--count", type=int, default=1_000_000, help="inputs in all, those of former runs included")
    parser.add_argument("--resume", dest="folder", type=Path, required=True, help="the folder of the campaign")
    parser.add_argument("--slice", type=int, default=_SLICE, help="inputs per process")
    return Asked(**vars(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
