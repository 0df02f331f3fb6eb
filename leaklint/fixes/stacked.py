"""How a resource is put onto an `ExitStack`: entered where leaving `with` is its release, else by a callback.

`stack.enter_context(open(path))` takes the place of the expression, wherever it stands. `stack.callback(conn.close)` is a row
of its own behind the statement, between which and the acquisition nothing can fail; `closing` stands in where there is no
room for that row.
"""

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from leaklint.fixes.contract import Edit
from leaklint.fixes.headers import header
from leaklint.fixes.releases import written
from leaklint.fixes.site import Acquired, Site


class Stack(NamedTuple):
    """An `ExitStack`, or with `asynchronous` an `AsyncExitStack`, that is known by a name."""

    name: str
    asynchronous: bool


class Put(NamedTuple):
    """The edits that put a resource onto a stack. imports: what these need; reason: why the release is another one."""

    edits: tuple[Edit, ...]
    imports: tuple[Edit, ...] = ()
    reason: str = ""


def put(site: Site, acquired: Acquired, stack: Stack, name: str | None, deeper: str = "") -> Iterator[Put]:
    """The ways to do it, best first. name: the variable that the acquiring statement binds to the resource itself.

    deeper: what the statement is moved to the right by.
    """
    entered = header(site, acquired, None) if not site.partial else None
    plain = entered is not None and entered.before in ("with ", "async with ")
    if plain:
        yield from _entered(site, acquired, stack)
    if name is not None:
        yield from _called_back(site, acquired, stack, name, deeper)
    if not plain and entered is not None:
        yield from _entered(site, acquired, stack)


def asynchronous(site: Site, acquired: Acquired) -> bool:
    """Whether the release has to be awaited, which only an `AsyncExitStack` does."""
    if site.partial:
        return (written(site, "_") or "").startswith("await ")
    entered = header(site, acquired, None)
    return entered is not None and entered.before.startswith("async")


def _entered(site: Site, acquired: Acquired, stack: Stack) -> Iterator[Put]:
    """The acquisition within `enter_context()`, or `closing` of it."""
    found = header(site, acquired, None)
    if found is None or found.before.startswith("async") > stack.asynchronous:
        return
    before, after = found.before.removeprefix("async ").removeprefix("with "), found.after
    inner = acquired.call if found.drop_await else acquired.value
    method = f"await {stack.name}.enter_async_context(" if found.before.startswith("async") else f"{stack.name}.enter_context("
    start, end = site.page.range(acquired.value)
    begins = site.page.range(inner)[0]
    yield Put((Edit(start, begins, method + before), Edit(end, end, after + ")")), found.edits, found.reason)


def _called_back(site: Site, acquired: Acquired, stack: Stack, name: str, deeper: str) -> Iterator[Put]:
    """`callback(x.close)` behind the statement, if nothing else stands in its rows."""
    page, text = site.page, written(site, name)
    statement = page.statement(acquired.value)
    place = page.place(statement) if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1 else None
    if text is None or place is None or text.startswith("await ") > stack.asynchronous:
        return
    method = "push_async_callback" if text.startswith("await ") else "callback"
    function, _, arguments = text.removeprefix("await ").removesuffix(")").partition("(")
    row = f"{place.indent}{deeper}{stack.name}.{method}({', '.join(filter(None, (function, arguments)))})"
    yield Put((page.inserted(page.last_row(place.statement) + 1, row),))


def stack_around(site: Site, node: cst.CSTNode) -> tuple[cst.With, Stack] | None:
    """The innermost `with ExitStack() as stack` around a node in the same function.

    Stacks are known by the last name of what is called: what a fix makes of it is verified.
    """
    for around in site.page.around(node):
        if isinstance(around, cst.FunctionDef | cst.ClassDef | cst.Lambda):
            return None
        if not isinstance(around, cst.With):
            continue
        for item in around.items:
            match item:
                case cst.WithItem(item=cst.Call(func=func), asname=cst.AsName(name=cst.Name(value=name))):
                    called = site.page.code(func).rpartition(".")[2]
                    if called in ("ExitStack", "AsyncExitStack"):
                        return around, Stack(name, called == "AsyncExitStack")
    return None
