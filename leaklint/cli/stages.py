"""`--profile-stages`: where the time of a run goes, by room of the pipeline."""

import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

import leaklint

_HERE = os.path.dirname(os.path.abspath(leaklint.__file__)) + os.sep
_LEAST = 0.005


@contextmanager
def staged(wanted: bool) -> Iterator[None]:
    """Measures what runs inside and tells it on stderr. The profiler slows small functions down: shares are rough."""
    if not wanted:
        yield
        return
    import cProfile

    profile = cProfile.Profile()
    profile.enable()
    try:
        yield
    finally:
        profile.disable()
        _tell(_by_room(profile.getstats()))


def _by_room(entries: list[Any]) -> dict[str, float]:
    """Seconds spent in the functions of each room; what a room asks of C functions counts as its own."""
    seconds: dict[str, float] = defaultdict(float)
    for entry in entries:
        if isinstance(entry.code, str):
            continue
        room = _room(entry.code.co_filename)
        seconds[room] += entry.inlinetime
        seconds[room] += sum(call.inlinetime for call in entry.calls or () if isinstance(call.code, str))
    return seconds


def _room(path: str) -> str:
    if path.startswith(_HERE):
        parts = path[len(_HERE) :].removesuffix(".py").split(os.sep)
        return "/".join(parts[:2])
    return "libcst" if f"{os.sep}libcst{os.sep}" in path else "other Python code"


def _tell(seconds: dict[str, float]) -> None:
    total = sum(seconds.values()) or 1.0
    for room, spent in sorted(seconds.items(), key=lambda item: -item[1]):
        if spent / total >= _LEAST:
            click.echo(f"{spent:9.2f} s {100 * spent / total:5.1f} %  {room}", err=True)
    click.echo(f"{total:9.2f} s 100.0 %  measured", err=True)
