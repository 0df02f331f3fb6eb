"""What a fixture says about itself.

    # expect: RLK101            this finding, on this line; several codes: `RLK101, RLK103`
    # expect-todo: RLK101       should be found and is not yet
    # wrong: RLK101             is found and should not be
    # settings: exceptions = "own"    in the first lines of the file: TOML, one key each

The two in the middle are strict: a mended one is an error until the line says what is right.
"""

import re
import tomllib
from collections import Counter
from typing import NamedTuple

from leaklint.model import Diagnostic
from leaklint.source import lines

_MARK = re.compile(r"#\s*(?P<kind>expect|expect-todo|wrong):\s*(?P<codes>RLK\d{3}(?:,\s*RLK\d{3})*)")
_SETTING = re.compile(r"^#\s*settings:\s*(?P<toml>.+)$", re.MULTILINE)

Place = tuple[int, str]
"""(row, code)."""


class Expected(NamedTuple):
    """What a text says: findings that are there and right, missing ones, and wrong ones."""

    right: Counter[Place]
    missing: Counter[Place]
    wrong: Counter[Place]


def expected(text: str) -> Expected:
    """What the comments of a fixture say."""
    marks: dict[str, Counter[Place]] = {"expect": Counter(), "expect-todo": Counter(), "wrong": Counter()}
    for row, line in enumerate(lines(text), 1):
        for match in _MARK.finditer(line):
            marks[match["kind"]].update((row, code.strip()) for code in match["codes"].split(","))
    return Expected(marks["expect"], marks["expect-todo"], marks["wrong"])


def settings(text: str) -> dict[str, object]:
    """The settings that a fixture asks for."""
    return tomllib.loads("\n".join(match["toml"] for match in _SETTING.finditer(text)))


def differences(text: str, found: tuple[Diagnostic, ...]) -> list[str]:
    """One line for each way in which the findings are not what the fixture says."""
    says = expected(text)
    got = Counter((d.location.row, d.code) for d in found)
    words = {(d.location.row, d.code): d.message for d in found}
    here = says.right + says.wrong
    problems = [(place, "is not found") for place in here - got if place not in says.wrong]
    problems += [(place, "is mended: remove the `wrong:`") for place in says.wrong - got]
    extra = got - here
    problems += [(place, "is found: write `expect:`") for place in says.missing & extra]
    problems += [(place, f"is found and not expected: {words[place]}") for place in extra - says.missing]
    return [f"line {row}: {code} {what}" for (row, code), what in sorted(problems)]
