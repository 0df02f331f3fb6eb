"""Reads source files: bytes -> `Source`, or a `Problem` that says why the file can't be analysed.

Text keeps its line ends. A row ends at CR, LF or CR LF and at nothing else: form feeds, vertical tabs and Unicode line
separators stay within a row, as for Python itself, so `str.splitlines` must not be used on source text.
"""

import codecs
import errno
import os
import re
import stat
from typing import BinaryIO, Literal

import msgspec

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?$")
_LINE_END = re.compile(r"\r\n|\r|\n")
_OTHER_BOMS = {codecs.BOM_UTF32_LE: "UTF-32", codecs.BOM_UTF32_BE: "UTF-32", codecs.BOM_UTF16_LE: "UTF-16",
               codecs.BOM_UTF16_BE: "UTF-16"}  # fmt: skip


MAX_BYTES = 50_000_000
"""A larger file is not read: nobody wrote it, and a checkout may hold a small archive of a very large one."""


class Source(msgspec.Struct, frozen=True):
    """The text of one file under the name that the user knows it by. `encoding` and `bom` say how to write it back."""

    filename: str
    text: str
    encoding: str = "utf-8"
    bom: bool = False


class Problem(msgspec.Struct, frozen=True):
    """Why a file can't be analysed. `row` is 1 where no line is to blame."""

    filename: str
    kind: Literal["unreadable", "undecodable", "nul"]
    message: str
    row: int = 1


def read(filename: str) -> Source | Problem:
    """The file's text. Devices and sockets are refused, pipes (`<(command)`) are read to their end."""
    try:
        mode = os.stat(filename).st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
            return Problem(filename, "unreadable", "is not a regular file")
        with open(filename, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        return Problem(filename, "unreadable", f"can't be read: {error.strerror or error}")
    except ValueError as error:  # a NUL in the name itself
        return Problem(filename, "unreadable", f"can't be read: {error}")
    if len(data) > MAX_BYTES:
        return Problem(filename, "unreadable", f"is larger than {MAX_BYTES // 1_000_000} MB")
    return decode(filename, data)


def read_regular(path: str, most: int) -> bytes:
    """The content of a file that is no source; OSError for what is no regular file (a link to a device never ends) or larger."""
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise OSError(errno.EINVAL, "is not a regular file", path)
    with open(path, "rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"is larger than {most:,} bytes", path)
    return data


def read_stream(filename: str, stream: BinaryIO) -> Source | Problem:
    """The text of an open stream, called `filename`."""
    return decode(filename, stream.read())


def decode(filename: str, data: bytes) -> Source | Problem:
    """The text of `data` as Python would read it: byte order mark, then PEP 263 cookie, then UTF-8."""
    if (wide := _wide(data)) is not None:
        return Problem(filename, "undecodable", f"is {wide}; Python source must be UTF-8 or name its encoding")
    if (nul := data.find(b"\0")) >= 0:
        return Problem(filename, "nul", "contains a NUL byte", _row(data, nul))
    bom = data.startswith(codecs.BOM_UTF8)
    body = data[len(codecs.BOM_UTF8) :] if bom else data
    encoding = _declared(body) or "utf-8"
    try:
        text = body.decode(encoding)  # refuses codecs such as zip, which don't decode text
    except UnicodeDecodeError as error:
        return Problem(filename, "undecodable", f"is not {_display(encoding)}", _row(body, error.start))
    except (LookupError, ValueError):
        return Problem(filename, "undecodable", f"names an unknown encoding, {encoding!r}")
    if bom and codecs.lookup(encoding).name != "utf-8":
        return Problem(filename, "undecodable", f"starts with a UTF-8 byte order mark but names {encoding!r}")
    return Source(filename, text, encoding, bom)


def lines(text: str) -> list[str]:
    """The rows of `text` without their line ends; row n is item n - 1."""
    return _LINE_END.split(text)


def row_starts(text: str) -> list[int]:
    """The offset at which each row begins; row n is item n - 1."""
    return [0, *(match.end() for match in _LINE_END.finditer(text))]


def _wide(data: bytes) -> str | None:
    return next((name for bom, name in _OTHER_BOMS.items() if data.startswith(bom)), None)


def _declared(body: bytes) -> str | None:
    """The encoding that a cookie on line 1 or 2 names; line 2 counts only below a blank line or a comment (PEP 263)."""
    for line in re.split(rb"\r\n|\r|\n", body[:1024], maxsplit=2)[:2]:
        if match := _COOKIE.match(line):
            return match[1].decode("ascii", "replace")
        if not _BLANK.match(line):
            return None
    return None


def _display(encoding: str) -> str:
    return "UTF-8" if codecs.lookup(encoding).name == "utf-8" else encoding


def _row(data: bytes, offset: int) -> int:
    return len(re.split(rb"\r\n|\r|\n", data[:offset]))
