"""Lowering assignment targets."""

import libcst as cst

from leaklint.flow.ir import Bind
from leaklint.flow.values import ANY_ITEM, UNKNOWN, Ref, Value
from leaklint.syntax.lowering.core import Lowering


class Bindings(Lowering):
    """Binds values to targets."""

    def key(self, node: cst.Subscript) -> str:
        """The path element of a subscript: a literal index or key, else any item."""
        parts = []
        for element in node.slice:
            match element.slice:
                case cst.Index(value=cst.Integer() | cst.SimpleString() as constant):
                    parts.append(f"[{constant.value}]")
                case cst.Index(value=value):
                    self.value(value)
                    parts.append(ANY_ITEM)
                case cst.Slice(lower=lower, upper=upper):
                    for bound in (lower, upper):
                        if bound is not None:
                            self.value(bound)
                    parts.append(ANY_ITEM)
        return parts[0] if len(parts) == 1 else ANY_ITEM

    def bind(self, target: cst.BaseExpression, value: Value, origin: cst.CSTNode) -> None:
        """Assign a value to a target."""
        match target:
            case cst.Name():
                self.b.emit(Bind((target.value,), value), origin)
            case cst.Attribute():
                base = self.value(target.value)
                path = (*base.path, target.attr.value) if isinstance(base, Ref) else ("%out", target.attr.value)
                self.b.emit(Bind(path, value), origin)
            case cst.Subscript():
                base = self.value(target.value)
                key = self.key(target)
                path = (*base.path, key) if isinstance(base, Ref) else ("%out", key)
                self.b.emit(Bind(path, value, weak=key == ANY_ITEM), origin)
            case cst.Tuple() | cst.List():
                self.unpack(target, value, origin)
            case cst.StarredElement():
                self.bind(target.value, value, origin)
            case _:
                pass

    def unpack(self, target: cst.Tuple | cst.List, value: Value, origin: cst.CSTNode) -> None:
        starred: int | None = None
        for i, element in enumerate(target.elements):
            if isinstance(element, cst.StarredElement):
                starred = i
            key = f"[{i}]" if starred is None else f"[{starred}+]"
            item: Value = Ref((*value.path, key)) if isinstance(value, Ref) else UNKNOWN
            self.bind(element.value, item, origin)
