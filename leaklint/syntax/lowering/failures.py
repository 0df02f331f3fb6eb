"""What the operators of a block may raise: lookups, attributes, divisions."""

from collections.abc import Callable
from typing import NamedTuple

import libcst as cst

from leaklint.syntax.walk import walk


class Failures(NamedTuple):
    """types: exceptions of the operators of a block; calls: something else in it may raise as well."""

    types: tuple[str, ...]
    calls: bool


def may_fail(block: cst.CSTNode, is_module: Callable[[str], bool]) -> Failures:
    """What a block raises by itself; an attribute of a module is there (errs to silence)."""
    types: dict[str, None] = {}
    calls = False
    for node in walk(block):
        match node:
            case cst.Attribute(value=cst.Name(value=name)) if is_module(name):
                pass
            case cst.Attribute():
                types["AttributeError"] = None
            case cst.Subscript():
                types.update(dict.fromkeys(("KeyError", "IndexError", "TypeError")))
            case cst.BinaryOperation(operator=cst.Divide() | cst.FloorDivide() | cst.Modulo()):
                types["ZeroDivisionError"] = None
            case cst.Call() | cst.Await() | cst.Import() | cst.ImportFrom() | cst.Raise() | cst.For() | cst.With():
                calls = True
            case _:
                pass
    return Failures(tuple(types), calls)
