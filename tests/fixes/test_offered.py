"""What outputs and editors are told: the first fix of each finding that works."""

import json
import re
from pathlib import Path

import msgspec

from leaklint.catalog import default_catalog
from leaklint.fixes.contract import applied
from leaklint.fixes.offer import offered, repair
from leaklint.pipeline import rule_names
from leaklint.settings import Settings
from leaklint.source import Source

TEXT = """\
class Journal:
    def __init__(self, path):
        self.file = open(path, "a")

    def write(self, line):
        self.file.write(line)


def read(path):
    return open(path).read()


def lazily(path):
    return (line for line in open(path))
"""


def test_fixes_with_their_edits_and_texts_to_show() -> None:
    settings = Settings(enabled=frozenset(rule_names()))
    fixes = {d.code: fix for d, fix in offered(Source("a.py", TEXT), settings, default_catalog())}
    assert {code: fix.applicability for code, fix in fixes.items()} == {"RLK201": "display", "RLK104": "safe"}
    assert fixes["RLK201"].suggestion.startswith("def close(self):\n    self.file.close()\n")
    assert fixes["RLK201"].edits == ()
    mended = applied(TEXT, fixes["RLK104"].changes)
    assert "    with open(path) as file:\n        return file.read()\n" in mended


def test_the_documentation_shows_what_is_told() -> None:
    page = (Path(__file__).parents[2] / "docs" / "fixes.md").read_text("utf-8")
    rows = re.findall(r"`((?:def|    return) [^`]*)`", page)
    text = "".join(f"{row}\n" for row in rows)
    [(_, fix)] = offered(Source("a.py", text), Settings(enabled=frozenset(rule_names())), default_catalog())
    [shown] = re.findall(r"^```json\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert json.loads(msgspec.json.encode(repair(fix, text))) == json.loads(shown)
