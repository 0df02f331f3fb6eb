"""Lowering conditions: what a branch says about the values that are held."""

import libcst as cst

from leaklint.flow.ir import Invoke
from leaklint.flow.values import (
    Always,
    Bound,
    Condition,
    Const,
    Equals,
    IsNone,
    Known,
    Less,
    Opaque,
    Path,
    Query,
    Ref,
    Same,
    Truth,
)
from leaklint.syntax.callees import short
from leaklint.syntax.constants import folded
from leaklint.syntax.lowering.bindings import Bindings
from leaklint.syntax.lowering.core import Ends
from leaklint.syntax.purity import purity
from leaklint.syntax.walk import text_of


class Conditions(Bindings):
    """Lowers conditions to two-way branches."""

    def branch(self, node: cst.BaseExpression) -> tuple[Ends, Ends]:
        """Evaluate a condition; returns the open ends where it holds and where it does not."""
        fold = folded(node, self.flags.python)
        if fold is not None:
            return self.b.choose(Always(fold), text_of(node), node)
        match node:
            case cst.UnaryOperation(operator=cst.Not()):
                true, false = self.branch(node.expression)
                return false, true
            case cst.BooleanOperation():
                return self.short_circuit(node)
            case cst.Comparison(comparisons=[only]):
                return self.compared(node, only)
            case cst.NamedExpr():
                value = self.named(node)
                return self.choose(Truth(value.path) if isinstance(value, Ref) else Opaque("", ()), node)
            case _:
                return self.choose(self.plain(node), node)

    def choose(self, condition: Condition, node: cst.BaseExpression, negated: bool = False) -> tuple[Ends, Ends]:
        """A branch on one condition; `negated` if the expression says its opposite."""
        return self.b.choose(condition, short(text_of(node)), node, negated)

    def short_circuit(self, node: cst.BooleanOperation) -> tuple[Ends, Ends]:
        operands: list[cst.BaseExpression] = [node.right]
        left = node.left
        conjunction = isinstance(node.operator, cst.And)
        while isinstance(left, cst.BooleanOperation) and isinstance(left.operator, cst.And) == conjunction and not left.lpar:
            operands.append(left.right)
            left = left.left
        out: Ends = []
        true, false = self.branch(left)
        for operand in reversed(operands):
            out.extend(false if conjunction else true)
            self.b.ends = true if conjunction else false
            true, false = self.branch(operand)
        return (true, [*out, *false]) if conjunction else ([*out, *true], false)

    def plain(self, node: cst.BaseExpression) -> Condition:
        """A condition that is no operator: a name, an attribute, a call."""
        key, deps = purity(node, self.names, self.scope)
        match node:
            case cst.Call(func=cst.Attribute() as func, args=[]):
                receiver = self.receiver_once(node)
                return Query(receiver, f"{func.attr.value}()", key, deps) if receiver is not None else Opaque(key, deps)
            case cst.Attribute():
                base = self.value(node.value)
                self.fine(node)
                return Query(base.path, node.attr.value, key, deps) if isinstance(base, Ref) else Opaque(key, deps)
            case cst.Call(func=cst.Name("hasattr" | "callable"), args=[cst.Arg(value=cst.Name() as held), *_]):
                value = self.value(held)
                return Query(value.path, "hasattr", key, deps) if isinstance(value, Ref) else Opaque(key, deps)
        value = self.value(node)
        if isinstance(value, Const):
            return Always(bool(value.value))
        if key and isinstance(node, cst.Call):
            return Opaque(key, deps)
        return Truth(value.path) if isinstance(value, Ref) else Opaque(key, deps)

    def receiver_once(self, node: cst.Call) -> Path | None:
        """The receiver of a call in a condition, after the call itself has been emitted."""
        self.call(node, False, False)
        effect = next((self.b.nodes[e].effect for e in self.b.ends), None)
        if isinstance(effect, Invoke) and effect.callee.acquire is None:
            return effect.receiver
        return None

    def compared(self, node: cst.Comparison, only: cst.ComparisonTarget) -> tuple[Ends, Ends]:
        key, deps = purity(node, self.names, self.scope)
        negated = isinstance(only.operator, (cst.IsNot, cst.NotEqual, cst.NotIn, cst.GreaterThan, cst.GreaterThanEqual))
        answered = self.answered_none(node, only, key, deps)
        if answered is not None:
            true, false = self.choose(answered, node, not negated)
            return (true, false) if negated else (false, true)
        condition = self.relation(node.left, only, key, deps)
        true, false = self.choose(condition, node, negated)
        return (false, true) if negated else (true, false)

    def answered_none(
        self, node: cst.Comparison, only: cst.ComparisonTarget, key: str, deps: tuple[Path, ...]
    ) -> Condition | None:
        """`x.poll() is None`: the state query "poll()" answered no."""
        match node.left, only.operator, only.comparator:
            case cst.Call(func=cst.Attribute() as func, args=[]) as call, (cst.Is() | cst.IsNot()), cst.Name("None"):
                name = f"{func.attr.value}()"
                kinds = (
                    self.names.catalog.kind(k) for t in self.names.types(func.value, self.scope) for k in self.names.kinds(t)
                )
                if not any(name in k.queries for k in kinds):
                    return None
                receiver = self.receiver_once(call)
                return Query(receiver, name, key, deps) if receiver is not None else Opaque(key, deps)
            case _:
                return None

    def membership(self, only: cst.ComparisonTarget) -> None:
        """`x in (...)` stops where it has found it."""
        if isinstance(only.operator, (cst.In, cst.NotIn)):
            self.iterated_partly(only.comparator)

    def relation(self, left: cst.BaseExpression, only: cst.ComparisonTarget, key: str, deps: tuple[Path, ...]) -> Condition:
        """The condition of a comparison, read positively (`is not` as `is`)."""
        match only.operator, left, only.comparator:
            case cst.In() | cst.NotIn(), cst.SimpleString(), cst.Call(func=cst.Name("locals" | "vars" | "globals")):
                return Bound((left.raw_value,))
        self.membership(only)
        first = self.value(left)
        second = self.value(only.comparator)
        if isinstance(first, Const) and isinstance(second, Ref):
            first, second = second, first
        if not isinstance(first, Ref):
            return Opaque(key, deps)
        match only.operator, second:
            case ((cst.Is() | cst.IsNot() | cst.Equal() | cst.NotEqual()), Const(value=None)):
                return IsNone(first.path)
            case ((cst.Is() | cst.IsNot() | cst.Equal() | cst.NotEqual()), Const(value=value)):
                return Equals(first.path, value)
            case ((cst.Is() | cst.IsNot() | cst.Equal() | cst.NotEqual()), Ref(path=path)):
                return Same(first.path, path)
            case ((cst.Is() | cst.IsNot() | cst.Equal() | cst.NotEqual()), Known()) if isinstance(only.comparator, cst.Attribute):
                return Same(first.path, ("%other", text_of(only.comparator)))
            case ((cst.LessThan() | cst.GreaterThanEqual()), Const(value=int() | float() as bound)):
                return Less(first.path, float(bound), False)
            case ((cst.LessThanEqual() | cst.GreaterThan()), Const(value=int() | float() as bound)):
                return Less(first.path, float(bound), True)
        return Opaque(key, deps)
