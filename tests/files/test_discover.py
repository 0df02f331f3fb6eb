"""Which files are looked at."""

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from leaklint.discover import discover, excluded, import_root, missing
from leaklint.settings import SettingsTree
from leaklint.settings.load import convert

NAMES = {"RLK900": "cannot-analyse"}


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def make(*names: str, text: str = "") -> None:
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def found(*paths: str, **options: Any) -> list[str]:
    table = {key.replace("_", "-"): value for key, value in options.items()}
    tree = SettingsTree(NAMES, convert(table, "command line"), os.getcwd())
    return [file.filename for file in discover(paths, tree)]


def test_what_a_folder_yields() -> None:
    make("a.py", "b.pyi", "c.txt", "pkg/d.py", "pkg/__init__.py", "e.pyc", "f.PY", "pkg/x.py/inner.py", ".hidden.py", ".dir/g.py")
    assert found(".") == [".dir/g.py", ".hidden.py", "a.py", "b.pyi", "pkg/__init__.py", "pkg/d.py", "pkg/x.py/inner.py"]


@pytest.mark.parametrize(
    ("first", "is_script"),
    [
        ("#!/usr/bin/python3", True),
        ("#!/usr/bin/env python", True),
        ("#!/usr/bin/env -S python3.12 -u", True),
        ("#!/opt/python/bin/sh", False),
        ("#!/bin/bash", False),
        ("#!/usr/bin/pythonic", False),
        ("import python", False),
        ("", False),
    ],
)
def test_scripts_without_a_suffix(first: str, is_script: bool) -> None:
    make("tool", text=f"{first}\nx = 1\n")
    assert (found(".") == ["tool"]) is is_script


def test_order_does_not_depend_on_the_file_system() -> None:
    make("b/z.py", "b/a.py", "a/m.py", "c.py", "b.py")
    assert found(".") == ["a/m.py", "b/a.py", "b/z.py", "b.py", "c.py"]


def test_names_are_as_given() -> None:
    make("pkg/a.py")
    assert found("pkg") == ["pkg/a.py"]
    assert found("./pkg") == ["pkg/a.py"]
    assert found("./pkg/a.py") == ["pkg/a.py"]
    assert found("pkg/../pkg/a.py") == ["pkg/../pkg/a.py"]
    assert found(os.path.abspath("pkg")) == [os.path.abspath("pkg/a.py")]


def test_a_path_twice_counts_once() -> None:
    make("pkg/a.py", "b.py")
    Path("link.py").symlink_to("b.py")
    assert found("pkg", "pkg/a.py", "./pkg", os.path.abspath("pkg/a.py")) == ["pkg/a.py"]
    assert found(".") == ["b.py", "pkg/a.py"]


def test_named_files_count_whatever_they_are_called() -> None:
    make("script.txt", "build/gen.py")
    assert found("script.txt", "build/gen.py", "build") == ["script.txt", "build/gen.py"]


def test_links_lead_in_no_circles() -> None:
    make("pkg/a.py", "outside/b.py")
    Path("pkg/up").symlink_to("..")
    Path("pkg/loop").symlink_to("loop")
    Path("pkg/loop.py").symlink_to("loop.py")
    Path("pkg/gone.py").symlink_to("nowhere.py")
    Path("pkg/other").symlink_to("../outside")
    assert found("pkg") == ["pkg/a.py"]
    assert found("pkg/other") == ["pkg/other/b.py"]


def test_default_and_stated_excludes() -> None:
    make("a.py", "venv/b.py", "deep/node_modules/c.py", "gen/d.py", "gen/keep/e.py", "f_pb2.py")
    assert found(".") == ["a.py", "f_pb2.py", "gen/d.py", "gen/keep/e.py"]
    assert found(".", extend_exclude=["gen/*.py", "*_pb2.py"]) == ["a.py"]
    assert found(".", exclude=["gen"]) == ["a.py", "deep/node_modules/c.py", "f_pb2.py", "venv/b.py"]


def test_force_exclude_covers_named_files_and_folders_above_them() -> None:
    make("build/deep/a.py", "b.py")
    assert found("build/deep/a.py", "b.py") == ["build/deep/a.py", "b.py"]
    assert found("build/deep/a.py", "build", "b.py", force_exclude=True) == ["b.py"]


def test_each_folder_has_its_own_settings() -> None:
    make("a/x.py", "a/gen.py", "b/x.py", "b/gen.py")
    make("a/leaklint.toml", text='extend-exclude = ["gen.py"]\n')
    assert found(".") == ["a/x.py", "b/gen.py", "b/x.py"]


def test_unreadable_folders_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    make("a.py", "locked/b.py")
    scandir = os.scandir

    def refuse(path: str) -> Any:
        if path.endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert found(".") == ["a.py"]


def test_sockets_and_pipes_in_folders_are_passed_over() -> None:
    os.mkfifo("pipe.py")
    assert stat.S_ISFIFO(os.stat("pipe.py").st_mode)
    make("a.py")
    assert found(".") == ["a.py"]


def test_missing() -> None:
    make("a.py")
    Path("loop").symlink_to("loop")
    Path("dangling").symlink_to("nowhere")
    assert missing(["a.py", ".", "none.py", "loop", "dangling", "nul\0"]) == ["none.py", "nul\0"]


def test_excluded() -> None:
    tree = SettingsTree(NAMES, convert({}, "command line"), os.getcwd())
    assert excluded(os.path.abspath("venv/lib/a.py"), tree)
    assert not excluded(os.path.abspath("src/a.py"), tree)


def test_import_root() -> None:
    make("src/pkg/__init__.py", "src/pkg/sub/__init__.py", "src/pkg/sub/a.py", "scripts/b.py")
    assert import_root(os.path.abspath("src/pkg/sub/a.py")) == os.path.abspath("src")
    assert import_root(os.path.abspath("scripts/b.py")) == os.path.abspath("scripts")


# --- .gitignore -------------------------------------------------------------------------------------------------------


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout


IGNORES = {
    ".gitignore": "*.gen.py\n/top.py\nout/\n!keep.gen.py\n**/deep/x.py\n# comment\n\\#hash.py\nspace.py   \n"
    "sub/*.py\n!sub/yes.py\n",
    "pkg/.gitignore": "local.py\n!again.gen.py\n/only_here.py\n",
    ".git/info/exclude": "private.py\n",
}
FILES = [
    "a.py", "a.gen.py", "top.py", "keep.gen.py", "out/x.py", "pkg/top.py", "pkg/local.py", "pkg/again.gen.py", "pkg/b.gen.py",
    "pkg/only_here.py", "pkg/in/only_here.py", "pkg/in/local.py", "some/deep/x.py", "#hash.py", "space.py", "sub/no.py",
    "sub/yes.py", "private.py", "pkg/out/y.py", "out.py", "local.py",
]  # fmt: skip


def test_what_git_ignores_is_what_git_says() -> None:
    git("init", "-q")
    make(*FILES)
    for name, text in IGNORES.items():
        make(name, text=text)
    listed = git("ls-files", "--others", "--exclude-standard", "-z").split("\0")
    assert found(".") == sorted((name for name in listed if name.endswith(".py")), key=lambda name: name.split("/"))
    assert set(found(".", respect_gitignore=False)) == set(FILES)


def test_ignored_paths_that_are_named_count() -> None:
    git("init", "-q")
    make("out/x.py", "out/y.gen.py", "out/in/z.py")
    make(".gitignore", text="out/\n*.gen.py\n")
    assert found("out/x.py") == ["out/x.py"]
    assert found("out") == ["out/in/z.py", "out/x.py", "out/y.gen.py"]
    assert found("out/in") == ["out/in/z.py"]


def test_rules_above_the_named_folder_hold() -> None:
    git("init", "-q")
    make("pkg/a.py", "pkg/b.gen.py", "pkg/in/c.gen.py")
    make(".gitignore", text="*.gen.py\n")
    assert found("pkg") == ["pkg/a.py"]
    assert found("pkg/in") == []


def test_without_a_repository_only_inner_files_hold() -> None:
    make("pkg/a.py", "pkg/b.py")
    make(".gitignore", text="a.py\n")
    make("pkg/.gitignore", text="b.py\n")
    assert found("pkg") == ["pkg/a.py"]


def test_a_broken_line_costs_itself_only() -> None:
    git("init", "-q")
    make("a.py", "b.py")
    Path(".gitignore").write_bytes(b"!\n\\\n[z-a\na.py\n\xff\xfe\n")
    assert found(".") == ["b.py"]


def test_named_files_need_no_pathspec() -> None:
    make("a.py")
    make(".gitignore", text="b.py\n")
    code = "import sys; from leaklint.cli.main import run; run(['--show-files', 'a.py']); print('pathspec' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["a.py", "False"]
