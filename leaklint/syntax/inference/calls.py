"""What a call is: the acquisition, the facts of the rules, the function of the project."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from leaklint.catalog.schema import Acquire, Call
from leaklint.syntax.declared import Declared, declared
from leaklint.syntax.inference.arguments import Arguments, argument_values, arguments, constant_text
from leaklint.syntax.inference.classes import Classes, is_super, scope_class
from leaklint.syntax.inference.model import Type
from leaklint.syntax.scopes import Scope
from leaklint.syntax.walk import dotted

if TYPE_CHECKING:
    from leaklint.syntax.types import ModuleNames


class Calls(Classes):
    """What rules and the project say about a call."""

    def arguments(self, call: cst.Call, scope: Scope) -> Arguments:
        """The arguments as conditions want them; a local name stands for the call or literal that it is always bound to."""
        return arguments(call, lambda node: self.constant(node, scope))

    def constant(self, node: cst.BaseExpression, scope: Scope) -> str | None:
        """A literal, a dotted name, or the callee of a call (`BytesIO()` is "BytesIO")."""
        if isinstance(node, cst.Call):
            return dotted(node.func)
        if isinstance(node, cst.Name) and scope.binds(node.value) and node.value not in scope.imports:
            values = scope.assigned.get(node.value, [])
            if len(values) == 1 and values[0].how == "value" and isinstance(values[0].value, cst.Call):
                return dotted(values[0].value.func)
        return constant_text(node)

    def callee(self, func: cst.BaseExpression, scope: Scope) -> "tuple[ModuleNames, Scope] | None":
        """The project function, method or class that a call reaches."""
        direct = self.function(func, scope) or self._class_value(func, scope)
        if direct is not None or not isinstance(func, cst.Attribute):
            return direct
        for t in sorted(self.types(func.value, scope), key=str):
            if t.tag in ("class", "classobject"):
                found = self.method(t, func.attr.value)
                if found is not None:
                    return found
        if is_super(func.value) and scope_class(scope) is not None:
            return self._super(scope, func.attr.value)
        return None

    def _class_value(self, func: cst.BaseExpression, scope: Scope) -> "tuple[ModuleNames, Scope] | None":
        """The class that an expression stands for (`cls`, `self.connection_class`, what a function returned), if only one."""
        classes = [t for t in self.types(func, scope) if t.tag == "classobject"]
        return self.class_of(classes[0]) if len(classes) == 1 else None

    def _super(self, scope: Scope, method: str) -> "tuple[ModuleNames, Scope] | None":
        klass = scope_class(scope)
        if klass is None:
            return None
        for names, ancestor in self.ancestry(self.class_type(klass)):
            found = ancestor.method(method) if ancestor is not klass else None
            if found is not None:
                return names, found
        return None

    def acquisition(self, call: cst.Call, scope: Scope) -> tuple[Acquire, str] | None:
        """The acquisition that a call is, and the call reference that named it."""
        args = self.arguments(call, scope)
        for ref, entries in self._acquire_entries(call, scope):
            for entry in entries:
                if args.satisfy(entry.when):
                    return None if entry.not_acquire else (entry, ref)
        return None

    def declared(self, function: Scope) -> Declared | None:
        """What comments on a function of this module say about it."""
        if not self.declares:
            return None
        if id(function) not in self._declared:
            self._declared[id(function)] = declared(function, self.catalog)
        return self._declared[id(function)]

    def _own(self, call: cst.Call, scope: Scope) -> "tuple[str, Declared | None] | None":
        """(the name by which rules may speak of it, what its comments say) of the project function that is called."""
        place = self.callee(call.func, scope)
        if place is None:
            return None
        names, function = place
        said = function.method("__init__") if function.kind == "class" else function
        return f"{names.name}.{function.qualname}", names.declared(said) if said is not None else None

    def _acquire_entries(self, call: cst.Call, scope: Scope) -> Iterator[tuple[str, tuple[Acquire, ...]]]:
        own = self._own(call, scope)
        if own is not None:
            yield own[0], (own[1].acquire,) if own[1] is not None and own[1].acquire is not None else ()
            yield own[0], self.catalog.acquires(own[0])
        for q in self.qualified(call.func, scope):
            yield q, self.catalog.acquires(q)
        for t in self.types(call.func, scope):
            if t.tag == "factory":
                yield t.name, self.catalog.acquires(t.name)
        yield from self._passed_through(call, scope)
        if not isinstance(call.func, cst.Attribute):
            return
        method = call.func.attr.value
        for t in sorted(self.types(call.func.value, scope), key=str):
            for gid in self.kinds(t):
                yield f"{gid}.{method}", self.catalog.method_acquires(gid, method)
        yield f"*.{method}", self.catalog.any_method_acquires(method)

    def _passed_through(self, call: cst.Call, scope: Scope) -> Iterator[tuple[str, tuple[Acquire, ...]]]:
        """`to_thread(open, path)` calls what it is given; conditions on the arguments can't be asked."""
        facts = (c for q in self.qualified(call.func, scope) for c in self.catalog.calls(q) if c.pass_through)
        for value in (v for c in facts for v in argument_values(call, c.pass_through or "")):
            for q in self.qualified(value, scope) if isinstance(value, (cst.Name, cst.Attribute)) else ():
                yield q, tuple(e for e in self.catalog.acquires(q) if not e.when)

    def facts(self, call: cst.Call, scope: Scope) -> Iterator[tuple[str, Call]]:
        """Every fact of the rules about a call whose conditions hold, most specific first."""
        args = self.arguments(call, scope)
        for ref, entries in self._fact_entries(call, scope):
            yield from ((ref, c) for c in entries if args.satisfy(c.when))

    def _fact_entries(self, call: cst.Call, scope: Scope) -> Iterator[tuple[str, tuple[Call, ...]]]:
        own = self._own(call, scope)
        if own is not None:
            yield own[0], (own[1].fact,) if own[1] is not None else ()
            yield own[0], self.catalog.calls(own[0])
        for q in self.qualified(call.func, scope):
            yield q, self.catalog.calls(q)
        if not isinstance(call.func, cst.Attribute):
            return
        method = call.func.attr.value
        for t in sorted(self.types(call.func.value, scope), key=str):
            for gid in self.kinds(t):
                yield f"{gid}.{method}", self.catalog.method_calls(gid, method)
            for q in self._outside_methods(t, method):
                yield q, self.catalog.calls(q)
        yield f"*.{method}", self.catalog.any_method_calls(method)

    def _outside_methods(self, t: Type, method: str) -> Iterator[str]:
        if t.tag == "class":
            for base in self.outside_bases(t):
                yield self.catalog.canonical(f"{base}.{method}")
