"""Where a fix is asked for: one finding, with the syntax around it."""

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from leaklint.catalog.catalog import Catalog
from leaklint.catalog.schema import Kind
from leaklint.fixes.page import Page
from leaklint.flow.ir import Obligation
from leaklint.model import Diagnostic
from leaklint.syntax.scopes import Scope
from leaklint.syntax.walk import walk


class Acquired(NamedTuple):
    """The acquisition itself. awaited: the `await` around the call, if any; value: the whole expression that gives it."""

    call: cst.BaseExpression
    awaited: bool
    value: cst.BaseExpression


class Site(NamedTuple):
    """One finding. node, obligation and scope are None for findings about comments."""

    diagnostic: Diagnostic
    page: Page
    catalog: Catalog
    obligation: Obligation | None = None
    node: cst.CSTNode | None = None
    scope: Scope | None = None

    @property
    def kind(self) -> Kind | None:
        """What is acquired."""
        return self.obligation.kind if self.obligation is not None else None

    @property
    def state(self) -> bool:
        """Whether the acquisition makes its receiver the resource (`lock.acquire()`)."""
        acquire = self.obligation.acquire if self.obligation is not None else None
        return acquire is not None and acquire.state

    @property
    def partial(self) -> bool:
        """Whether the value of the call is not the resource itself: its receiver is, or an item of its result."""
        return self.state or (self.obligation is not None and self.obligation.item is not None)

    @property
    def asynchronous(self) -> bool:
        """Whether `await` and `async with` may be written here."""
        function = self.page.function(self.node) if self.node is not None else None
        return isinstance(function, cst.FunctionDef) and function.asynchronous is not None

    def acquired(self) -> Acquired | None:
        """The acquiring call with its `await`; None if the finding has none or something unusual acquires."""
        return None if self.partial else self.call()

    def call(self) -> Acquired | None:
        """The same, also where the resource is not the value of the call; None if the call may answer without a resource."""
        acquire = self.obligation.acquire if self.obligation is not None else None
        if not isinstance(self.node, cst.Call) or (acquire is not None and acquire.holds != "always"):
            return None
        parent = self.page.parents.get(id(self.node))
        if isinstance(parent, cst.Await):
            return Acquired(self.node, True, parent)
        return Acquired(self.node, False, self.node)

    def body(self) -> cst.CSTNode:
        """The function or module in which the resource lives."""
        assert self.node is not None
        return self.page.function(self.node)

    def fresh_name(self, first: str = "") -> str:
        """A name that nothing in the function uses, nor any function within it. first: the one to begin with; "": one that
        tells what the resource is."""
        first = first or _NAMES.get(self.diagnostic.category, "resource")
        taken = {node.value for node in walk(self.body()) if isinstance(node, cst.Name)}
        return next(name for name in _candidates(first) if name not in taken)


_NAMES = {
    "file": "file", "connection": "connection", "cursor": "cursor", "session": "session", "socket": "sock", "process": "process",
    "executor": "executor", "temporary": "temporary", "stream": "stream", "pool": "pool", "transaction": "transaction",
}  # fmt: skip


def _candidates(first: str) -> Iterator[str]:
    yield first
    yield f"opened_{first}"
    number = 2
    while True:
        yield f"{first}_{number}"
        number += 1


def mentions(node: cst.CSTNode, names: frozenset[str]) -> bool:
    """Whether one of the names occurs below a node as a variable."""
    return any(True for _ in uses(node, names))


def uses(node: cst.CSTNode, names: frozenset[str]) -> Iterator[cst.Name]:
    """Every occurrence of the names as variables: attributes and keyword names are none."""
    skipped: set[int] = set()
    for found in walk(node):
        if isinstance(found, cst.Attribute):
            skipped.add(id(found.attr))
        elif isinstance(found, cst.Arg) and found.keyword is not None:
            skipped.add(id(found.keyword))
        elif isinstance(found, cst.Name) and found.value in names and id(found) not in skipped:
            yield found
