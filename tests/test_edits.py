"""What the language server shows right after a keystroke is what analysing the whole file finds."""

from pathlib import Path

import pytest

from leaklint.integrations.documents import Documents
from leaklint.integrations.edits import edit
from leaklint.syntax.lexer import first_line
from leaklint.syntax.outline import BODIES
from leaklint.syntax.regions import Region, regions

FIXTURES = Path(__file__).parent / "fixtures"
FILES = [file for folder in ("rlk[12]*", "ownership", "state") for file in sorted(FIXTURES.glob(f"{folder}/*.py"))][::2]
assert len(FILES) > 20

TWO = """import sqlite3


def first(path):
    conn = sqlite3.connect(path)
    print(conn.execute("select 1"))
    conn.close()


class Store:
    def second(self, path):
        file = open(path)
        return len(file.read())
"""


def bodies(text: str) -> list[Region]:
    return [region for region in regions(text) if region.kind in BODIES]


def longer(text: str, region: Region) -> str:
    """With a comment as the first line of a function."""
    at = first_line(text, region.header, region.end)[0]
    return f"{text[:at]}# typed\n{text[at:]}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_an_edit_of_one_function(file: Path, tmp_path: Path) -> None:
    text = file.read_text("utf-8")
    documents = Documents(str(tmp_path))
    path = str(tmp_path / file.name)
    answered = 0
    for region in bodies(text)[:6]:
        documents.edited(path, text)
        documents.check(path)
        documents.edited(path, longer(text, region))
        quick = documents.check_edit(path)
        answered += quick is not None
        assert quick in (None, documents.check(path))
    assert answered or not bodies(text)


def test_findings_move_with_their_functions(tmp_path: Path) -> None:
    documents = Documents(str(tmp_path))
    path = str(tmp_path / "typed.py")
    documents.edited(path, TWO)
    before = documents.check(path)
    documents.edited(path, TWO.replace('    print(conn.execute("select 1"))\n', "\n\n    print(conn.execute('x'))\n"))
    after = documents.check_edit(path)
    assert [d.location.row for d in before] == [5, 12]
    assert after is not None
    assert [(d.location.row, d.statement_rows, [s.row for s in d.trace][:1]) for d in after] == [
        (5, (5, 5), [5]),
        (14, (14, 14), [14]),
    ]


def test_what_is_no_edit_of_functions() -> None:
    assert edit(TWO, TWO.replace("import sqlite3", "import sqlite3 as s")) is None
    assert edit(TWO, TWO.replace("def first", "def other")) is None
    assert edit(TWO, TWO + "\n\nx = 1\n") is None
    assert edit("", TWO) is None


def test_an_edit_elsewhere_asks_for_the_whole_file(tmp_path: Path) -> None:
    documents = Documents(str(tmp_path))
    path = str(tmp_path / "typed.py")
    documents.edited(path, TWO)
    documents.check(path)
    documents.edited(str(tmp_path / "other.py"), "x = 1\n")
    assert documents.check_edit(path) is None
