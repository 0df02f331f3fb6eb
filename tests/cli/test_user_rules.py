"""Rules of the user from the command line: rule files, tables in the settings; what matches nothing."""

import os
import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import Leaklint

RULES = """\
schema = 1
[library]
name = "shop"

[[kind]]
id = "till"
what = "till"
category = "handle"
severity = "warning"
release = ["lock"]

[[acquire]]
call = ["shop.open_till", "*.openbin"]
kind = "till"

[[call]]
call = "shop.count"
borrows = ["0"]
"""
USE = """\
from shop import count, open_till


def leaks():
    till = open_till()
    count(till)


def leaks_by_method(store):
    bin = store.openbin("a")
    bin.read()


def clean():
    till = open_till()
    count(till)
    till.lock()
"""
CONCISE = ("--output-format", "concise", "--exceptions", "explicit")


def test_a_file_of_rules(leaklint: Leaklint) -> None:
    Path("rules.toml").write_text(RULES)
    Path("use.py").write_text(USE)
    Path("pyproject.toml").write_text('[tool.leaklint]\nextend-rules = ["rules.toml"]\n')
    ran = leaklint("use.py", *CONCISE)
    assert [line.partition(" ")[0] for line in ran.lines] == ["use.py:5:12:", "use.py:10:11:"]
    assert all("RLK101 never-released: till" in line for line in ran.lines)


def test_tables_in_the_settings(leaklint: Leaklint) -> None:
    Path("use.py").write_text(USE)
    table = '[[tool.leaklint.resource]]\nacquire = "shop.open_till"\nwhat = "till"\nrelease = ["lock"]\n'
    call = "def count(x):\n    x.see()\n\n\ndef open_till():\n    pass\n"
    Path("shop.py").write_text(call)
    Path("pyproject.toml").write_text(table)
    assert [line.partition(" ")[0] for line in leaklint("use.py", *CONCISE).lines] == ["use.py:5:12:"]


def test_rules_that_match_nothing_are_told(leaklint: Leaklint) -> None:
    Path("rules.toml").write_text(RULES.replace('"shop.count"', '["shop.count", "shop.cuont", "cellar.count", "@till.peek"]'))
    Path("use.py").write_text(USE)
    Path("pyproject.toml").write_text(
        '[tool.leaklint]\nextend-rules = ["rules.toml"]\n[[tool.leaklint.resource]]\nacquire = "shop.safe"\n'
    )
    told = [line for line in leaklint("--show-settings", ".").lines if line.startswith("# nothing")]
    rules = Path("rules.toml").resolve()
    entry = f'[[call]] #1 "shop.count" of {rules}'
    assert told == [
        f'# nothing here is called shop.safe: [[acquire]] #1 "shop.safe" of {Path("pyproject.toml").resolve()}',
        f"# nothing here is called shop.cuont: {entry}",
        f"# nothing here is called cellar.count: {entry}",
        f"# nothing here is called @till.peek: {entry}",
    ]


def test_rules_about_the_file_that_defines_it_match(leaklint: Leaklint) -> None:
    Path("shop").mkdir()
    Path("shop/__init__.py").write_text("def open_till(): ...\ndef count(till): ...\nclass Store:\n    def openbin(self): ...\n")
    Path("rules.toml").write_text(RULES)
    Path("pyproject.toml").write_text('[tool.leaklint]\nextend-rules = ["rules.toml"]\n')
    assert "# nothing" not in leaklint("--show-settings", "shop").out


def test_rules_that_an_installed_library_announces(tmp_path: Path) -> None:
    """In a process of its own: what is announced is read once in a process. The library has no code that could run."""
    site = tmp_path / "site"
    (site / "shop").mkdir(parents=True)
    (site / "shop" / "rules.toml").write_text(RULES.replace(', "*.openbin"', ""))
    (site / "shop-1.0.dist-info").mkdir()
    (site / "shop-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: shop\nVersion: 1.0\n")
    (site / "shop-1.0.dist-info" / "entry_points.txt").write_text("[leaklint.rules]\nshop = shop:rules.toml\n")
    (site / "shop-1.0.dist-info" / "RECORD").write_text("shop/rules.toml,,\n")
    work = tmp_path / "work"
    work.mkdir()
    (work / "use.py").write_text(USE)
    command = [sys.executable, "-m", "leaklint", "--no-cache", *CONCISE, "use.py"]
    environment = {**os.environ, "PYTHONPATH": str(site)}
    ran = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, check=False)
    assert ran.stdout.startswith("use.py:5:12: RLK101 never-released: till 'till'"), ran.stderr
