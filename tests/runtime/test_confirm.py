"""`leaklint confirm`: each finding beside what the tests showed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from leaklint.model import Location, Step
from leaklint.runtime.paths import Finding, took

SHOP = """\
import sqlite3

kept = []


def pay(path, card):
    connection = sqlite3.connect(path)
    check(card)
    connection.close()


def check(card):
    if card == "bad":
        raise ValueError(card)


def never_run(path):
    connection = sqlite3.connect(path)
    check("bad")
    connection.close()


def held_by_others(path, card):
    connection = sqlite3.connect(path)
    kept.append(connection) if card is kept else None
    check(card)
    connection.close()
"""
TESTS = """\
import gc
import pytest
import shop


def test_pay():
    shop.pay(":memory:", "good")
    with pytest.raises(ValueError):
        shop.pay(":memory:", "bad")


def test_good_card():
    shop.held_by_others(":memory:", "good")
"""


def leaklint(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "leaklint", *arguments], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def confirmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a shop, the report about it, and the same report confirmed."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "shop.py").write_text(SHOP)
    (folder / "test_shop.py").write_text(TESTS)
    (folder / "report.json").write_text(leaklint("check", "--output-format", "json", "shop.py", folder=folder).stdout)
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    done = leaklint("confirm", "report.json", "-o", "confirmed.json", "--", *command, folder=folder)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "1 confirmed, 0 refuted, 2 not reached."
    return folder


def test_each_finding_has_its_verdict(confirmed: Path) -> None:
    marked = json.loads((confirmed / "confirmed.json").read_text())
    assert {one["function"]: one["observed"] for one in marked} == {
        "pay": {"verdict": "confirmed", "runs": 1, "acquired": 2, "tests": ["test_shop.py::test_pay"]},
        "never_run": {"verdict": "not reached", "runs": 0, "acquired": 0, "tests": []},
        "held_by_others": {"verdict": "not reached", "runs": 0, "acquired": 1, "tests": []},
    }


def test_the_report_is_the_same_but_for_that(confirmed: Path) -> None:
    before, after = (json.loads((confirmed / name).read_text()) for name in ("report.json", "confirmed.json"))
    assert [{key: value for key, value in one.items() if key != "observed"} for one in after] == before


def test_the_audit_takes_it(confirmed: Path) -> None:
    done = leaklint("audit", "--observed", "confirmed.json", "shop.py", folder=confirmed)
    assert done.returncode == 0, done.stderr
    page = (confirmed / "leaklint-audit.html").read_text()
    assert page.count('"observed":"confirmed"') == 1
    assert page.count('"observed":"not reached"') == 2


def test_a_path_that_ran_and_released_refutes(tmp_path: Path) -> None:
    """Somebody else closes it: the caller's net catches what the function left open."""
    (tmp_path / "shop.py").write_text(SHOP.replace("kept = []", "kept = []\n") + "\n\ndef net():\n    kept.pop().close()\n")
    text = (tmp_path / "shop.py").read_text().replace("if card is kept else None", "if card == 'bad' else None")
    (tmp_path / "shop.py").write_text(text)
    (tmp_path / "test_shop.py").write_text(
        "import pytest, shop\ndef test_net():\n    with pytest.raises(ValueError):\n"
        "        shop.held_by_others(':memory:', 'bad')\n    shop.net()\n"
    )
    report = json.loads(leaklint("check", "--output-format", "json", "shop.py", folder=tmp_path).stdout)
    (tmp_path / "report.json").write_text(json.dumps(report))
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    marked = json.loads(leaklint("confirm", "report.json", "--", *command, folder=tmp_path).stdout)
    assert {one["function"]: one["observed"]["verdict"] for one in marked}["held_by_others"] == "refuted"


@pytest.mark.parametrize("content", ["{", "[1]", "{}"])
def test_what_is_no_report(tmp_path: Path, content: str) -> None:
    (tmp_path / "report.json").write_text(content)
    done = leaklint("confirm", "report.json", "--", "true", folder=tmp_path)
    assert done.returncode == 2
    assert "report.json is no" in done.stderr


def test_the_exit_code_is_that_of_the_tests(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("[]")
    assert leaklint("confirm", "report.json", "--", sys.executable, "-c", "raise SystemExit(5)", folder=tmp_path).returncode == 5


def finding(*steps: tuple[str, int]) -> Finding:
    trace = tuple(Step(kind, "a.py", row, 1, "") for kind, row in steps)  # type: ignore[arg-type]
    return Finding("f", "a.py", Location(1, 1), Location(1, 9), trace)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([("line", 1), ("line", 2), ("exception", 2), ("return", 2)], True),
        ([("line", 1), ("line", 2), ("line", 3), ("return", 3)], False),
        ([("line", 2), ("exception", 2), ("line", 1)], False),
    ],
)
def test_steps_happen_in_their_order(events: list[tuple[str, int]], expected: bool) -> None:
    assert took(events, finding(("acquire", 1), ("raise", 2), ("exit", 2))) is expected
