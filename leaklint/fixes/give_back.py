"""`conn.close()` of a pooled connection -> `pool.putconn(conn)`."""

from collections.abc import Iterator

import libcst as cst

from leaklint.fixes.contract import Edit, Fix, Remedy
from leaklint.fixes.releases import written
from leaklint.fixes.site import Site
from leaklint.syntax.walk import dotted, walk


def propose(site: Site) -> Iterator[Fix]:
    """Every statement that only closes the variable gives it back instead."""
    kind, name = site.kind, site.diagnostic.symbol
    text = written(site, name) if name.isidentifier() else None
    if kind is None or text is None:
        return
    edits = []
    for node in walk(site.body()):
        value = node.value if isinstance(node, cst.Expr) else None
        call = value.expression if isinstance(value, cst.Await) else value
        func = call.func if isinstance(call, cst.Call) else None
        if isinstance(func, cst.Attribute) and func.attr.value in kind.wrong_release and dotted(func.value) == name:
            edits.append(Edit(*site.page.range(node), text))
    yield Fix(f"give '{name}' back", tuple(edits), "unsafe", "the connection stays open in the pool for the next one who asks")


REMEDY = Remedy("give-back", frozenset({"RLK109"}), 10, propose)
