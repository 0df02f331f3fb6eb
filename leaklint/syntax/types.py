"""What an expression is: qualified names and types, as far as the code says so.

Flow-insensitive: the types of a name are those of everything that is ever assigned to it. Errs towards more types; a type is
only ever used to read rules, never to report by itself. Its parts stand in `inference/`, each adding to the one before.
"""

import libcst as cst

from leaklint.syntax.inference.model import NO_TYPES, Type, Types, each, items
from leaklint.syntax.inference.results import Results
from leaklint.syntax.scopes import Assigned, Scope
from leaklint.syntax.walk import dotted


class ModuleNames(Results):
    """The names and types of one module."""

    @property
    def whole(self) -> "ModuleNames":
        return self

    def types(self, node: cst.BaseExpression, scope: Scope) -> Types:
        """The types of an expression."""
        return self._memo.get(("e", id(node), id(scope)), lambda: self._infer(node, scope))

    def _infer(self, node: cst.BaseExpression, scope: Scope) -> Types:
        match node:
            case cst.Name():
                return self.named(node.value, scope)
            case cst.Attribute():
                return self._attribute(node, scope)
            case cst.Call():
                return self._call(node, scope)
            case cst.Await():
                return self.types(node.expression, scope)
            case cst.IfExp():
                return self.types(node.body, scope) | self.types(node.orelse, scope)
            case cst.BooleanOperation():
                return self.types(node.left, scope) | self.types(node.right, scope)
            case cst.NamedExpr():
                return self.types(node.value, scope)
            case cst.BinaryOperation(operator=cst.Divide()):
                return self._plain(self.types(node.left, scope))
            case cst.Subscript():
                return self._subscript(node, scope)
            case cst.List() | cst.Tuple() | cst.Set():
                return items(frozenset().union(*(self.types(e.value, scope) for e in node.elements[:20])))
            case cst.ListComp() | cst.GeneratorExp() | cst.SetComp():
                return items(self.types(node.elt, scope))
            case _:
                return NO_TYPES

    def _plain(self, types: Types) -> Types:
        """`path / name` has the type of `path`: only handles that hold nothing have operators."""
        return frozenset(t for t in types if t.tag == "kind" and self.catalog.kind(t.name).severity is None)

    def _subscript(self, node: cst.Subscript, scope: Scope) -> Types:
        found = self.types(node.value, scope)
        match node.slice:
            case [cst.SubscriptElement(slice=cst.Index(value=cst.Integer(value=index)))]:
                chosen = (Type("kind", t.name) for t in found if t.tag == "tuple" and t.item in (int(index, 0), "*"))
                return frozenset(chosen) | each(found)
            case _:
                return each(found)

    def named(self, name: str, scope: Scope) -> Types:
        """The types of a (possibly dotted) name as seen from a scope."""
        root = name.partition(".")[0]
        owner = self.owner(root, scope)
        if owner is None:
            if name != root or self.project is None:
                return NO_TYPES
            # Modules may import each other by star, or themselves.
            return self._memo.get(("*", root), lambda: self._imported(list(self._starred(root))))
        return self._memo.get(("n", name, id(owner)), lambda: self._named(name, owner))

    def _named(self, name: str, owner: Scope) -> Types:
        found: set[Type] = set()
        if name in owner.annotations:
            found |= self.annotated(owner.annotations[name], owner)
        if name in owner.params and name == owner.self_name and owner.owner is not None:
            found.add(self.class_type(owner.owner, "classmethod" in owner.decorated))
        for assigned in owner.assigned.get(name, ()):
            found |= self.assigned(assigned, owner)
        for narrowed in owner.narrowed.get(name, ()):
            found |= self.annotated(narrowed, owner)
        if name in owner.defaults and owner.parent is not None:
            found |= self.types(owner.defaults[name], owner.parent)
        if name in owner.imports and self.project is not None:
            found |= self._imported(owner.imports[name])
        if name in owner.classes:
            found.add(self.class_type(owner.classes[name], itself=True))
        return frozenset(found)

    def _imported(self, names: list[str]) -> Types:
        found: Types = NO_TYPES
        for q in names:
            place = self.project.resolve(q) if self.project is not None else None
            if place is not None and place[1] is None:
                found |= place[0].named(place[2], place[0].scope)
            elif place is not None and place[1] is not None and place[1].kind == "class":
                found |= {place[0].class_type(place[1], itself=True)}
        return found

    def assigned(self, assigned: Assigned, scope: Scope) -> Types:
        """The types that one assignment gives."""
        found = self.types(assigned.value, scope)
        how = assigned.how
        if how.startswith("item"):
            return self._tuple_items(assigned, found, scope)
        if how == "enter":
            return self.entered(found)
        if how == "each":
            return each(found)
        if how == "value" and not found and isinstance(assigned.value, (cst.Name, cst.Attribute)):
            return self._factories(assigned.value, scope)
        return found if how in ("value", "augmented") else NO_TYPES

    def _factories(self, node: cst.BaseExpression, scope: Scope) -> Types:
        """A callable of the rules that acquires, kept under another name (`self.connect = psycopg2.connect`)."""
        return frozenset(Type("factory", q) for q in self.qualified(node, scope) if self.catalog.acquires(q))

    def _tuple_items(self, assigned: Assigned, found: Types, scope: Scope) -> Types:
        value = assigned.value
        if isinstance(value, cst.Call) and dotted(value.func) in ("zip", "enumerate"):
            return NO_TYPES
        kinds = {Type("kind", t.name) for t in found if t.tag == "tuple" and t.item in (assigned.item, "*")}
        return frozenset(kinds)

    def entered(self, found: Types) -> Types:
        """What `with value as x` binds, by type."""
        out: set[Type] = set()
        for t in found:
            enter = self.catalog.kind(t.name).enter if t.tag == "kind" else None
            out.add(Type("kind", enter) if enter else t)
        return frozenset(out)

    def _attribute(self, node: cst.Attribute, scope: Scope) -> Types:
        text = dotted(node)
        found: set[Type] = set()
        if text is not None:
            root = text.partition(".")[0]
            owner = self.owner(root, scope)
            if owner is not None and (text in owner.assigned or text in owner.annotations):
                found |= self.named(text, scope)
            found |= self._imported(list(self.qualified(node, scope))) if self.project is not None else NO_TYPES
        for t in self.types(node.value, scope):
            if t.tag in ("class", "classobject"):
                found |= self.attribute(t, node.attr.value)
            elif t.tag == "kind":
                found |= self._property(t.name, node.attr.value)
        return frozenset(found)

    def _property(self, gid: str, attribute: str) -> Types:
        """Attributes of library types that rules type as calls (`Path.parent`)."""
        found = {Type("kind", c.returns) for c in self.catalog.method_calls(gid, attribute) if c.returns and ":" in c.returns}
        if any(c.returns == "self" for c in self.catalog.method_calls(gid, attribute)):
            found.add(Type("kind", gid))
        return frozenset(found)
