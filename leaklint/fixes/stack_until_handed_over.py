"""A resource that is acquired in a branch and handed over at the end: onto an `ExitStack` that forgets it in the last moment.

    if proxy:                               with ExitStack() as stack:
        sock = connect(proxy)                   if proxy:
    else:                                           sock = stack.enter_context(connect(proxy))
        sock = None                 ->          else:
    log(sock)                                       sock = None
    return sock                                 log(sock)
                                                stack.pop_all()
                                                return sock

The same where a path leaves early without the resource. Unsafe: who else got to know it before may count on it when a later step
fails.
"""

import builtins
from collections.abc import Iterator, Sequence

import libcst as cst

from leaklint.fixes.contract import Fix, Remedy
from leaklint.fixes.derived import among, escaping, needs
from leaklint.fixes.imports import usable
from leaklint.fixes.lifetime import Lifetime, lifetime, may_be_none
from leaklint.fixes.once import borrows, released_once, what
from leaklint.fixes.page import Place
from leaklint.fixes.region import consuming
from leaklint.fixes.site import Acquired, Site
from leaklint.fixes.stacked import Stack, asynchronous, put
from leaklint.syntax.walk import walk

_BUILTINS = frozenset(dir(builtins))


def propose(site: Site) -> Iterator[Fix]:
    """A stack around everything up to the handing over, and `pop_all()` before it."""
    acquired = site.call() if not site.state else None
    found = lifetime(site, acquired, handed_over=True) if acquired is not None else None
    if acquired is None or found is None or site.kind is None or may_be_none(site, found.names):
        return
    given = _handed_over(site, found, acquired)
    page, place = site.page, found.place
    stack = Stack(site.fresh_name("stack"), asynchronous(site, acquired))
    kind = usable(page, "contextlib", "AsyncExitStack" if stack.asynchronous else "ExitStack")
    once = released_once(site, found, stack)
    if kind is None or once is None or not given or _passed_on(site, found, acquired, given):
        return
    first, last = page.first_row(place.statement), page.last_row(place.siblings[found.last])
    head = f"{place.indent}{'async with' if stack.asynchronous else 'with'} {kind.name}() as {stack.name}:"
    kept = [page.inserted(page.first_row(p.statement), f"{p.indent}{place.unit}{stack.name}.pop_all()") for p in given]
    reason = f"where it is not handed over, {what(site)} is released now, whoever else knows it"
    for way in put(site, acquired, stack, found.name, place.unit):
        edits = (page.inserted(first, head), *page.indented(first, last, place.indent, place.unit), *way.edits, *once, *kept)
        imports = tuple(dict.fromkeys((*kind.edits, *way.imports)))
        yield Fix(f"release {what(site)} by '{kind.name}' until it is handed over", edits, "unsafe", reason, "", imports)


def _handed_over(site: Site, found: Lifetime, acquired: Acquired) -> list[Place]:
    """The statements that return or store the resource; none if one of them can't have a row before it."""
    places: list[Place] = []
    value = acquired.value if not site.partial else None
    for node in escaping([site.body()], found.names, consuming(site), value):
        statement = site.page.statement(node)
        place = site.page.place(statement) if statement is not None else None
        alone = isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1
        behind = site.page.range(node)[0] > site.page.range(acquired.value)[0]
        if place is None or not alone or not behind or site.page.function(node) is not site.body():
            return []
        places.append(place)
    return places


def _passed_on(site: Site, found: Lifetime, acquired: Acquired, given: Sequence[Place]) -> bool:
    """Whether a call may keep what it is given, so that paths without a `pop_all()` may hand the resource over as well.

    A call whose result is handed over makes a wrapper. Errs towards "yes": then there is no fix.
    """
    hot, consumes = among(found.names, acquired.value if not site.partial else None), consuming(site)
    handed = {n.value for place in given for n in walk(place.statement) if isinstance(n, cst.Name)}
    for statement in (n for s in found.inner for n in walk(s)):
        call = statement.value if isinstance(statement, cst.Expr | cst.Assign) else None
        call = call.expression if isinstance(call, cst.Await) else call
        if not isinstance(call, cst.Call) or (isinstance(call.func, cst.Name) and call.func.value in _BUILTINS):
            continue
        targets = [t.target for t in statement.targets] if isinstance(statement, cst.Assign) else []
        if any(isinstance(n, cst.Name) and n.value in handed for target in targets for n in walk(target)):
            continue
        if any(needs(arg.value, hot, consumes) for arg in call.args) and not borrows(site, call):
            return True
    return False


REMEDY = Remedy("stack-until-handed-over", frozenset({"RLK102", "RLK103"}), 62, propose)
