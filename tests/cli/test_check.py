"""`leaklint check`: paths, options, exit codes."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import CLEAN, LEAK, Leaklint, write

CONCISE = ("--output-format", "concise")


def codes(text: str) -> list[str]:
    return [item["code"] for item in json.loads(text)]


# --- which command, which paths ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [(), (".",), ("check",), ("check", "."), ("a.py",), ("check", "a.py"), ("./a.py",)])
def test_check_is_meant_where_no_command_is_named(leaklint: Leaklint, arguments: tuple[str, ...]) -> None:
    write("a.py", LEAK)
    ran = leaklint(*arguments, *CONCISE)
    assert ran.code == 1
    assert ran.out.startswith("a.py:5:12: RLK103 not-released-on-exception: sqlite3 connection 'conn'")


def test_options_may_come_first(leaklint: Leaklint) -> None:
    write("a.py", LEAK)
    assert leaklint("--output-format=json", "a.py").out == leaklint("check", "a.py", "--output-format", "json").out


def test_nothing_found(leaklint: Leaklint) -> None:
    write("a.py", CLEAN)
    ran = leaklint("a.py")
    assert (ran.code, ran.out, ran.err) == (0, "", "No leaks found in 1 file.\n")


def test_empty_folder_and_empty_file(leaklint: Leaklint) -> None:
    assert leaklint() == (0, "", "No Python files found.\n")
    write("a.py", "")
    assert leaklint().code == 0


def test_missing_paths_are_named_and_nothing_is_checked(leaklint: Leaklint) -> None:
    write("a.py", LEAK)
    ran = leaklint("a.py", "none.py", "gone/")
    assert (ran.code, ran.out) == (2, "")
    assert "path 'none.py' does not exist; path 'gone/' does not exist" in ran.err


@pytest.mark.parametrize(
    "arguments", [("--bogus",), ("--exceptions", "all"), ("--output-format", "xml"), ("--color", "green"), ("a.py", "-")]
)
def test_bad_usage(leaklint: Leaklint, arguments: tuple[str, ...]) -> None:
    write("a.py", LEAK)
    ran = leaklint(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Usage: leaklint check")


def test_exit_zero(leaklint: Leaklint) -> None:
    write("a.py", LEAK)
    assert leaklint("--exit-zero").code == 0
    assert leaklint("-e", "none.py").code == 2


def test_several_files_in_order(leaklint: Leaklint) -> None:
    for name in ("b.py", "a/z.py", "a.py"):
        write(name, LEAK)
    ran = leaklint("b.py", ".", "a.py", *CONCISE)
    assert [line.partition(":")[0] for line in ran.lines] == ["a.py", "a/z.py", "b.py"]
    assert ran.err == "Found 3 problems in 3 files (3 files checked).\n"


# --- bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "row", "message"),
    [
        (b"x = (open(y)\n", None, "is not valid Python"),
        (b"print open('python 2')\n", 1, "is not valid Python"),
        (b"x = 1\ny = '\0'\n", 2, "contains a NUL byte"),
        (b"x = 1\n# \xff\n", 2, "is not UTF-8"),
        (b"# coding: nonsense\n", 1, "names an unknown encoding"),
    ],
)
def test_what_cannot_be_analysed_is_a_finding(leaklint: Leaklint, content: bytes, row: int | None, message: str) -> None:
    write("bad.py", content)
    write("good.py", LEAK)
    ran = leaklint("--output-format", "json")
    bad, good = json.loads(ran.out)
    assert (bad["code"], bad["name"], bad["filename"]) == ("RLK900", "cannot-analyse", "bad.py")
    assert message in bad["message"]
    assert row is None or bad["location"]["row"] == row
    assert bad["fingerprint"]
    assert good["code"] == "RLK103"
    assert ran.code == 1
    assert "Traceback" not in ran.err


def test_unreadable_files_are_findings(leaklint: Leaklint) -> None:
    Path("loop.py").symlink_to("loop.py")
    ran = leaklint("loop.py", *CONCISE)
    assert ran.code == 1
    assert ran.out.startswith("loop.py:1:1: RLK900 cannot-analyse: can't be read: ")
    Path("x.py").mkdir()
    write("x.py/inner.py", LEAK)
    assert leaklint("x.py", *CONCISE).out.startswith("x.py/inner.py:5:12: RLK103")


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n\f"])
def test_line_ends_count_as_python_counts_them(leaklint: Leaklint, end: str) -> None:
    write("a.py", LEAK.replace("\n", end))
    column = 13 if end == "\n\f" else 12
    assert leaklint(*CONCISE).out.startswith(f"a.py:5:{column}: RLK103")


def test_encodings(leaklint: Leaklint) -> None:
    write("latin.py", b"# coding: latin-1\n# \xe9\n" + LEAK.encode())
    write("mark.py", b"\xef\xbb\xbf" + LEAK.encode())
    assert [line.partition(" ")[0] for line in leaklint(*CONCISE).lines] == ["latin.py:7:12:", "mark.py:5:12:"]


def test_an_internal_error_costs_one_file(leaklint: Leaklint, monkeypatch: pytest.MonkeyPatch) -> None:
    from leaklint import engine

    write("a.py", LEAK)
    write("b.py", LEAK)
    analyse = engine.analyse

    def fail(source, *rest):  # type: ignore[no-untyped-def]
        if source.filename == "a.py":
            raise ValueError("\x1b[31mboom")
        return analyse(source, *rest)

    monkeypatch.setattr(engine, "analyse", fail)
    ran = leaklint("--output-format", "json", "--exit-zero")
    assert codes(ran.out) == ["RLK900", "RLK103"]
    assert ran.code == 2
    assert "leaklint: a.py: internal error: ValueError: \\x1b[31mboom (test_check.py:" in ran.err
    assert "Traceback" not in ran.err


def test_an_internal_error_elsewhere(leaklint: Leaklint, monkeypatch: pytest.MonkeyPatch) -> None:
    from leaklint.cli import check

    def fail(*_: object) -> None:
        raise ValueError("boom")

    monkeypatch.setattr(check, "discover", fail)
    ran = leaklint()
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("leaklint: internal error: ValueError: boom (test_check.py:")
    assert "Traceback" in leaklint("--verbose").err


def test_interrupted(leaklint: Leaklint, monkeypatch: pytest.MonkeyPatch) -> None:
    from leaklint.cli import check

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(check, "discover", interrupt)
    assert leaklint().code == 130


# --- selection --------------------------------------------------------------------------------------------------------

TWO = LEAK + "\n\ndef drop(path):\n    return open(path).read()\n"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), ["RLK103", "RLK104"]),
        (("--select", "RLK104"), ["RLK104"]),
        (("--select", "RLK103,acquired-and-dropped"), ["RLK103", "RLK104"]),
        (("--select", "RLK103", "--select", "RLK104"), ["RLK103", "RLK104"]),
        (("--select", "RLK2"), []),
        (("--ignore", "not-released-on-exception"), ["RLK104"]),
        (("--select", "RLK2", "--extend-select", "RLK104"), ["RLK104"]),
        (("--per-file-ignores", "a.py:RLK103"), ["RLK104"]),
        (("--per-file-ignores", "b.py:RLK103,*.py:RLK103,RLK104"), []),
        (("--extend-per-file-ignores", "a.py:RLK104"), ["RLK103"]),
        (("--category", "file"), ["RLK104"]),
        (("--category", "file,connection"), ["RLK103", "RLK104"]),
        (("--min-severity", "error"), ["RLK103"]),
        (("--exceptions", "none"), ["RLK104"]),
        (("--config", "ignore = ['RLK103']"), ["RLK104"]),
        (("--config", "select = ['RLK103']", "--select", "RLK104"), ["RLK104"]),
        (("--config", "exceptions = 'none'", "--exceptions", "calls"), ["RLK103", "RLK104"]),
    ],
)
def test_selection(leaklint: Leaklint, arguments: tuple[str, ...], expected: list[str]) -> None:
    write("a.py", TWO)
    ran = leaklint("--output-format", "json", *arguments)
    assert codes(ran.out) == expected
    assert ran.code == (1 if expected else 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--select", "RLK9x"), 'leaklint: command line: --select: unknown rule "RLK9x"'),
        (("--ignore", "never-relased"), 'did you mean "never-released"?'),
        (("--per-file-ignores", "a.py"), '--per-file-ignores: "a.py" must have the form PATTERN:RULE'),
        (("--per-file-ignores", "a.py:"), "must have the form PATTERN:RULE"),
        (("--category", "conection"), '"conection" is not allowed, did you mean "connection"?'),
        (("--config", "none.toml"), "--config none.toml: there is no such file"),
        (("--config", "selct = []"), 'unknown key "selct", did you mean "select"?'),
        (("--extend-rules", "none.toml"), "none.toml: can't be read"),
    ],
)
def test_bad_settings_on_the_command_line(leaklint: Leaklint, arguments: tuple[str, ...], message: str) -> None:
    write("a.py", LEAK)
    ran = leaklint(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
    assert ran.err.startswith("leaklint: ")


def test_settings_files(leaklint: Leaklint) -> None:
    write("a.py", TWO)
    write("tests/test_a.py", TWO)
    write(
        "pyproject.toml",
        """
        [tool.leaklint]
        ignore = ["RLK104"]
        output-format = "concise"
        [[tool.leaklint.overrides]]
        files = ["tests/*"]
        exceptions = "none"
        """,
    )
    assert [line.partition(" ")[0] for line in leaklint().lines] == ["a.py:5:12:"]
    write("other.toml", "select = ['RLK104']\noutput-format = 'concise'\n")
    assert [line.partition(" ")[0] for line in leaklint("--config", "other.toml").lines] == [
        "a.py:11:12:",
        "tests/test_a.py:11:12:",
    ]
    assert len(leaklint("--isolated", *CONCISE).lines) == 4
    assert leaklint("--isolated", "--config", "other.toml").code == 2
    assert leaklint("--config", "other.toml", "--config", "other.toml").code == 2
    write("bad/leaklint.toml", "exceptons = 'none'\n")
    write("bad/a.py", CLEAN)
    ran = leaklint()
    assert ran.code == 2
    assert 'bad/leaklint.toml: unknown key "exceptons", did you mean "exceptions"?' in ran.err


def test_unknown_output_format_in_settings(leaklint: Leaklint) -> None:
    write("leaklint.toml", 'output-format = "xml"\n')
    ran = leaklint()
    assert ran.code == 2
    assert 'leaklint.toml: output-format: "xml" is unknown; known: concise, full, ' in ran.err


def test_rules_of_the_user(leaklint: Leaklint) -> None:
    write("a.py", "import app\n\ndef use():\n    thing = app.make()\n    thing.go()\n    thing.end()\n")
    write("leaklint.toml", '[[resource]]\nacquire = "app.make"\nwhat = "thing"\nrelease = ["end"]\n')
    ran = leaklint(*CONCISE)
    assert ran.out.startswith("a.py:4:13: RLK103 not-released-on-exception: thing 'thing'")
    assert leaklint("--isolated").code == 0


# --- discovery --------------------------------------------------------------------------------------------------------


def test_show_files(leaklint: Leaklint) -> None:
    write("a.py", LEAK)
    write("venv/b.py", LEAK)
    write("script", "#!/usr/bin/env python3\n")
    assert leaklint("--show-files").lines == ["a.py", "script"]
    assert leaklint("--show-files", "--extend-exclude", "a.py").lines == ["script"]
    assert leaklint("--show-files", "venv/b.py").lines == ["venv/b.py"]
    assert leaklint("--show-files", "--force-exclude", "venv/b.py").lines == []
    assert leaklint("--show-files", "--exclude", "*.py").lines == ["script"]


def test_show_settings(leaklint: Leaklint) -> None:
    write("a.py", "")
    write("pyproject.toml", "[project]\nrequires-python = '>=3.9'\n[tool.leaklint]\nselect = ['RLK103']\n")
    ran = leaklint("--show-settings", "--exceptions", "own")
    assert ran.code == 0
    assert ran.lines[0] == f"# settings for a.py, from {Path('pyproject.toml').resolve()}"
    assert {'select = ["RLK103","RLK900"]', 'exceptions = "own"', 'requires-python = ">=3.9"'} <= set(ran.lines)
    import tomllib

    assert tomllib.loads(ran.out)["respect-gitignore"] is True
    assert leaklint("--show-settings", "--extend-exclude", "a.py").err == "No Python files found.\n"


# --- stdin ------------------------------------------------------------------------------------------------------------


def test_stdin(leaklint: Leaklint) -> None:
    assert leaklint("-", *CONCISE, stdin=LEAK.encode()).out.startswith("-:5:12: RLK103")
    ran = leaklint("--stdin-filename", "pkg/x.py", "-", *CONCISE, stdin=LEAK.encode())
    assert (ran.code, ran.out.partition(" ")[0]) == (1, "pkg/x.py:5:12:")
    assert leaklint("--stdin-filename", "x.py", *CONCISE, stdin=LEAK.encode()).code == 1
    assert leaklint("-", stdin=CLEAN.encode()).code == 0
    assert "RLK900" in leaklint("-", stdin=b"\xff").out
    assert "4 |" not in leaklint("-", stdin=LEAK.encode()).out
    assert "5 |     conn = sqlite3.connect(path)" in leaklint("-", stdin=LEAK.encode()).out


def test_stdin_has_the_settings_of_its_name(leaklint: Leaklint) -> None:
    write("tests/leaklint.toml", "exceptions = 'none'\n")
    assert leaklint("--stdin-filename", "tests/a.py", "-", stdin=LEAK.encode()).code == 0
    assert leaklint("--stdin-filename", "venv/a.py", "-", stdin=LEAK.encode()).code == 1
    assert leaklint("--stdin-filename", "venv/a.py", "--force-exclude", "-", stdin=LEAK.encode()).code == 0


# --- output -----------------------------------------------------------------------------------------------------------


def test_statistics(leaklint: Leaklint) -> None:
    write("a.py", TWO)
    write("b.py", LEAK)
    assert leaklint("--statistics").lines == ["2\tRLK103\tnot-released-on-exception", "1\tRLK104\tacquired-and-dropped"]
    found = json.loads(leaklint("--statistics", "--output-format", "json").out)
    assert found[0] == {"code": "RLK103", "name": "not-released-on-exception", "count": 2}


def test_output_file(leaklint: Leaklint) -> None:
    write("a.py", LEAK)
    ran = leaklint("--output-format", "json", "-o", "out.json")
    assert (ran.code, ran.out) == (1, "")
    assert codes(Path("out.json").read_text()) == ["RLK103"]
    assert leaklint("-o", "none/out.json").code == 2
    assert leaklint("-o", ".").code == 2


def test_quiet(leaklint: Leaklint) -> None:
    write("a.py", LEAK)
    ran = leaklint("-q")
    assert ran.out
    assert ran.err == ""


def test_verbose(leaklint: Leaklint) -> None:
    write("a.py", LEAK)
    write("sub/b.py", CLEAN)
    settings = write("sub/leaklint.toml", "").resolve()
    assert leaklint("-v").err.splitlines()[:2] == [
        "leaklint: checking a.py, settings from no file",
        f"leaklint: checking sub/b.py, settings from {settings}",
    ]


def test_files_are_needed_to_write_comments(leaklint: Leaklint) -> None:
    assert leaklint("--add-ignores", "-", stdin=LEAK.encode()).code == 2
    assert leaklint("--diff-base", "HEAD", "-", stdin=LEAK.encode()).code == 2


@pytest.mark.parametrize(
    ("option", "environment", "colored"),
    [
        ((), {}, False),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "0"}, False),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
    ],
)
def test_color(
    leaklint: Leaklint, monkeypatch: pytest.MonkeyPatch, option: tuple[str, ...], environment: dict[str, str], colored: bool
) -> None:
    write("a.py", LEAK)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[" in leaklint(*option).out) is colored


def test_hostile_file_names(leaklint: Leaklint) -> None:
    name = os.fsdecode(b"a\x1b[31m\n::error::x\xff.py")
    write(name, LEAK)
    for form in ("concise", "full", "github", "pylint", "json", "junit", "sarif", "gitlab", "rdjson", "json-lines"):
        ran = leaklint("--output-format", form)
        assert ran.code == 1
        assert "\x1b" not in ran.out + ran.err
        assert not any(line.startswith("::error::") for line in ran.lines)
    assert "\x1b" not in leaklint("--show-files").out
    assert "\x1b" not in leaklint("none" + name).err
    assert "\x1b" not in leaklint("--show-settings").out


def test_output_is_the_same_in_any_locale(leaklint: Leaklint, monkeypatch: pytest.MonkeyPatch) -> None:
    write("größe.py", LEAK)
    before = leaklint("--output-format", "json").out
    assert "größe.py" in before
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    assert leaklint("--output-format", "json").out == before
