"""`explain`, `library`, `--version`, `--help`, and what starting costs."""

import os
import subprocess
import sys

import pytest

import leaklint as package
from leaklint.checks import all_checks
from tests.cli.conftest import LEAK, Leaklint, write


def test_version(leaklint: Leaklint) -> None:
    assert leaklint("--version") == (0, f"leaklint {package.__version__}\n", "")


def test_help(leaklint: Leaklint) -> None:
    ran = leaklint("--help")
    assert ran.code == 0
    assert {"check", "explain", "library"} <= set(ran.out.split())
    ran = leaklint("check", "-h")
    assert "--output-format" in ran.out
    assert "--no-triage" not in ran.out


@pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.code)
def test_explain_by_code_and_name(leaklint: Leaklint, check) -> None:  # type: ignore[no-untyped-def]
    by_code, by_name = leaklint("explain", check.code), leaklint("explain", check.name)
    assert by_code == by_name
    assert by_code.out.startswith(f"# {check.name} ({check.code})\n")


def test_explain_lists(leaklint: Leaklint) -> None:
    assert [line.split()[0] for line in leaklint("explain").lines] == [check.code for check in all_checks()]


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("RLK999", "'RLK999' is no rule and no FILE:LINE"),
        ("never-relased", "did you mean 'never-released'?"),
        ("a.py:x", "no FILE:LINE"),
    ],
)
def test_explain_what_is_not_there(leaklint: Leaklint, what: str, message: str) -> None:
    ran = leaklint("explain", what)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


def test_library(leaklint: Leaklint) -> None:
    ran = leaklint("library", "sqlite3")
    assert ran.code == 0
    for part in ("sqlite3 connection (connection, error)", "acquired by   sqlite3.connect()", "released by   .close()",
                 "with          ends the transaction; it stays open", "source        executed on"):  # fmt: skip
        assert part in ran.out
    assert leaklint("library", "psycopg2-binary").out == leaklint("library", "psycopg2").out
    assert "sqlite3" in [line.split()[0] for line in leaklint("library").lines]


def test_library_that_is_not_known(leaklint: Leaklint) -> None:
    ran = leaklint("library", "sqlite")
    assert ran.code == 2
    assert "no rule speaks of 'sqlite', did you mean 'sqlite3'?" in ran.err


def test_every_library_can_be_described(leaklint: Leaklint) -> None:
    from leaklint.catalog import default_catalog
    from leaklint.cli.library import described

    catalog = default_catalog()
    for library in catalog.libraries:
        assert next(described(library, catalog)).startswith(library.name)
        assert all(len(line) <= 130 for line in described(library, catalog))


def test_library_of_the_settings(leaklint: Leaklint) -> None:
    write("leaklint.toml", '[[resource]]\nacquire = "app.connect"\nwhat = "app connection"\nrelease = ["bye"]\n')
    assert (
        "app connection (handle, warning)\n  acquired by   app.connect()\n  released by   .bye()"
        in leaklint("library", "project").out
    )


# --- what starting costs ----------------------------------------------------------------------------------------------

HEAVY = {"libcst", "pathspec", "tomllib", "asyncio", "subprocess", "concurrent", "xml", "difflib"}


def modules(*arguments: str) -> set[str]:
    """The top-level modules that a run imports beyond those of a bare interpreter."""
    code = (
        "import sys; before = set(sys.modules); from leaklint.cli.main import run; "
        f"run({list(arguments)!r}); print({{name.partition('.')[0] for name in set(sys.modules) - before}}, file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(eval(run.stderr.splitlines()[-1]))


@pytest.mark.parametrize("arguments", [("--version",), ("explain", "RLK103"), ("explain",)])
def test_cheap_commands_import_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert not modules(*arguments) & HEAVY


def test_a_run_without_git_and_settings_imports_none_of_that() -> None:
    assert not modules("check", "--show-files", __file__) & {"libcst", "pathspec", "subprocess", "asyncio", "xml"}


def test_version_imports_no_more_than_click() -> None:
    assert "msgspec" not in modules("--version")


def test_a_reader_that_leaves_early_is_no_error(tmp_path) -> None:  # type: ignore[no-untyped-def]
    for number in range(200):
        (tmp_path / f"{number}.py").write_text(LEAK.replace("load", f"load_{number}"))
    command = f"{sys.executable} -m leaklint --color always . | head -n 1; exit ${{PIPESTATUS[0]}}"
    run = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True)
    assert "RLK103" in run.stdout
    assert "Traceback" not in run.stderr
    assert "BrokenPipe" not in run.stderr


def test_installed_as_a_module(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "a.py").write_text(LEAK)
    run = subprocess.run([sys.executable, "-m", "leaklint", "a.py"], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stdout.startswith("a.py:5:12: RLK103")


def test_runs_in_the_folder_of_the_standard_library() -> None:
    """`-m` puts the working folder first on the path; leaving it out must not lose the library that Python runs on."""
    command = [sys.executable, "-m", "leaklint", "--version"]
    run = subprocess.run(command, cwd=os.path.dirname(os.__file__), capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
