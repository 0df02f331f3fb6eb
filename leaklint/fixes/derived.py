"""Which values still need a resource: what must not be used after its release.

`csv.reader(f)` needs the file, `f.read()` does not. Errs towards "needs": then a block gets longer or a fix is unsafe.
"""

from collections.abc import Callable, Iterable, Iterator

import libcst as cst

from leaklint.fixes.site import mentions
from leaklint.syntax.walk import walk

Hot = Callable[[cst.CSTNode], bool]
"""Whether a node itself is the resource."""

Consumes = Callable[[cst.Call], bool]
"""Whether a call reads its arguments to the end: rules say this (`json.load`, `list`)."""

_DATA = frozenset(
    {
        "read", "readline", "readlines", "read_text", "read_bytes", "write", "writelines", "seek", "tell", "truncate", "flush",
        "fileno", "isatty", "readable", "writable", "readinto", "getvalue", "recv", "send", "sendall", "recv_into", "fetchone",
        "fetchall", "fetchmany", "fetchval", "scalar", "json", "decode", "strip", "split", "splitlines", "commit", "rollback",
        "poll", "wait", "communicate", "returncode", "close", "aclose", "getsockname", "getpeername", "namelist", "getnames",
        "rowcount", "status_code", "text", "content", "startswith", "endswith", "encode", "replace",
    }
)  # fmt: skip
"""Methods and attributes whose value stands by itself."""

_PLAIN = (
    cst.Comparison, cst.BinaryOperation, cst.UnaryOperation, cst.FormattedString, cst.SimpleString, cst.ConcatenatedString,
    cst.ListComp, cst.SetComp, cst.DictComp,
)  # fmt: skip


def needs(node: cst.CSTNode, hot: Hot, consumes: Consumes) -> bool:
    """Whether the value of an expression may still need the resource."""
    if hot(node):
        return True
    match node:
        case cst.Attribute():
            return node.attr.value not in _DATA and needs(node.value, hot, consumes)
        case cst.Call():
            return _call_needs(node, hot, consumes)
        case cst.Await(expression=inner) | cst.NamedExpr(value=inner) | cst.Subscript(value=inner):
            return needs(inner, hot, consumes)
        case cst.IfExp():
            return needs(node.body, hot, consumes) or needs(node.orelse, hot, consumes)
        case cst.BooleanOperation():
            return needs(node.left, hot, consumes) or needs(node.right, hot, consumes)
        case cst.Tuple() | cst.List() | cst.Set():
            return any(needs(element.value, hot, consumes) for element in node.elements)
        case _ if isinstance(node, _PLAIN):
            return False
    return any(hot(inner) for inner in walk(node))


def _call_needs(node: cst.Call, hot: Hot, consumes: Consumes) -> bool:
    if isinstance(node.func, cst.Attribute) and needs(node.func.value, hot, consumes):
        return node.func.attr.value not in _DATA
    return any(needs(arg.value, hot, consumes) for arg in node.args) and not consumes(node)


def grown(
    statements: Iterable[cst.CSTNode], names: frozenset[str], consumes: Consumes, value: cst.CSTNode | None = None
) -> frozenset[str]:
    """The names and those that are bound to what needs them, or the value, in these statements."""
    listed = list(statements)
    while True:
        more = names | {n for s in listed for n in _bound(s, names, consumes, value)}
        if more == names:
            return names
        names = more


def _bound(statement: cst.CSTNode, names: frozenset[str], consumes: Consumes, acquired: cst.CSTNode | None) -> Iterator[str]:
    hot = among(names, acquired)
    for node in walk(statement):
        match node:
            case cst.Assign(value=value) if needs(value, hot, consumes):
                for target in node.targets:
                    yield from _names(target.target)
            case cst.AnnAssign(value=cst.BaseExpression() as value) if needs(value, hot, consumes):
                yield from _names(node.target)
            case cst.NamedExpr(value=value) if needs(value, hot, consumes):
                yield from _names(node.target)
            case cst.WithItem(item=value, asname=cst.AsName(name=target)) if needs(value, hot, consumes):
                yield from _names(target)
            case cst.FunctionDef() if mentions(node.body, names):
                yield node.name.value


def escapes(
    statements: Iterable[cst.CSTNode], names: frozenset[str], consumes: Consumes, acquired: cst.CSTNode | None = None
) -> bool:
    """Whether something that needs the resource is returned, or stored where it outlives the statements.

    What is yielded is used before the generator goes on: it does not count.
    """
    return any(True for _ in escaping(statements, names, consumes, acquired))


def escaping(
    statements: Iterable[cst.CSTNode], names: frozenset[str], consumes: Consumes, acquired: cst.CSTNode | None = None
) -> Iterator[cst.Return | cst.Assign]:
    """What returns or stores it so."""
    hot = among(names, acquired)
    for node in (n for s in statements for n in walk(s)):
        match node:
            case cst.Return(value=cst.BaseExpression() as value) if needs(value, hot, consumes):
                yield node
            case cst.Assign(value=value) if any(_outlasts(t.target) for t in node.targets) and needs(value, hot, consumes):
                yield node


def among(names: frozenset[str], value: cst.CSTNode | None = None) -> Hot:
    """Variables of these names, and the value itself."""
    return lambda node: node is value or (isinstance(node, cst.Name) and node.value in names)


def _names(target: cst.CSTNode) -> Iterator[str]:
    match target:
        case cst.Name():
            yield target.value
        case cst.Tuple() | cst.List():
            for element in target.elements:
                yield from _names(element.value)


def _outlasts(target: cst.CSTNode) -> bool:
    """Whether what is stored there is not only held by local variables."""
    match target:
        case cst.Tuple() | cst.List():
            return any(_outlasts(element.value) for element in target.elements)
    return not isinstance(target, cst.Name)
