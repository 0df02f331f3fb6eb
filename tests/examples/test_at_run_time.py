"""The shop at run time: its test of a declined card fails with the line that the linter names, and the monitor sees it grow."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.examples.found import CHECKOUT, REPOSITORY, findings

for needed in ("flask", "sqlalchemy"):
    pytest.importorskip(needed, reason="the shop needs examples/checkout/requirements.txt")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A copy of the shop and its tests."""
    shutil.copytree(CHECKOUT / "shop", tmp_path / "shop", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CHECKOUT / "test_shop.py", tmp_path)
    return tmp_path


def run_tests(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the shop's tests."""
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{folder / 'shop.db'}", "PYTHONDONTWRITEBYTECODE": "1"}
    command = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options, "test_shop.py")
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_the_plugin_fails_the_test_that_declines_and_names_the_linters_line(shop: Path) -> None:
    assert run_tests(shop).returncode == 0
    watched = run_tests(shop, "--leaklint")
    assert watched.returncode == 1
    (found,) = findings(CHECKOUT / "shop")
    assert f"shop/orders.py:{found.row}: raw connection of a SQLAlchemy engine is still held (error)" in watched.stdout
    assert "1 leak at the end of test_shop.py::test_a_declined_card_is_said_so" in watched.stdout
    assert "1 failed, 1 passed" in watched.stdout


def test_after_the_repair_it_passes(shop: Path) -> None:
    shutil.copy(CHECKOUT / "fixed" / "orders.py", shop / "shop" / "orders.py")
    watched = run_tests(shop, "--leaklint")
    assert watched.returncode == 0, watched.stdout


def test_the_monitor_warns_before_the_pool_runs_dry(tmp_path: Path) -> None:
    command = (sys.executable, str(CHECKOUT / "watch.py"), "--requests", "60", "--per-second", "6", "--output", str(tmp_path))
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (found,) = findings(CHECKOUT / "shop")
    assert re.search(rf"warns after \d+ s and names orders\.py:{found.row}; the first error comes after \d+ s", ran.stdout)
    assert "of connection held, threshold 4; the oldest:" in ran.stdout
    assert (tmp_path / "monitor.svg").read_text().count("V") > 10
