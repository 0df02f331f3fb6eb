"""mkdocs builds the documentation without a warning."""

import os
import re
from pathlib import Path

import pytest

from tests.consumers.environment import REPOSITORY, Environment

pytestmark = pytest.mark.consumers


def test_the_site(programs: Environment, tmp_path: Path) -> None:
    done = programs.run("mkdocs", "build", "--strict", "--site-dir", tmp_path / "site", cwd=REPOSITORY)
    assert done.code == 0, done.err
    page = (tmp_path / "site" / "checks" / "RLK103" / "index.html").read_text("utf-8")
    assert "not-released-on-exception (RLK103)" in page
    built = {os.path.dirname(path.relative_to(tmp_path / "site")) for path in (tmp_path / "site").rglob("index.html")}
    assert {"", "checks", "libraries", "settings", "command-line", "ci", "editors", "audit"} <= built
    assert not re.search(r"\{\{|\}\}", page)
