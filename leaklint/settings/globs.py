"""File patterns of the settings, with ruff's meaning.

A pattern without a slash matches the last part of a path ("*_test.py", "build"); any pattern matches the whole path, taken
from the folder of the settings that state it ("tests/*", "src/**/gen"). `*` and `?` also match slashes, `**/` matches any
number of folders including none, `[a-z]` and `{a,b}` are sets, a backslash takes the next character literally.
"""

import os
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

_PART = re.compile(r"\*\*/|\*+|\?|\[(?:!|\^)?\]?[^\]]*\]|[{},]|\\.|[^*?\[\]{},\\]+|.", re.DOTALL)
_SPECIAL = re.compile(r"[\\\[\]^&~|]")


class Pattern(NamedTuple):
    """A glob and the absolute folder that it starts from; `!` in front negates it."""

    glob: str
    root: str


def matches(path: str, pattern: Pattern) -> bool:
    """Whether that absolute path is meant."""
    path = path.replace(os.sep, "/")
    glob = pattern.glob.removeprefix("!").replace(os.sep, "/").removeprefix("./").rstrip("/")
    found = _regex(glob, pattern.root).fullmatch(path) is not None
    if not found and "/" not in glob:
        found = _regex(glob, None).fullmatch(path.rpartition("/")[2]) is not None
    return found is not pattern.glob.startswith("!")


def matches_any(path: str, patterns: Iterable[Pattern]) -> bool:
    """Whether one of the patterns means that absolute path."""
    return any(matches(path, pattern) for pattern in patterns)


@lru_cache(maxsize=4096)
def _regex(glob: str, root: str | None) -> re.Pattern[str]:
    """The whole-path regex of a glob that starts from `root`, unless it is absolute or there is none."""
    if root is None or os.path.isabs(glob):
        return re.compile(_translated(glob), re.DOTALL)
    folder = root.replace(os.sep, "/").rstrip("/")
    while glob.startswith("../"):
        folder, glob = folder.rpartition("/")[0], glob.removeprefix("../")
    return re.compile(f"{re.escape(folder)}/{_translated(glob)}", re.DOTALL)


def _translated(glob: str) -> str:
    """The regex source of a glob; braces that don't balance are literal."""
    depth, out = 0, []
    for part in _PART.findall(glob):
        if part == "{":
            depth += 1
            out.append("(?:")
        elif part == "}" and depth > 0:
            depth -= 1
            out.append(")")
        elif part == "," and depth > 0:
            out.append("|")
        else:
            out.append(_piece(part))
    return "".join(out) if depth == 0 else re.escape(glob)


def _piece(part: str) -> str:
    """The regex source of one piece of a glob."""
    if part == "**/":
        return "(?:.*/)?"
    if part.startswith("*"):
        return ".*"
    if part == "?":
        return "."
    if part.startswith("[") and len(part) > 2:
        return _set(part)
    return re.escape(part[1:] if part.startswith("\\") and len(part) > 1 else part)


def _set(part: str) -> str:
    """The regex source of `[...]`; one that is no valid set is literal."""
    negated = part[1] in "!^"
    body = _SPECIAL.sub(r"\\\g<0>", part[2:-1] if negated else part[1:-1])
    source = f"[^{body}]" if negated else f"[{body}]"
    try:
        re.compile(source)
    except re.error:
        return re.escape(part)
    return source
