"""What the README shows, made anew: output of commands, tables. `python -m tests.documents` writes it.

A `console` block holds one command line, `$ ...`, and the output that it has in the root of the repository. The table of codes
follows the line `| code | name | what it finds |`.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from leaklint.checks import all_checks

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"

_CONSOLE = re.compile(r"^```console\n\$ (?P<command>[^\n]+)\n(?:.*?)^```$", re.MULTILINE | re.DOTALL)
_CODES = re.compile(r"(?<=^\| code \| name \| what it finds \|\n\| --- \| --- \| --- \|\n)(?:\|[^\n]*\n)*", re.MULTILINE)
_BLOCK = re.compile(r"^```(?P<language>[a-z]+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a Markdown text that are in that language."""
    return [match["text"] for match in _BLOCK.finditer(text) if match["language"] == language]


def refreshed(text: str) -> str:
    """The text with the output that its commands have now, and the rules that there are now."""
    shown = _CONSOLE.sub(lambda match: f"```console\n$ {match['command']}\n{output(match['command'])}```", text)
    rows = "".join(f"| {check.code} | {check.name} | {check.summary} |\n" for check in all_checks())
    return _CODES.sub(lambda _: rows, shown)


def output(command: str) -> str:
    """What a `leaklint ...` command prints in the root of the repository, stdout before stderr."""
    program, *arguments = shlex.split(command)
    if program != "leaklint":
        raise ValueError(f"not a command of ours: {command}")
    environment = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "TERM")}
    done = subprocess.run(
        [sys.executable, "-m", "leaklint", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{command}: {done.stderr}")
    return "".join(line.rstrip() + "\n" for line in (done.stdout + done.stderr).splitlines())


if __name__ == "__main__":
    README.write_text(refreshed(README.read_text("utf-8")), "utf-8")
