"""The parts of the audit page, and the command."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from leaklint.audit.history import commits, history
from leaklint.audit.model import Audit, Point, entry
from leaklint.audit.owners import owner_of, parse_owners
from leaklint.audit.page import page
from leaklint.audit.trend import ceiling, trend
from leaklint.model import Diagnostic, Location, Severity, Step
from tests.cli.conftest import CLEAN, LEAK, Leaklint, leaklint, write
from tests.consumers.environment import git

__all__ = ["leaklint"]

OWNERS = """\
# comment
*            @everyone
/docs/       @writers   # trailing
docs/*       @editors
*.pyi        @types @everyone
/vendor/
!odd.py      @odd
/two\\ words/ @spaced
[Database][2] @dba
/db/
"""


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("a.py", "@everyone"),
        ("docs/a.py", "@editors"),
        ("docs/deep/a.py", "@writers"),
        ("x/docs/a.py", "@everyone"),
        ("docs/deep/a.pyi", "@types @everyone"),
        ("vendor/a.py", "nobody"),
        ("!odd.py", "@odd"),
        ("two words/a.py", "@spaced"),
        ("db/a.py", "@dba"),
    ],
)
def test_owners(path: str, owner: str) -> None:
    assert owner_of(path, tuple(parse_owners(OWNERS))) == owner


def test_nobody_owns_without_rules() -> None:
    assert owner_of("a.py", ()) == "nobody"


def finding(*rows: int) -> Diagnostic:
    steps = tuple(Step("call", "a.py", row, 1, f"step at {row}") for row in rows)
    return Diagnostic(
        code="RLK103", name="n", severity=Severity.ERROR, message="m", filename="a.py", location=Location(rows[0], 1),
        end_location=Location(rows[0], 2), trace=steps,
    )  # fmt: skip


def test_a_frame_shows_what_is_around_each_step() -> None:
    made = entry(finding(10, 16, 30), lambda _: [f"text {n}" for n in range(1, 100)], "/root", "me")
    [frame] = made.frames
    assert [line.row for line in frame.lines] == [8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 28, 29, 30, 31, 32]
    assert [line.row for line in frame.lines if line.gap] == [28]
    assert frame.lines[0].text == "text 8"


def test_a_file_that_is_gone_has_no_lines() -> None:
    assert entry(finding(3), lambda _: (), "/root", "me").frames[0].lines == ()


@pytest.mark.parametrize(("value", "top"), [(0, 4), (4, 4), (5, 8), (18, 20), (33, 40), (41, 80), (999, 1200)])
def test_ceiling(value: int, top: int) -> None:
    assert ceiling(value) == top
    assert top % 4 == 0


def test_trend() -> None:
    points = [Point("a", "2026-01-01", "<b>", 0, 1, 0), Point("b", "2026-02-01", "two", 4, 2, 2)]
    drawing = trend(points)
    assert re.findall(r'polygon class="(\w+)"', drawing) == ["error", "warning", "info"]
    assert "&lt;b&gt;" in drawing
    assert "<b>" not in drawing
    assert trend(points[:1]) == ""


HOSTILE = "</script><script>alert(1)</script><!-- &amp; \u2028"


def test_the_data_cannot_leave_its_element() -> None:
    found = entry(finding(1), lambda _: [HOSTILE], "/", HOSTILE)
    audit = Audit(title=HOSTILE, version="1", state="", files=1, entries=(found,), pages={"RLK103": HOSTILE})
    html = page(audit)
    assert "alert(1)</script>" not in html
    [data] = re.findall(r'<script id="data" type="application/json">(.*?)</script>', html, re.DOTALL)
    assert json.loads(data)["entries"][0]["owner"] == HOSTILE
    assert len(re.findall("<script", html)) == 2


def test_nothing_is_loaded_from_elsewhere() -> None:
    html = page(Audit(title="t", version="1", state="", files=0, entries=(), pages={}))
    assert "default-src 'none'" in html
    assert not re.findall(r"https?:|src=|href=|@import|url\(", html)


def test_the_command(leaklint: Leaklint) -> None:
    write("shop/a.py", LEAK)
    write("CODEOWNERS", "/shop/ @shop\n")
    ran = leaklint("audit", "-o", "out.html")
    assert (ran.code, ran.err) == (0, "Wrote 1 finding to out.html.\n")
    [data] = re.findall(r'application/json">(.*?)</script>', Path("out.html").read_text(), re.DOTALL)
    [made] = json.loads(data)["entries"]
    assert (made["file"], made["row"], made["package"], made["owner"]) == ("shop/a.py", 5, "shop", "@shop")
    assert [step["row"] for step in made["steps"]] == [5, 6, 6]


def test_history_needs_git(leaklint: Leaklint) -> None:
    write("a.py", LEAK)
    ran = leaklint("audit", "--history", "2")
    assert ran.code == 2
    assert "--history: git" in ran.err
    assert leaklint("audit", "--history", "2", "..").code == 2


def test_history(leaklint: Leaklint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / ".cache"))
    git(tmp_path, "init", "-q")
    write("leaklint.toml", "")
    for number, text in enumerate([CLEAN, LEAK, LEAK + LEAK.replace("load", "again"), CLEAN]):
        write("a.py", text)
        write("number.txt", str(number))
        git(tmp_path, "add", "a.py", "number.txt", "leaklint.toml")
        git(tmp_path, "commit", "-q", "-m", f"change {number}")
    points = totals(leaklint("audit", "--history", "9").code)
    assert points == [0, 1, 2, 0]
    kept = list((tmp_path / ".cache" / "leaklint" / "audit").iterdir())
    assert len(kept) == 4
    again = leaklint("audit", "--history", "9")
    assert "checking" not in again.err
    assert totals(leaklint("audit", "--history", "2").code) == [0, 0]


def totals(code: int) -> list[int]:
    """The points of the page that was written."""
    assert code == 0
    [data] = re.findall(r'application/json">(.*?)</script>', Path("leaklint-audit.html").read_text(), re.DOTALL)
    return [point["error"] + point["warning"] + point["info"] for point in json.loads(data)["history"]]


def test_links_in_a_commit_lead_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    repository = tmp_path / "r"
    repository.mkdir()
    git(repository, "init", "-q")
    (tmp_path / "outside.py").write_text(LEAK)
    (repository / "link.py").symlink_to("../outside.py")
    (repository / "folder").symlink_to("..")
    (repository / "a.py").write_text(CLEAN)
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "links")
    seen: list[str] = []

    def look(folder: str) -> Counter[str]:
        seen.extend(path.name for path in Path(folder).rglob("*") if path.is_file())
        return Counter()

    assert [commit.title for commit in commits(str(repository), 5)] == ["links"]
    history(str(repository), 5, "x", look, lambda _: None)
    assert seen == ["a.py"]
