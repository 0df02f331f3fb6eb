"""What a nested function, lambda or class takes from the function around it."""

from collections.abc import Mapping
from typing import NamedTuple

import libcst as cst

from leaklint.flow.values import Path
from leaklint.syntax.collect import all_params
from leaklint.syntax.scopes import Scope
from leaklint.syntax.walk import dotted, walk


class Captured(NamedTuple):
    """names: captured paths; calls: (path, method) of calls on them; passes: (path, function as written) they are given to."""

    names: tuple[Path, ...]
    calls: tuple[tuple[Path, str], ...]
    passes: tuple[tuple[Path, str], ...]


def captured(node: cst.Lambda | cst.FunctionDef | cst.ClassDef, scope: Scope, defaults: Mapping[str, Path]) -> Captured:
    """Every name of `scope` (and `self.attr` of it) that the body of `node` uses. A parameter that has a default is the path at
    which that is kept (errs to silence where the caller gives something else)."""
    own = parameters(node, defaults)
    names: dict[Path, None] = dict.fromkeys(defaults.values())
    calls: dict[tuple[Path, str], None] = {}
    passes: dict[tuple[Path, str], None] = {}
    for inner in walk(node.body):
        match inner:
            case cst.Name() if inner.value not in own and scope.binds(inner.value):
                names[(inner.value,)] = None
            case cst.Call(func=cst.Attribute(value=receiver, attr=attr)) if path := outer(receiver, own):
                calls[(path, attr.value)] = None
            case cst.With():
                for item in inner.items:
                    if path := outer(item.item, own):
                        calls[(path, "__exit__")] = None
            case _:
                pass
        if isinstance(inner, cst.Call) and (func := dotted(inner.func)):
            for arg in inner.args:
                if path := outer(arg.value, own):
                    passes[(path, func)] = None
    return Captured(tuple(names), tuple(calls), tuple(passes))


def outer(node: cst.CSTNode, own: Mapping[str, Path]) -> Path:
    """What an access path of the body is outside: a parameter is its default. Empty if it is nothing there."""
    text = dotted(node)
    first, *rest = text.split(".") if text else ("",)
    if first in own:
        return (*own[first], *rest) if own[first] else ()
    return (first, *rest) if first else ()


def parameters(node: cst.CSTNode, defaults: Mapping[str, Path]) -> dict[str, Path]:
    """What the parameters are outside: the paths at which their defaults are kept; empty for the others."""
    params = all_params(node.params) if isinstance(node, (cst.FunctionDef, cst.Lambda)) else []
    return {p.name.value: defaults.get(p.name.value, ()) for p in params}
