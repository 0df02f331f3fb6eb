"""Which constructs a generated function contains: counted from its syntax, not from what the generator meant to write."""

import ast
from collections import Counter
from typing import NamedTuple

from tests.oracle.sites import FUNCTIONS, Function, fresh_names, is_acquisition, is_awaited_acquisition

_NODES: dict[type[ast.AST], str] = {
    ast.If: "if",
    ast.IfExp: "ternary",
    ast.BoolOp: "short-circuit",
    ast.While: "while",
    ast.For: "for",
    ast.AsyncFor: "async for",
    ast.Break: "break",
    ast.Continue: "continue",
    ast.ExceptHandler: "except",
    ast.Raise: "raise",
    ast.Assert: "assert",
    ast.With: "with",
    ast.AsyncWith: "async with",
    ast.Match: "match",
    ast.Return: "return",
    ast.Delete: "del",
    ast.NamedExpr: "walrus",
    ast.Yield: "yield",
    ast.TryStar: "except*",
    ast.ListComp: "comprehension",
    ast.Global: "global",
    ast.JoinedStr: "f-string",
    ast.Await: "await",
    ast.Starred: "star target",
    ast.Lambda: "lambda",
    ast.List: "list",
    ast.Dict: "dict",
}
_CALLS = {
    "contextlib.closing": "closing", "contextlib.ExitStack": "exit stack", "contextlib.suppress": "suppressing manager",
    "lib.suppress": "suppressing manager", "lib.suppress_all": "suppressing manager", "lib.connect": "non-releasing with",
    "pool.getconn": "pool slot", "lib.take": "taker", "lib.on_exit": "registered cleanup", "lib.borrow": "borrower",
    "lib.die": "process exit", "lib.fail": "no-return", "Owner": "owning class", "OwnerAsync": "owning class",
    "contextlib.AsyncExitStack": "exit stack", "h_opened": "project context manager", "Keep": "keeping class",
}  # fmt: skip
BRANCH = frozenset({"if", "ternary", "short-circuit", "match"})
EXCEPTION = frozenset({"except", "finally", "raise", "assert", "suppressing manager", "no-return"})
LOOP = frozenset({"while", "for", "async for"})


class Features(NamedTuple):
    """The constructs of a function, and how many of branch, exception, alias, loop it has."""

    constructs: frozenset[str]
    breadth: int


def features_of(text: str) -> list[Features]:
    """Of every top-level function `f<number>`."""
    tree = ast.parse(text)
    fresh = fresh_names(tree)
    return [_features(node, fresh) for node in tree.body if isinstance(node, FUNCTIONS) and node.name[1:].isdigit()]


def _features(node: Function, fresh: frozenset[str]) -> Features:
    found = {name for inner in ast.walk(node) for name in _names(inner, fresh)}
    if isinstance(node, ast.AsyncFunctionDef) and "yield" in found:
        found.add("async generator")
    found |= {"async"} if isinstance(node, ast.AsyncFunctionDef) else set()
    found |= {"context manager"} if node.decorator_list else set()
    if any(isinstance(inner, FUNCTIONS) and inner is not node for inner in ast.walk(node)):
        found.add("nested function")
    if _rebinds(node):
        found.add("rebinding")
    breadth = sum(bool(found & group) for group in (BRANCH, EXCEPTION, LOOP)) + ("alias" in found)
    return Features(frozenset(found), breadth)


def _names(node: ast.AST, fresh: frozenset[str]) -> list[str]:
    names = [_NODES[type(node)]] if type(node) in _NODES else []
    match node:
        case ast.Try(finalbody=[_, *_]):
            names.append("finally")
        case ast.While(orelse=[_, *_]) | ast.For(orelse=[_, *_]) | ast.AsyncFor(orelse=[_, *_]):
            names.append("loop else")
        case ast.Assign(targets=[ast.Tuple()]):
            names.append("tuple unpacking")
        case ast.Assign(targets=[_, _, *_]) | ast.Assign(value=ast.Name() | ast.IfExp(body=ast.Name())):
            names.append("alias")
        case ast.Assign(value=ast.Attribute()):
            names.append("bound release")
        case ast.Compare(comparators=[_, _, *_]):
            names.append("chained comparison")
        case ast.arguments(defaults=[ast.Name(), *_]):
            names.append("default of a closure")
        case ast.match_case(guard=ast.expr()):
            names.append("match guard")
        case ast.Raise(cause=ast.expr()):
            names.append("raise from")
        case ast.Compare(comparators=[ast.Constant(value=None)]):
            names.append("None test")
        case ast.Call():
            names += _call_names(node, fresh)
    return names


def _call_names(node: ast.Call, fresh: frozenset[str]) -> list[str]:
    name = ast.unparse(node.func)
    names = [_CALLS[name]] if name in _CALLS else []
    if is_acquisition(node, fresh) or is_awaited_acquisition(node, fresh):
        names.append("acquisition")
    if name.startswith(("h_", "ah_")):
        names.append("helper")
        names += ["alias"] if name == "h_same" else []
    if name.endswith(("make_res", "make_checked", "make_ares")):
        names.append("acquiring helper")
    return names


def _rebinds(node: Function) -> bool:
    """Whether a local is assigned more than once."""
    stores = Counter(inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store))
    return any(count > 1 and name != "_" for name, count in stores.items())
