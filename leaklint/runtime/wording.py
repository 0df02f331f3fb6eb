"""Leaks in words, with the source line that acquired."""

import linecache
import os
from collections.abc import Iterator, Sequence

from leaklint.runtime.leaks import Leak, called


def told(leaks: Sequence[Leak], project: dict[str, bool], folder: str) -> str:
    """What is written below a test that leaked; names relative to `folder`."""
    return "\n".join(line for leak in leaks for line in _told(leak, project, folder))


def _told(leak: Leak, project: dict[str, bool], folder: str) -> Iterator[str]:
    yield f"{_place(leak.site.filename, folder)}:{leak.site.row}: {leak.words} ({leak.severity})"
    for one in called(leak, project):
        yield f"    {_place(one.filename, folder)}:{one.row} in {one.function}: {_source(one.filename, one.row)}"


def _source(filename: str, row: int) -> str:
    return linecache.getline(filename, row).strip()


def _place(filename: str, folder: str) -> str:
    try:
        relative = os.path.relpath(filename, folder)
    except ValueError:
        return filename
    return filename if relative.startswith(os.pardir) else relative
