"""File patterns of the settings, with ruff's meaning.

A pattern without a slash matches the last part of a path ("*_test.py", "build"); any pattern matches the whole path, taken
from the folder of the settings that state it ("tests/*", "src/**/gen"). `*` and `?` also match slashes, `**/` matches any
number of folders including none, `[a-z]` and `{a,b}` are sets, a backslash takes the next character literally. Patterns
come with the code that is checked, so matching takes linear time (`fnmatch` sees to that) and braces have a limit.
"""

import fnmatch
import os
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_GROUP = re.compile(r"\{([^{}]*)\}")
_DEEP = re.compile(r"(?<!\*)\*{2,}+/(?:\*{2,}+/)*+")
_SET = re.compile(r"\[\^")
_LIMIT = 256
_PRIVATE, _PRIVATE_SIZE = 0xF0000, 0x100
_HIDDEN = re.compile(f"[{chr(_PRIVATE)}-{chr(_PRIVATE + _PRIVATE_SIZE - 1)}]")


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
    """The regex source of a glob."""
    return _either([fnmatch.translate(_SET.sub("[!", text)) for text in _alternatives(glob)])


def _alternatives(glob: str) -> list[str]:
    """The globs without braces and `**/` that it stands for; itself, if those are too many."""
    done: list[str] = []
    todo = [_DEEP.sub("**/", _ESCAPED.sub(_hidden, glob))]
    while todo and len(todo) + len(done) <= _LIMIT:
        text = todo.pop()
        group = _GROUP.search(text)
        if group is not None:
            todo += [text[: group.start()] + item + text[group.end() :] for item in group[1].split(",")]
        elif "**/" in text:
            before, _, after = text.partition("**/")
            todo += [before + after, f"{before}*/{after}"]
        else:
            done.append(_HIDDEN.sub(_shown, text))
    return done if not todo else [glob]


def _hidden(match: re.Match[str]) -> str:
    """A character without its special meaning, while braces are looked for."""
    return chr(_PRIVATE + ord(match[1])) if ord(match[1]) < _PRIVATE_SIZE else match[1]


def _shown(match: re.Match[str]) -> str:
    return f"[{chr(ord(match[0]) - _PRIVATE)}]"
