"""Baseline, added comments, and findings on changes only."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import CLEAN, LEAK, Leaklint, write

CONCISE = ("--output-format", "concise")
MORE = "\n\ndef other(path):\n    return open(path).read()\n"


# --- baseline ---------------------------------------------------------------------------------------------------------


def test_only_new_findings_fail(leaklint: Leaklint) -> None:
    write("a.py", LEAK)
    ran = leaklint("--write-baseline")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "Listed 1 finding as known in leaklint-baseline.json, dropped 0 entries.\n"
    assert leaklint("--baseline", "leaklint-baseline.json") == (0, "", "No leaks found in 1 file.\n")
    write("a.py", "# a line above\n\n" + LEAK + MORE)
    ran = leaklint("--baseline", "leaklint-baseline.json", *CONCISE)
    assert ran.code == 1
    assert [line.partition(":")[2].partition(" ")[0] for line in ran.lines] == ["13:12:"]


def test_one_more_of_the_same_is_new(leaklint: Leaklint) -> None:
    body = LEAK.partition("def")[2]
    write("a.py", LEAK)
    leaklint("--write-baseline")
    write("a.py", LEAK + "\n\ndef" + body.replace("load", "again"))
    assert leaklint("--baseline", "leaklint-baseline.json").code == 1


def test_stale_entries_are_told_and_dropped(leaklint: Leaklint) -> None:
    write("a.py", LEAK)
    write("b.py", LEAK)
    leaklint("--baseline", "known.json", "--write-baseline")
    write("a.py", CLEAN)
    ran = leaklint("--baseline", "known.json")
    assert ran.code == 0
    assert "leaklint: known.json: a.py: RLK103 no longer occurs: " in ran.err
    assert "--write-baseline drops what no longer occurs (1 entry)" in ran.err
    assert leaklint("--baseline", "known.json", "--write-baseline").err.endswith("known in known.json, dropped 1 entry.\n")
    assert list(json.loads(Path("known.json").read_text())["findings"]) == ["b.py"]


def test_entries_of_files_that_were_not_checked_stay(leaklint: Leaklint) -> None:
    write("a.py", LEAK)
    write("b.py", LEAK)
    leaklint("--write-baseline")
    before = Path("leaklint-baseline.json").read_bytes()
    ran = leaklint("--baseline", "leaklint-baseline.json", "a.py")
    assert "no longer occurs" not in ran.err
    leaklint("--write-baseline", "a.py")
    assert Path("leaklint-baseline.json").read_bytes() == before
    Path("b.py").unlink()
    assert "b.py: RLK103 no longer occurs" in leaklint("--baseline", "leaklint-baseline.json", "a.py").err


def test_baseline_of_the_settings(leaklint: Leaklint) -> None:
    write("leaklint.toml", 'baseline = "known.json"\n')
    write("a.py", LEAK)
    leaklint("--write-baseline")
    assert Path("known.json").exists()
    assert leaklint().code == 0
    write("leaklint.toml", 'baseline = "../known.json"\n')
    ran = leaklint()
    assert ran.code == 2
    assert "baseline: " in ran.err
    assert "lies outside the project" in ran.err


@pytest.mark.parametrize(
    ("text", "message"),
    [(None, "can't be read"), ("{", "is no baseline"), ('{"version": 2}', "is of version 2"), ('{"x": 1}', "is no baseline")],
)
def test_bad_baselines(leaklint: Leaklint, text: str | None, message: str) -> None:
    write("a.py", LEAK)
    if text is not None:
        write("known.json", text)
    ran = leaklint("--baseline", "known.json")
    assert (ran.code, ran.out) == (2, "")
    assert f"known.json: {message}" in ran.err


# --- added comments ---------------------------------------------------------------------------------------------------


def test_added_ignores_silence_everything(leaklint: Leaklint) -> None:
    write("a.py", LEAK + MORE)
    write("b.py", CLEAN)
    ran = leaklint("--add-ignores=see issue 7", ".")
    assert (ran.code, ran.out, ran.err) == (0, "", "Ignored 2 findings.\n")
    text = Path("a.py").read_text()
    assert "    conn = sqlite3.connect(path)  # leaklint: ignore[RLK103] see issue 7\n" in text
    assert "    return open(path).read()  # leaklint: ignore[RLK104] see issue 7\n" in text
    assert Path("b.py").read_text() == CLEAN
    assert leaklint() == (0, "", "No leaks found in 2 files.\n")
    assert leaklint("--add-ignores", ".").err == "Ignored 0 findings.\n"
    assert Path("a.py").read_text() == text


def test_a_list_is_extended(leaklint: Leaklint) -> None:
    write("a.py", LEAK.replace("connect(path)", "connect('# leaklint: ignore[x]')  # leaklint: ignore[RLK101]  # why"))
    leaklint("--add-ignores", "--ignore", "RLK901", ".")
    assert "connect('# leaklint: ignore[x]')  # leaklint: ignore[RLK101, RLK103]  # why\n" in Path("a.py").read_text()


def test_rows_that_cannot_take_a_comment(leaklint: Leaklint) -> None:
    write("a.py", LEAK.replace("connect(path)", 'connect("""\n""",\n        timeout=3)'))
    write("b.py", LEAK.replace("conn = sqlite3.connect(path)", "conn = \\\n        sqlite3.connect(path)"))
    write("c.py", LEAK.replace("conn = sqlite3.connect(path)", 'conn = sqlite3.connect("""\n""")'))
    assert leaklint("--add-ignores", ".").code == 0
    assert '""",  # leaklint: ignore[RLK103]\n' in Path("a.py").read_text()
    assert "sqlite3.connect(path)  # leaklint: ignore[RLK103]\n" in Path("b.py").read_text()
    assert '""")  # leaklint: ignore[RLK103]\n' in Path("c.py").read_text()
    assert leaklint().code == 0


def test_line_ends_and_encoding_stay(leaklint: Leaklint) -> None:
    text = ("# coding: latin-1\n# é\n" + LEAK).replace("\n", "\r\n")
    write("a.py", text.encode("latin-1"))
    leaklint("--add-ignores", "a.py")
    expected = text.replace("connect(path)\r", "connect(path)  # leaklint: ignore[RLK103]\r")
    assert Path("a.py").read_bytes() == expected.encode("latin-1")


def test_what_no_comment_can_silence(leaklint: Leaklint) -> None:
    write("a.py", "x = (open(y)\n")
    ran = leaklint("--add-ignores", "a.py")
    assert ran.code == 2
    assert "RLK900 can't be ignored by a comment" in ran.err
    assert Path("a.py").read_text() == "x = (open(y)\n"


def test_a_reason_is_one_line_that_the_file_can_hold(leaklint: Leaklint) -> None:
    write("a.py", LEAK)
    assert leaklint("--add-ignores=a\nb", "a.py").code == 2
    write("a.py", "# coding: latin-1\n" + LEAK)
    ran = leaklint("--add-ignores=\u20ac", "a.py")
    assert ran.code == 2
    assert "a.py: not changed: its encoding, latin-1, can't hold" in ran.err


# --- changes ----------------------------------------------------------------------------------------------------------


def git(*arguments: str) -> None:
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def _repository(leaklint: Leaklint) -> None:
    git("init", "-q", "-b", "main")
    write("a.py", LEAK + MORE)
    write("b.py", LEAK)
    git("add", ".")
    git("commit", "-qm", "one")


def places(leaklint: Leaklint, revision: str = "HEAD", *paths: str) -> list[str]:
    ran = leaklint("--diff-base", revision, *CONCISE, *paths)
    assert ran.code == (1 if ran.out else 0)
    return [":".join(line.split(":")[:2]) for line in ran.lines]


@pytest.mark.usefixtures("_repository")
def test_nothing_changed(leaklint: Leaklint) -> None:
    assert places(leaklint) == []


@pytest.mark.usefixtures("_repository")
@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("    conn.execute", "    print(1)\n    conn.execute", ["a.py:5"]),
        ("    conn.close()\n", "    conn.close()\n    print(1)\n", ["a.py:5"]),
        ('    conn.execute("select 1")\n', '    conn.execute("1")\n', ["a.py:5"]),
        ("import sqlite3\n", "import sqlite3\nimport os\n", []),
        ("open(path)", "open(path, 'r')", ["a.py:11"]),
        ("def load", "@decorated\ndef load", ["a.py:6"]),
    ],
)
def test_changed_lines_and_functions(leaklint: Leaklint, old: str, new: str, found: list[str]) -> None:
    write("a.py", (LEAK + MORE).replace(old, new, 1))
    assert places(leaklint) == found


@pytest.mark.usefixtures("_repository")
def test_removed_lines_change_the_function_around_them(leaklint: Leaklint) -> None:
    text = LEAK + MORE
    write("a.py", text.replace("    conn.close()\n", ""))
    assert places(leaklint) == ["a.py:5"]


@pytest.mark.usefixtures("_repository")
def test_new_staged_and_committed_files(leaklint: Leaklint) -> None:
    write("new file.py", LEAK)
    write("sub/größe.py", LEAK)
    git("add", "sub")
    assert places(leaklint) == ["new file.py:5", "sub/größe.py:5"]
    git("commit", "-qm", "two")
    assert places(leaklint, "HEAD~1") == ["new file.py:5", "sub/größe.py:5"]
    assert places(leaklint, "HEAD~1", "sub") == ["sub/größe.py:5"]


@pytest.mark.usefixtures("_repository")
def test_what_the_other_branch_did_meanwhile_does_not_count(leaklint: Leaklint) -> None:
    git("checkout", "-qb", "feature")
    write("c.py", LEAK)
    git("add", ".")
    git("commit", "-qm", "feature")
    git("checkout", "-q", "main")
    write("b.py", CLEAN)
    git("commit", "-qam", "main goes on")
    git("checkout", "-q", "feature")
    assert places(leaklint, "main") == ["c.py:5"]


@pytest.mark.usefixtures("_repository")
@pytest.mark.parametrize("revision", ["nonsense", "--help", "-n1"])
def test_bad_revisions(leaklint: Leaklint, revision: str) -> None:
    ran = leaklint(f"--diff-base={revision}")
    assert (ran.code, ran.out) == (2, "")
    assert f"'{revision}' is no revision" in ran.err


def test_no_repository(leaklint: Leaklint) -> None:
    write("a.py", LEAK)
    ran = leaklint("--diff-base", "HEAD")
    assert ran.code == 2
    assert "not a git repository" in ran.err


@pytest.mark.usefixtures("_repository")
def test_programs_of_the_repository_do_not_run(leaklint: Leaklint) -> None:
    for key in ("core.fsmonitor", "diff.external", "diff.evil.textconv", "diff.evil.command"):
        git("config", key, "touch evil-ran; cat")
    write(".gitattributes", "*.py diff=evil\n")
    write("a.py", LEAK + "x = 1\n")
    assert places(leaklint) == ["a.py:5"] or places(leaklint) == []
    assert not Path("evil-ran").exists()
