"""Fills scopes from the statements of a module: one pass, no question is answered here."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import libcst as cst

from leaklint.syntax.scopes import Assigned, Scope, Stubs, Unread
from leaklint.syntax.walk import SCOPES, body_of, dotted, walk


def module_scope(tree: cst.Module, package: str, stubs: Stubs | None = None) -> Scope:
    """The scope of a whole module, with every scope inside it. `package` resolves relative imports ("" if unknown)."""
    scope = Scope(tree, None, "", "module")
    _Collector(package, stubs).fill(scope, body_of(tree))
    return scope


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
