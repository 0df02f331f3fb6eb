"""File patterns of the settings, with ruff's meaning.

A pattern without a slash matches the last part of a path ("*_test.py", "build"); any pattern matches the whole path, taken
from the folder of the settings that state it ("tests/*", "src/**/gen"). `*` and `?` also match slashes, `**/` matches any
number of folders including none, `[a-z]` and `{a,b}` are sets, a backslash takes the next character literally.
"""

import os
import re
from collections.abc import Sequence
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
    return matches_any(path, (pattern,))


def matches_any(path: str, patterns: tuple[Pattern, ...]) -> bool:
    """Whether one of the patterns means that absolute path."""
    path = path.replace(os.sep, "/")
    meant, spared = _compiled(patterns)
    name = path.rpartition("/")[2]
    return any(part.fullmatch(text) for part, text in zip(meant, (name, path), strict=True)) or any(
        not (of_name.fullmatch(name) or of_path.fullmatch(path)) for of_name, of_path in spared
    )


_Pair = tuple[re.Pattern[str], re.Pattern[str]]


@lru_cache(maxsize=1024)
def _compiled(patterns: tuple[Pattern, ...]) -> tuple[_Pair, tuple[_Pair, ...]]:
    """Regexes for (last part, whole path): one pair for what patterns mean, and one for each negated pattern."""
    meant = _pair([pattern for pattern in patterns if not pattern.glob.startswith("!")])
    spared = tuple(_pair([pattern]) for pattern in patterns if pattern.glob.startswith("!"))
    return meant, spared


def _pair(patterns: Sequence[Pattern]) -> _Pair:
    """The regexes of what any of the patterns means, `!` aside."""
    globs = [(_normal(pattern.glob), pattern.root) for pattern in patterns]
    by_root: dict[str, list[str]] = {}
    for glob, root in globs:
        folder, rest = _located(glob, root)
        by_root.setdefault(folder, []).append(_translated(rest))
    names = [_translated(glob) for glob, _ in globs if "/" not in glob]
    paths = [re.escape(folder) + _either(rest) for folder, rest in by_root.items()]
    return re.compile(_either(names), re.DOTALL), re.compile(_either(paths), re.DOTALL)


def _either(sources: Sequence[str]) -> str:
    return f"(?:{'|'.join(sources)})" if sources else r"(?!)"


def _normal(glob: str) -> str:
    return glob.removeprefix("!").replace(os.sep, "/").removeprefix("./").rstrip("/")


def _located(glob: str, root: str) -> tuple[str, str]:
    """(the folder that a glob starts from with its slash, the glob below it)."""
    if os.path.isabs(glob):
        return "", glob
    folder = root.replace(os.sep, "/").rstrip("/")
    while glob.startswith("../"):
        folder, glob = folder.rpartition("/")[0], glob.removeprefix("../")
    return f"{folder}/", glob


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
