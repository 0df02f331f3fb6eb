"""Names that a fix must not lose, nor use without a binding."""

import pytest

from leaklint.fixes.bound import unbound_names

BEFORE = """\
import os


def f(path):
    x = open(path)

    def inner():
        return x, os

    return inner
"""


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("open(path)", "open(path)", ()),
        ("    x = open(path)", "    with open(path) as x:\n        pass", ()),
        ("    x = open(path)", "    with closing(open(path)) as x:\n        pass", ("closing",)),
        ("    x = open(path)", "    with open(path) as y:\n        pass", ("x",)),
        ("import os", "import os\nfrom contextlib import closing\nclosing", ()),
        ("import os", "import sys", ("os",)),
        ("        return x, os", "        x = 1\n        return x, os", ("x",)),
        ("    x = open(path)", "    x = max(path)", ()),
    ],
)
def test_names(old: str, new: str, names: tuple[str, ...]) -> None:
    assert unbound_names(BEFORE, BEFORE.replace(old, new)) == names


def test_what_is_no_python_has_no_names() -> None:
    assert unbound_names(BEFORE, "def f(:\n") is None
