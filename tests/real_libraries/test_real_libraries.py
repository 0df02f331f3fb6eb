"""The rules say what the installed libraries really have: one test per rule file.

A library is imported in a process of its own: imports have side effects, and some libraries crash when they meet.
Install what is in requirements.txt to run all; a file whose library is not installed is skipped.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
RULES = sorted((HERE.parents[1] / "rules").glob("*.toml"))

pytestmark = pytest.mark.real_libraries


def compare(rules: Path) -> dict[str, list[str]]:
    """What check_rules.py says about one rule file."""
    command = [sys.executable, str(HERE / "check_rules.py"), str(rules)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert done.stdout, done.stderr
    # Libraries may print when they are imported; the report is the last line.
    report: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return report


@pytest.mark.parametrize("rules", RULES, ids=lambda path: path.stem)
def test_rules_agree_with_the_installed_library(rules: Path) -> None:
    report = compare(rules)
    if report["missing"]:
        pytest.skip(f"not installed: {', '.join(report['missing'])}")
    assert report["problems"] == []


WRONG = """\
schema = 1

[library]
name = "wrong"

[[kind]]
id = "connection"
what = "connection"
category = "connection"
types = ["sqlite3.Connection"]
severity = "error"
release = ["close", "shut"]
with-exit = "unsupported"
queries = { in_transaction = true, "total_changes()" = true }

[[kind]]
id = "server"
what = "server"
category = "socket"
types = ["asyncio.Server"]
release = ["wait_closed"]
with-exit = "releases"
async-with-exit = "releases"

[[acquire]]
call = "sqlite3.conect"
kind = "connection"

[[acquire]]
call = "@connection.kursor"
kind = "connection"

[[acquire]]
call = "asyncio.start_server"
kind = "server"

[[acquire]]
call = "socket.create_connection"
kind = "server"
takes = ["1|address"]
"""


def test_the_comparison_finds_every_kind_of_mistake(tmp_path: Path) -> None:
    rules = tmp_path / "wrong.toml"
    rules.write_text(WRONG)
    assert compare(rules)["problems"] == [
        'kind "connection": no class has shut',
        'kind "connection": queries: total_changes is no method',
        'kind "connection": sqlite3.Connection has __enter__, but with-exit is not stated',
        'kind "server": asyncio.base_events.Server.wait_closed is a coroutine',
        "kind \"server\": with-exit = 'releases', but asyncio.base_events.Server has no __enter__",
        'acquire "sqlite3.conect": sqlite3.conect: there is no sqlite3.conect',
        'acquire "@connection.kursor": @connection.kursor: sqlite3.Connection has no kursor',
        'acquire "asyncio.start_server": asyncio.start_server is a coroutine function, so the form is "await"',
        'acquire "socket.create_connection": argument "1|address": position 1 is timeout',
    ]


def test_a_library_that_is_not_installed_is_reported_as_missing(tmp_path: Path) -> None:
    rules = tmp_path / "absent.toml"
    rules.write_text('schema = 1\n[library]\nname = "absent"\ndistributions = ["no-such-distribution-here"]\n')
    report = compare(rules)
    assert (report["missing"], report["problems"]) == (["no-such-distribution-here"], [])
