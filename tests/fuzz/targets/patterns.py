"""Patterns that come with a checkout: .gitignore, CODEOWNERS."""

import tempfile
from pathlib import Path

from leaklint.audit.owners import owner_of, parse_owners
from leaklint.gitignore import Ignored
from tests.fuzz.contract import Target
from tests.fuzz.texts import text_of

_FOLDER = Path(tempfile.mkdtemp(prefix="leaklint-fuzz-"))
_NAMES = ("a.py", "docs/a.py", "a/b/c/d/e/f.py", "a" * 200 + ".py", "/".join("a" * 60), "ab" * 60 + "/x.pyi")


def run(data: bytes) -> None:
    """Any patterns can be asked about any file, in time."""
    rules = tuple(parse_owners(text_of(data)))
    (_FOLDER / ".gitignore").write_bytes(data)
    ignored = Ignored().entering(str(_FOLDER))
    for name in _NAMES:
        owner_of(name, rules)
        ignored.ignores(f"{_FOLDER}/{name}", False)


def seeds() -> list[bytes]:
    """A few of each."""
    return [
        b"*.py[co]\n!keep\n/build/\n**/x/**/y\na/**\n",
        b"[Section] @team\n*.js @a @b\ndocs/* c@d.e\n^[Opt][2] @x\n/a\\ b @y\n",
    ]


_WORDS = ("*", "**/", "/**", "[a-z]", "[!", "!", "\\", "?", "#", "[Section] ", "@owner", "a*", "\n", "/", "[[:alpha:]]", " ")
TARGET = Target(run, seeds, _WORDS, longest=512)
