"""What names and source say commands nobody: no terminal, no workflow runner, no browser, no reader of a format."""

import json
import os
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from leaklint.output import format_names
from tests.security.hostile import run

LEAK = "def f(p):\n    file = open(p)  # {}\n    return file.read()\n"
BAD = "\x1b]0;pwned\x07\x1b[2J\x1b[31m\u202e\u2066\x9b31m\x7f\x08</script><script>alert(1)</script>::error::x %0A::set-output"
NAMES = {
    "line end": "a\n::error file=x,line=1::pwned\n.py",
    "carriage return": "a\r::error::pwned\r.py",
    "escape": "a\x1b]0;pwned\x07.py",
    "markup": "a<script>alert(1)<",
    "quotes": "a'\"`$(x)`,:;%0A%0D.py",
    "direction": "a\u202egpj.py",
    "percent": "%0A::error::pwned.py",
    "bytes": os.fsdecode(b"a\xff\xfe.py"),
    "option": "--output-file=x.py",
    "brackets": "a](x) [b.py",
    "entity": "&lt;!DOCTYPE&#10;.py",
}
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff]")
"""Everything that a terminal or a reader might obey; tabs and line feeds aside."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files with hostile names; each leaks, and its source is hostile, too. One does not parse."""
    for name in NAMES.values():
        (tmp_path / (name if name.endswith(".py") else f"{name}.py")).write_text(LEAK.format(BAD), "utf-8")
    (tmp_path / f"broken {NAMES['line end']}").write_text(f"open(p)\ndef {BAD}(:\n", "utf-8")
    return tmp_path


def harmless(content: bytes) -> str:
    """The text, if nothing in it may be obeyed."""
    text = content.decode("utf-8")
    assert not CONTROLS.findall(text)
    assert "<script>alert" not in text.replace('["<script>alert', "")
    return text


@pytest.mark.parametrize("name", format_names())
def test_formats(folder: Path, name: str) -> None:
    ran = run(folder, "check", ".", "--no-cache", "--output-format", name)
    assert ran.returncode == 1, ran.stderr.decode()
    text = ran.stdout.decode("utf-8")
    assert not CONTROLS.findall(text)
    harmless(ran.stderr)
    if name in ("json", "gitlab", "rdjson", "sarif"):
        json.loads(text)
    elif name == "json-lines":
        assert all(json.loads(line) for line in text.splitlines())
    elif name == "junit":
        assert len(list(ElementTree.fromstring(text).iter("testcase"))) == len(NAMES) + 1
    elif name == "github":
        assert all(re.match(r"::(?:error|warning|notice) title=leaklint [^:]*::", line) for line in text.splitlines())
    elif name in ("concise", "pylint"):
        assert len(text.splitlines()) == len(NAMES) + 1
    if name != "github":
        assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]


OTHERS = {
    "files": ["check", ".", "--show-files"],
    "settings": ["check", ".", "--show-settings"],
    "statistics": ["check", ".", "--statistics", "--no-cache"],
    "verbose": ["check", ".", "--verbose", "--no-cache"],
    "ignores": ["check", ".", "--add-ignores=why"],
    "show fixes": ["check", ".", "--fix", "--unsafe-fixes", "--show-fixes"],
    "explain": ["explain", f"{NAMES['line end']}:2"],
    "missing": ["check", f"no{NAMES['escape']}"],
    "missing, more": ["check", f"no{NAMES['line end']}"],
}


@pytest.mark.parametrize("name", OTHERS)
def test_messages(folder: Path, name: str) -> None:
    ran = run(folder, *OTHERS[name])
    assert b"Traceback" not in ran.stderr
    assert not CONTROLS.findall((ran.stdout + ran.stderr).decode("utf-8"))
    assert not [line for line in (ran.stdout + ran.stderr).decode().splitlines() if line.startswith("::error")]


def test_a_name_is_no_line_of_a_patch(folder: Path) -> None:
    """The lines of a patch are bytes for `patch`; the names in its head are shown."""
    ran = run(folder, "check", ".", "--diff", "--unsafe-fixes")
    heads = [line for line in ran.stdout.decode().split("\n") if line.startswith(("--- ", "+++ ", "::error"))]
    assert heads
    assert all(line.startswith(("--- ", "+++ ")) and not CONTROLS.search(line) for line in heads)


def test_settings_files_command_nothing(tmp_path: Path) -> None:
    (tmp_path / "leaklint.toml").write_text('"a\\u001b]0;x\\n::error::pwned" = 1\n')
    (tmp_path / "app.py").write_text("pass\n")
    ran = run(tmp_path, "check", ".")
    assert ran.returncode == 2
    assert not CONTROLS.findall(ran.stderr.decode())
    assert not [line for line in ran.stderr.decode().splitlines() if line.startswith("::")]


def test_the_audit_page_holds_data_only(folder: Path) -> None:
    """Names and source appear in its JSON only, where `<` is escaped; its own policy forbids any other script."""
    (folder / "CODEOWNERS").write_text("* @a</script><script>alert(1)</script>\n")
    ran = run(folder, "audit", ".", "-o", "page.html", "--title", "<script>alert(1)</script>")
    assert ran.returncode == 0, ran.stderr.decode()
    text = (folder / "page.html").read_text("utf-8")
    assert (
        text.count("<script")
        == text.count("</script")
        == len(re.findall(r'<script(?: type="application/json"[^>]*)?>|<script ', text))
    )
    assert "<script>alert" not in text
    assert "default-src 'none'" in text
    assert not re.search(r"\bsrc=[\"']?https?:|\bhref=[\"']?javascript:", text)
