"""Literals and conditions that fold to a constant."""

import libcst as cst

from leaklint.flow.values import UNKNOWN, Const, Known, Value
from leaklint.syntax.walk import dotted

_SINGLETONS = {"None": None, "True": True, "False": False}
_OPERATORS: dict[type[cst.BaseCompOp], str] = {
    cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=",
    cst.LessThan: "<",
    cst.LessThanEqual: "<=",
    cst.Equal: "==",
}


def number(node: cst.BaseExpression) -> int | float | None:
    """The value of a number literal, with its sign."""
    try:
        match node:
            case cst.UnaryOperation(operator=cst.Minus(), expression=inner):
                value = number(inner)
                return -value if value is not None else None
            case cst.Integer():
                return int(node.value, 0) if len(node.value) < 40 else None
            case cst.Float():
                return float(node.value)
    except ValueError:
        return None
    return None


def literal(node: cst.BaseExpression) -> Value:
    """The value of a literal; of anything else nothing is known."""
    match node:
        case cst.Name() if node.value in _SINGLETONS:
            return Const(_SINGLETONS[node.value])
        case cst.Integer() | cst.Float():
            found = number(node)
            return Const(found) if found is not None else UNKNOWN
        case cst.SimpleString():
            return Const(node.value) if len(node.value) < 60 else Known(True)
        case cst.Ellipsis():
            return Known(True)
        case _:
            return UNKNOWN


def folded(node: cst.BaseExpression, python: tuple[int, int]) -> bool | None:
    """The truth of a condition that is the same in every run, else None."""
    match node:
        case cst.Name(value="True" | "__debug__"):
            return True
        case cst.Name(value="False" | "None" | "TYPE_CHECKING"):
            return False
        case cst.Integer():
            return number(node) != 0
        case cst.Attribute() if dotted(node) in ("typing.TYPE_CHECKING", "t.TYPE_CHECKING"):
            return False
        case cst.Comparison(left=cst.Attribute() as left, comparisons=[only]) if dotted(left) == "sys.version_info":
            return _version(only, python)
        case _:
            return None


def _version(only: cst.ComparisonTarget, python: tuple[int, int]) -> bool | None:
    """`sys.version_info >= (3, x)` against the oldest supported version; None if newer ones would answer differently."""
    if not isinstance(only.comparator, cst.Tuple) or type(only.operator) not in _OPERATORS:
        return None
    numbers = [number(e.value) for e in only.comparator.elements]
    wanted = tuple(n for n in numbers if isinstance(n, int))[:2]  # a float may be infinite
    if not numbers or wanted != tuple(numbers[:2]):
        return None
    operator = _OPERATORS[type(only.operator)]
    if operator in (">", ">=") and python >= wanted:
        return True
    if operator in ("<", "<=") and python >= wanted:
        return False
    return None
