"""Reading source files: encodings, and everything that can't be read."""

import io
import os
import socket
from pathlib import Path

import pytest

from leaklint.source import Problem, Source, decode, lines, read, read_stream, row_starts


@pytest.mark.parametrize(
    ("data", "text", "encoding", "bom"),
    [
        (b"", "", "utf-8", False),
        ("é = 1\n".encode(), "é = 1\n", "utf-8", False),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n", "utf-8", True),
        (b"\xef\xbb\xbf# coding: utf8\n", "# coding: utf8\n", "utf8", True),
        (b"# -*- coding: latin-1 -*-\n# \xe9\n", "# -*- coding: latin-1 -*-\n# é\n", "latin-1", False),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n# \x80", None, "cp1252", False),
        (b"\n# coding: latin-1\n# \xe9", None, "latin-1", False),
        (b"\r# coding: latin-1\r# \xe9\r", None, "latin-1", False),
        (b"# coding: iso-8859-15\r\n# \xa4\r\n", "# coding: iso-8859-15\r\n# €\r\n", "iso-8859-15", False),
        # A cookie below code, or on line 3, is none.
        ("x = 1\n# coding: latin-1\n# é".encode(), "x = 1\n# coding: latin-1\n# é", "utf-8", False),
        ("\n\n# coding: latin-1\n# é".encode(), "\n\n# coding: latin-1\n# é", "utf-8", False),
        (b"a\r\nb\rc\nd\fe", "a\r\nb\rc\nd\fe", "utf-8", False),
    ],
)
def test_decoded(data: bytes, text: str | None, encoding: str, bom: bool) -> None:
    expected = data.decode(encoding) if text is None else text
    assert decode("a.py", data) == Source("a.py", expected, encoding, bom)


@pytest.mark.parametrize(
    ("data", "kind", "message", "row"),
    [
        (b"x = 1\ny = '\0'\n", "nul", "contains a NUL byte", 2),
        (b"x = 1\r\r\n# \xff\n", "undecodable", "is not UTF-8", 3),
        (b"\xef\xbb\xbf# \xff", "undecodable", "is not UTF-8", 1),
        (b"# coding: ascii\n# \xe9", "undecodable", "is not ascii", 2),
        (b"# coding: nonsense\n", "undecodable", "names an unknown encoding, 'nonsense'", 1),
        # Codecs that do not decode text are refused, as Python does: a cookie must not unpack a bomb.
        (b"# coding: zip\n", "undecodable", "names an unknown encoding, 'zip'", 1),
        (b"# coding: bz2_codec\n", "undecodable", "names an unknown encoding, 'bz2_codec'", 1),
        (b"\xef\xbb\xbf# coding: latin-1\n", "undecodable", "byte order mark but names 'latin-1'", 1),
        ("x = 1\n".encode("utf-16"), "undecodable", "is UTF-16", 1),
        ("x = 1\n".encode("utf-32"), "undecodable", "is UTF-32", 1),
    ],
)
def test_not_decoded(data: bytes, kind: str, message: str, row: int) -> None:
    found = decode("a.py", data)
    assert isinstance(found, Problem)
    assert (found.kind, found.row) == (kind, row)
    assert message in found.message


def test_python_agrees_about_encodings() -> None:
    """What is decoded here compiles, and what is refused here does not."""
    for number, head in enumerate(
        (b"", b"# coding: latin-1\n", b"# coding: ascii\n", b"x=1\n# coding: latin-1\n", b"# coding: zip\n")
    ):
        data = head + b"s = '\xe9'\n"
        try:
            compile(data, f"{number}.py", "exec")
        except (SyntaxError, LookupError):
            assert isinstance(decode("a.py", data), Problem)
        else:
            assert isinstance(decode("a.py", data), Source)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    def message(name: str) -> str:
        found = read(name)
        assert isinstance(found, Problem)
        assert found.kind == "unreadable"
        return found.message

    loop = tmp_path / "loop.py"
    loop.symlink_to(loop)
    folder = tmp_path / "x.py"
    folder.mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.fspath(tmp_path / "socket"))
        assert message(str(tmp_path / "socket")) == "is not a regular file"
    assert message(str(loop)).startswith("can't be read: ")
    assert message(str(folder)) == "is not a regular file"
    assert message(str(tmp_path / "none.py")) == "can't be read: No such file or directory"
    assert message("nul\0.py").startswith("can't be read: ")
    assert message("/dev/zero") == "is not a regular file"


def test_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.py"
    path.write_text("x = 1\n")
    path.chmod(0)
    if os.access(path, os.R_OK):  # root reads everything

        def refuse(*_: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("builtins.open", refuse)
    assert read(str(path)) == Problem(str(path), "unreadable", "can't be read: Permission denied")


def test_pipes_and_streams(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    try:
        with os.fdopen(writing, "wb") as stream:
            stream.write(b"x = 1\n")
        assert read(f"/dev/fd/{reading}") == Source(f"/dev/fd/{reading}", "x = 1\n")
    finally:
        os.close(reading)
    assert read_stream("named.py", io.BytesIO(b"y = 2\n")) == Source("named.py", "y = 2\n")


def test_rows_end_where_python_ends_them() -> None:
    text = "a\r\nb\rc\nd\fe\vf\x1cg\u2028h"
    assert lines(text) == ["a", "b", "c", "d\fe\vf\x1cg\u2028h"]
    assert [text[start] for start in row_starts(text)] == ["a", "b", "c", "d"]
    assert lines("") == [""]
    assert lines("a\n") == ["a", ""]
