"""What comments on a `def` say about the function: they win over what is inferred from its body.

    def adopt(conn):  # leaklint: takes(conn)
    def shared():  # leaklint: returns-borrowed
    def dial(host):  # leaklint: returns(socket:socket), never-raises

Words: `takes`, `borrows`, `releases` with names of parameters; `returns` with the kind of a rule; `returns-borrowed`,
`never-raises`, `no-return`. The comment stands at the end of the row of `def` or of the row that ends the header.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from leaklint.catalog.catalog import Catalog
from leaklint.catalog.schema import Acquire, Call
from leaklint.syntax.scopes import Scope

_COMMENT = re.compile(r"#\s*leaklint:\s*(?!ignore\b|skip-file\b)(?P<facts>[\w-].*)")
_FACT = re.compile(r"\s*(?P<word>[\w-]+)\s*(?:\((?P<names>[^()]*)\))?\s*(?:,|;|$|(?P<rest>\S.*))")
_OF_PARAMETERS = ("takes", "borrows", "releases")
_PLAIN: dict[str, dict[str, object]] = {
    "returns-borrowed": {"returns": "borrowed"},
    "never-raises": {"raises": False},
    "no-return": {"no_return": "raise"},
}


class Declared(NamedTuple):
    """What the comments of one function say. problems: what can't be read in them, in words."""

    fact: Call
    acquire: Acquire | None = None
    problems: tuple[str, ...] = ()


def declared(scope: Scope, catalog: Catalog) -> Declared | None:
    """What comments on the header of a function say; None if there are none."""
    node = scope.node
    if not isinstance(node, cst.FunctionDef):
        return None
    texts = [match["facts"] for comment in _comments(node) if (match := _COMMENT.search(comment)) is not None]
    return _read(texts, scope, catalog) if texts else None


def _comments(node: cst.FunctionDef) -> Iterator[str]:
    """The comments of the header: after `(`, and at its end."""
    places: list[cst.CSTNode] = [node.whitespace_before_params]
    match node.body:
        case cst.IndentedBlock():
            places.append(node.body.header)
        case cst.SimpleStatementSuite():
            places.append(node.body.trailing_whitespace)
    for place in places:
        row = place.first_line if isinstance(place, cst.ParenthesizedWhitespace) else place
        if isinstance(row, cst.TrailingWhitespace) and row.comment is not None:
            yield row.comment.value


def _read(texts: list[str], scope: Scope, catalog: Catalog) -> Declared:
    keys: dict[str, object] = {}
    kind: str | None = None
    problems: list[str] = []
    for word, names in (fact for text in texts for fact in _facts(text)):
        if word in _OF_PARAMETERS:
            problems.extend(f"'{scope.qualname}' has no parameter '{n}'" for n in names if n not in scope.params)
            problems.extend([] if names else [f"'{word}' names no parameter"])
            keys[word] = tuple(_argument(n, scope) for n in names if n in scope.params)
        elif word == "returns":
            problems.extend(f"'{n}' is no kind of a rule" for n in names if n not in catalog.kinds)
            kind = next((n for n in names if n in catalog.kinds), None)
        elif word in _PLAIN and not names:
            keys.update(_PLAIN[word])
        else:
            problems.append(f"'{word}' is no fact about a function")
    fact = Call(call=scope.qualname, **keys)  # type: ignore[arg-type]
    return Declared(fact, Acquire(call=scope.qualname, kind=kind) if kind else None, tuple(problems))


def _facts(text: str) -> Iterator[tuple[str, list[str]]]:
    """(word, names in brackets) of each fact; what does not look like one is a word of its own."""
    at = 0
    while at < len(text) and (match := _FACT.match(text, at)) is not None:
        yield match["word"], [n.strip() for n in (match["names"] or "").split(",") if n.strip()]
        if match["rest"] or match.end() == at:
            return  # free text after the facts says why
        at = match.end()


def _argument(name: str, scope: Scope) -> str:
    """The reference of rules to a parameter, as callers count: without the receiver."""
    if name == scope.self_name:
        return "self"
    shift = 1 if scope.owner is not None and "staticmethod" not in scope.decorated else 0
    return f"{scope.params.index(name) - shift}|{name}"
