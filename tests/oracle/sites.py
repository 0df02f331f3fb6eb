"""Which expressions of a generated module acquire, by the names of `oraclelib` and the conventions of the generator."""

import ast
from typing import NamedTuple

Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

_CONSTRUCTORS = frozenset({"Res", "open_res", "try_open", "mkpair", "File", "connect", "Handle", "ARes", "aopen"})
_METHODS = frozenset({"cursor", "getconn"})
_AWAITED = frozenset({"aopen"})
CONTAINER_METHODS = frozenset({"append", "add", "insert", "extend"})
STACK_METHODS = frozenset({"enter_context", "enter_async_context", "push", "callback", "push_async_callback"})


class Site(NamedTuple):
    """Where an acquisition stands (1-based) and its text."""

    row: int
    column: int
    text: str


def site_of(call: ast.Call) -> Site:
    return Site(call.lineno, call.col_offset + 1, ast.unparse(call))


def fresh_names(tree: ast.Module) -> frozenset[str]:
    """Functions and classes of the module whose result is a fresh resource: by convention their names say so."""
    names = [node.name for node in tree.body if isinstance(node, (*FUNCTIONS, ast.ClassDef))]
    return frozenset(name for name in names if name.startswith(("make_", "amake_", "Owner")))


def is_acquisition(call: ast.Call, fresh: frozenset[str]) -> bool:
    """A call that itself acquires."""
    target = call.func
    if isinstance(target, ast.Name):
        return target.id in fresh and not target.id.startswith("amake_")
    if not isinstance(target, ast.Attribute):
        return False
    if _is_library(target.value):
        return target.attr in _CONSTRUCTORS - _AWAITED
    return target.attr in _METHODS


def is_awaited_acquisition(call: ast.expr, fresh: frozenset[str]) -> bool:
    """A call that acquires when it is awaited."""
    if not isinstance(call, ast.Call):
        return False
    target = call.func
    if isinstance(target, ast.Name):
        return target.id in fresh and target.id.startswith("amake_")
    return isinstance(target, ast.Attribute) and _is_library(target.value) and target.attr in _AWAITED


def is_opaque(test: ast.expr) -> bool:
    """`lib.c(...)`: a condition whose every answer is a free choice."""
    return (
        isinstance(test, ast.Call)
        and isinstance(test.func, ast.Attribute)
        and _is_library(test.func.value)
        and test.func.attr == "c"
    )


def calls_method(call: ast.Call, names: frozenset[str]) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in names


def own_nodes(node: Function) -> list[ast.AST]:
    """All nodes of a function except those of functions and classes within it."""
    found: list[ast.AST] = []
    pending: list[ast.AST] = list(node.body)
    while pending:
        inner = pending.pop()
        found.append(inner)
        if not isinstance(inner, (*FUNCTIONS, ast.Lambda, ast.ClassDef)):
            pending.extend(ast.iter_child_nodes(inner))
    return found


def is_generator(node: Function) -> bool:
    return any(isinstance(inner, ast.Yield) for inner in own_nodes(node))


def _is_library(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "lib"
