"""Replaces files at once or not at all; source files keep mode, encoding, byte order mark and line ends."""

import codecs
import contextlib
import os
import tempfile

from leaklint.places import lies_in, project_folder
from leaklint.source import Source, decode


class NotReplaced(Exception):
    """The file was left as it was; the message says why."""


def replace_text(path: str, old: Source, text: str) -> None:
    """Puts `text` where `old` was read from. NotReplaced if the file is not that any more, or can't be written.

    A symbolic link stays one: the file that it leads to is replaced, if it lies in the same project.
    """
    target = os.path.realpath(path)
    if os.path.islink(path) and not lies_in(target, project_folder(os.path.dirname(os.path.abspath(path)))):
        raise NotReplaced("it is a link that leads out of the project")
    try:
        with open(target, "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if decode(old.filename, file.read()) != old:
                raise NotReplaced("it was changed meanwhile")
        _replace(target, encoded(text, old), mode)
    except OSError as error:
        raise NotReplaced(error.strerror or str(error)) from error


def write_file(path: str, content: bytes) -> None:
    """Puts a file of our own there, over an older one or anew; NotReplaced if it can't be written."""
    target = os.path.realpath(path)
    try:
        mode = os.stat(target).st_mode if os.path.exists(target) else 0o644
        _replace(target, content, mode)
    except OSError as error:
        raise NotReplaced(error.strerror or str(error)) from error


def encoded(text: str, old: Source) -> bytes:
    """The bytes of `text` in the encoding of `old`; NotReplaced if it can't hold them."""
    try:
        body = text.encode(old.encoding)
    except UnicodeEncodeError as error:
        raise NotReplaced(f"its encoding, {old.encoding}, can't hold {text[error.start]!r}") from error
    return (codecs.BOM_UTF8 if old.bom else b"") + body


def _replace(target: str, content: bytes, mode: int) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(target), prefix=".leaklint-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode & 0o7777)
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
