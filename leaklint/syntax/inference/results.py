"""The types of what calls give: acquisitions, facts, functions of the project."""

import libcst as cst

from leaklint.catalog.schema import Call
from leaklint.syntax.inference.arguments import argument_values
from leaklint.syntax.inference.calls import Calls
from leaklint.syntax.inference.model import NO_TYPES, Type, Types
from leaklint.syntax.scopes import Scope
from leaklint.syntax.walk import SCOPES, walk


class Results(Calls):
    """The types of what calls give."""

    def _call(self, node: cst.Call, scope: Scope) -> Types:
        found: set[Type] = set()
        acquired = self.acquisition(node, scope)
        if acquired is not None:
            entry = acquired[0]
            if entry.item is None:
                found.add(Type("kind", entry.kind))
            else:
                found.add(Type("tuple", entry.kind, entry.item))
        for _, fact in self.facts(node, scope):
            found |= self._fact_types(fact, node, scope)
        for q in self.qualified(node.func, scope):
            kind = self.catalog.kind_of_type(q)
            if kind is not None and acquired is None:
                found.add(Type("kind", kind))
        place = self.callee(node.func, scope)
        if place is not None:
            names, callee = place
            found |= {names.class_type(callee)} if callee.kind == "class" else names.returned(callee)
        return frozenset(found)

    def _fact_types(self, fact: Call, node: cst.Call, scope: Scope) -> set[Type]:
        found: set[Type] = set()
        if fact.returns == "self" and isinstance(node.func, cst.Attribute):
            found |= self.types(node.func.value, scope)
        elif fact.returns and fact.returns not in ("self", "borrowed"):
            found.add(Type("kind", fact.returns))
        if fact.factory:
            found.add(Type("factory", fact.factory))
        if fact.factory_arg is not None:
            found |= {Type("factory", q) for a in argument_values(node, fact.factory_arg) for q in self.qualified(a, scope)}
        through = fact.wraps or fact.closes or fact.pass_through
        if through and not fact.returns:
            for value in argument_values(node, through):
                found |= self.types(value, scope)
        return found | self._adopted(fact, node, scope) if fact.enters else found

    def _adopted(self, fact: Call, node: cst.Call, scope: Scope) -> Types:
        """`stack.enter_context(x)` answers what `with x as y` binds."""
        return frozenset().union(*(self.entered(self.types(v, scope)) for r in fact.takes for v in argument_values(node, r)))

    def returned(self, function: Scope) -> Types:
        """The types of what a project function returns (for a context manager function: what it yields)."""
        node = function.node
        if not isinstance(node, cst.FunctionDef):
            return NO_TYPES
        return self._memo.get(("r", id(function)), lambda: self._returned(function, node))

    def _returned(self, function: Scope, node: cst.FunctionDef) -> Types:
        found: Types = NO_TYPES
        if node.returns is not None:
            found = self.annotated(node.returns.annotation, function)
        if found:
            return found
        for inner in (n for s in node.body.body for n in walk(s, SCOPES)):
            match inner:
                case cst.Return(value=value) | cst.Yield(value=value) if isinstance(value, cst.BaseExpression):
                    found |= self.types(value, function)
                case _:
                    pass
        return found
