"""Walking a LibCST tree over its semantic fields only: no whitespace, no visitors, no metadata."""

from collections.abc import Iterator
from dataclasses import fields
from functools import cache

import libcst as cst

_LAYOUT = frozenset(
    {
        "lpar", "rpar", "leading_lines", "header", "footer", "comma", "semicolon", "lines_after_decorators", "indent", "encoding",
        "trailing_whitespace", "default_indent", "default_newline", "has_trailing_newline", "lbracket", "rbracket", "lbrace",
        "rbrace", "dot", "colon", "newline", "asynchronous", "equal", "equal_whitespace", "posonly_ind", "star_arg_comma",
        "operator_whitespace",
    }
)  # fmt: skip


@cache
def _semantic_fields(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    names = (f.name for f in fields(kind))
    return tuple(n for n in names if n not in _LAYOUT and not n.startswith(("whitespace", "_")))


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The direct semantic children of a node, in source order."""
    found: list[cst.CSTNode] = []
    for name in _semantic_fields(type(node)):
        value = getattr(node, name)
        kind = type(value)
        if kind is list or kind is tuple:
            found.extend([v for v in value if _is_node(type(v))])
        elif _NODES[kind] if kind in _NODES else _is_node(kind):
            found.append(value)
    return found


_NODES: dict[type, bool] = {}


def _is_node(kind: type) -> bool:
    """`isinstance` against an abstract class is slow; there are few types."""
    found = _NODES.get(kind)
    if found is None:
        found = _NODES[kind] = issubclass(kind, cst.CSTNode)
    return found


SCOPES = (cst.FunctionDef, cst.ClassDef, cst.Lambda)


def walk(root: cst.CSTNode, stop: tuple[type[cst.CSTNode], ...] = ()) -> Iterator[cst.CSTNode]:
    """Every node below and including `root`, parents first; nodes of a `stop` type (not of one derived from it) are yielded
    but not entered."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        if type(node) not in stop:
            inner = children(node)
            inner.reverse()
            stack += inner


def body_of(node: cst.FunctionDef | cst.ClassDef | cst.Module) -> list[cst.BaseStatement | cst.BaseSmallStatement]:
    """The statements of a definition, also of one on a single line."""
    suite = node if isinstance(node, cst.Module) else node.body
    return list(suite.body)


def dotted(node: cst.BaseExpression | cst.CSTNode) -> str | None:
    """`a.b.c` of a name or attribute chain, else None."""
    parts: list[str] = []
    while type(node) is cst.Attribute:
        parts.append(node.attr.value)
        node = node.value
    if type(node) is not cst.Name:
        return None
    parts.append(node.value)
    return ".".join(reversed(parts))


def text_of(node: cst.CSTNode) -> str:
    """The source of an expression, on one line."""
    return " ".join(_EMPTY.code_for_node(node).split())


_EMPTY = cst.Module(body=[])
