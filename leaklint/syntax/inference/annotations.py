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

    def solid(self, node: cst.BaseExpression, scope: Scope) -> bool:
        """Whether what an annotation allows is falsy exactly if it is None: resources of kinds that say so, or None."""
        match node:
            case cst.SimpleString():
                parsed = _parsed(node)
                return parsed is not None and self.solid(parsed, scope)
            case cst.Name("None"):
                return True
            case cst.BinaryOperation(operator=cst.BitOr()):
                return self.solid(node.left, scope) and self.solid(node.right, scope)
            case cst.Subscript() if (dotted(node.value) or "").rpartition(".")[2] in ("Optional", "Union"):
                return all(isinstance(e.slice, cst.Index) and self.solid(e.slice.value, scope) for e in node.slice)
            case cst.Name() | cst.Attribute():
                found = self._class_named(node, scope)
                return bool(found) and all(t.tag == "kind" and not self.catalog.kind(t.name).falsy for t in found)
            case _:
                return False

    def _quoted(self, node: cst.SimpleString, scope: Scope) -> Types:
        parsed = _parsed(node)
        return self.annotated(parsed, scope) if parsed is not None else NO_TYPES

    def _generic(self, node: cst.Subscript, scope: Scope) -> Types:
        outer = (dotted(node.value) or "").rpartition(".")[2]
        inner = [e.slice.value for e in node.slice if isinstance(e.slice, cst.Index)]
        if outer in ("Type", "type"):
            return frozenset().union(*(self._class_itself(i, scope) for i in inner))
        if outer in ("Optional", "Union", "Final", "ClassVar", "Annotated"):
            kept = inner[:1] if outer == "Annotated" else inner
            return frozenset().union(*(self.annotated(i, scope) for i in kept))
        if outer in _PRODUCERS:
            return frozenset().union(*(self.annotated(i, scope) for i in inner[:1]))
        return self._class_named(node.value, scope)

    def _class_itself(self, node: cst.BaseExpression, scope: Scope) -> Types:
        """`type[C]`: C itself; calling it makes an instance, or acquires if it is a class of the rules that does."""
        classes = (t._replace(tag="classobject") for t in self.annotated(node, scope) if t.tag == "class")
        return frozenset((*classes, *(Type("factory", q) for q in self.qualified(node, scope) if self.catalog.acquires(q))))

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


def _parsed(node: cst.SimpleString) -> cst.BaseExpression | None:
    """The expression in a quoted annotation, None if it is none or too long."""
    try:
        return cst.parse_expression(node.raw_value) if len(node.raw_value) < 200 else None
    except cst.ParserSyntaxError:
        return None


_PRODUCERS = frozenset(
    {
        "Iterator", "Generator", "AsyncIterator", "AsyncGenerator", "ContextManager", "AsyncContextManager", "Iterable",
        "AbstractContextManager", "AbstractAsyncContextManager", "Awaitable", "Coroutine",
    }
)  # fmt: skip
