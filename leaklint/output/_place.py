"""Where a file lies, as formats for other programs say it."""

import os

from leaklint.output._escape import printable

# RFC 3986: what may stand in a path unescaped.
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/!$&'()*+,;=@")


def relative(filename: str, root: str) -> str:
    """The path from `root` with slashes, if the file lies below it, else the path as it is; printable."""
    path = os.path.normpath(os.path.join(root, filename))
    inside = path.startswith(root.rstrip(os.sep) + os.sep)
    return printable((os.path.relpath(path, root) if inside else filename).replace(os.sep, "/"))


def uri(filename: str, root: str) -> str:
    """A relative reference from `root` if the file lies below it, else a `file:` URI."""
    path = os.path.normpath(os.path.join(root, filename))
    if path.startswith(root.rstrip(os.sep) + os.sep):
        return _quoted(os.path.relpath(path, root))
    return "file://" + _quoted(path if path.startswith("/") else f"/{path}")


def _quoted(path: str) -> str:
    data = os.fsencode(path.replace(os.sep, "/"))
    return "".join(chr(byte) if chr(byte) in _PLAIN else f"%{byte:02X}" for byte in data)
