"""mkdocs builds the documentation without a warning, and the schema of the settings is accepted by check-jsonschema."""

import os
import re
from pathlib import Path

import pytest

from tests.consumers.environment import REPOSITORY, Environment

pytestmark = pytest.mark.consumers


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return Environment(tmp_path_factory.mktemp("mkdocs"), "mkdocs>=1.6,<2", "check-jsonschema")


def test_the_site(programs: Environment, tmp_path: Path) -> None:
    done = programs.run("mkdocs", "build", "--strict", "--site-dir", tmp_path / "site", cwd=REPOSITORY)
    assert done.code == 0, done.err
    page = (tmp_path / "site" / "checks" / "RLK103" / "index.html").read_text("utf-8")
    assert "not-released-on-exception (RLK103)" in page
    built = {os.path.dirname(path.relative_to(tmp_path / "site")) for path in (tmp_path / "site").rglob("index.html")}
    assert {"", "checks", "libraries", "settings", "command-line", "ci", "editors", "audit"} <= built
    assert not re.search(r"\{\{|\}\}", page)


def test_the_schema_of_the_settings(programs: Environment, tmp_path: Path) -> None:
    schema = REPOSITORY / "leaklint" / "settings" / "settings.schema.json"
    done = programs.run("check-jsonschema", "--check-metaschema", schema, cwd=tmp_path)
    assert done.code == 0, done.out
    (tmp_path / "leaklint.toml").write_text('select = ["RLK1"]\n')
    (tmp_path / "wrong.toml").write_text('selekt = ["RLK1"]\n')
    assert programs.run("check-jsonschema", "--schemafile", schema, "leaklint.toml", cwd=tmp_path).code == 0
    assert programs.run("check-jsonschema", "--schemafile", schema, "wrong.toml", cwd=tmp_path).code == 1
