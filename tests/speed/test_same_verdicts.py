"""However a run is done, it finds the same."""

from collections.abc import Callable
from pathlib import Path

import pytest

from leaklint.cli import shards
from leaklint.cli.main import run

Raw = Callable[..., bytes]


@pytest.fixture
def plain(raw: Raw) -> bytes:
    """One process, no cache."""
    content = raw("-j1", "--no-cache")
    assert content.count(b'"code"') >= 4
    return content


def test_workers(raw: Raw, plain: bytes) -> None:
    assert raw("-j2", "--no-cache") == plain


def test_cache(raw: Raw, plain: bytes) -> None:
    assert raw("-j1") == plain
    assert raw("-j1") == plain
    assert raw("-j2") == plain


def test_cache_written_by_workers(raw: Raw, plain: bytes) -> None:
    assert raw("-j2") == plain
    assert raw("-j1") == plain


@pytest.mark.parametrize("count", [1, 2, 3, 16])
def test_shards_merged(raw: Raw, plain: bytes, project: Path, count: int) -> None:
    names = []
    for number in range(count, 0, -1):
        names.append(f"{number}.json")
        Path(names[-1]).write_bytes(raw("--no-cache", "--shard", f"{number}/{count}"))
    assert run(["merge", *names, "-o", "whole.json"]) == 1
    assert Path("whole.json").read_bytes() == plain


def test_every_file_is_in_one_shard() -> None:
    files = [shards.Found(str(number), f"/{number}") for number in range(17)]
    parts = [shards.part(files, f"{number}/5") for number in range(1, 6)]
    assert [file for part in parts for file in part] == files
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.parametrize("shard", ["0/2", "3/2", "1", "a/b", "1/0"])
def test_no_such_shard(project: Path, shard: str) -> None:
    assert run(["check", "--shard", shard]) == 2


@pytest.mark.parametrize("content", [b"[", b"{}", b'[{"code": 1}]', b"\xff"])
def test_what_is_no_report_is_not_merged(project: Path, content: bytes) -> None:
    Path("bad.json").write_bytes(content)
    assert run(["merge", "bad.json"]) == 2
