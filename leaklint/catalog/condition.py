"""Conditions on the arguments of a call: `stream=True`, `name=*`, `!timeout`, `0|fd!=-1`.

| text | holds if |
| --- | --- |
| `name` | it is given at all |
| `!name` | it is not given |
| `name=*` | it is given and not None; an unknown value counts as not None |
| `name!=*` | it is not given, or None |
| `name=value` | it is given and has that value; an unknown value counts as a different one |
| `name!=value` | not so: it is absent, unknown or different |

`name` may be a position (`0`) or alternatives (`0|name`). A value is a Python literal (`True`, `-1`, `'r'`) or a dotted
name (`subprocess.PIPE`), which matches a name with the same last part, or a string of that text.
"""

import ast
import functools
import re
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from leaklint.catalog.references import Argument, argument

Operator = Literal["given", "absent", "present", "vacant", "equal", "unequal"]

_SHAPE = re.compile(r"(?P<not>!?)(?P<argument>[^=!]+)(?:(?P<operator>!?=)(?P<value>.+))?", re.DOTALL)
_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_KEYWORD_CONSTANTS = frozenset({"True", "False", "None"})


class Condition(NamedTuple):
    """One parsed condition. `value` is the normalised constant of `equal` and `unequal`, "" for the others."""

    argument: Argument
    operator: Operator
    value: str = ""


@functools.cache
def parse_condition(text: str) -> Condition:
    """The condition that `text` spells; ValueError says what is wrong with it."""
    match = _SHAPE.fullmatch(text.strip())
    if match is None or (match["not"] and match["operator"]):
        raise ValueError(
            f'"{text}" is not a condition; write "name", "!name", "name=*", "name=value" or "name!=value", '
            f'where the name may be a position ("0") or both ("0|name")'
        )
    reference = argument(match["argument"].strip())
    if reference.every:
        raise ValueError(f'"{text}": a condition speaks of one argument, not of "*"')
    if match["operator"] is None:
        return Condition(reference, "absent" if match["not"] else "given")
    return _comparison(reference, match["operator"] == "=", match["value"].strip())


def _comparison(reference: Argument, equal: bool, value: str) -> Condition:
    if value == "*":
        return Condition(reference, "present" if equal else "vacant")
    return Condition(reference, "equal" if equal else "unequal", _checked(value))


def _checked(value: str) -> str:
    normal = _normal(value)
    if normal is None:
        raise ValueError(f'"{value}" is neither a Python literal nor a dotted name; quote strings: "mode=\'r\'"')
    return normal


def holds(
    condition: str | Condition,
    positional: int | Sequence[str | None],
    keywords: Mapping[str, str | None],
    has_star: bool = False,
) -> bool | None:
    """Whether `condition` holds for a call; None if `*args` or `**kwargs` (`has_star`) may decide it.

    Argument values are source texts of constants ("None", "'r'", "subprocess.PIPE"), or None where unknown.
    `positional` may be just their number. A reader that needs one answer takes None as "does not hold".
    """
    parsed = parse_condition(condition) if isinstance(condition, str) else condition
    values = (None,) * positional if isinstance(positional, int) else positional
    found = _values(parsed.argument, values, keywords)
    if not found:
        return None if has_star else parsed.operator in ("absent", "vacant", "unequal")
    return _given(parsed, found[0])


def _values(reference: Argument, positional: Sequence[str | None], keywords: Mapping[str, str | None]) -> list[str | None]:
    found = [positional[position] for position in reference.positions if position < len(positional)]
    return found + [keywords[name] for name in reference.names if name in keywords]


def _given(condition: Condition, value: str | None) -> bool:
    match condition.operator:
        case "given":
            return True
        case "absent":
            return False
        case "present":
            return value != "None"
        case "vacant":
            return value == "None"
        case "equal":
            return value is not None and _same(condition.value, value)
        case "unequal":
            return value is None or not _same(condition.value, value)


def _same(wanted: str, value: str) -> bool:
    """`wanted` is normalised; a name matches a name with the same last part, or a string of the same text."""
    actual = _normal(value)
    if actual is None or actual == wanted or not _is_name(wanted):
        return actual == wanted
    if _is_name(actual):
        return actual.rpartition(".")[2] == wanted.rpartition(".")[2]
    return actual == repr(wanted)


def _is_name(text: str) -> bool:
    return text not in _KEYWORD_CONSTANTS and _NAME.fullmatch(text) is not None


@functools.lru_cache(maxsize=4096)
def _normal(text: str) -> str | None:
    """The repr of a literal, a dotted name as it is, None for anything else."""
    if _is_name(text):
        return text
    try:
        return repr(ast.literal_eval(text))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
