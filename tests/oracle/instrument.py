"""Rewrite a module so that it can be executed under a `world.World`.

Only the *subject* of an execution, a top-level function, has acquisitions; whatever it calls is a *helper*, of whose inner
life only the failing counts. A function that others call exists in both forms.
"""

import ast
from typing import NamedTuple

from tests.oracle.diary import WORLD, Diary, as_helper, at, tell
from tests.oracle.sites import FUNCTIONS, Function, Site, fresh_names, is_generator

__all__ = ["SUBJECT", "WORLD", "Subject", "instrument"]

SUBJECT = "subject_"


class Subject(NamedTuple):
    """A function to execute: how it is driven, its parameters with their annotations, its acquisitions, the types that its
    handlers name, rows and texts of its conditions, its rows."""

    name: str
    drive: str
    parameters: tuple[tuple[str, str], ...]
    sites: tuple[Site, ...]
    handlers: tuple[str, ...]
    conditions: frozenset[tuple[int, str]]
    row: int
    end_row: int


def instrument(source: str) -> tuple[ast.Module, list[Subject]]:
    """The rewritten module and its subjects: each is found under its name with `SUBJECT` before it. (Parsing twice is much faster
    than copying a tree.)"""
    tree, again = ast.parse(source), ast.parse(source)
    fresh = fresh_names(tree)
    called = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    body: list[ast.stmt] = []
    subjects = []
    for statement, other in zip(tree.body, again.body, strict=True):
        if isinstance(statement, FUNCTIONS):
            if statement.name in called and isinstance(other, FUNCTIONS):
                body.append(as_helper(other))
            subjects.append(_as_subject(statement, fresh))
        elif isinstance(statement, ast.ClassDef):
            statement.body = [as_helper(inner) if isinstance(inner, FUNCTIONS) else inner for inner in statement.body]
        body.append(statement)
    return ast.fix_missing_locations(ast.Module(body, [])), subjects


def _as_subject(node: Function, fresh: frozenset[str]) -> Subject:
    """Rewrite a function in place."""
    subject = Subject(
        node.name,
        _drive(node),
        tuple((argument.arg, ast.unparse(argument.annotation) if argument.annotation else "") for argument in node.args.args),
        (),
        _handled(node),
        frozenset(),
        node.lineno,
        node.end_lineno or node.lineno,
    )
    diary = Diary(node, fresh)
    body = diary.block(node.body)
    head = ast.Pass(lineno=node.lineno, col_offset=0, end_lineno=node.lineno, end_col_offset=0)
    node.body = [at(head, ast.Try(body=body, handlers=[], orelse=[], finalbody=[tell(head, "exit")]))]
    node.decorator_list = []
    node.name = SUBJECT + node.name
    return subject._replace(sites=tuple(diary.sites), conditions=frozenset(diary.conditions))


def _drive(node: Function) -> str:
    yields = is_generator(node)
    if isinstance(node, ast.AsyncFunctionDef):
        return "amanager" if node.decorator_list else "asyncgen" if yields else "async"
    if node.decorator_list:
        return "manager"
    return "generator" if yields else "call"


def _handled(node: Function) -> tuple[str, ...]:
    """The texts of all exception types that handlers and suppressing managers of the function name."""
    names = {ast.unparse(inner.type) for inner in ast.walk(node) if isinstance(inner, ast.ExceptHandler) and inner.type}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and ast.unparse(inner.func) in {"lib.suppress", "contextlib.suppress"}:
            names.update(ast.unparse(argument) for argument in inner.args)
    return tuple(sorted(names))
