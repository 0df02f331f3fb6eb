"""The shop's story is run as a reader runs it: found, reproduced under load, repaired, gone."""

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.examples.found import CHECKOUT, REPOSITORY, Found, findings, report
from tests.postgres import serving_postgres

for needed in ("flask", "sqlalchemy"):
    pytest.importorskip(needed, reason="the shop needs examples/checkout/requirements.txt")

REQUESTS, PER_SECOND = 100, 40
GOOD, DECLINED = 80, 20


class Told(NamedTuple):
    """What the command printed and wrote."""

    code: int
    out: str
    rows: dict[str, tuple[str, str]]
    folder: Path


def tell(folder: Path, database: str = "") -> Told:
    """Run the one command; an empty `database` is SQLite."""
    sizes = ("--requests", str(REQUESTS), "--per-second", str(PER_SECOND), "--output", str(folder))
    command = (sys.executable, str(CHECKOUT / "run.py"), *sizes)
    environment = os.environ | {"DATABASE_URL": database}
    ran = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert ran.stderr == ""
    return Told(ran.returncode, ran.stdout, rows(ran.stdout), folder)


def rows(text: str) -> dict[str, tuple[str, str]]:
    """The table's rows: before and after by label."""
    cells = ([cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| "))
    return {label: (before, after) for label, before, after in cells}


def assert_as_told(told: Told) -> None:
    """The figures that don't depend on the machine's speed, and bounds for those that do."""
    assert told.code == 0, told.out
    errors = int(told.rows["errors (5xx)"][0])
    assert told.rows["leaklint's findings"] == ("1", "0")
    assert told.rows["orders placed (201)"][1] == str(GOOD)
    assert told.rows["cards declined (402)"] == ("10", str(DECLINED))
    assert told.rows["errors (5xx)"][1] == told.rows["of these pool timeouts"][1] == "0"
    assert told.rows["of these pool timeouts"][0] == str(errors)
    assert errors >= REQUESTS // 3
    assert told.rows["connections out at the end"] == ("10 of 10", "0 of 10")
    seconds, never = told.rows["first pool timeout"]
    assert float(seconds.removesuffix(" s")) < 10
    assert never == "never"


def assert_patch_is_the_reviewed_repair(patch: str) -> None:
    """The lines that the repair takes away and adds are those of the reviewed file."""
    fixed = (CHECKOUT / "fixed" / "orders.py").read_text().splitlines()
    old = (CHECKOUT / "shop" / "orders.py").read_text().splitlines()
    changed = [line for line in patch.splitlines() if line[:3] not in ("---", "+++") and line[1:].strip()]
    assert [line[1:] for line in changed if line.startswith("-")] == [line for line in old if line not in fixed]
    assert [line[1:] for line in changed if line.startswith("+")] == [line for line in fixed if line not in old]


def assert_plot_has_steps(path: Path) -> None:
    """A well-formed picture with the line of the connections and the area below it."""
    picture = ET.parse(path).getroot()
    steps = [path.get("d", "") for path in picture.iter("{http://www.w3.org/2000/svg}path")]
    assert [step.count("V") > 10 for step in steps] == [True, True]


def test_the_shop_runs_dry_and_is_repaired(tmp_path: Path) -> None:
    """One test, not four: the load takes its time."""
    told = tell(tmp_path / "out")
    assert_as_told(told)
    assert rows((told.folder / "table.md").read_text()) == told.rows
    assert_patch_is_the_reviewed_repair((told.folder / "repair.patch").read_text())
    assert_plot_has_steps(told.folder / "before.svg")
    assert_plot_has_steps(told.folder / "after.svg")


def test_the_finding_names_acquisition_raising_call_and_exit() -> None:
    (finding,) = report(CHECKOUT / "shop")
    lines = (CHECKOUT / "shop" / "orders.py").read_text().splitlines()
    steps = [(step["kind"], lines[step["row"] - 1].strip()) for step in finding["trace"]]
    assert steps == [
        ("acquire", "connection = engine.raw_connection()"),
        ("raise", "receipt = payments.charge(card, price)"),
        ("exit", "receipt = payments.charge(card, price)"),
    ]


def test_the_rest_of_the_example_is_clean() -> None:
    row = (CHECKOUT / "shop" / "orders.py").read_text().splitlines().index("    connection = engine.raw_connection()") + 1
    assert findings(CHECKOUT) == {Found("orders.py", row, "RLK103")}


@pytest.mark.parametrize(("requests", "per_second"), [(2001, 30), (10, 201), (0, 30), (10, 0)])
def test_the_load_is_bounded(requests: int, per_second: int) -> None:
    command = (sys.executable, "-c", f"import load; load.drive(1, {requests}, {per_second})")
    ran = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=30, check=False)
    assert "ValueError: at most" in ran.stderr


def test_reference_counting_hides_the_leak_if_nobody_keeps_the_exception(tmp_path: Path) -> None:
    shutil.copytree(CHECKOUT / "shop", tmp_path / "shop")
    web = tmp_path / "shop" / "web.py"
    text = web.read_text()
    assert "maxlen=100" in text
    web.write_text(text.replace("maxlen=100", "maxlen=0"))
    lines = (
        "import load, pathlib, service, sys",
        "with service.serving(pathlib.Path(sys.argv[1])) as port: run = load.drive(port, 60, 60)",
        "print(run.count(402), run.errors)",
    )
    command = (sys.executable, "-c", "\n".join(lines), str(tmp_path))
    ran = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout == "12 0\n"


@pytest.mark.consumers
def test_the_story_is_the_same_on_postgresql(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    with serving_postgres() as url:
        assert_as_told(tell(tmp_path / "out", url))
