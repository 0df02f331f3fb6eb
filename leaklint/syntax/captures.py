"""What a nested function, lambda or class takes from the function around it."""

from typing import NamedTuple

import libcst as cst

from leaklint.flow.values import Path
from leaklint.syntax.scopes import Scope, all_params
from leaklint.syntax.walk import dotted, walk


class Captured(NamedTuple):
    """names: captured paths; calls: (path, method) of calls on them; passes: (path, function as written) they are given to."""

    names: tuple[Path, ...]
    calls: tuple[tuple[Path, str], ...]
    passes: tuple[tuple[Path, str], ...]


def captured(node: cst.Lambda | cst.FunctionDef | cst.ClassDef, scope: Scope) -> Captured:
    """Every name of `scope` (and `self.attr` of it) that the body of `node` uses."""
    own = _parameters(node)
    names: dict[Path, None] = {}
    calls: dict[tuple[Path, str], None] = {}
    passes: dict[tuple[Path, str], None] = {}
    for inner in walk(node.body):
        match inner:
            case cst.Name() if inner.value not in own and scope.binds(inner.value):
                names[(inner.value,)] = None
            case cst.Call(func=cst.Attribute(value=receiver, attr=attr)) if text := dotted(receiver):
                calls[(tuple(text.split(".")), attr.value)] = None
            case cst.With():
                for item in inner.items:
                    if text := dotted(item.item):
                        calls[(tuple(text.split(".")), "__exit__")] = None
            case _:
                pass
        if isinstance(inner, cst.Call) and (func := dotted(inner.func)):
            for arg in inner.args:
                if text := dotted(arg.value):
                    passes[(tuple(text.split(".")), func)] = None
    return Captured(tuple(names), tuple(calls), tuple(passes))


def _parameters(node: cst.CSTNode) -> set[str]:
    if isinstance(node, (cst.FunctionDef, cst.Lambda)):
        return {p.name.value for p in all_params(node.params)}
    return set()
