"""`session.close()` whose coroutine is dropped -> `await session.close()`."""

from collections.abc import Iterator

import libcst as cst

from leaklint.fixes.contract import Edit, Fix, Remedy
from leaklint.fixes.site import Site
from leaklint.syntax.walk import dotted, walk


def propose(site: Site) -> Iterator[Fix]:
    """An `await` at every dropped release of the variable."""
    kind, name = site.kind, site.diagnostic.symbol
    if kind is None or not name or not site.asynchronous:
        return
    body = site.body()
    edits = []
    for node in walk(body):
        call = node.value if isinstance(node, cst.Expr) else None
        func = call.func if isinstance(call, cst.Call) else None
        known = isinstance(func, cst.Attribute) and func.attr.value in kind.release_await and dotted(func.value) == name
        if known and call is not None and site.page.function(node) is body:
            start = site.page.range(call)[0]
            edits.append(Edit(start, start, "await "))
    yield Fix(f"await the release of '{name}'", tuple(edits))


REMEDY = Remedy("await-release", frozenset({"RLK108"}), 10, propose)
