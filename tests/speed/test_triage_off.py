"""Triage and regions only save time: every verdict is the same when all of every file is parsed."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from leaklint.cli.main import run

ROOT = Path(__file__).parents[2]
STANDARD = Path(os.__file__).parent
PARTS = (
    *(pytest.param(folder, id=folder.name) for folder in sorted((ROOT / "tests" / "fixtures").iterdir()) if folder.is_dir()),
    pytest.param(ROOT / "examples", id="examples"),
)
MODULES = ("concurrent", "dbm", "http", "logging", "urllib", "xmlrpc", "wsgiref")
"""Without triage every function is lowered: asyncio and multiprocessing take a minute each, and are compared by hand."""


def findings(folder: Path, target: Path, *options: str) -> list[Any]:
    """What a run over a folder reports."""
    run(["check", str(folder), "-q", "--isolated", "--no-cache", "--output-format", "json", "-o", str(target), *options])
    found = json.loads(target.read_bytes())
    return [{k: v for k, v in item.items() if k not in ("fix", "fixes")} for item in found]


def assert_same(folder: Path, target: Path) -> None:
    with_triage, without = findings(folder, target), findings(folder, target, "--no-triage")
    missed = [item for item in without if item not in with_triage]
    added = [item for item in with_triage if item not in without]
    assert (missed, added) == ([], [])


@pytest.mark.parametrize("folder", PARTS)
def test_fixtures(folder: Path, tmp_path: Path) -> None:
    assert_same(folder, tmp_path / "report")


@pytest.mark.oracle
@pytest.mark.parametrize("name", MODULES)
def test_the_standard_library(name: str, tmp_path: Path) -> None:
    assert_same(STANDARD / name, tmp_path / "report")
