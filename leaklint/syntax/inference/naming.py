"""What names stand for: imports, aliases, re-exports, functions and classes of the project."""

import builtins
import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from leaklint.catalog.catalog import Catalog
from leaklint.syntax.collect import module_scope
from leaklint.syntax.declared import Declared
from leaklint.syntax.inference.memo import Memo
from leaklint.syntax.inference.model import Project, Type, Types
from leaklint.syntax.scopes import Assigned, Scope, Stubs
from leaklint.syntax.walk import SCOPES, dotted, walk

if TYPE_CHECKING:
    from leaklint.syntax.types import ModuleNames


class Naming:
    """The names of one module: what a name or dotted expression stands for."""

    def __init__(
        self,
        tree: cst.Module,
        filename: str,
        name: str,
        package: str,
        catalog: Catalog,
        project: Project | None,
        stubs: Stubs | None = None,
    ) -> None:
        self.tree = tree
        self.filename = filename
        self.name = name
        self.catalog = catalog
        self.project = project
        self.scope = module_scope(tree, package, stubs)
        self._memo = Memo()
        self.release_calls = frozenset().union(*catalog.release_calls.values())
        self.declares = False
        """Whether comments on functions say what they do."""
        self._declared: dict[int, Declared | None] = {}
        self._names_active: set[tuple[str, int]] = set()
        # Answers within one question: names that are assigned to each other lead to the same ones in very many ways. What is
        # cut short by a circle may lack names in it (errs to silence).
        self._names_found: dict[tuple[str, int], tuple[str, ...]] = {}
        self._names_known: dict[tuple[str, int], tuple[str, ...]] = {}
        self._canonical: dict[str, tuple[str, ...]] = {}
        self._outside: dict[Type, tuple[str, ...]] = {}
        self._globals_spread()

    def _globals_spread(self) -> None:
        """`global x; x = ...` in a function is an assignment of the module."""
        stack = [self.scope]
        while stack:
            scope = stack.pop()
            if not scope.has_globals:
                continue
            stack.extend(f for fs in scope.functions.values() for f in fs)
            stack.extend(scope.classes.values())
            for name in scope.not_local:
                self.scope.assigned.setdefault(name, []).extend(scope.assigned.get(name, []))

    # --- what other parts do ----------------------------------------------------------------------------------------

    @property
    def whole(self) -> "ModuleNames":
        """This module's names with every part."""
        raise NotImplementedError

    def types(self, node: cst.BaseExpression, scope: Scope) -> Types:
        """The types of an expression."""
        raise NotImplementedError

    def named(self, name: str, scope: Scope) -> Types:
        """The types of a (possibly dotted) name as seen from a scope."""
        raise NotImplementedError

    def assigned(self, assigned: Assigned, scope: Scope) -> Types:
        """The types that one assignment gives."""
        raise NotImplementedError

    def entered(self, found: Types) -> Types:
        """What `with value as x` binds, by type."""
        raise NotImplementedError

    def returned(self, function: Scope) -> Types:
        """The types of what a project function returns (for a context manager function: what it yields)."""
        raise NotImplementedError

    # --- names ------------------------------------------------------------------------------------------------------

    def owner(self, name: str, scope: Scope) -> Scope | None:
        """The scope that binds a name, looking outwards; None for builtins and unknown names."""
        current: Scope | None = scope
        while current is not None:
            if current.binds(name):
                return current
            current = current.parent
        return None

    def qualified(self, node: cst.CSTNode, scope: Scope) -> tuple[str, ...]:
        """The canonical qualified names that an expression may mean ("sqlite3.connect"); () if it names no import or builtin."""
        text = dotted(node)
        if text is None:
            return ()
        root, _, rest = text.partition(".")
        named = (f"{q}.{rest}" if rest else q for q in self._root_names(root, scope))
        return tuple(q for name in named for q in self._meaning(name))

    def _meaning(self, name: str) -> tuple[str, ...]:
        """The canonical names that a qualified name stands for."""
        if name not in self._canonical:
            self._canonical[name] = tuple(map(self.catalog.canonical, self._reexported(name)))
        return self._canonical[name]

    def _reexported(self, name: str) -> tuple[str, ...]:
        """What a name means that the project passes on from a library (`from app.compat import sqlite3`), or a bundled copy."""
        found = self.project.reexported(name) if self.project is not None else ()
        return found or (unbundled(name, self.catalog.modules),)

    def _root_names(self, root: str, scope: Scope) -> tuple[str, ...]:
        owner = self.owner(root, scope)
        if owner is None:
            return (root,) if root in _BUILTINS else self._starred(root)
        key = (root, id(owner))
        if key in self._names_known:
            return self._names_known[key]
        if key in self._names_active:
            return ()
        if key not in self._names_found:
            self._names_active.add(key)
            try:
                self._names_found[key] = tuple(dict.fromkeys(self._bound_to(root, owner)))
            finally:
                self._names_active.discard(key)
        found = self._names_found[key]
        if not self._names_active:  # nothing was cut short
            self._names_known[key] = found
            self._names_found.clear()
        return found

    def _bound_to(self, root: str, owner: Scope) -> "Iterator[str]":
        """What the imports and assignments of a scope bind a name to."""
        yield from owner.imports.get(root, ())
        if root in owner.functions or root in owner.classes:
            return
        for assigned in owner.assigned.get(root, ()):
            if assigned.how == "value":
                for node, scope in self._meant(assigned.value, owner):
                    yield from self.qualified(node, scope)
        default = owner.defaults.get(root)
        if owner.parent is not None and isinstance(default, cst.Name | cst.Attribute):
            yield from self.qualified(default, owner.parent)

    def _meant(self, node: cst.BaseExpression, scope: Scope) -> "Iterator[tuple[cst.BaseExpression, Scope]]":
        """The names that an expression passes on: itself, either branch, what is cast, what a function of this module returns
        (`sqlite3 = cast(Any, _sqlite3)`, `driver = import_driver()`)."""
        match node:
            case cst.Name() | cst.Attribute():
                yield node, scope
            case cst.IfExp():
                yield from (*self._meant(node.body, scope), *self._meant(node.orelse, scope))
            case cst.Call(func=cst.Name("cast") | cst.Attribute(attr=cst.Name("cast")), args=[_, cst.Arg(value=value)]):
                yield from self._meant(value, scope)
            case cst.Call(func=cst.Name(name), args=[]):
                yield from self._given_by(name, scope)
            case _:
                return

    def _given_by(self, name: str, scope: Scope) -> "Iterator[tuple[cst.BaseExpression, Scope]]":
        """The names that a function of this module returns; only imports of its own, so that nothing is followed in circles."""
        owner = self.owner(name, scope)
        for function in owner.functions.get(name, ()) if owner is not None else ():
            body = function.node.body.body if isinstance(function.node, cst.FunctionDef) else ()
            returned = (n.value for s in body for n in walk(s, SCOPES) if isinstance(n, cst.Return))
            for value in returned:
                text = dotted(value) if value is not None else None
                if value is not None and text is not None and text.partition(".")[0] in function.imports:
                    yield value, function

    def _starred(self, root: str) -> tuple[str, ...]:
        """A name that only a star import can bind."""
        exports = self.project.exports if self.project is not None else None
        return tuple(f"{module}.{root}" for module in self.scope.stars if exports is None or exports(module, root))

    def function(self, node: cst.CSTNode, scope: Scope) -> "tuple[ModuleNames, Scope] | None":
        """The function or class of the project that an expression names."""
        text = dotted(node)
        if text is None:
            return None
        if "." not in text:
            owner = self.owner(text, scope)
            if owner is not None and text in owner.functions:
                return self.whole, owner.functions[text][-1]
            if owner is not None and text in owner.classes:
                return self.whole, owner.classes[text]
        if self.project is None:
            return self._nested(text, scope)
        for q in self.qualified(node, scope):
            found = self.project.resolve(q)
            if found is not None and found[1] is not None:
                return found[0], found[1]
        return self._nested(text, scope)

    def _nested(self, text: str, scope: Scope) -> "tuple[ModuleNames, Scope] | None":
        """`Class.method` or `Class.Inner` of this module."""
        first, *rest = text.split(".")
        owner = self.owner(first, scope)
        found = owner.classes.get(first) if owner is not None else None
        for part in rest:
            found = (found.method(part) or found.classes.get(part)) if found is not None else None
        return (self.whole, found) if found is not None and rest else None


_BUILTINS = frozenset(dir(builtins))
_BUNDLES = frozenset({"_vendor", "vendor", "_vendored", "vendored", "thirdparty", "third_party", "extern", "_extern", "packages"})


@functools.cache
def unbundled(name: str, modules: frozenset[str]) -> str:
    """`pip._vendor.requests.get` is `requests.get`: a library that is bundled with another stays what it is."""
    parts = name.split(".")
    for i in range(1, len(parts)):
        if parts[i - 1] in _BUNDLES and (parts[i] in modules or parts[i] == "six"):
            return ".".join(parts[i:])
    return name
