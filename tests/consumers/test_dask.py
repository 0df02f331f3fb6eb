"""Files are checked on a real Dask cluster on this machine, and the report is the same, byte for byte."""

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.consumers.environment import REPOSITORY, Environment

pytestmark = [pytest.mark.consumers]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> Environment:
    return Environment(tmp_path_factory.mktemp("dask"), f"{checkout}[dask]")


@pytest.fixture(scope="module")
def scheduler(installed: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler with two workers, which run in a folder of their own."""
    folder = tmp_path_factory.mktemp("cluster")
    with ExitStack() as cluster:

        def start(*command: str) -> Path:
            log = folder / f"{command[0]}-{len(list(folder.iterdir()))}.log"
            file = cluster.enter_context(log.open("w"))
            program = [str(installed.bin / "dask"), *command]
            process = subprocess.Popen(program, cwd=folder, env=installed.settings, stdout=file, stderr=file)
            cluster.callback(process.wait)
            cluster.callback(process.kill)
            return log

        told = start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        address = waited(told, r"Scheduler at:\s+(tcp://[\d.:]+)")
        for _ in range(2):
            start("worker", address, "--nthreads", "1", "--no-dashboard")
        yield address


def waited(log: Path, pattern: str) -> str:
    """What a program says, once it says so."""
    for _ in range(300):
        if (found := re.search(pattern, log.read_text())) is not None:
            return found[1]
        time.sleep(0.2)
    raise AssertionError(log.read_text())


@pytest.mark.parametrize("form", ["json", "full"])
def test_the_report_is_the_same(installed: Environment, scheduler: str, form: str) -> None:
    command = ("check", "--no-cache", "--isolated", "--exit-zero", "--output-format", form, "examples")
    here = installed.run("leaklint", *command, "-j1", cwd=REPOSITORY)
    there = installed.run("leaklint", *command, "--executor", f"dask={scheduler}", cwd=REPOSITORY)
    assert (there.code, there.err) == (0, here.err)
    assert there.out == here.out
    assert "RLK103" in there.out


def test_nobody_answers(installed: Environment, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("file = open('x')\n")
    ran = installed.run("leaklint", "--executor", "dask=tcp://127.0.0.1:9", "a.py", cwd=tmp_path)
    assert ran.code == 2
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in ran.err
