"""The pre-commit hooks call what there is."""

import shlex
from pathlib import Path

import yaml

from tests.cli.conftest import LEAK, Leaklint, write

HOOKS = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"


def test_hooks(leaklint: Leaklint) -> None:
    hooks = {hook["id"]: hook for hook in yaml.safe_load(HOOKS.read_text())}
    hook = hooks["leaklint"]
    assert (hook["language"], hook["types_or"], hook["require_serial"]) == ("python", ["python", "pyi"], True)
    program, *arguments = shlex.split(hook["entry"])
    assert program == "leaklint"
    write("a.py", LEAK)
    write("venv/b.py", LEAK)
    ran = leaklint(*arguments, "--output-format", "concise", "a.py", "venv/b.py")
    assert ran.code == 1
    assert [line.partition(":")[0] for line in ran.lines] == ["a.py"]
