"""The types that annotations (or the second argument of isinstance) name."""

import libcst as cst

from leaklint.syntax.inference.model import NO_TYPES, Type, Types
from leaklint.syntax.inference.naming import Naming
from leaklint.syntax.scopes import Scope
from leaklint.syntax.walk import dotted


class Annotations(Naming):
    """Types that annotations name."""

    def class_type(self, klass: Scope, itself: bool = False) -> Type:
        """The type of instances of a class of this module."""
        return Type("classobject" if itself else "class", f"{self.name or self.filename}\0{klass.qualname}")

    def annotated(self, node: cst.BaseExpression, scope: Scope) -> Types:
        """The types that an annotation (or the second argument of isinstance) names."""
        match node:
            case cst.SimpleString():
                return self._quoted(node, scope)
            case cst.BinaryOperation(operator=cst.BitOr()):
                return self.annotated(node.left, scope) | self.annotated(node.right, scope)
            case cst.Tuple():
                return frozenset().union(*(self.annotated(e.value, scope) for e in node.elements))
            case cst.Subscript():
                return self._generic(node, scope)
            case cst.Name() | cst.Attribute():
                return self._class_named(node, scope)
            case _:
                return NO_TYPES

    def _quoted(self, node: cst.SimpleString, scope: Scope) -> Types:
        text = node.raw_value
        try:
            return self.annotated(cst.parse_expression(text), scope) if len(text) < 200 else NO_TYPES
        except cst.ParserSyntaxError:
            return NO_TYPES

    def _generic(self, node: cst.Subscript, scope: Scope) -> Types:
        outer = (dotted(node.value) or "").rpartition(".")[2]
        inner = [e.slice.value for e in node.slice if isinstance(e.slice, cst.Index)]
        if outer in ("Optional", "Union", "Final", "ClassVar", "Annotated", "Type", "type"):
            kept = inner[:1] if outer == "Annotated" else inner
            return frozenset().union(*(self.annotated(i, scope) for i in kept))
        if outer in _PRODUCERS:
            return frozenset().union(*(self.annotated(i, scope) for i in inner[:1]))
        return self._class_named(node.value, scope)

    def _class_named(self, node: cst.BaseExpression, scope: Scope) -> Types:
        found: set[Type] = set()
        place = self.function(node, scope)
        if place is not None and place[1].kind == "class":
            found.add(place[0].class_type(place[1]))
        for q in self.qualified(node, scope):
            kind = self.catalog.kind_of_type(q)
            if kind is not None:
                found.add(Type("kind", kind))
        return frozenset(found)


_PRODUCERS = frozenset(
    {
        "Iterator", "Generator", "AsyncIterator", "AsyncGenerator", "ContextManager", "AsyncContextManager", "Iterable",
        "AbstractContextManager", "AbstractAsyncContextManager", "Awaitable", "Coroutine",
    }
)  # fmt: skip
