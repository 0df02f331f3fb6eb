"""Workers that die or take too long cost one file."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from leaklint import workers
from leaklint.settings import Settings
from leaklint.tasks import Task
from leaklint.workers import spread

Raw = Callable[..., bytes]
_TRAP = """
import leaklint.tasks, os, time
check = leaklint.tasks.check_file
def trapped(source, *rest):
    if "files.py" in source.filename:
        {act}
    return check(source, *rest)
leaklint.tasks.check_file = trapped
"""


def trap(monkeypatch: pytest.MonkeyPatch, act: str) -> None:
    """Workers do this when they come to files.py."""
    begin, serve = workers._START.split("; from", 1)
    monkeypatch.setattr(workers, "_START", begin + _TRAP.format(act=act) + "from" + serve)


def findings(content: bytes) -> list[tuple[str, str]]:
    return [(finding["filename"], finding["code"]) for finding in json.loads(content)]


@pytest.mark.parametrize("act", ["os.abort()", "os._exit(3)", "os.kill(os.getpid(), 9)"])
def test_a_dead_worker_costs_one_file(raw: Raw, monkeypatch: pytest.MonkeyPatch, act: str) -> None:
    expected = [item for item in findings(raw("-j1", "--no-cache")) if item[0] != "app/files.py"]
    trap(monkeypatch, act)
    found = findings(raw("-j2", "--no-cache"))
    assert ("app/files.py", "RLK900") in found
    assert [item for item in found if item[0] != "app/files.py"] == expected


def test_a_lost_file_is_tried_again(raw: Raw, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = raw("-j1", "--no-cache")
    with monkeypatch.context() as patch:
        trap(patch, "os.abort()")
        assert raw("-j2") != expected
    assert raw("-j2") == expected


def test_time_limit(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trap(monkeypatch, "time.sleep(600)")
    settings = Settings(enabled=frozenset({"RLK900"}))
    tasks = [Task(name, str(project / name), settings) for name in ("app/files.py", "app/clean.py")]
    found = {number: answer for number, _, answer in spread(list(enumerate(tasks)), 1, limit=1.0)}
    assert [d.message for d in found[0].diagnostics] == ["takes more than 1 seconds to analyse"]
    assert found[0].lost
    assert found[1].diagnostics == ()


def test_without_workers_the_work_is_done_here(raw: Raw, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = raw("-j1", "--no-cache")
    monkeypatch.setattr(workers, "_START", "raise SystemExit(1)")
    assert raw("-j2", "--no-cache") == expected


def test_batches_keep_neighbours_together(project: Path) -> None:
    settings = Settings(enabled=frozenset())
    tasks = [(number, Task(str(number), f"/nowhere/{number}", settings)) for number in range(220)]
    found = workers.batches(tasks)
    assert [item for batch in found for item in batch] == tasks
    assert [len(batch) for batch in found] == [100, 100, 20]
