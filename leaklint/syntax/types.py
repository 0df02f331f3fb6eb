"""What an expression is: qualified names and types, as far as the code says so.

Flow-insensitive: the types of a name are those of everything that is ever assigned to it. Errs towards more types; a type is
only ever used to read rules, never to report by itself.
"""

import builtins
import functools
import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import libcst as cst

from leaklint.catalog.catalog import Catalog
from leaklint.catalog.condition import holds
from leaklint.catalog.schema import Acquire, Call
from leaklint.syntax.declared import Declared, declared
from leaklint.syntax.scopes import Assigned, Scope, decorator_names, module_scope
from leaklint.syntax.walk import SCOPES, dotted, text_of, walk

_BUILTINS = frozenset(dir(builtins))


class Type(NamedTuple):
    """One type. tag "kind": a kind of the catalogue (name: global id); "factory": calling it does what the call `name` does;
    "class": an instance of a class of the project (name: module, NUL, qualified name); "tuple": a result whose item `item` is
    of kind `name`; "function": a function of the project."""

    tag: str
    name: str
    item: int | str | None = None


Types = frozenset[Type]
NO_TYPES: Types = frozenset()


class Project(Protocol):
    """What other files say. `resolve` finds the module that defines a qualified name and the scope of that name there."""

    def resolve(self, qualified: str, always: bool = False) -> "tuple[ModuleNames, Scope | None, str] | None":
        """(module, scope of the function or class, name in the module) or None if it lies outside the project."""

    def exports(self, module: str, name: str) -> bool:
        """Whether `from module import *` may bind a name."""

    def reexported(self, qualified: str) -> tuple[str, ...]:
        """The names outside the project that a name of the project stands for."""

    def locate(self, qualified: str) -> tuple[str, str] | None:
        """(module, rest) of a name that lies in the project, without reading the module."""


class Arguments(NamedTuple):
    """The constants among a call's arguments, as the conditions of rules want them."""

    positional: tuple[str | None, ...]
    keywords: dict[str, str | None]
    starred: bool

    def satisfy(self, conditions: tuple[str, ...]) -> bool:
        """Whether all conditions hold; an undecided one does not."""
        return all(holds(c, self.positional, self.keywords, self.starred) for c in conditions)


def constant_text(node: cst.BaseExpression) -> str | None:
    """The source of a literal or dotted name that conditions may compare, else None."""
    match node:
        case cst.Name(value="True" | "False" | "None"):
            return node.value
        case cst.Integer() | cst.Float() | cst.SimpleString():
            return node.value
        case cst.UnaryOperation(operator=cst.Minus(), expression=cst.Integer()):
            return text_of(node)
        case cst.Attribute() | cst.Name():
            return dotted(node)
        case _:
            return None


def arguments(call: cst.Call, constant: Callable[[cst.BaseExpression], str | None] = constant_text) -> Arguments:
    """The arguments of a call as constants."""
    positional: list[str | None] = []
    keywords: dict[str, str | None] = {}
    starred = False
    for arg in call.args:
        if arg.star:
            starred = True
        elif arg.keyword is not None:
            keywords[arg.keyword.value] = constant(arg.value)
        else:
            positional.append(constant(arg.value))
    return Arguments(tuple(positional), keywords, starred)


class Memo:
    """Answers that may need each other. One that was cut short by a cycle is kept only until the question that started it is
    answered: it may know more when it is asked on its own."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], Types] = {}
        self._passing: dict[tuple[object, ...], Types] = {}
        self._asked: dict[tuple[object, ...], int] = {}
        self._lowest = sys.maxsize

    def get(self, key: tuple[object, ...], answer: Callable[[], Types]) -> Types:
        """The answer to a question."""
        found = self._known.get(key) or self._passing.get(key)
        if found is not None or key in self._known or key in self._passing:
            return found or NO_TYPES
        depth = self._asked.get(key)
        if depth is not None or len(self._asked) > 150:
            self._lowest = min(self._lowest, depth if depth is not None else 0)
            return NO_TYPES
        return self._ask(key, answer)

    def _ask(self, key: tuple[object, ...], answer: Callable[[], Types]) -> Types:
        depth = self._asked[key] = len(self._asked)
        outer, self._lowest = self._lowest, sys.maxsize
        try:
            found = answer()
        finally:
            del self._asked[key]
        complete = self._lowest >= depth
        (self._known if complete else self._passing)[key] = found
        self._lowest = outer if complete else min(outer, self._lowest)
        if not self._asked:
            self._passing.clear()
            self._lowest = sys.maxsize
        return found


def _items(types: Types) -> Types:
    """The type of a container of such values."""
    return frozenset(Type("items", t.name) for t in types if t.tag == "kind")


def _each(types: Types) -> Types:
    """What a container of that type holds."""
    return frozenset(Type("kind", t.name) for t in types if t.tag == "items")


class ModuleNames:
    """The names and types of one module. `name` is its dotted name ("" if unknown), `filename` as shown."""

    def __init__(
        self, tree: cst.Module, filename: str, name: str, package: str, catalog: Catalog, project: Project | None
    ) -> None:
        self.tree = tree
        self.filename = filename
        self.name = name
        self.catalog = catalog
        self.project = project
        self.scope = module_scope(tree, package)
        self._memo = Memo()
        self.release_calls = frozenset().union(*catalog.release_calls.values())
        self.declares = False
        """Whether comments on functions say what they do."""
        self._declared: dict[int, Declared | None] = {}
        self._names_active: set[tuple[str, int]] = set()
        self._globals_spread()

    def _globals_spread(self) -> None:
        """`global x; x = ...` in a function is an assignment of the module."""
        stack = [self.scope]
        while stack:
            scope = stack.pop()
            stack.extend(f for fs in scope.functions.values() for f in fs)
            stack.extend(scope.classes.values())
            for name in scope.not_local:
                self.scope.assigned.setdefault(name, []).extend(scope.assigned.get(name, []))

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
        return tuple(self.catalog.canonical(q) for name in named for q in self._reexported(name))

    def _reexported(self, name: str) -> tuple[str, ...]:
        """What a name means that the project passes on from a library (`from app.compat import sqlite3`), or a bundled copy."""
        found = self.project.reexported(name) if self.project is not None else ()
        return found or (unbundled(name, self.catalog.modules),)

    def _root_names(self, root: str, scope: Scope) -> tuple[str, ...]:
        owner = self.owner(root, scope)
        if owner is None:
            return (root,) if root in _BUILTINS else self._starred(root)
        if (root, id(owner)) in self._names_active:
            return ()
        self._names_active.add((root, id(owner)))
        try:
            found = list(owner.imports.get(root, ()))
            if root in owner.functions or root in owner.classes:
                return tuple(found)
            for assigned in owner.assigned.get(root, ()):
                if assigned.how == "value" and isinstance(assigned.value, (cst.Name, cst.Attribute)):
                    found.extend(self.qualified(assigned.value, owner))
            if (
                root in owner.defaults
                and owner.parent is not None
                and isinstance(owner.defaults[root], (cst.Name, cst.Attribute))
            ):
                found.extend(self.qualified(owner.defaults[root], owner.parent))
            return tuple(dict.fromkeys(found))
        finally:
            self._names_active.discard((root, id(owner)))

    def _starred(self, root: str) -> tuple[str, ...]:
        """A name that only a star import can bind."""
        exports = self.project.exports if self.project is not None else None
        return tuple(f"{module}.{root}" for module in self.scope.stars if exports is None or exports(module, root))

    def function(self, node: cst.CSTNode, scope: Scope, always: bool = False) -> "tuple[ModuleNames, Scope] | None":
        """The function or class of the project that an expression names."""
        text = dotted(node)
        if text is None:
            return None
        if "." not in text:
            owner = self.owner(text, scope)
            if owner is not None and text in owner.functions:
                return self, owner.functions[text][-1]
            if owner is not None and text in owner.classes:
                return self, owner.classes[text]
        if self.project is None:
            return self._nested(text, scope)
        for q in self.qualified(node, scope):
            found = self.project.resolve(q, always)
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
        return (self, found) if found is not None and rest else None

    # --- types ------------------------------------------------------------------------------------------------------

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
                return _items(frozenset().union(*(self.types(e.value, scope) for e in node.elements[:20])))
            case cst.ListComp() | cst.GeneratorExp() | cst.SetComp():
                return _items(self.types(node.elt, scope))
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
                return frozenset(chosen) | _each(found)
            case _:
                return _each(found)

    def named(self, name: str, scope: Scope) -> Types:
        """The types of a (possibly dotted) name as seen from a scope."""
        owner = self.owner(name.partition(".")[0], scope)
        if owner is None:
            return NO_TYPES
        return self._memo.get(("n", name, id(owner)), lambda: self._named(name, owner))

    def _named(self, name: str, owner: Scope) -> Types:
        found: set[Type] = set()
        if name in owner.annotations:
            found |= self.annotated(owner.annotations[name], owner)
        if name in owner.params and name == owner.self_name and owner.owner is not None:
            found.add(self.class_type(owner.owner, "classmethod" in decorator_names(owner.node)))
        for assigned in owner.assigned.get(name, ()):
            found |= self.assigned(assigned, owner)
        for narrowed in owner.narrowed.get(name, ()):
            found |= self.annotated(narrowed, owner)
        if name in owner.defaults and owner.parent is not None:
            found |= self.types(owner.defaults[name], owner.parent)
        if name in owner.imports and self.project is not None:
            found |= self._imported(owner.imports[name])
        return frozenset(found)

    def _imported(self, names: list[str]) -> Types:
        found: Types = NO_TYPES
        for q in names:
            place = self.project.resolve(q) if self.project is not None else None
            if place is not None and place[1] is None:
                found |= place[0].named(place[2], place[0].scope)
        return found

    def class_type(self, klass: Scope, itself: bool = False) -> Type:
        """The type of instances of a class of this module."""
        return Type("classobject" if itself else "class", f"{self.name or self.filename}\0{klass.qualname}")

    def assigned(self, assigned: Assigned, scope: Scope) -> Types:
        """The types that one assignment gives."""
        found = self.types(assigned.value, scope)
        how = assigned.how
        if how.startswith("item"):
            return self._tuple_items(assigned, found, scope)
        if how == "enter":
            return self.entered(found)
        if how == "each":
            return _each(found)
        return found if how in ("value", "augmented") else NO_TYPES

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

    def class_of(self, t: Type) -> "tuple[ModuleNames, Scope] | None":
        """The class that a type means."""
        module, _, qualname = t.name.partition("\0")
        names: ModuleNames | None = self
        if module != (self.name or self.filename):
            place = self.project.resolve(f"{module}.{qualname}") if self.project is not None else None
            return (place[0], place[1]) if place is not None and place[1] is not None else None
        scope: Scope | None = names.scope if names is not None else None
        for part in qualname.split("."):
            if part == "<locals>" or scope is None:
                continue
            scope = scope.classes.get(part) or scope.method(part)
        return (self, scope) if scope is not None and scope.kind == "class" else None

    def attribute(self, t: Type, name: str) -> Types:
        """The types of an attribute of instances of a project class, base classes included."""
        found: set[Type] = set()
        for names, klass in self.ancestry(t):
            for assigned, method in class_attributes(klass).get(name, ()):
                found |= names.assigned(assigned, method)
            if name in klass.annotations:
                found |= names.annotated(klass.annotations[name], klass)
            getter = klass.method(name)
            if getter is not None and decorator_names(getter.node) & {
                "property",
                "cached_property",
                "functools.cached_property",
            }:
                found |= names.returned(getter)
        return frozenset(found)

    def ancestry(self, t: Type, always: bool = False) -> "Iterator[tuple[ModuleNames, Scope]]":
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
                found = names.function(base, names.scope if klass.parent is None else klass.parent, always)
                if found is not None and found[1].kind == "class":
                    queue.append(found)

    def outside_bases(self, t: Type, always: bool = False) -> Iterator[str]:
        """Qualified names of bases that lie outside the project, through the whole ancestry; "?" for one that has no name."""
        for names, klass in self.ancestry(t, always):
            scope = klass.parent or names.scope
            for base in bases(klass):
                if names.function(base, scope, always) is None:
                    yield from names.qualified(base, scope) or ("?",)

    def method(self, t: Type, name: str) -> "tuple[ModuleNames, Scope] | None":
        """The method that a call on an instance reaches."""
        for names, klass in self.ancestry(t):
            found = klass.method(name)
            if found is not None:
                return names, found
        return None

    def base_kinds(self, t: Type) -> frozenset[str]:
        """Kinds of the catalogue that a project class derives from."""
        kinds = (self.catalog.kind_of_type(self.catalog.canonical(q)) for q in self.outside_bases(t))
        return frozenset(k for k in kinds if k is not None)

    # --- calls ------------------------------------------------------------------------------------------------------

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

    # --- acquisitions ------------------------------------------------------------------------------------------------------

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

    def kinds(self, t: Type) -> frozenset[str]:
        """The kinds whose methods a value of this type has (own methods of a project class win over its base's)."""
        if t.tag == "kind":
            return frozenset((t.name,))
        return self.base_kinds(t) if t.tag == "class" else frozenset()

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

    def callee(self, func: cst.BaseExpression, scope: Scope) -> "tuple[ModuleNames, Scope] | None":
        """The project function, method or class that a call reaches."""
        direct = self.function(func, scope)
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

    def _super(self, scope: Scope, method: str) -> "tuple[ModuleNames, Scope] | None":
        klass = scope_class(scope)
        if klass is None:
            return None
        for names, ancestor in self.ancestry(self.class_type(klass)):
            found = ancestor.method(method) if ancestor is not klass else None
            if found is not None:
                return names, found
        return None

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
        if fact.takes and not fact.returns and fact.raises is not None:
            found |= self._adopted(fact, node, scope)
        return found

    def _adopted(self, fact: Call, node: cst.Call, scope: Scope) -> Types:
        """`stack.enter_context(x)` answers what `with x as y` binds."""
        if not isinstance(node.func, cst.Attribute) or not node.func.attr.value.startswith("enter"):
            return NO_TYPES
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

    # --- annotations ------------------------------------------------------------------------------------------------

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


_BUNDLES = frozenset({"_vendor", "vendor", "_vendored", "vendored", "thirdparty", "third_party", "extern", "_extern", "packages"})


@functools.cache
def unbundled(name: str, modules: frozenset[str]) -> str:
    """`pip._vendor.requests.get` is `requests.get`: a library that is bundled with another stays what it is."""
    parts = name.split(".")
    for i in range(1, len(parts)):
        if parts[i - 1] in _BUNDLES and (parts[i] in modules or parts[i] == "six"):
            return ".".join(parts[i:])
    return name


_PRODUCERS = frozenset(
    {
        "Iterator", "Generator", "AsyncIterator", "AsyncGenerator", "ContextManager", "AsyncContextManager", "Iterable",
        "AbstractContextManager", "AbstractAsyncContextManager", "Awaitable", "Coroutine",
    }
)  # fmt: skip


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


def argument_values(call: cst.Call, reference: str) -> list[cst.BaseExpression]:
    """The argument expressions that a reference of the rules names."""
    parts = reference.split("|")
    found: list[cst.BaseExpression] = []
    position = 0
    for arg in call.args:
        if arg.star:
            continue
        if arg.keyword is not None:
            if arg.keyword.value in parts:
                found.append(arg.value)
            continue
        if "*" in parts or str(position) in parts:
            found.append(arg.value)
        position += 1
    return found


def class_attributes(klass: Scope) -> dict[str, list[tuple[Assigned, Scope]]]:
    """What is ever assigned to each attribute: in the class body, and to `self.name` in its methods."""
    if klass.attributes is None:
        found: dict[str, list[tuple[Assigned, Scope]]] = {}
        for name, values in klass.assigned.items():
            found.setdefault(name, []).extend((v, klass) for v in values)
        for method in (m for ms in klass.functions.values() for m in ms):
            _collect_self(method, method.self_name, found)
        klass.attributes = found
    return klass.attributes


def _collect_self(method: Scope, self_name: str | None, found: dict[str, list[tuple[Assigned, Scope]]]) -> None:
    prefix = f"{self_name}."
    stack = [method]
    while self_name and stack:
        scope = stack.pop()
        stack.extend(f for fs in scope.functions.values() for f in fs)
        for name, values in scope.assigned.items():
            if name.startswith(prefix) and name.count(".") == 1:
                found.setdefault(name[len(prefix) :], []).extend((v, scope) for v in values)
