"""The GitHub action and the snippets of docs/ci.md are valid, and a linter of workflows finds nothing in them."""

import configparser
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import LEAK
from tests.consumers.environment import REPOSITORY, Environment

pytestmark = pytest.mark.consumers

SCHEMAS = {
    ".github/workflows/leaklint.yml": "vendor.github-workflows",
    ".gitlab-ci.yml": "vendor.gitlab-ci",
    "azure-pipelines.yml": "vendor.azure-pipelines",
}
_LIKE_AZURE = ("--data-transform", "azure-pipelines", "--regex-variant", "nonunicode")
_FILE = re.compile(r"^```[a-z]+\n(?:#|//|--) (?P<name>\S+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def snippets(page: str) -> dict[str, str]:
    """File name -> text of the blocks of a page that begin with the name of a file."""
    return {found["name"]: found["text"] for found in _FILE.finditer((REPOSITORY / "docs" / page).read_text("utf-8"))}


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A folder with the snippets for continuous integration."""
    for name, text in snippets("ci.md").items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(("name", "schema"), SCHEMAS.items())
def test_snippets_are_valid(programs: Environment, written: Path, name: str, schema: str) -> None:
    more = _LIKE_AZURE if name.startswith("azure") else ()
    done = programs.run("check-jsonschema", "--builtin-schema", schema, *more, name, cwd=written)
    assert done.code == 0, done.out + done.err


def test_the_pre_commit_snippet_is_valid(programs: Environment, written: Path) -> None:
    done = programs.run("pre-commit", "validate-config", cwd=written)
    assert done.code == 0, done.out + done.err


def test_the_action_is_valid(programs: Environment) -> None:
    done = programs.run("check-jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml", cwd=REPOSITORY)
    assert done.code == 0, done.out + done.err


def test_zizmor_finds_nothing(programs: Environment, written: Path) -> None:
    action, workflow = REPOSITORY / "action.yml", ".github/workflows/leaklint.yml"
    done = programs.run("zizmor", "--offline", "--persona", "pedantic", action, workflow, cwd=written)
    assert done.code == 0, done.out + done.err


def test_other_snippets_parse(written: Path) -> None:
    tox, flake8 = configparser.ConfigParser(), configparser.ConfigParser()
    tox.read(written / "tox.ini")
    flake8.read(written / ".flake8")
    assert tox["testenv:leaklint"]["deps"] == "resource-leaklint"
    assert flake8["flake8"]["extend-select"] == "RLK"
    assert tomllib.loads((written / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]["external"] == ["RLK"]
    compile((written / "noxfile.py").read_text(), "noxfile.py", "exec")


def test_snippets_of_editors_parse() -> None:
    found = snippets("editors.md")
    for name, text in found.items():
        if name.endswith(".json"):
            json.loads(text)
        elif name.endswith(".toml"):
            tomllib.loads(text)
    assert len(found) == 4


def test_the_script_of_the_action(plain: Environment, tmp_path: Path) -> None:
    """The step that checks, run as the runner would: findings, annotations, outputs, and odd inputs."""
    (tmp_path / "leaklint").symlink_to(plain.folder)
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "$(touch gone).py").write_text(LEAK)
    steps = yaml.safe_load((REPOSITORY / "action.yml").read_text())["runs"]["steps"]
    [script] = [step["run"] for step in steps if step.get("id") == "check"]
    output = tmp_path / "output"
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=tmp_path / "project",
        env={
            "PATH": "/usr/bin:/bin", "RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(output), "PATHS": "$(touch gone).py\n",
            "ARGUMENTS": "--min-severity=warning\n", "ANNOTATIONS": "true", "FAIL": "true",
        },
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("::error "), done.stdout
    told = dict(line.split("=", 1) for line in output.read_text().splitlines())
    assert (told["findings"], told["fail"]) == ("true", "true")
    [result] = json.loads(Path(told["sarif-file"]).read_text())["runs"][0]["results"]
    assert result["ruleId"] == "RLK103"
    assert not (tmp_path / "project" / "gone").exists()
