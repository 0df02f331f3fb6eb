"""Room for deep code: what does not get it ends, and nothing is left behind."""

import sys
import threading
import time

import pytest

from leaklint import budget
from leaklint.deep import deeply


def depth(levels: int) -> int:
    return 1 + depth(levels - 1) if levels else 0


def test_there_is_room() -> None:
    frames = sys.getrecursionlimit()
    with pytest.raises(RecursionError):
        depth(20_000)
    assert deeply(lambda: depth(20_000)) == 20_000
    assert sys.getrecursionlimit() == frames


def test_there_is_an_end() -> None:
    with pytest.raises(RecursionError):
        deeply(lambda: depth(10_000_000))
    with pytest.raises(ValueError, match="wrong"):
        deeply(lambda: int("wrong"))


def test_the_time_limit_ends_the_thread() -> None:
    def endless() -> None:
        while True:
            time.sleep(0.01)

    before = set(threading.enumerate())
    with pytest.raises(budget.OutOfTime), budget.limited(0.2):
        deeply(endless)
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
    assert set(threading.enumerate()) == before
