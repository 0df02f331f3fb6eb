"""Which entry of the rules speaks of a call that was made, by the values of its arguments.

The linter decides the same by source text (`leaklint.catalog.condition`); here the values are there.
"""

import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from leaklint.catalog.condition import Condition, parse_condition
from leaklint.catalog.references import Argument
from leaklint.catalog.schema import Acquire

_MISSING: Any = object()
_REMEMBERED = 128


class Rule(NamedTuple):
    """One acquisition entry and its parsed conditions."""

    entry: Acquire
    conditions: tuple[Condition, ...]


class Decision:
    """The entries of one callable. Equal argument values are decided once. only: the entry that holds for all calls, if any."""

    def __init__(self, entries: Sequence[Acquire]) -> None:
        self.rules = tuple(Rule(entry, tuple(map(parse_condition, entry.when))) for entry in entries)
        self._arguments = tuple(dict.fromkeys(one.argument for rule in self.rules for one in rule.conditions))
        self._known: dict[tuple[Any, ...], Acquire | None] = {}
        self.only = self.rules[0].entry if self.rules and not self.rules[0].conditions else None
        self._by_position = tuple(one.positions[0] if len(one.positions) == 1 else -1 for one in self._arguments)

    def entry(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Acquire | None:
        """The first entry whose conditions hold; None if there is none or it says that nothing is acquired."""
        if self.only is not None:
            return None if self.only.not_acquire else self.only
        if kwargs or -1 in self._by_position:
            values = tuple([value_of(argument, args, kwargs) for argument in self._arguments])
        else:
            count = len(args)
            values = tuple([args[position] if position < count else _MISSING for position in self._by_position])
        try:
            return self._known[values]
        except KeyError:
            pass
        except TypeError:
            return self._first(values)
        found = self._first(values)
        # True and 1 are one key: only what the conditions compare can differ, and they compare neither.
        if len(self._known) < _REMEMBERED and all(isinstance(value, str | None) or value is _MISSING for value in values):
            self._known[values] = found
        return found

    def _first(self, values: Sequence[Any]) -> Acquire | None:
        by_argument = dict(zip(self._arguments, values, strict=True))
        for rule in self.rules:
            if all(_holds(one, by_argument[one.argument]) for one in rule.conditions):
                return None if rule.entry.not_acquire else rule.entry
        return None


def value_of(argument: Argument, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """The value of an argument; a marker if it was not given."""
    positions, names, _every = argument
    for position in positions:
        if position < len(args):
            return args[position]
    if kwargs:
        for name in names:
            if name in kwargs:
                return kwargs[name]
    return _MISSING


def given(value: Any) -> bool:
    """Whether `value_of` found one."""
    return value is not _MISSING


def _holds(condition: Condition, value: Any) -> bool:
    match condition.operator:
        case "given":
            return value is not _MISSING
        case "absent":
            return value is _MISSING
        case "present":
            return value is not _MISSING and value is not None
        case "vacant":
            return value is _MISSING or value is None
        case "equal":
            return value is not _MISSING and _is(value, condition.value)
        case "unequal":
            return value is _MISSING or not _is(value, condition.value)


def _is(value: Any, wanted: str) -> bool:
    """Whether a value is the constant that a rule spells: a literal, or a dotted name of a module that is loaded."""
    if isinstance(value, bool | int | str | bytes | None) and repr(value) == wanted:
        return True
    module, _, name = wanted.rpartition(".")
    if not name.isidentifier():
        return False
    named = getattr(sys.modules.get(module), name, _MISSING) if module else _MISSING
    return value is named or (isinstance(named, int) and value == named)
