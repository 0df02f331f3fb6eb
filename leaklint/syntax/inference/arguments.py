"""The arguments of a call, as rules speak of them."""

from collections.abc import Callable
from typing import NamedTuple

import libcst as cst

from leaklint.catalog.condition import holds
from leaklint.syntax.walk import dotted, text_of


class Arguments(NamedTuple):
    """The constants among a call's arguments, as the conditions of rules want them."""

    positional: tuple[str | None, ...]
    keywords: dict[str, str | None]
    starred: bool

    def satisfy(self, conditions: tuple[str, ...]) -> bool:
        """Whether all conditions hold; an undecided one does not."""
        return all(holds(c, self.positional, self.keywords, self.starred) for c in conditions)


def constant_text(node: cst.BaseExpression) -> str | None:
    """The source of a literal or dotted name that conditions may compare, else None."""
    match node:
        case cst.Name(value="True" | "False" | "None"):
            return node.value
        case cst.Integer() | cst.Float() | cst.SimpleString():
            return node.value
        case cst.UnaryOperation(operator=cst.Minus(), expression=cst.Integer()):
            return text_of(node)
        case cst.Attribute() | cst.Name():
            return dotted(node)
        case _:
            return None


def arguments(call: cst.Call, constant: Callable[[cst.BaseExpression], str | None] = constant_text) -> Arguments:
    """The arguments of a call as constants."""
    positional: list[str | None] = []
    keywords: dict[str, str | None] = {}
    starred = False
    for arg in call.args:
        if arg.star:
            starred = True
        elif arg.keyword is not None:
            keywords[arg.keyword.value] = constant(arg.value)
        else:
            positional.append(constant(arg.value))
    return Arguments(tuple(positional), keywords, starred)


def argument_values(call: cst.Call, reference: str) -> list[cst.BaseExpression]:
    """The argument expressions that a reference of the rules names."""
    parts = reference.split("|")
    found: list[cst.BaseExpression] = []
    position = 0
    for arg in call.args:
        if arg.star:
            continue
        if arg.keyword is not None:
            if arg.keyword.value in parts:
                found.append(arg.value)
            continue
        if "*" in parts or str(position) in parts:
            found.append(arg.value)
        position += 1
    return found
