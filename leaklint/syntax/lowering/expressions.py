"""Lowering expressions: evaluation order, short-circuits and displays become nodes; the result is a value of the flow graph."""

from collections.abc import Callable
from typing import Any

import libcst as cst

from leaklint.flow.ir import Bind, Close, Read, Yielded
from leaklint.flow.values import ANY_ITEM, UNKNOWN, Const, Known, Ref, Truth, Value
from leaklint.syntax.callees import short
from leaklint.syntax.captures import captured
from leaklint.syntax.constants import literal, number
from leaklint.syntax.lowering.closures import Closures
from leaklint.syntax.scopes import Scope
from leaklint.syntax.walk import text_of


class Expressions(Closures):
    """Lowers the expressions of one function."""

    def value(self, node: cst.BaseExpression, awaited: bool = False, discarded: bool = False) -> Value:
        """Evaluate an expression and say what its value is."""
        handler = _VALUES.get(type(node))
        if handler is not None:
            return handler(self, node)
        match node:
            case cst.Call():
                return self.call(node, awaited, discarded or id(node) in self.dropped)
            case cst.Await():
                return self.awaited(node, discarded)
            case _:
                return literal(node)

    def name(self, node: cst.Name) -> Value:
        if node.value in ("None", "True", "False"):
            return literal(node)
        owner = self.names.owner(node.value, self.scope)
        if owner is None or node.value in owner.imports:
            return Known(True)
        if owner.kind != "module" or node.value in owner.assigned:
            return Ref((node.value,))
        return self.unlocking(node, owner) if node.value in owner.functions else Known(True)

    def unlocking(self, node: cst.Name, module: Scope) -> Value:
        """A function of the module is like a nested one if it unlocks what is global: called or handed on, it does that."""
        function = module.functions[node.value][-1]
        methods = self.names.catalog.unlocking
        if not function.mentions(methods):
            return Known(True)
        calls = captured(function.node, module, {}).calls if isinstance(function.node, cst.FunctionDef) else ()
        shared = tuple((path, method) for path, method in calls if method in methods and module.binds(path[0]))
        if not shared:
            return Known(True)
        self.b.emit(Close((node.value,), (), shared), node)
        return Ref((node.value,))

    def attribute(self, node: cst.Attribute) -> Value:
        base = self.value(node.value)
        self.fine(node)
        if isinstance(base, Ref) and node.attr.value in self.names.catalog.consumed:
            self.b.emit(Read(base.path, node.attr.value), node)
        return Ref((*base.path, node.attr.value)) if isinstance(base, Ref) else UNKNOWN

    def subscript(self, node: cst.Subscript) -> Value:
        base = self.value(node.value)
        key = self.key(node)
        self.fine(node)
        return Ref((*base.path, key)) if isinstance(base, Ref) else UNKNOWN

    def named(self, node: cst.NamedExpr) -> Value:
        value = self.value(node.value)
        self.bind(node.target, value, node)
        return Ref((node.target.value,)) if isinstance(node.target, cst.Name) else value

    def conditional(self, node: cst.IfExp) -> Value:
        result = self.temp()
        true, false = self.branch(node.test)
        self.b.ends = true
        self.b.emit(Bind(result, self.value(node.body)), node)
        after = self.b.ends
        self.b.ends = false
        self.b.emit(Bind(result, self.value(node.orelse)), node)
        self.b.ends = [*after, *self.b.ends]
        return Ref(result)

    def boolean(self, node: cst.BooleanOperation) -> Value:
        if isinstance(node.left, (cst.Comparison, cst.UnaryOperation)):
            return self.tested(node)
        result = self.temp()
        left = self.value(node.left)
        if not isinstance(left, Ref):
            self.b.emit(Bind(result, left), node)
        true, false = self.b.choose(Truth(left.path if isinstance(left, Ref) else result), short(text_of(node.left)), node.left)
        stay, go = (false, true) if isinstance(node.operator, cst.And) else (true, false)
        if isinstance(left, Ref):
            self.b.ends = stay
            self.b.emit(Bind(result, left), node)
            stay = self.b.ends
        self.b.ends = go
        self.b.emit(Bind(result, self.value(node.right)), node)
        self.b.ends = [*stay, *self.b.ends]
        return Ref(result)

    def tested(self, node: cst.BooleanOperation) -> Value:
        """`x is not None and x.close()`: the left side is a condition, not a value that anybody holds."""
        result = self.temp()
        true, false = self.branch(node.left)
        conjunction = isinstance(node.operator, cst.And)
        stay, go = (false, true) if conjunction else (true, false)
        self.b.ends = stay
        self.b.emit(Bind(result, Const(not conjunction)), node)
        left = self.b.ends
        self.b.ends = go
        self.b.emit(Bind(result, self.value(node.right)), node)
        self.b.ends = [*left, *self.b.ends]
        return Ref(result)

    def display(self, node: cst.List | cst.Tuple | cst.Set) -> Value:
        values = [(self.value(e.value), isinstance(e, cst.StarredElement)) for e in node.elements]
        result = self.temp()
        self.b.emit(Bind(result, Known(bool(values), True)), node)
        for i, (value, starred) in enumerate(values):
            if isinstance(value, Ref):
                source = Ref((*value.path, ANY_ITEM)) if starred else value
                key = ANY_ITEM if starred or isinstance(node, cst.Set) else f"[{i}]"
                self.b.emit(Bind((*result, key), source, weak=key == ANY_ITEM), node)
        return Ref(result)

    def mapping(self, node: cst.Dict) -> Value:
        pairs = []
        for element in node.elements:
            if isinstance(element, cst.DictElement):
                key = f"[{element.key.value}]" if isinstance(element.key, (cst.SimpleString, cst.Integer)) else ANY_ITEM
                self.value(element.key)
                pairs.append((key, self.value(element.value)))
            else:
                value = self.value(element.value)
                pairs.append((ANY_ITEM, Ref((*value.path, ANY_ITEM)) if isinstance(value, Ref) else UNKNOWN))
        result = self.temp()
        self.b.emit(Bind(result, Known(bool(pairs), True)), node)
        for key, value in pairs:
            if isinstance(value, Ref):
                self.b.emit(Bind((*result, key), value, weak=key == ANY_ITEM), node)
        return Ref(result)

    def formatted(self, node: cst.FormattedString) -> Value:
        for part in node.parts:
            if isinstance(part, cst.FormattedStringExpression):
                self.value(part.expression)
        return Known(None)

    def concatenated(self, node: cst.ConcatenatedString) -> Value:
        stack: list[cst.BaseExpression] = [node]
        while stack:
            part = stack.pop()
            if isinstance(part, cst.ConcatenatedString):
                stack.extend((part.right, part.left))
            elif isinstance(part, cst.FormattedString):
                self.formatted(part)
        return Known(None)

    def binary(self, node: cst.BinaryOperation) -> Value:
        """Left-deep chains are as long as users write them: an explicit stack."""
        rights: list[cst.BaseExpression] = []
        left: cst.BaseExpression = node
        while isinstance(left, cst.BinaryOperation):
            rights.append(left.right)
            left = left.left
        first = self.value(left)
        joined = [first, *(self.value(r) for r in reversed(rights))]
        self.fine(node)
        carried = [v for v in joined if isinstance(v, Ref)]
        if not isinstance(node.operator, cst.Add) or not carried:
            return UNKNOWN
        result = self.temp()
        self.b.emit(Bind(result, UNKNOWN), node)
        for value in carried:
            self.b.emit(Bind((*result, ANY_ITEM), Ref((*value.path, ANY_ITEM)), weak=True), node)
        return Ref(result)

    def unary(self, node: cst.UnaryOperation) -> Value:
        self.value(node.expression)
        constant = number(node)
        return Const(constant) if constant is not None else UNKNOWN

    def comparison(self, node: cst.Comparison) -> Value:
        self.value(node.left)
        for c in node.comparisons:
            self.membership(c)
            self.value(c.comparator)
        self.fine(node)
        return UNKNOWN

    def yielded(self, node: cst.Yield) -> Value:
        value: Value = UNKNOWN
        if isinstance(node.value, cst.From):
            inner = self.value(node.value.item)
            source = inner.path if isinstance(inner, Ref) else None
            self.b.emit(Yielded(None, self.hooks.resumes, self.hooks.manager, source), node, True)
            return inner if isinstance(inner, Ref) else UNKNOWN
        if node.value is not None:
            value = self.value(node.value)
        path = value.path if isinstance(value, Ref) else None
        self.b.emit(Yielded(path, self.hooks.resumes, self.hooks.manager), node, True)
        return UNKNOWN

    def starred(self, node: cst.StarredElement) -> Value:
        return self.value(node.value)


_VALUES: dict[type[cst.CSTNode], Callable[[Any, Any], Value]] = {
    cst.Name: Expressions.name,
    cst.Attribute: Expressions.attribute,
    cst.Subscript: Expressions.subscript,
    cst.NamedExpr: Expressions.named,
    cst.IfExp: Expressions.conditional,
    cst.BooleanOperation: Expressions.boolean,
    cst.List: Expressions.display,
    cst.Tuple: Expressions.display,
    cst.Set: Expressions.display,
    cst.Dict: Expressions.mapping,
    cst.ListComp: Expressions.comprehension,
    cst.SetComp: Expressions.comprehension,
    cst.DictComp: Expressions.comprehension,
    cst.GeneratorExp: Expressions.comprehension,
    cst.Lambda: Expressions.closure,
    cst.FormattedString: Expressions.formatted,
    cst.ConcatenatedString: Expressions.concatenated,
    cst.BinaryOperation: Expressions.binary,
    cst.UnaryOperation: Expressions.unary,
    cst.Comparison: Expressions.comparison,
    cst.Yield: Expressions.yielded,
}
