"""Conditions that answer the same as long as their names are not rebound: their normalised text is their identity."""

import libcst as cst

from leaklint.flow.values import Path
from leaklint.syntax.scopes import Scope
from leaklint.syntax.types import ModuleNames
from leaklint.syntax.walk import children, dotted, text_of

_PURE_CALLS = frozenset({"isinstance", "issubclass", "hasattr", "callable", "len", "bool", "type", "id", "str", "int", "getattr"})
_PURE_NODES = (
    cst.Name, cst.Attribute, cst.Comparison, cst.ComparisonTarget, cst.BaseCompOp, cst.Integer, cst.Float, cst.SimpleString,
    cst.Tuple, cst.List, cst.Element, cst.UnaryOperation, cst.BaseUnaryOp, cst.BooleanOperation, cst.BaseBooleanOp, cst.Subscript,
    cst.SubscriptElement, cst.Index, cst.BinaryOperation, cst.BaseBinaryOp, cst.Arg, cst.Set,
)  # fmt: skip


def purity(node: cst.BaseExpression, names: ModuleNames, scope: Scope) -> tuple[str, tuple[Path, ...]]:
    """(key, the paths it depends on); ("", ()) if the expression may answer differently the next time."""
    deps: list[Path] = []
    stack: list[cst.CSTNode] = [node]
    while stack:
        current = stack.pop()
        text = dotted(current) if isinstance(current, (cst.Name, cst.Attribute)) else None
        if text is not None:
            deps.append(tuple(text.split(".")))
            continue
        if isinstance(current, cst.Call):
            if not _pure(current, names):
                return "", ()
            stack.extend(a.value for a in current.args)
            if isinstance(current.func, cst.Attribute):
                stack.append(current.func.value)
            continue
        if not isinstance(current, _PURE_NODES):
            return "", ()
        stack.extend(children(current))
    return text_of(node), tuple(dict.fromkeys(deps))


def _pure(call: cst.Call, names: ModuleNames) -> bool:
    if isinstance(call.func, cst.Attribute):
        return call.func.attr.value in names.catalog.pure_methods
    return isinstance(call.func, cst.Name) and call.func.value in _PURE_CALLS
