"""Make a disagreement small: take statements away for as long as the linter and the executions still disagree."""

import ast
import copy
from collections.abc import Callable, Iterator
from typing import Any

from tests.oracle.compare import Disagreement, compare
from tests.oracle.sites import FUNCTIONS, Function

STEPS = 600  # attempts for one function

Body = list[ast.stmt]
Edit = Callable[[], None]


def shrink(text: str, wrong: Disagreement) -> str:
    """The smallest module found in which a disagreement of the same kind remains. Deterministic."""
    tree = only(ast.parse(text), wrong.function)
    if not disagrees(ast.unparse(tree), wrong):
        tree = ast.parse(text)
    attempts, changed = 0, True
    while changed and attempts < STEPS:
        changed = False
        at = 0
        while attempts < STEPS:
            smaller = _edited(tree, wrong.function, at)
            if smaller is None:
                break
            attempts += 1
            if disagrees(ast.unparse(smaller), wrong):
                tree, changed = smaller, True
            else:
                at += 1
    return ast.unparse(only(tree, wrong.function)) + "\n"


def disagrees(text: str, wrong: Disagreement) -> bool:
    """Whether the same sort of disagreement, with the same codes, is in this module."""
    try:
        found = compare(text).disagreements
    except (SyntaxError, LookupError, NameError):
        return False
    return any(_kind(d) == _kind(wrong) for d in found)


def _kind(wrong: Disagreement) -> tuple[str, ...]:
    return wrong.sort, wrong.expected, wrong.given, wrong.function


def only(tree: ast.Module, function: str) -> ast.Module:
    """The module with one function and those definitions and imports that it needs."""
    bound = {name: statement for statement in tree.body for name in _binds(statement)}
    needed = {function}
    pending = [function]
    while pending:
        statement = bound.get(pending.pop())
        for node in ast.walk(statement) if statement else ():
            if isinstance(node, ast.Name) and node.id in bound and node.id not in needed:
                needed.add(node.id)
                pending.append(node.id)
    return ast.Module([statement for statement in tree.body if needed & set(_binds(statement))], [])


def _binds(statement: ast.stmt) -> tuple[str, ...]:
    match statement:
        case ast.Import(names=names):
            return tuple(alias.asname or alias.name for alias in names)
        case ast.Assign(targets=[ast.Name(id=name)]):
            return (name,)
        case ast.ClassDef(name=name):
            return (name,)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return (name,)
    return ()


def _edited(tree: ast.Module, function: str, number: int) -> ast.Module | None:
    """The module after its edit of that number, None if there are fewer."""
    smaller = copy.deepcopy(tree)
    node = next(node for node in smaller.body if isinstance(node, FUNCTIONS) and node.name == function)
    for at, edit in enumerate(_edits(node)):
        if at == number:
            edit()
            return ast.fix_missing_locations(smaller)
    return None


def _edits(tree: Function) -> Iterator[Edit]:
    """Everything that can be taken away, the largest first."""
    functions = [node for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]
    for node in ast.walk(tree):
        for body in _bodies(node):
            yield from _edits_of(body)
        if isinstance(node, ast.Try):
            yield from (_remover(node.handlers, handler) for handler in node.handlers if node.finalbody or len(node.handlers) > 1)
            yield from (_clearer(part) for part in (node.orelse, node.finalbody if node.handlers else []) if part)
        elif isinstance(node, (ast.If, ast.While, ast.For, ast.AsyncFor)) and node.orelse:
            yield _clearer(node.orelse)
        elif isinstance(node, ast.BoolOp):
            yield from (_remover(node.values, value) for value in node.values if len(node.values) > 1)
        elif isinstance(node, (ast.With, ast.AsyncWith)) and len(node.items) > 1:
            yield from (_remover(node.items, item) for item in node.items)
    for node in functions:
        yield from (_remover(node.args.args, argument) for argument in node.args.args)


def _bodies(node: ast.AST) -> Iterator[Body]:
    for name in ("body", "orelse", "finalbody"):
        body = getattr(node, name, None)
        if isinstance(body, list) and body:
            yield body


def _edits_of(body: Body) -> Iterator[Edit]:
    for statement in body:
        if len(body) > 1:
            yield _remover(body, statement)
        elif not isinstance(statement, ast.Pass):
            yield _replacer(body, statement, [ast.Pass()])
        for inner in _bodies(statement):
            yield _replacer(body, statement, inner)
        if isinstance(statement, ast.Match):
            for case in statement.cases:
                yield _replacer(body, statement, case.body)


def _remover(items: list[Any], item: object) -> Edit:
    return lambda: items.remove(item)


def _clearer(items: Body) -> Edit:
    return lambda: items.clear()


def _replacer(body: Body, statement: ast.stmt, by: Body) -> Edit:
    at = body.index(statement)

    def replace() -> None:
        body[at : at + 1] = by

    return replace
