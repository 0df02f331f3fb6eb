"""Break clean functions in the three ways in which people break them, and see whether the linter notices.

`python -m tests.oracle.mutation [--count N]` prints the catch rate by kind, and the mutants that were not caught.
"""

import argparse
import ast
import copy
import sys
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from tests.oracle.compare import verdicts
from tests.oracle.sites import Function
from tests.oracle.specimens import RELEASES, Specimen, acquires, draw

FLAG = "leave_early"  # a name that nobody knows anything about

KINDS = ("release deleted", "release out of finally", "early return")

_CALM = frozenset({"print", "len", "isinstance", "str", "repr", "bool", "id", "type", "range", "enumerate", "zip", "sorted"})
_CALM_METHODS = frozenset(
    {"append", "strip", "split", "splitlines", "startswith", "endswith", "join", "format", "lower", "add", "extend"}
)


class Mutant(NamedTuple):
    """A broken version of a function; `row` is where its acquisition stands in `text`."""

    kind: str
    origin: str
    text: str
    row: int


def mutants(specimen: Specimen) -> Iterator[Mutant]:
    """Every mutant of every `with` of the function that is not equivalent to it."""
    for number, block in enumerate(_blocks(specimen.function)):
        for kind in KINDS:
            if _is_equivalent(kind, block):
                continue
            function = copy.deepcopy(specimen.function)
            target = _blocks(function)[number]
            _replace(function, target, _broken(kind, target))
            text = specimen.text(function)
            yield Mutant(kind, specimen.origin, text, _row(text, target))


def caught(mutant: Mutant) -> bool:
    return any(d.location.row == mutant.row and d.code.startswith("RLK10") for d in verdicts(mutant.text))


def _blocks(function: Function) -> list[ast.With]:
    """Every `with acquire(...) as name:` of one item, except in functions that end the process: nothing leaks there."""
    if any(isinstance(node, ast.Call) and ast.unparse(node.func) == "os._exit" for node in ast.walk(function)):
        return []
    return [node for node in ast.walk(function) if isinstance(node, ast.With) and _is_plain(node)]


def _is_plain(node: ast.With) -> bool:
    item = node.items[0]
    return len(node.items) == 1 and bool(acquires(item.context_expr)) and isinstance(item.optional_vars, ast.Name)


def _broken(kind: str, block: ast.With) -> list[ast.stmt]:
    item = block.items[0]
    assert isinstance(item.optional_vars, ast.Name)
    name = item.optional_vars.id
    acquire = ast.Assign([ast.Name(name, ast.Store())], item.context_expr)
    release = ast.parse(f"{name}.{RELEASES[acquires(item.context_expr)]}()").body[0]
    match kind:
        case "release deleted":
            return [acquire, *block.body]
        case "release out of finally":
            return [acquire, *block.body, release]
        case "early return":
            leave = ast.parse(f"if {FLAG}:\n    return").body[0]
            return [acquire, leave, ast.Try(block.body, [], [], [release])]
    raise LookupError(kind)


def _is_equivalent(kind: str, block: ast.With) -> bool:
    """A mutant that leaks nothing, or whose resource the text hands to somebody who may release it."""
    if kind == "early return":
        return False
    if _releases_itself(block):
        return True
    if kind == "release deleted" or isinstance(block.body[-1], (ast.Return, ast.Raise, ast.Continue, ast.Break)):
        return handed_on(block)
    if kind == "release out of finally":
        return not any(_may_raise(node) for statement in block.body for node in ast.walk(statement))
    return False


def handed_on(block: ast.With) -> bool:
    """Whether the name is used other than as a receiver, in an iteration or as an argument of a builtin."""
    name = block.items[0].optional_vars
    assert isinstance(name, ast.Name)
    allowed: set[int] = set()
    for statement in block.body:
        for node in ast.walk(statement):
            if isinstance(node, (ast.Attribute, ast.Subscript)):
                allowed.add(id(node.value))
            elif isinstance(node, (ast.For, ast.comprehension)):
                allowed.add(id(node.iter))
            elif isinstance(node, ast.Call) and ast.unparse(node.func) in _CALM:
                allowed |= {id(argument) for argument in (*node.args, *(keyword.value for keyword in node.keywords))}
    used = [node for statement in block.body for node in ast.walk(statement) if isinstance(node, ast.Name) and node.id == name.id]
    return any(id(node) not in allowed for node in used) or _is_bound_method(block, name.id)


def _releases_itself(block: ast.With) -> bool:
    """Whether the body calls the release that leaving the `with` would call."""
    name = block.items[0].optional_vars
    assert isinstance(name, ast.Name)
    releases = {f"{name.id}.close", f"{name.id}.{RELEASES[acquires(block.items[0].context_expr)]}"}
    called = {ast.unparse(node.func) for statement in block.body for node in ast.walk(statement) if isinstance(node, ast.Call)}
    return bool(releases & called)


def _is_bound_method(block: ast.With, name: str) -> bool:
    """Whether a method of it is mentioned without being called: it may be registered as a cleanup."""
    called = {id(node.func) for statement in block.body for node in ast.walk(statement) if isinstance(node, ast.Call)}
    return any(
        isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name and id(node) not in called
        for statement in block.body
        for node in ast.walk(statement)
    )


def _may_raise(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        calm = isinstance(node.func, ast.Attribute) and node.func.attr in _CALM_METHODS
        return not calm and ast.unparse(node.func) not in _CALM
    return isinstance(node, (ast.Raise, ast.Assert, ast.Await, ast.Yield, ast.YieldFrom, ast.Import, ast.ImportFrom, ast.Return))


def _replace(function: Function, old: ast.stmt, new: list[ast.stmt]) -> None:
    for node in ast.walk(function):
        for field in ("body", "orelse", "finalbody"):
            body = getattr(node, field, None)
            if isinstance(body, list) and old in body:
                at = body.index(old)
                body[at : at + 1] = new
                return
    raise LookupError("the statement is not in the function")


def _row(text: str, block: ast.With) -> int:
    """The row of the acquisition: found by its text, which the mutation keeps."""
    item = block.items[0]
    assert isinstance(item.optional_vars, ast.Name)
    wanted = f"{item.optional_vars.id} = {ast.unparse(item.context_expr)}"
    rows = [row for row, line in enumerate(text.splitlines(), 1) if line.strip() == wanted]
    return rows[0] if rows else 0


class Tally(NamedTuple):
    """Mutants by kind, those caught, and those missed."""

    made: Counter[str]
    caught: Counter[str]
    missed: tuple[Mutant, ...]

    @property
    def rate(self) -> float:
        return self.caught.total() / self.made.total()


def tally(seed: int, limit: int) -> Tally:
    """Break functions until there are `limit` mutants."""
    made, found = Counter[str](), Counter[str]()
    missed: list[Mutant] = []
    for specimen in draw(seed, r"\bwith [\w.]+\("):
        for mutant in mutants(specimen):
            made[mutant.kind] += 1
            if caught(mutant):
                found[mutant.kind] += 1
            else:
                missed.append(mutant)
        if made.total() >= limit:
            break
    return Tally(made, found, tuple(missed))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Catch rate over mutants of real functions.")
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--count", type=int, default=2000, help="mutants")
    parser.add_argument("--show", type=int, default=0, help="missed mutants to print")
    options = parser.parse_args(arguments)
    result = tally(options.seed, options.count)
    for kind in KINDS:
        print(f"{kind:24} {result.caught[kind]:5} of {result.made[kind]:5}")
    print(f"{'all':24} {result.caught.total():5} of {result.made.total():5}: {result.rate:.3f}")
    for mutant in result.missed[: options.show]:
        print(f"\n# {mutant.kind}, {mutant.origin}, row {mutant.row}\n{mutant.text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
