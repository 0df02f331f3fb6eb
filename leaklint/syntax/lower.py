"""Lowering: a function (or a module body) becomes a flow graph. The only analysis step that sees LibCST."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import libcst as cst

from leaklint.flow.ir import Bind, FlowGraph
from leaklint.flow.values import RETURNED, Const
from leaklint.syntax.contract import Flags
from leaklint.syntax.lowering.blocks import Blocks
from leaklint.syntax.lowering.core import Hooks, Statement
from leaklint.syntax.lowering.lifetimes import created_here, outliving, used_elsewhere
from leaklint.syntax.scopes import Scope, decorators
from leaklint.syntax.types import ModuleNames
from leaklint.syntax.walk import body_of


class Lowered(NamedTuple):
    """A flow graph and the syntax nodes that its `origin` numbers mean; scope: the function, or the module."""

    graph: FlowGraph
    origins: list[cst.CSTNode]
    scope: Scope


def lower_function(names: ModuleNames, scope: Scope, flags: Flags) -> Lowered:
    """The flow graph of a function."""
    node = scope.node
    hooks = hooks_of(names, scope)
    lowering = _Statements(names, scope, flags, hooks)
    if isinstance(node, cst.Lambda):
        lowering.answer(node.body, node)
    elif isinstance(node, cst.FunctionDef):
        lowering.block(node.body.body)
    return lowering.finish(node, hooks)


def lower_module(names: ModuleNames, flags: Flags) -> Lowered:
    """The flow graph of a module body."""
    lowering = _Statements(names, names.scope, flags, Hooks())
    lowering.block(body_of(names.tree))
    return lowering.finish(names.tree, Hooks())


def hooks_of(names: ModuleNames, scope: Scope) -> Hooks:
    """What the decorators of a function mean."""
    outer = scope.parent or names.scope
    found = [h for d in decorators(scope.node) for q in names.qualified(d, outer) for h in names.catalog.hooks_of_decorator(q)]
    manager = next((h.context_manager for h in found if h.context_manager), None)
    return Hooks(any(h.resumes for h in found), manager, any(h.memoised for h in found))


class _Statements(Blocks):
    """Lowers the statements of one function."""

    def finish(self, node: cst.CSTNode, hooks: Hooks) -> Lowered:
        if isinstance(node, cst.FunctionDef) and self.b.ends:
            self.b.emit(Bind(RETURNED, Const(None)))
        self.b.jump(self.b.exit)
        scope = self.scope
        params = node.params if isinstance(node, (cst.FunctionDef, cst.Lambda)) else None
        gathers = params.star_arg if params is not None and isinstance(params.star_arg, cst.Param) else None
        keywords = params.star_kwarg if params is not None else None
        is_async = isinstance(node, cst.FunctionDef) and node.asynchronous is not None
        graph = FlowGraph(
            qualname=scope.qualname,
            nodes=self.b.nodes,
            entry=self.b.entry,
            exit=self.b.exit,
            failure=self.b.failure,
            over=self.b.over,
            params=tuple(scope.params),
            created=frozenset(created_here(scope, self.names)),
            outliving=frozenset(outliving(scope)),
            is_generator=scope.is_generator,
            is_async=is_async,
            is_module=scope.kind == "module",
            manager=hooks.manager,
            resumes=hooks.resumes,
            memoised=hooks.memoised,
            self_name=scope.self_name,
            solid=frozenset(n for n in scope.params if n in scope.annotations and self.names.solid(scope.annotations[n], scope)),
            gathers=gathers.name.value if gathers is not None else None,
            keywords=keywords.name.value if keywords is not None else None,
            shared_globals=frozenset(used_elsewhere(scope)) if scope.kind == "module" else frozenset(),
        )
        return Lowered(graph, self.b.origins, scope)

    def block(self, statements: Sequence[Statement]) -> None:
        for statement in statements:
            if not self.b.ends:
                return
            if isinstance(statement, cst.SimpleStatementLine):
                self.block(statement.body)
            else:
                self.statement(statement)

    def statement(self, node: Statement) -> None:
        handler = _STATEMENTS.get(type(node))
        if handler is not None:
            handler(self, node)
        self.settle()


_STATEMENTS: dict[type[cst.CSTNode], Callable[[Any, Any], None]] = {
    cst.Expr: _Statements.expression,
    cst.Assign: _Statements.assign,
    cst.AnnAssign: _Statements.annotated,
    cst.AugAssign: _Statements.augmented,
    cst.Return: _Statements.returned,
    cst.Raise: _Statements.raised,
    cst.Assert: _Statements.asserted,
    cst.Del: _Statements.deleted,
    cst.Import: _Statements.imported,
    cst.ImportFrom: _Statements.imported,
    cst.Break: _Statements.broken,
    cst.Continue: _Statements.continued,
    cst.If: _Statements.if_,
    cst.While: _Statements.while_,
    cst.For: _Statements.for_,
    cst.With: _Statements.with_,
    cst.Try: _Statements.try_,
    cst.TryStar: _Statements.try_,
    cst.Match: _Statements.match_,
    cst.FunctionDef: _Statements.function,
    cst.ClassDef: _Statements.klass,
}
