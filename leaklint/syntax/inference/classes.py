"""Classes of the project: ancestry, methods, and the types of their attributes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from leaklint.syntax.inference.annotations import Annotations
from leaklint.syntax.inference.model import Type, Types
from leaklint.syntax.scopes import Assigned, Scope
from leaklint.syntax.walk import dotted

if TYPE_CHECKING:
    from leaklint.syntax.types import ModuleNames


class Classes(Annotations):
    """Classes of the project and what lies outside."""

    def class_of(self, t: Type) -> "tuple[ModuleNames, Scope] | None":
        """The class that a type means."""
        module, _, qualname = t.name.partition("\0")
        names: ModuleNames | None = self.whole
        if module != (self.name or self.filename):
            place = self.project.resolve(f"{module}.{qualname}") if self.project is not None else None
            return (place[0], place[1]) if place is not None and place[1] is not None else None
        scope: Scope | None = names.scope if names is not None else None
        for part in qualname.split("."):
            if part == "<locals>" or scope is None:
                continue
            scope = scope.classes.get(part) or scope.method(part)
        return (self.whole, scope) if scope is not None and scope.kind == "class" else None

    def ancestry(self, t: Type) -> "Iterator[tuple[ModuleNames, Scope]]":
        """The class of a type and its bases as far as they lie in the project, nearest first."""
        start = self.class_of(t)
        queue = [start] if start is not None else []
        seen: set[int] = set()
        while queue:
            names, klass = queue.pop(0)
            if id(klass) in seen:
                continue
            seen.add(id(klass))
            yield names, klass
            for base in bases(klass):
                found = names.function(base, names.scope if klass.parent is None else klass.parent)
                if found is not None and found[1].kind == "class":
                    queue.append(found)

    def outside_bases(self, t: Type) -> tuple[str, ...]:
        """Qualified names of bases that lie outside the project, through the whole ancestry; "?" for one that has no name."""
        known = self._outside.get(t)
        if known is None:
            known = tuple(self._outside_bases(t))
            if self.project is None or not self.project.resolving:
                self._outside[t] = known
        return known

    def _outside_bases(self, t: Type) -> Iterator[str]:
        for names, klass in self.ancestry(t):
            scope = klass.parent or names.scope
            for base in bases(klass):
                if names.function(base, scope) is None:
                    yield from (q for q in names.qualified(base, scope) or ("?",) if q not in _EMPTY)

    def base_kinds(self, t: Type) -> frozenset[str]:
        """Kinds of the catalogue that a project class derives from."""
        kinds = (self.catalog.kind_of_type(self.catalog.canonical(q)) for q in self.outside_bases(t))
        return frozenset(k for k in kinds if k is not None)

    def kinds(self, t: Type) -> frozenset[str]:
        """The kinds whose methods a value of this type has (own methods of a project class win over its base's)."""
        if t.tag == "kind":
            return frozenset((t.name,))
        return self.base_kinds(t) if t.tag == "class" else frozenset()

    def method(self, t: Type, name: str) -> "tuple[ModuleNames, Scope] | None":
        """The method that a call on an instance reaches."""
        for names, klass in self.ancestry(t):
            found = klass.method(name)
            if found is not None:
                return names, found
        return None

    def attribute(self, t: Type, name: str) -> Types:
        """The types of an attribute of instances of a project class, base classes included."""
        found: set[Type] = set()
        for names, klass in self.ancestry(t):
            for assigned, method in class_attribute(klass, name):
                found |= names.assigned(assigned, method)
            if name in klass.annotations:
                found |= names.annotated(klass.annotations[name], klass)
            getter = klass.method(name)
            if getter is not None and getter.decorated & {
                "property",
                "cached_property",
                "functools.cached_property",
            }:
                found |= names.returned(getter)
        return frozenset(found)


_EMPTY = frozenset({"object", "abc.ABC", "typing.Generic", "typing.Protocol"})
"""Bases that add no method of their own that could do anything with an attribute."""


def is_super(node: cst.BaseExpression) -> bool:
    """`super()` or `super(C, self)`."""
    return isinstance(node, cst.Call) and dotted(node.func) == "super"


def scope_class(scope: Scope) -> Scope | None:
    """The class whose method a scope is (or lies in)."""
    current: Scope | None = scope
    while current is not None:
        if current.owner is not None:
            return current.owner
        current = current.parent
    return None


def bases(klass: Scope) -> list[cst.BaseExpression]:
    """The base class expressions of a class; `Generic[T]` counts as `Generic`."""
    node = klass.node
    if not isinstance(node, cst.ClassDef):
        return []
    values = [a.value for a in node.bases]
    return [v.value if isinstance(v, cst.Subscript) else v for v in values]


def class_attribute(klass: Scope, name: str) -> list[tuple[Assigned, Scope]]:
    """What is ever assigned to an attribute: in the class body, and to `self.name` in its methods."""
    if klass.attributes is None:
        klass.attributes = {}
    if name not in klass.attributes:
        found = [(value, klass) for value in klass.assigned.get(name, ())]
        for method in (m for ms in klass.functions.values() for m in ms):
            if method.assigns(name):
                found.extend(_assigned_to_self(method, name))
        klass.attributes[name] = found
    return klass.attributes[name]


def _assigned_to_self(method: Scope, name: str) -> Iterator[tuple[Assigned, Scope]]:
    attribute = f"{method.self_name}.{name}"
    stack = [method] if method.self_name else []
    while stack:
        scope = stack.pop()
        stack.extend(f for fs in scope.functions.values() for f in fs)
        yield from ((value, scope) for value in scope.assigned.get(attribute, ()))
