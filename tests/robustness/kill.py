"""kill -9 at random moments of `--fix` and of a run that writes its cache: `python -m tests.robustness.kill --count 1000`.

Each moment is a process of its own, forked when everything is imported. Half of the moments are points in time, the other
half calls that change files (the n-th one never happens), since those are a small part of the time. Afterwards every source
file is as it was or as it is to become, nothing lies about but temporary files, and the next run says what a run without a
cache says.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from leaklint.cli.main import run

FIXABLE = """
def first(path):
    file = open(path)
    line = file.readline()
    file.close()
    return line
"""
LEAK = "\n\ndef more(path):\n    open(path).read()\n"
CALLING = """from a0 import make


def use(path):
    file = make(path)
    text = file.read()
    file.close()
    return text
"""
MAKING = "\n\ndef make(path):\n    return open(path)\n"
TOUCHING = {"os.rename", "os.remove", "os.chmod", "os.mkdir", "tempfile.mkstemp"}
_FIX = ("check", ".", "--fix", "--unsafe-fixes", "-q", "-j1", "--exit-zero")
_CHECK = ("check", ".", "-q", "-j1", "--exit-zero")
_OURS = (".leaklint-", ".leaklint_cache", "cache", "report.json", "leaklint.toml")


class Moment(NamedTuple):
    """When to kill. seconds: after the start; call: before which call that changes a file, 0 for none."""

    seconds: float
    call: int


class Moments:
    """A project, and what is known of it: its files before and after, and the findings of each."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.draw = folder, random.Random(seed)
        self.old = {f"a{n}.py": FIXABLE.encode() for n in range(4)}
        self.old["a0.py"] += MAKING.encode()
        self.old["user.py"] = CALLING.encode()
        self.counts: Counter[str] = Counter()
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        os.chdir(folder)
        (folder / "leaklint.toml").touch()
        self.restore()
        run([*_CHECK, "--no-cache", "--fix", "--output-format", "json", "-o", os.devnull])  # imports what children need
        self.restore()
        self.before = self.findings("--no-cache")
        self.fixing, self.fix_calls = self.measured(*_FIX)
        self.new = self.sources()
        self.after = self.findings("--no-cache")
        assert all(self.new[name] != text for name, text in self.old.items())
        self.restore()
        self.changed: dict[str, dict[str, list[object]]] = {}
        self.findings()
        self.checking, self.check_calls = self.measured(*_CHECK)

    def restore(self) -> None:
        """The project as it was; what lay about is gone."""
        for path in self.folder.glob(".leaklint-*"):
            path.unlink()
        for name, text in self.old.items():
            (self.folder / name).write_bytes(text)

    def sources(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.folder.glob("*.py")}

    def findings(self, *options: str) -> dict[str, list[object]]:
        """What a run reports of each file."""
        report = self.folder / "report.json"
        forked(lambda: run([*_CHECK, "--output-format", "json", "-o", str(report), *options]))
        found: dict[str, list[object]] = {name: [] for name in self.old}
        for item in json.loads(report.read_bytes()):
            found[item["filename"]].append(item)
        report.unlink()
        return found

    def measured(self, *arguments: str) -> tuple[float, int]:
        """How long a run takes, and how many calls of it touch files."""
        start = time.monotonic()
        forked(lambda: run(arguments))
        return time.monotonic() - start, counted(lambda: run(arguments))

    def moment(self, seconds: float, calls: int) -> Moment:
        if self.draw.random() < 0.5:
            return Moment(self.draw.uniform(0, seconds * 1.1), 0)
        return Moment(0, self.draw.randint(1, max(calls, 1)))

    def fix(self) -> None:
        """One kill during `--fix`."""
        self.restore()
        ended = killed(lambda: run(_FIX), self.moment(self.fixing, self.fix_calls))
        sources = self.sources()
        state = {name: self.state(name, text) for name, text in sources.items()}
        assert sources.keys() == self.old.keys()
        self.tidy()
        expected = {name: (self.before if state[name] == "old" else self.after)[name] for name in self.old}
        assert self.findings() == expected
        self.counts["fix: killed" if ended else "fix: was done"] += 1
        self.counts["fix: some files new" if len(set(state.values())) > 1 else f"fix: all files {state['a0.py']}"] += 1
        self.counts["fix: left a temporary file"] += any(self.folder.glob(".leaklint-*"))

    def state(self, name: str, text: bytes) -> str:
        if text == self.old[name]:
            return "old"
        assert text == self.new[name], f"{name} is neither old nor new"
        return "new"

    def cache(self) -> None:
        """One kill while the cache is written: what has changed since it was written the last time is reported."""
        if self.draw.random() < 0.1:
            shutil.rmtree(self.folder / ".leaklint_cache", ignore_errors=True)
        if self.draw.random() < 0.1:
            shutil.rmtree(self.folder / "cache", ignore_errors=True)
        self.restore()
        changed = self.draw.choice(["", *sorted(self.old)])
        if changed:
            (self.folder / changed).write_bytes(self.old[changed] + LEAK.encode())
        if changed not in self.changed:
            self.changed[changed] = self.findings("--no-cache")
        ended = killed(lambda: run(_CHECK), self.moment(self.checking, self.check_calls))
        self.tidy()
        assert self.findings() == self.changed[changed]
        self.counts["cache: killed" if ended else "cache: was done"] += 1
        self.counts["cache: left a temporary file"] += any((self.folder / ".leaklint_cache").glob(".index-*"))

    def tidy(self) -> None:
        """Nothing that is not ours lies about."""
        strange = [p.name for p in self.folder.iterdir() if p.suffix != ".py" and not p.name.startswith(_OURS)]
        assert not strange


def forked(act: Callable[[], object]) -> int:
    """Runs it in a process of its own; how that ended, 0 or the signal."""
    return waited(started(act))


def started(act: Callable[[], object]) -> int:
    child = os.fork()
    if not child:
        with open(os.devnull, "wb") as silence:
            os.dup2(silence.fileno(), 1)
            os.dup2(silence.fileno(), 2)
        try:
            act()
        finally:
            os._exit(0)
    return child


def waited(child: int) -> int:
    return os.WTERMSIG(os.waitpid(child, 0)[1])


def killed(act: Callable[[], object], moment: Moment) -> bool:
    """Whether it was killed before it was done."""
    if moment.call:
        return forked(lambda: (watch(moment.call), act())) == signal.SIGKILL
    child = started(act)
    time.sleep(moment.seconds)
    os.kill(child, signal.SIGKILL)
    return waited(child) == signal.SIGKILL


def touches(event: str, arguments: tuple[Any, ...]) -> bool:
    """Whether what Python is about to do changes files, or opens one to write."""
    return event in TOUCHING or (event == "open" and bool(arguments[2] & (os.O_WRONLY | os.O_RDWR)))


def watch(call: int) -> None:
    """This process ends at once when it comes to that call."""
    left = call

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if touches(event, arguments):
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def counted(act: Callable[[], object]) -> int:
    """How many of its calls change files."""
    told = Path(tempfile.gettempdir(), f"calls-{os.getpid()}")

    def counting() -> None:
        calls = 0

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            nonlocal calls
            calls += touches(event, arguments)

        sys.addaudithook(hook)
        act()
        told.write_text(str(calls))

    forked(counting)
    number = int(told.read_text())
    told.unlink()
    return number


def campaign(folder: Path, count: int, seed: int) -> Counter[str]:
    """That many moments, half of them of each kind; what they came to. AssertionError for what must not be."""
    moments = Moments(folder, seed)
    for number in range(count):
        (moments.fix if number % 2 else moments.cache)()
    return moments.counts


def main() -> None:
    """Prints what the moments came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name, number in sorted(campaign(Path(folder).resolve(), asked.count, asked.seed).items()):
            print(f"{number:6,} {name}")
        os.chdir("/")


if __name__ == "__main__":
    main()
