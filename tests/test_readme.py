"""The README can't lie: its commands are run, its code stands in examples/, its settings are read."""

import re
import tomllib
from pathlib import Path

import pytest

from leaklint.checks import all_checks
from leaklint.settings import SettingsTree
from leaklint.settings.load import convert
from tests.documents import README, ROOT, blocks, output, refreshed

TEXT = README.read_text("utf-8")
EXAMPLES = "\n".join(path.read_text("utf-8") for path in sorted(ROOT.glob("examples/*.py")))


def test_output_and_tables_are_what_they_are_today() -> None:
    assert refreshed(TEXT) == TEXT, "run: make bless"


def test_there_is_output_to_compare() -> None:
    assert len(blocks(TEXT, "console")) >= 2


@pytest.mark.parametrize("block", blocks(TEXT, "python"), ids=lambda block: block.splitlines()[0])
def test_code_stands_in_the_examples(block: str) -> None:
    assert block in EXAMPLES


def test_settings_are_accepted(tmp_path: Path) -> None:
    ours = [text for text in blocks(TEXT, "toml") if "[tool.leaklint]" in text]
    assert len(ours) == 1
    (tmp_path / "pyproject.toml").write_text(ours[0])
    names = {check.code: check.name for check in all_checks()}
    tree = SettingsTree(names, convert({}, "command line"), str(tmp_path))
    test, script = tmp_path / "tests" / "test_shop.py", tmp_path / "scripts" / "tidy.py"
    assert tree.file(str(test), ()).exceptions == "explicit"
    assert tree.file(str(script), ()).exceptions == "calls"
    assert "RLK101" not in tree.file(str(script), ()).enabled
    assert "RLK107" not in tree.file(str(test), ()).enabled
    assert tomllib.loads(ours[0])["tool"]["leaklint"]["resource"][0]["acquire"] == "shop.db.borrow_connection"


def test_set_up_commands_are_single_lines_with_the_package_in_place() -> None:
    lines = [line for text in blocks(TEXT, "sh") for line in text.splitlines()]
    assert [line.rpartition(" && ")[2] for line in lines] == [".venv/bin/leaklint examples", ".venv/bin/python -m pytest -n 2"]
    assert all(line.startswith("python3 -m venv .venv && ") for line in lines)


def test_the_first_command_finds_leaks() -> None:
    assert re.search(r"^Found [1-9]\d* problems in ", output("leaklint examples --output-format concise"), re.MULTILINE)


def test_nobody_is_told_to_install_the_other_project() -> None:
    """The PyPI name `leaklint` belongs to somebody else."""
    documents = [README, *ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("leaklint/**/*.py"), *ROOT.glob("rules/*.md")]
    told = [
        path.name for path in documents if re.search(r"(pip|uv|pipx) (install|add) (-\S+ )*leaklint\b", path.read_text("utf-8"))
    ]
    assert told == []


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", TEXT)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
