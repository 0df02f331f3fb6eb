"""Rewrite the body of a function so that it tells the world what it does. Rows stay as they are.

Two rewriters: `Loops` bounds the loops of any function; `Diary` also tells of acquisitions, bindings and raises, which only
the subject of an execution does.
"""

import ast
from typing import TypeVar

from tests.oracle.sites import (
    CONTAINER_METHODS,
    STACK_METHODS,
    Function,
    Site,
    calls_method,
    is_acquisition,
    is_awaited_acquisition,
    is_generator,
    is_opaque,
    own_nodes,
    site_of,
)

WORLD = "oracle_world"

Node = TypeVar("Node", bound=ast.AST)
Rewritten = ast.AST | list[ast.stmt]


def at(place: ast.AST, node: Node) -> Node:
    return ast.copy_location(node, place)


def ask(place: ast.AST, method: str, *arguments: ast.expr) -> ast.Call:
    """`WORLD.method(*arguments)`, standing where `place` stands."""
    target = at(place, ast.Attribute(at(place, ast.Name(WORLD, ast.Load())), method, ast.Load()))
    return at(place, ast.Call(target, list(arguments), []))


def tell(place: ast.AST, method: str, *arguments: ast.expr) -> ast.stmt:
    return at(place, ast.Expr(ask(place, method, *arguments)))


def as_helper(node: Function) -> Function:
    """A function whose failure is one exceptional edge of its caller, whatever goes on within."""
    if is_generator(node):
        return node
    body = Loops().block(node.body)
    handler = at(node, ast.ExceptHandler(type=None, name=None, body=[tell(node, "failed"), at(node, ast.Raise())]))
    guarded = ast.Try(body=body, handlers=[handler], orelse=[], finalbody=[tell(node, "leave")])
    node.body = [tell(node, "enter"), at(node, guarded)]
    return node


class Loops(ast.NodeTransformer):
    """Bound every `while`; functions within are helpers."""

    def __init__(self) -> None:
        self._loops = 0

    def block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        done: list[ast.stmt] = []
        for statement in body:
            result = self.visit(statement)
            done.extend(result if isinstance(result, list) else [result])
        return done

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return as_helper(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return as_helper(node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return node

    def _loop_test(self, test: ast.expr) -> ast.expr:
        result: ast.expr = self.visit(test)
        return result

    def visit_While(self, node: ast.While) -> Rewritten:
        self._loops += 1
        loop = at(node, ast.Constant(self._loops))
        opaque = is_opaque(node.test)
        node.test = self._loop_test(node.test)
        node.body, node.orelse = self.block(node.body), self.block(node.orelse)
        if opaque:
            node.test = at(node.test, ast.BoolOp(ast.And(), [ask(node.test, "room", loop), node.test]))
        else:
            node.body.insert(0, tell(node.body[0], "tick", loop))
        return [tell(node, "start", loop), node]


def _explicit(node: ast.stmt) -> ast.stmt:
    """Tell of a `raise`; one without an exception passes on what is being handled."""
    raised = ast.unparse(node.exc) if isinstance(node, ast.Raise) and node.exc else ""
    again = isinstance(node, ast.Raise) and not raised
    family = raised.removeprefix("lib.") if raised in {"lib.Error", "lib.SubError"} else ""
    row = at(node, ast.Constant(node.lineno))
    return tell(node, "again", row) if again else tell(node, "explicit", row, at(node, ast.Constant(family)))


class Diary(Loops):
    """Tell of everything that the subject does to its resources."""

    def __init__(self, subject: Function, fresh: frozenset[str]) -> None:
        super().__init__()
        self.sites: list[Site] = []
        self.conditions: set[tuple[int, str]] = set()
        self._fresh = fresh
        self._yields = 0
        self._globals = {name for node in own_nodes(subject) if isinstance(node, ast.Global) for name in node.names}

    # --- acquisitions ---

    def _acquired(self, site: Site, value: ast.expr) -> ast.expr:
        self.sites.append(site)
        return ask(value, "acquire", at(value, ast.Constant(len(self.sites) - 1)), value)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        acquires = is_acquisition(node, self._fresh)
        site = site_of(node)
        self.generic_visit(node)
        if calls_method(node, CONTAINER_METHODS):
            node.args = [ask(argument, "bind", argument) for argument in node.args]
        elif calls_method(node, STACK_METHODS):
            node.args = [ask(argument, "register", argument) for argument in node.args]
        return self._acquired(site, node) if acquires else node

    def visit_Await(self, node: ast.Await) -> ast.AST:
        if not is_awaited_acquisition(node.value, self._fresh):
            return self.generic_visit(node)
        assert isinstance(node.value, ast.Call)
        site = site_of(node.value)
        self.generic_visit(node)
        return self._acquired(site, node)

    # --- bindings ---

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        self.generic_visit(node)
        stored = any(isinstance(target, ast.Name) and target.id in self._globals for target in node.targets)
        node.value = ask(node.value, "store" if stored else "bind", node.value)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        node.value = ask(node.value, "bind", node.value)
        return node

    def visit_NamedExpr(self, node: ast.NamedExpr) -> ast.AST:
        self.generic_visit(node)
        node.value = ask(node.value, "bind", node.value)
        return node

    def visit_withitem(self, node: ast.withitem) -> ast.AST:
        self.generic_visit(node)
        node.context_expr = ask(node.context_expr, "hide", node.context_expr)
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST:
        self.generic_visit(node)
        if node.value is not None:
            node.value = ask(node.value, "hide", node.value)
        return node

    def visit_Yield(self, node: ast.Yield) -> ast.AST:
        self.generic_visit(node)
        if node.value is not None:
            self._yields += 1
            node.value = ask(node, "hand_out", at(node, ast.Constant(self._yields)), node.value)
        return node

    def visit_Delete(self, node: ast.Delete) -> Rewritten:
        return [tell(node, "look"), node]

    # --- conditions ---

    def _condition(self, test: ast.expr) -> ast.expr:
        """Tell how every part of a condition turned out: parts joined by `and`, `or`, `not` are told one by one."""
        match test:
            case ast.BoolOp(values=values):
                test.values = [self._condition(value) for value in values]
                return test
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                test.operand = self._condition(operand)
                return test
        text, row = ast.unparse(test), at(test, ast.Constant(test.lineno))
        self.conditions.add((test.lineno, text))
        return ask(test, "took", row, at(test, ast.Constant(text)), self.visit(test))

    def visit_If(self, node: ast.If) -> ast.AST:
        node.test = self._condition(node.test)
        node.body, node.orelse = self.block(node.body), self.block(node.orelse)
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        node.test = self._condition(node.test)
        node.body, node.orelse = self.visit(node.body), self.visit(node.orelse)
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        node.values = [*(self._condition(value) for value in node.values[:-1]), self.visit(node.values[-1])]
        return node

    def _loop_test(self, test: ast.expr) -> ast.expr:
        return self._condition(test)

    # --- what is dropped ---

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        self.generic_visit(node)
        node.value = ask(node.value, "drop", node.value)
        return node

    # --- exceptions ---

    def visit_Raise(self, node: ast.Raise) -> Rewritten:
        self.generic_visit(node)
        return [_explicit(node), node]

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        test = at(node, ast.UnaryOp(ast.Not(), self._condition(node.test)))
        failure = at(node, ast.Raise(at(node, ast.Name("AssertionError", ast.Load()))))
        return at(node, ast.If(test, [_explicit(node), failure], []))

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        self.generic_visit(node)
        node.body.insert(0, tell(node.body[0], "clear"))
        return node

    def visit_TryStar(self, node: ast.TryStar) -> ast.AST:
        return self.visit_Try(node)

    def visit_Try(self, node: ast.Try | ast.TryStar) -> ast.AST:
        self.generic_visit(node)
        if node.finalbody:
            node.finalbody.insert(0, tell(node.finalbody[0], "clear"))
        return node
