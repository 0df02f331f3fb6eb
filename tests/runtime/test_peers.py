"""The table of docs/runtime.md: the same leaking tests, watched by us and by the interpreter."""

import os
import re
import subprocess
import sys
from pathlib import Path

PEERS = Path(__file__).with_name("peers.py")


def output(*arguments: str, interpreter: tuple[str, ...] = ()) -> str:
    command = (sys.executable, *interpreter, "-m", "pytest", "-p", "no:cacheprovider", "-c", "/dev/null", *arguments, str(PEERS))
    # Other plugins would be loaded under tracemalloc, too, which takes minutes on a busy machine.
    alone = {**os.environ, "PYTEST_ADDOPTS": "", **({"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} if interpreter else {})}
    done = subprocess.run(command, cwd=PEERS.parent, env=alone, capture_output=True, text=True, timeout=600, check=False)
    return done.stdout + done.stderr


def test_the_plugin_names_the_line_of_each() -> None:
    text = output("--leaklint", f"--rootdir={PEERS.parent}")
    rows = list(dict.fromkeys(int(row) for row in re.findall(r"^peers\.py:(\d+): ", text, re.MULTILINE)))  # CI: twice
    lines = PEERS.read_text().splitlines()
    assert rows == [number for number, line in enumerate(lines, start=1) if re.search(r"open\(|socket\.socket|connect\(", line)]
    assert "6 failed" in text


def test_the_interpreter_names_two() -> None:
    text = output("-p", "no:unraisableexception", interpreter=("-X", "tracemalloc=10", "-W", "default::ResourceWarning"))
    warned = set(re.findall(r"^peers\.py::(\w+)$", text, re.MULTILINE))
    expected = {"test_file_dropped", "test_socket_dropped"}
    if sys.version_info < (3, 13):
        assert warned == expected
        assert "unclosed database" not in text
    else:  # a connection is part of a cycle: the warning comes with the next collection, which may be after the last test
        assert expected <= warned
        assert "unclosed database" in text
