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


def test_the_hook_that_mends_is_the_same_with_fix(leaklint: Leaklint) -> None:
    hooks = {hook["id"]: hook for hook in yaml.safe_load(HOOKS.read_text())}
    plain, mending = hooks["leaklint"], hooks["leaklint-fix"]
    assert mending["entry"] == plain["entry"].replace("check", "check --fix")
    assert all(mending[key] == plain[key] for key in ("language", "types_or", "require_serial"))
    write("a.py", LEAK)
    assert leaklint(*shlex.split(mending["entry"])[1:], "a.py").code == 0
    assert "with closing" in Path("a.py").read_text()
