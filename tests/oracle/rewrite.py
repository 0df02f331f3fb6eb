"""Rewritings of real functions that change their text and not their meaning.

Each takes a specimen and gives the text of a module, or None where it does not apply.
"""

import ast
import copy
import re
from collections.abc import Callable

from tests.oracle.sites import CONTAINER_METHODS, FUNCTIONS, Function
from tests.oracle.specimens import Specimen, acquires

Rewriting = Callable[[Specimen], str | None]

_REFLECTIVE = re.compile(r"\b(locals|vars|globals|eval|exec|dir)\(")


def renamed(specimen: Specimen) -> str | None:
    """Every local variable under another name; parameters keep theirs, callers may use them."""
    if _REFLECTIVE.search(specimen.text()):
        return None
    function = copy.deepcopy(specimen.function)
    names = {name: f"v{number}_{name[::-1]}" for number, name in enumerate(sorted(_locals(function)))}
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            node.id = names.get(node.id, node.id)
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            node.name = names.get(node.name, node.name)
    return specimen.text(function)


def commented(specimen: Specimen) -> str | None:
    """A blank line and a comment before every statement."""
    text = specimen.text()
    rows = {node.lineno for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)}
    lines: list[str] = []
    for row, line in enumerate(text.split("\n"), 1):
        if row in rows:
            indent = line[: len(line) - len(line.lstrip())]
            lines += ["", f"{indent}# close() is not called here"]
        lines.append(line)
    return "\n".join(lines)


def reformatted(specimen: Specimen) -> str | None:
    """One space of indentation, and arguments on lines of their own."""
    text = specimen.text()
    if '"""' in text or "'''" in text:  # lines that belong to a string
        return None
    narrow = [re.sub(r"^( +)", lambda match: match[1][::4], line) for line in text.split("\n")]
    return "\n".join(_spread(line) for line in narrow)


def _spread(line: str) -> str:
    """The arguments of the call that ends a line on lines of their own: only where no string could be cut."""
    head, bracket, arguments = line.partition("(")
    if any(mark in line for mark in "'\"#") or not _is_one_group(arguments):
        return line
    return head + bracket + arguments.replace(", ", ",\n            ")


def _is_one_group(text: str) -> bool:
    """Whether the bracket that was open before the text is closed by its last character, and not earlier."""
    depth = 1
    for at, character in enumerate(text, 1):
        depth += (character == "(") - (character == ")")
        if not depth:
            return at == len(text)
    return False


def in_true(specimen: Specimen) -> str | None:
    """The body within `if True:`."""
    return _wrapped(specimen, lambda body: ast.If(ast.Constant(True), body, []))


def in_finally(specimen: Specimen) -> str | None:
    """The body within `try: ... finally: pass`."""
    return _wrapped(specimen, lambda body: ast.Try(body, [], [], [ast.Pass()]))


def _wrapped(specimen: Specimen, wrap: Callable[[list[ast.stmt]], ast.stmt]) -> str:
    function = copy.deepcopy(specimen.function)
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    head, body = function.body[:documented], function.body[documented:]
    function.body = [*head, wrap(body or [ast.Pass()])]
    return specimen.text(function)


def extracted(specimen: Specimen) -> str | None:
    """The last statements that acquire nothing, moved into a helper that is given what they mention: an assignment, or as many
    calls as stand one after the other."""
    function = copy.deepcopy(specimen.function)
    known = _locals(function) | _parameters(function)
    for body in reversed(_blocks(function)):
        for at, statement in reversed(list(enumerate(body))):
            if _is_movable(statement, known):
                first = at
                while isinstance(statement, ast.Expr) and first and _is_call(body[first - 1], known):
                    first -= 1
                helper, call = _helper(body[first : at + 1], known)
                body[first : at + 1] = [call]
                return specimen.text(function, helper)
    return None


def _is_call(statement: ast.stmt, known: set[str]) -> bool:
    return isinstance(statement, ast.Expr) and _is_movable(statement, known)


def _is_movable(statement: ast.stmt, known: set[str]) -> bool:
    """A call as a statement, or the assignment of an expression to one name, of plain calls and attributes."""
    plain = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
    single = isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name)
    if not (plain or single):
        return False
    assert isinstance(statement, (ast.Expr, ast.Assign))
    forbidden = (
        ast.Await,
        ast.Yield,
        ast.YieldFrom,
        ast.NamedExpr,
        ast.Lambda,
        ast.ListComp,
        ast.SetComp,
        ast.DictComp,
        ast.GeneratorExp,
    )
    nodes = list(ast.walk(statement.value))
    calls = [ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)]
    return (
        not any(isinstance(node, forbidden) for node in nodes)
        and not any(acquires(node) for node in nodes)
        and bool(calls)
        and not any(call.split(".")[-1] in CONTAINER_METHODS for call in calls)  # what one argument puts into another: imprecise
        and all(call.split(".")[0] in known and call.count(".") == 1 for call in calls)
        and "super" not in calls
    )


def _helper(statements: list[ast.stmt], known: set[str]) -> tuple[ast.stmt, ast.stmt]:
    """The helper and its call."""
    values = [inner.value for inner in statements if isinstance(inner, (ast.Expr, ast.Assign)) and inner.value]
    loads = {node.id for value in values for node in ast.walk(value) if isinstance(node, ast.Name)}
    given = ", ".join(sorted(loads & known))
    texts = [ast.unparse(value) for value in values]
    last = statements[-1]
    if isinstance(last, ast.Assign):
        helper = ast.parse(f"def _extracted({given}):\n    return {texts[0]}").body[0]
        return helper, ast.parse(f"{ast.unparse(last.targets[0])} = _extracted({given})").body[0]
    lines = "".join(f"    {text}\n" for text in texts)
    return ast.parse(f"def _extracted({given}):\n{lines}").body[0], ast.parse(f"_extracted({given})").body[0]


def moved(specimen: Specimen) -> str | None:
    """The function at the end of another module, with other functions before it."""
    text = "import json as other_json\n\ndef other(rows):\n    return [other_json.dumps(row) for row in rows]\n"
    before = ast.parse(text + "\nclass Other:\n    pass\n")
    return specimen.text(None, *before.body)


def in_with(specimen: Specimen) -> str | None:
    """The first `name = acquire(...)` of the function as `with acquire(...) as name:` around what follows it."""
    function = copy.deepcopy(specimen.function)
    for body in _blocks(function):
        for at, statement in enumerate(body):
            match statement:
                case ast.Assign(targets=[ast.Name() as name], value=value) if acquires(value):
                    item = ast.withitem(value, ast.Name(name.id, ast.Store()))
                    body[at:] = [ast.With([item], body[at + 1 :] or [ast.Pass()])]
                    return specimen.text(function)
    return None


REWRITINGS: dict[str, Rewriting] = {
    "renamed": renamed,
    "commented": commented,
    "reformatted": reformatted,
    "in if True": in_true,
    "in try/finally": in_finally,
    "extracted": extracted,
    "moved": moved,
}


def _locals(function: Function) -> set[str]:
    """Names that the function binds, except parameters, globals and imports."""
    nodes = list(ast.walk(function))
    bound = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    bound |= {node.name for node in nodes if isinstance(node, (ast.ExceptHandler, ast.MatchAs)) and node.name}
    foreign = {name for node in nodes if isinstance(node, (ast.Global, ast.Nonlocal)) for name in node.names}
    imported = {
        (alias.asname or alias.name).split(".")[0]
        for node in nodes
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    return bound - foreign - imported - _parameters(function)


def _parameters(function: Function) -> set[str]:
    return {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}


def _blocks(function: Function) -> list[list[ast.stmt]]:
    """All statement lists, the outermost first."""
    found = []
    for node in ast.walk(function):
        if node is not function and isinstance(node, FUNCTIONS):
            continue
        for field in ("body", "orelse", "finalbody"):
            body = getattr(node, field, None)
            if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
                found.append(body)
    return found
