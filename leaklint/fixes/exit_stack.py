"""A resource that is acquired on some paths only, and used behind the branch: onto an `ExitStack` around all its uses.

    if path:                            with ExitStack() as stack:
        file = open(path)                   if path:
    for line in work():                         file = stack.enter_context(open(path))
        if path:              ->            for line in work():
            file.write(line)                    if path:
                                                    file.write(line)

Where leaving `with` is not the release: `stack.callback(conn.close)` behind the acquisition. Releases that the function shows
stay where a second one does nothing; else they become `stack.close()`, which releases at the same moment and once.
Always unsafe: which paths meant to leave the resource open is not seen from the syntax.
"""

from collections.abc import Iterator

from leaklint.fixes.contract import Fix, Remedy
from leaklint.fixes.imports import usable
from leaklint.fixes.lifetime import lifetime, may_be_none
from leaklint.fixes.once import reason, released_once, what
from leaklint.fixes.site import Site
from leaklint.fixes.stacked import Stack, asynchronous, put


def propose(site: Site) -> Iterator[Fix]:
    """A stack around the block that holds the acquisition and all uses."""
    acquired = site.call() if not site.state else None
    found = lifetime(site, acquired) if acquired is not None else None
    if acquired is None or found is None or site.kind is None:
        return
    page, place = site.page, found.place
    stack = Stack(site.fresh_name("stack"), asynchronous(site, acquired))
    kind = usable(page, "contextlib", "AsyncExitStack" if stack.asynchronous else "ExitStack")
    once = released_once(site, found, stack)
    straight = found.straight(None if site.partial else acquired.value)
    if kind is None or once is None or (straight and not once) or may_be_none(site, found.names):
        return
    first, last = page.first_row(place.statement), page.last_row(place.siblings[found.last])
    head = f"{place.indent}{'async with' if stack.asynchronous else 'with'} {kind.name}() as {stack.name}:"
    for way in put(site, acquired, stack, found.name, place.unit):
        edits = (page.inserted(first, head), *page.indented(first, last, place.indent, place.unit), *way.edits, *once)
        imports = tuple(dict.fromkeys((*kind.edits, *way.imports)))
        yield Fix(f"release {what(site)} by '{kind.name}'", edits, "unsafe", way.reason or reason(site), "", imports)


_CODES = ("RLK101", "RLK102", "RLK103", "RLK104", "RLK105", "RLK107")
REMEDY = Remedy("exit-stack", frozenset(_CODES), 60, propose)
