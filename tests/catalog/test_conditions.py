"""Conditions on arguments: what they accept, and the answer for calls that are known in part."""

import pytest

from leaklint.catalog.condition import holds, parse_condition
from leaklint.catalog.references import Argument, argument

UNKNOWN = None

CASES = [
    ("stream", [], {"stream": UNKNOWN}, True),
    ("stream", [], {}, False),
    ("!stream", [], {}, True),
    ("!stream", [], {"stream": "None"}, False),
    ("name=*", [], {"name": "None"}, False),
    ("name=*", [], {"name": UNKNOWN}, True),
    ("name=*", [], {"name": "'x'"}, True),
    ("name=*", [], {}, False),
    ("name!=*", [], {}, True),
    ("name!=*", [], {"name": "None"}, True),
    ("name!=*", [], {"name": UNKNOWN}, False),
    ("stream=True", [], {"stream": "True"}, True),
    ("stream=True", [], {"stream": "1"}, False),
    ("stream=True", [], {"stream": "False"}, False),
    ("stream=True", [], {"stream": UNKNOWN}, False),
    ("stream=True", [], {}, False),
    ("closefd!=False", [], {}, True),
    ("closefd!=False", [], {"closefd": UNKNOWN}, True),
    ("closefd!=False", [], {"closefd": "True"}, True),
    ("closefd!=False", [], {"closefd": "False"}, False),
    ("0=*", [UNKNOWN], {}, True),
    ("0=*", ["None"], {}, False),
    ("0=*", [], {}, False),
    ("1=*", [UNKNOWN], {}, False),
    ("0|name=*", [], {"name": "'x'"}, True),
    ("0|name=*", ["'x'"], {}, True),
    ("0|name=*", ["None"], {}, False),
    ("!0|name", [], {"other": UNKNOWN}, True),
    ("0|fd!=-1", ["-1"], {}, False),
    ("0|fd!=-1", ["0"], {}, True),
    ("mode='r'", [], {"mode": '"r"'}, True),
    ("mode='r'", [], {"mode": "'w'"}, False),
    ("mode='r'", [], {"mode": "r"}, False),
    ("mode=r", [], {"mode": "'r'"}, True),
    ("stdout=subprocess.PIPE", [], {"stdout": "subprocess.PIPE"}, True),
    ("stdout=subprocess.PIPE", [], {"stdout": "PIPE"}, True),
    ("stdout=PIPE", [], {"stdout": "sp.PIPE"}, True),
    ("stdout=subprocess.PIPE", [], {"stdout": "subprocess.STDOUT"}, False),
    ("stdout=subprocess.PIPE", [], {"stdout": "-1"}, False),
    ("x=1", [], {"x": "f()"}, False),
    (" stream = True ", [], {"stream": "True"}, True),
]


@pytest.mark.parametrize(("text", "positional", "keywords", "expected"), CASES)
def test_answer(text, positional, keywords, expected) -> None:
    assert holds(text, positional, keywords) is expected


@pytest.mark.parametrize("text", ["name", "!name", "name=*", "name!=*", "name=1", "name!=1", "0=*"])
def test_star_arguments_decide_what_is_not_seen(text: str) -> None:
    assert holds(text, [], {}, has_star=True) is None


def test_star_arguments_do_not_matter_for_what_is_seen() -> None:
    assert holds("name=1", [], {"name": "1"}, has_star=True) is True
    assert holds("name=1", [], {"name": "2"}, has_star=True) is False


def test_positional_arguments_may_be_counted_only() -> None:
    assert holds("0=*", 1, {}) is True
    assert holds("1=*", 1, {}) is False
    assert holds(parse_condition("0"), 1, {}) is True


@pytest.mark.parametrize("text", ["", "=", "=x", "name=", "!name=1", "name==1", "a b", "name=a b", "*", "*=1", "!", "a||b"])
def test_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not|is neither|speaks of one"):
        parse_condition(text)


def test_arguments() -> None:
    assert argument("0") == Argument(positions=(0,))
    assert argument("0|fd") == Argument((0,), ("fd",))
    assert argument("*") == Argument(every=True)
    assert argument("self").receiver
    assert not argument("0").receiver
