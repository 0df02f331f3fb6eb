"""A resource that is acquired where the function has an `ExitStack` open: onto that stack.

    with ExitStack() as stack:              with ExitStack() as stack:
        for path in paths:                      for path in paths:
            file = open(path)         ->            file = stack.enter_context(open(path))
            use(file)                               use(file)

Unsafe: it is released when the stack ends, which may be later than its last use. Asked before other unsafe fixes, as the
function shows how it wants things to be released, and behind all safe ones.
"""

from collections.abc import Iterator

from leaklint.fixes.contract import Fix, Remedy
from leaklint.fixes.lifetime import lifetime, may_be_none
from leaklint.fixes.once import reason, released_once, what
from leaklint.fixes.site import Site
from leaklint.fixes.stacked import put, stack_around


def propose(site: Site) -> Iterator[Fix]:
    """The stack around the acquisition, if all uses stand in its block."""
    acquired = site.call() if not site.state else None
    open_stack = stack_around(site, acquired.value) if acquired is not None else None
    found = lifetime(site, acquired) if acquired is not None and open_stack is not None else None
    if acquired is None or open_stack is None or found is None or site.kind is None:
        return
    block, stack = open_stack
    start, end = site.page.range(block.body)
    if not start <= site.page.range(found.inner[0])[0] <= site.page.range(found.inner[-1])[1] <= end:
        return
    # A stack that holds other resources as well must not be closed early.
    if released_once(site, found, stack) != [] or may_be_none(site, found.names):
        return
    for way in put(site, acquired, stack, found.name):
        yield Fix(f"release {what(site)} by '{stack.name}'", way.edits, "unsafe", way.reason or reason(site), "", way.imports)


_CODES = ("RLK101", "RLK102", "RLK103", "RLK104", "RLK105", "RLK107")
REMEDY = Remedy("stack-at-hand", frozenset(_CODES), 25, propose)
