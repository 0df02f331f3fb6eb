"""What a nested function, lambda or class takes from the function around it."""

from typing import NamedTuple

import libcst as cst

from leaklint.flow.values import Path
from leaklint.syntax.collect import all_params
from leaklint.syntax.scopes import Scope
from leaklint.syntax.walk import dotted, walk


class Captured(NamedTuple):
    """names: captured paths; calls: (path, method) of calls on them; passes: (path, function as written) they are given to;
    defaults: the paths that are defaults of parameters."""

    names: tuple[Path, ...]
    calls: tuple[tuple[Path, str], ...]
    passes: tuple[tuple[Path, str], ...]
    defaults: tuple[Path, ...] = ()


def captured(node: cst.Lambda | cst.FunctionDef | cst.ClassDef, scope: Scope) -> Captured:
    """Every name of `scope` (and `self.attr` of it) that the body of `node` uses. A parameter whose default is such a name
    is that name (errs to silence where the caller gives something else)."""
    own = _parameters(node)
    defaults = {name: path for name, path in own.items() if path and scope.binds(path[0])}
    names: dict[Path, None] = dict.fromkeys(defaults.values())
    calls: dict[tuple[Path, str], None] = {}
    passes: dict[tuple[Path, str], None] = {}
    for inner in walk(node.body):
        match inner:
            case cst.Name() if inner.value not in own and scope.binds(inner.value):
                names[(inner.value,)] = None
            case cst.Call(func=cst.Attribute(value=receiver, attr=attr)) if path := _outer(receiver, own):
                calls[(path, attr.value)] = None
            case cst.With():
                for item in inner.items:
                    if path := _outer(item.item, own):
                        calls[(path, "__exit__")] = None
            case _:
                pass
        if isinstance(inner, cst.Call) and (func := dotted(inner.func)):
            for arg in inner.args:
                if path := _outer(arg.value, own):
                    passes[(path, func)] = None
    return Captured(tuple(names), tuple(calls), tuple(passes), tuple(defaults.values()))


def _outer(node: cst.CSTNode, own: dict[str, Path]) -> Path:
    """What an access path of the body is outside: a parameter is its default. Empty if it is nothing there."""
    text = dotted(node)
    first, *rest = text.split(".") if text else ("",)
    if first in own:
        return (*own[first], *rest) if own[first] else ()
    return (first, *rest) if first else ()


def _parameters(node: cst.CSTNode) -> dict[str, Path]:
    """The parameters with the access paths that are their defaults, empty for those of other values or none."""
    if not isinstance(node, (cst.FunctionDef, cst.Lambda)):
        return {}
    texts = {p.name.value: dotted(p.default) if p.default is not None else None for p in all_params(node.params)}
    return {name: tuple(text.split(".")) if text else () for name, text in texts.items()}
