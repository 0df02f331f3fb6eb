"""Who owns a file: CODEOWNERS, as GitHub and GitLab read it. The last pattern that matches wins."""

import os
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pathspec import GitIgnoreSpec

from leaklint.gitignore import patterns
from leaklint.places import lies_in
from leaklint.source import read_regular

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where the file may lie, in the order in which it is looked for."""

_LARGEST = 1_000_000
NOBODY = "nobody"
_SECTION = re.compile(r"\^?\[(?:\\.|[^\]\\])+\](?:\[\d+\])?(?P<owners>.*)")
_WORDS = re.compile(r"(?:\\.|\S)+")


class Rule(NamedTuple):
    """One line. owners: "" if the line takes files out; depth: how many folders its files lie in, None for any number."""

    spec: GitIgnoreSpec
    owners: str
    depth: int | None


def read_owners(folder: str) -> tuple[Rule, ...]:
    """The rules of the project in `folder`, () if it has none."""
    for place in PLACES:
        path = os.path.join(folder, *place.split("/"))
        if os.path.isfile(path) and lies_in(path, folder):
            return tuple(parse_owners(read_regular(path, _LARGEST).decode("utf-8", "replace")))
    return ()


def parse_owners(text: str) -> Iterator[Rule]:
    """The rules of a CODEOWNERS file. A GitLab section's owners hold for its lines that name none."""
    inherited = ""
    for line in text.splitlines():
        line = re.sub(r"(?:^|\s)#.*", "", line).strip()
        if section := _SECTION.fullmatch(line):
            inherited = " ".join(section["owners"].split())
        elif words := _WORDS.findall(line):
            pattern, *owners = words
            yield _rule(pattern, " ".join(owners) or inherited)


def _rule(pattern: str, owners: str) -> Rule:
    """`!` and `#` have no meaning of their own; `docs/*` means the files of that folder, not those of folders in it."""
    escaped = f"\\{pattern}" if pattern.startswith(("!", "#")) else pattern
    depth = pattern.strip("/").count("/") if pattern.endswith("/*") and "**" not in pattern else None
    return Rule(patterns([escaped]), owners, depth)


def owner_of(path: str, rules: Sequence[Rule]) -> str:
    """The owners of a file, by its path from the project's folder with slashes; `nobody` if there are none."""
    for rule in reversed(rules):
        if rule.depth in (None, path.count("/")) and rule.spec.match_file(path):
            return rule.owners or NOBODY
    return NOBODY
