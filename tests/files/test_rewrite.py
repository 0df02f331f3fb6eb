"""Files are replaced at once or not at all."""

import os
from pathlib import Path

import pytest

from leaklint.rewrite import NotReplaced, replace_text, write_file
from leaklint.source import Source, decode, read


def source(path: Path) -> Source:
    found = read(str(path))
    assert isinstance(found, Source)
    return found


def test_encoding_mark_line_ends_and_mode_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"# coding: latin-1\r\n# \xe9\r\n")
    path.chmod(0o751)
    old = source(path)
    replace_text(str(path), old, old.text + "x = 1\r\n")
    assert path.read_bytes() == b"# coding: latin-1\r\n# \xe9\r\nx = 1\r\n"
    assert path.stat().st_mode & 0o777 == 0o751
    path.write_bytes(b"\xef\xbb\xbfx = 1\n")
    replace_text(str(path), source(path), "y = 2\n")
    assert path.read_bytes() == b"\xef\xbb\xbfy = 2\n"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.py").write_text("x = 1\n")
    link = tmp_path / "link.py"
    link.symlink_to("real.py")
    replace_text(str(link), source(link), "y = 2\n")
    assert link.is_symlink()
    assert (tmp_path / "real.py").read_text() == "y = 2\n"


def test_a_link_that_leads_out_of_the_project(tmp_path: Path) -> None:
    outside = tmp_path / "outside.py"
    outside.write_text("x = 1\n")
    link = tmp_path / "project/link.py"
    link.parent.mkdir()
    link.symlink_to("../outside.py")
    with pytest.raises(NotReplaced, match="leads out of the project"):
        replace_text(str(link), source(link), "y = 2\n")
    assert outside.read_text() == "x = 1\n"
    (tmp_path / ".git").mkdir()
    replace_text(str(link), source(link), "y = 2\n")
    assert outside.read_text() == "y = 2\n"


def test_a_file_that_changed_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("x = 1\n")
    old = source(path)
    path.write_text("x = 2\n")
    with pytest.raises(NotReplaced, match="changed meanwhile"):
        replace_text(str(path), old, "y = 3\n")
    assert path.read_text() == "x = 2\n"


def test_text_that_the_encoding_cannot_hold(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"# coding: latin-1\n")
    with pytest.raises(NotReplaced, match="latin-1"):
        replace_text(str(path), source(path), "# coding: latin-1\n# \u20ac\n")
    assert path.read_bytes() == b"# coding: latin-1\n"


def test_nothing_is_left_behind_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.py"
    path.write_text("x = 1\n")
    old = source(path)

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(NotReplaced, match="No space left"):
        replace_text(str(path), old, "y = 2\n")
    with pytest.raises(NotReplaced, match="No space left"):
        write_file(str(tmp_path / "new.json"), b"{}")
    assert os.listdir(tmp_path) == ["a.py"]
    assert path.read_text() == "x = 1\n"


def test_missing_files(tmp_path: Path) -> None:
    old = decode("a.py", b"x = 1\n")
    assert isinstance(old, Source)
    with pytest.raises(NotReplaced, match="No such file"):
        replace_text(str(tmp_path / "none.py"), old, "y = 2\n")
    with pytest.raises(NotReplaced, match="No such file"):
        write_file(str(tmp_path / "none/known.json"), b"{}")
