"""Who a name is: imports, definitions, assignments and parameters of a module and of its functions.

Nothing is executed; everything is flow-insensitive: a name assigned twice has both values.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import libcst as cst

from leaklint.syntax.walk import SCOPES, body_of, dotted, walk


class Assigned(NamedTuple):
    """One way a name gets a value. how: "value", "enter" (bound by `with ... as`), "item" (from a tuple), "each" (a loop)."""

    value: cst.BaseExpression
    how: str
    item: int | None = None


class Unread(NamedTuple):
    """A function that has not been parsed: the number of its region, its stub (decorators and name), the words in it."""

    number: int
    stub: cst.FunctionDef
    words: frozenset[str]


class Stubs(Protocol):
    """What knows which functions are stubs, and parses them."""

    def unread(self, node: cst.FunctionDef) -> Unread | None:
        """What is known of a function without reading it; None if it is no stub."""

    def read(self, unread: Unread) -> cst.FunctionDef | None:
        """The function; None if it can't be parsed."""


@dataclass(slots=True)
class Scope:
    """The names of a module, class or function body. `parent` is the next *function or module* scope outwards.

    A function that stands as a stub is read when anything is asked that needs its body. region: the number of its region;
    kind "unread": it can't be parsed.
    """

    node: cst.CSTNode
    parent: "Scope | None"
    qualname: str
    kind: str  # "module" | "class" | "function"
    owner: "Scope | None" = None  # the class scope of a method
    imports: dict[str, list[str]] = field(default_factory=dict)
    modules: set[str] = field(default_factory=set)
    stars: list[str] = field(default_factory=list)
    assigned: dict[str, list[Assigned]] = field(default_factory=dict)
    annotations: dict[str, cst.BaseExpression] = field(default_factory=dict)
    functions: dict[str, list["Scope"]] = field(default_factory=dict)
    classes: dict[str, "Scope"] = field(default_factory=dict)
    lambdas: list["Scope"] = field(default_factory=list)
    params: list[str] = field(default_factory=list)
    defaults: dict[str, cst.BaseExpression] = field(default_factory=dict)
    not_local: set[str] = field(default_factory=set)
    narrowed: dict[str, list[cst.BaseExpression]] = field(default_factory=dict)
    is_generator: bool = False
    region: int | None = None
    unread: Unread | None = None
    read: "Callable[[Scope, Unread], None] | None" = None
    attributes: "dict[str, list[tuple[Assigned, Scope]]] | None" = None

    @classmethod
    def stub(
        cls, unread: Unread, parent: "Scope | None", qualname: str, owner: "Scope | None", read: "Callable[[Scope, Unread], None]"
    ) -> "Scope":
        """A function that is to be read when it is asked for: what depends on its body has no value until then."""
        scope = cls.__new__(cls)
        scope.parent, scope.qualname, scope.kind, scope.owner = parent, qualname, "function", owner
        scope.region, scope.unread, scope.read, scope.attributes = unread.number, unread, read, None
        return scope

    def __getattr__(self, name: str) -> Any:
        """Called for what has no value yet: the words of the text say enough, or the function is read."""
        if name in ("unread", "read") or self.unread is None or self.read is None:
            raise AttributeError(name)
        if name == "is_generator" and "yield" not in self.unread.words:
            return False
        unread, self.unread = self.unread, None
        self.read(self, unread)
        return getattr(self, name)

    def mentions(self, names: frozenset[str]) -> bool:
        """Whether a function may use one of these names; it is not read for that."""
        return self.unread is None or not names.isdisjoint(self.unread.words)

    @property
    def decorated(self) -> frozenset[str]:
        """The decorators as written, dotted."""
        return frozenset(decorator_names(self.unread.stub if self.unread is not None else self.node))

    def binds(self, name: str) -> bool:
        """Whether the name is local to this scope."""
        if name in self.not_local:
            return False
        return (
            name in self.assigned or name in self.params or name in self.imports or name in self.functions or name in self.classes
        )

    @property
    def self_name(self) -> str | None:
        """The first parameter of a method that is not static."""
        if self.owner is None or "staticmethod" in self.decorated or not self.params:
            return None
        return self.params[0]

    @property
    def is_async(self) -> bool:
        """Whether it is a coroutine function."""
        return isinstance(self.node, cst.FunctionDef) and self.node.asynchronous is not None

    def method(self, name: str) -> "Scope | None":
        """The last definition of that name here."""
        found = self.functions.get(name)
        return found[-1] if found else None


def decorators(node: cst.CSTNode) -> Iterator[cst.BaseExpression]:
    """Decorator expressions without their call."""
    if isinstance(node, (cst.FunctionDef, cst.ClassDef)):
        for d in node.decorators:
            yield d.decorator.func if isinstance(d.decorator, cst.Call) else d.decorator


def decorator_names(node: cst.CSTNode) -> set[str]:
    """Decorators as written, dotted."""
    return {name for d in decorators(node) if (name := dotted(d))}


def module_scope(tree: cst.Module, package: str, stubs: Stubs | None = None) -> Scope:
    """The scope of a whole module, with every scope inside it. `package` resolves relative imports ("" if unknown)."""
    scope = Scope(tree, None, "", "module")
    _Collector(package, stubs).fill(scope, body_of(tree))
    return scope


def all_functions(scope: Scope, entered: Callable[[Unread], bool] = lambda _: True) -> Iterator[Scope]:
    """Every function scope in a module, nested ones and methods included, in source order of discovery. Stubs are passed over
    unless `entered` says otherwise; those that can't be parsed always."""
    stack = [scope]
    while stack:
        current = stack.pop()
        if current.unread is not None and not entered(current.unread):
            continue
        inner = [f for fs in current.functions.values() for f in fs]
        if current.kind == "function":
            yield current
        stack.extend(reversed([*inner, *current.classes.values()]))


def all_lambdas(scope: Scope, entered: Callable[[Unread], bool] = lambda _: True) -> Iterator[Scope]:
    """Every lambda of a module, as a function without a name. Stubs are passed over unless `entered` says otherwise."""
    stack = [scope]
    while stack:
        current = stack.pop()
        if current.unread is not None and not entered(current.unread):
            continue
        yield from current.lambdas
        inner = [f for fs in current.functions.values() for f in fs]
        stack.extend(reversed([*inner, *current.classes.values(), *current.lambdas]))


def all_classes(scope: Scope) -> Iterator[Scope]:
    """Every class of a module, nested ones included. Only stubs that may hold a class are read."""
    stack = [scope]
    while stack:
        current = stack.pop()
        if current.kind == "class":
            yield current
        inner = [f for fs in current.functions.values() for f in fs if f.mentions(_CLASS)]
        stack.extend(reversed([*inner, *current.classes.values()]))


_CLASS = frozenset({"class"})


def mentioning(*names: str) -> Callable[[Unread], bool]:
    """For `all_functions`: only functions whose text has one of these words."""
    wanted = frozenset(names)
    return lambda unread: not wanted.isdisjoint(unread.words)


class _Collector:
    """Fills scopes in one pass over their statements."""

    def __init__(self, package: str, stubs: Stubs | None = None) -> None:
        self.package = package
        self.stubs = stubs

    def fill(self, scope: Scope, statements: Iterable[cst.CSTNode]) -> None:
        for statement in statements:
            for node in walk(statement, SCOPES):
                self.visit(scope, node)

    def visit(self, scope: Scope, node: cst.CSTNode) -> None:
        """Dispatch by type: `match` would ask each node whether it is an instance of one abstract class after the other."""
        handler = _COLLECTS.get(type(node))
        if handler is not None:
            handler(self, scope, node)

    def assigned(self, scope: Scope, node: cst.Assign) -> None:
        for target in node.targets:
            self.target(scope, target.target, node.value, "value")

    def augmented(self, scope: Scope, node: cst.AugAssign) -> None:
        self.target(scope, node.target, node.value, "augmented")

    def named(self, scope: Scope, node: cst.NamedExpr) -> None:
        self.target(scope, node.target, node.value, "value")

    def entered(self, scope: Scope, node: cst.With) -> None:
        for item in node.items:
            if item.asname is not None:
                self.target(scope, item.asname.name, item.item, "enter")

    def looped(self, scope: Scope, node: cst.For | cst.CompFor) -> None:
        self.target(scope, node.target, node.iter, "each")

    def handled(self, scope: Scope, node: cst.ExceptHandler | cst.ExceptStarHandler) -> None:
        if node.name is not None and isinstance(node.name.name, cst.Name):
            scope.assigned.setdefault(node.name.name.value, [])

    def declared(self, scope: Scope, node: cst.Global | cst.Nonlocal) -> None:
        scope.not_local.update(item.name.value for item in node.names)

    def matched(self, scope: Scope, node: cst.MatchAs | cst.MatchStar) -> None:
        if node.name is not None:
            scope.assigned.setdefault(node.name.value, [])

    def narrowed(self, scope: Scope, node: cst.Call) -> None:
        match node:
            case cst.Call(func=cst.Name("isinstance"), args=[first, second]) if name := dotted(first.value):
                scope.narrowed.setdefault(name, []).append(second.value)
            case _:
                pass

    def yielded(self, scope: Scope, node: cst.Yield) -> None:
        scope.is_generator = scope.kind == "function"

    def target(self, scope: Scope, target: cst.BaseExpression, value: cst.BaseExpression, how: str) -> None:
        match target:
            case cst.Name():
                scope.assigned.setdefault(target.value, []).append(Assigned(value, how))
            case cst.Attribute():
                name = dotted(target)
                if name:
                    scope.assigned.setdefault(name, []).append(Assigned(value, how))
            case cst.Tuple() | cst.List():
                self.unpack(scope, target, value, how)
            case _:
                pass

    def unpack(self, scope: Scope, target: cst.Tuple | cst.List, value: cst.BaseExpression, how: str) -> None:
        partners = _partners(target, value) if how == "value" else {}
        for i, element in enumerate(target.elements):
            if isinstance(element, cst.StarredElement):
                self.target(scope, element.value, value, "each")
            elif i in partners:
                self.target(scope, element.value, partners[i], "value")
            elif isinstance(element.value, cst.Name):
                scope.assigned.setdefault(element.value.value, []).append(Assigned(value, f"item-{how}", i))
            elif name := dotted(element.value):
                scope.assigned.setdefault(name, []).append(Assigned(value, f"item-{how}", i))
            else:
                self.target(scope, element.value, value, "unknown")

    def annotated(self, scope: Scope, node: cst.AnnAssign) -> None:
        name = dotted(node.target)
        if name is None:
            return
        scope.annotations[name] = node.annotation.annotation
        if node.value is not None:
            scope.assigned.setdefault(name, []).append(Assigned(node.value, "value"))
        else:
            scope.assigned.setdefault(name, [])

    def function(self, scope: Scope, node: cst.FunctionDef) -> None:
        prefix = f"{scope.qualname}.<locals>." if scope.kind == "function" else f"{scope.qualname}." if scope.qualname else ""
        parent = scope.parent if scope.kind == "class" else scope
        owner = scope if scope.kind == "class" else None
        name = node.name.value
        unread = self.stubs.unread(node) if self.stubs is not None else None
        if unread is not None:
            inner = Scope.stub(unread, parent, prefix + name, owner, self.read)
        else:
            inner = Scope(node, parent, prefix + name, "function", owner)
            self.parameters(inner, node.params)
            self.fill(inner, node.body.body)
        scope.functions.setdefault(name, []).append(inner)

    def read(self, scope: Scope, unread: Unread) -> None:
        """Fills the scope of a stub. One that can't be parsed is no function any more."""
        node = self.stubs.read(unread) if self.stubs is not None else None
        kind = "function" if node is not None else "unread"
        Scope.__init__(scope, node or unread.stub, scope.parent, scope.qualname, kind, scope.owner, region=unread.number)
        if node is not None:
            self.parameters(scope, node.params)
            self.fill(scope, node.body.body)

    def unnamed(self, scope: Scope, node: cst.Lambda) -> None:
        prefix = f"{scope.qualname}.<locals>." if scope.kind == "function" else f"{scope.qualname}." if scope.qualname else ""
        parent = scope.parent if scope.kind == "class" else scope
        inner = Scope(node, parent, f"{prefix}<lambda>", "function")
        scope.lambdas.append(inner)
        self.parameters(inner, node.params)
        self.fill(inner, [node.body])

    def parameters(self, scope: Scope, params: cst.Parameters) -> None:
        for p in all_params(params):
            scope.params.append(p.name.value)
            if p.annotation is not None:
                scope.annotations[p.name.value] = p.annotation.annotation
            if p.default is not None:
                scope.defaults[p.name.value] = p.default

    def klass(self, scope: Scope, node: cst.ClassDef) -> None:
        prefix = f"{scope.qualname}.<locals>." if scope.kind == "function" else f"{scope.qualname}." if scope.qualname else ""
        parent = scope.parent if scope.kind == "class" else scope
        inner = Scope(node, parent, prefix + node.name.value, "class")
        scope.classes[node.name.value] = inner
        self.fill(inner, node.body.body)

    def imported(self, scope: Scope, node: cst.Import | cst.ImportFrom) -> None:
        if isinstance(node, cst.Import):
            for alias in node.names:
                full = dotted(alias.name) or ""
                local = alias.asname.name if alias.asname else None
                scope.modules.add(local.value if isinstance(local, cst.Name) else full.split(".")[0])
                if isinstance(local, cst.Name):
                    scope.imports.setdefault(local.value, []).append(full)
                else:
                    scope.imports.setdefault(full.split(".")[0], []).append(full.split(".")[0])
            return
        base = self.base(node)
        if isinstance(node.names, cst.ImportStar):
            scope.stars.append(base)
            return
        for alias in node.names:
            bound: cst.CSTNode = alias.asname.name if alias.asname else alias.name
            if isinstance(bound, cst.Name) and isinstance(alias.name, cst.Name):
                scope.imports.setdefault(bound.value, []).append(f"{base}.{alias.name.value}")

    def base(self, node: cst.ImportFrom) -> str:
        """The module that `from X import` names; relative ones against the package."""
        module = dotted(node.module) if node.module is not None else ""
        level = len(node.relative)
        if level == 0:
            return module or ""
        parts = self.package.split(".") if self.package else []
        kept = parts[: len(parts) - (level - 1)] if level <= len(parts) else [*([""] if not parts else parts[:1])]
        return ".".join([*kept, *([module] if module else [])])


def all_params(params: cst.Parameters) -> Iterator[cst.Param]:
    """Parameters in positional order, then `*args`, keyword-only and `**kwargs`."""
    yield from params.posonly_params
    yield from params.params
    if isinstance(params.star_arg, cst.Param):
        yield params.star_arg
    yield from params.kwonly_params
    if params.star_kwarg is not None:
        yield params.star_kwarg


_COLLECTS: dict[type[cst.CSTNode], Callable[[_Collector, Scope, Any], None]] = {
    cst.FunctionDef: _Collector.function,
    cst.ClassDef: _Collector.klass,
    cst.Lambda: _Collector.unnamed,
    cst.Import: _Collector.imported,
    cst.ImportFrom: _Collector.imported,
    cst.Assign: _Collector.assigned,
    cst.AnnAssign: _Collector.annotated,
    cst.AugAssign: _Collector.augmented,
    cst.NamedExpr: _Collector.named,
    cst.With: _Collector.entered,
    cst.For: _Collector.looped,
    cst.CompFor: _Collector.looped,
    cst.ExceptHandler: _Collector.handled,
    cst.ExceptStarHandler: _Collector.handled,
    cst.Global: _Collector.declared,
    cst.Nonlocal: _Collector.declared,
    cst.MatchAs: _Collector.matched,
    cst.MatchStar: _Collector.matched,
    cst.Call: _Collector.narrowed,
    cst.Yield: _Collector.yielded,
}


def _partners(target: cst.Tuple | cst.List, value: cst.BaseExpression) -> dict[int, cst.BaseExpression]:
    """What each target of `a, *b, c = x, y, z` gets of a display, the starred one excepted."""
    if not isinstance(value, (cst.Tuple, cst.List)) or any(isinstance(e, cst.StarredElement) for e in value.elements):
        return {}
    starred = next((i for i, e in enumerate(target.elements) if isinstance(e, cst.StarredElement)), None)
    rest = len(value.elements) - len(target.elements)
    if rest < -1 or (starred is None and rest):
        return {}
    shift = {i: rest if starred is not None and i > starred else 0 for i in range(len(target.elements)) if i != starred}
    return {i: value.elements[i + by].value for i, by in shift.items()}
