"""Where a resource is acquired and everything that may need it, however deep either stands: what one block has to hold.

`leaklint.fixes.region` knows straight blocks, from an acquisition to its release. Here the acquisition may stand in a branch, a
loop, a `try` or within an expression, and its uses anywhere behind that in the function.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import libcst as cst

from leaklint.fixes.derived import Consumes, Hot, among, escapes, grown, needs
from leaklint.fixes.page import Place, Statement
from leaklint.fixes.region import consuming, is_doubtful, shared
from leaklint.fixes.releases import releases_below
from leaklint.fixes.site import Acquired, Site, mentions, uses
from leaklint.syntax.walk import walk

_KEEPING = frozenset({"append", "appendleft", "add", "put", "insert", "extend", "setdefault", "push", "update", "register"})


class Lifetime(NamedTuple):
    """place: the statement with the acquisition somewhere in it; last: the number of the last sibling with a use.

    name: the variable that is the resource itself, if the statement binds one; names: all that need it.
    """

    place: Place
    last: int
    name: str | None
    names: frozenset[str]

    def straight(self, value: cst.CSTNode | None) -> bool:
        """Whether the block itself acquires, on every way through it: `x = acquire()` is its first statement.

        value: the whole value of that statement; None: any, as the resource is a part of it.
        """
        statement = self.place.statement
        small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1 else None
        assigned = small.value if isinstance(small, cst.Assign | cst.AnnAssign) and self.name is not None else None
        return assigned is not None and value in (None, assigned)

    @property
    def inner(self) -> Sequence[Statement]:
        """The statements in which the resource is needed."""
        return self.place.siblings[self.place.number : self.last + 1]


def lifetime(site: Site, acquired: Acquired, handed_over: bool = False) -> Lifetime | None:
    """The innermost block in which the resource is acquired and used; None if it outlives the function, or may be acquired
    again before it is released.

    handed_over: it may outlive the function by being returned or stored.
    """
    body = site.body()
    if not isinstance(body, cst.FunctionDef):
        return None
    bound = _bound_to(site, acquired)
    if site.partial and (bound is not None or not site.diagnostic.symbol):
        return None  # `pipe = os.pipe()`: the variable is not the resource, which has no name of its own
    name = site.diagnostic.symbol if site.partial else bound
    own = frozenset({name}) if name is not None else frozenset[str]()
    consumes = consuming(site)
    value = acquired.value if not site.partial else None
    names = grown([body.body], own, consumes, value)
    if any(shared(body, n) for n in names) or (not handed_over and escapes([body.body], names, consumes, value)):
        return None
    if any(_keeps(call, among(names, value), consumes) for call in walk(body.body) if isinstance(call, cst.Call)):
        return None
    if any(_registers(site, n) for n in uses(body.body, names)) or any(_perhaps_foreign(site, n) for n in names):
        return None
    found = next(_holding(site, acquired, names), None)
    return Lifetime(*found, name, names) if found is not None else None


def _bound_to(site: Site, acquired: Acquired) -> str | None:
    parent = site.page.parents.get(id(acquired.value))
    match parent:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]) | cst.AnnAssign(target=cst.Name(value=name)):
            return str(name)
    return None


def _keeps(call: cst.Call, hot: Hot, consumes: Consumes) -> bool:
    """Whether something that needs the resource goes into a container, from which it may be taken when it is released."""
    keeps = isinstance(call.func, cst.Attribute) and call.func.attr.value in _KEEPING
    return keeps and any(needs(arg.value, hot, consumes) for arg in call.args)


def _registers(site: Site, use: cst.Name) -> bool:
    """Whether a release is handed to somebody who calls it later: `atexit.register(conn.close)`, or from a nested function.

    Errs towards "yes": a nested function may be called at once.
    """
    attribute = site.page.parents.get(id(use))
    kind = site.kind
    methods = (*kind.release, *kind.release_await) if kind is not None else ()
    if not isinstance(attribute, cst.Attribute) or attribute.value is not use or attribute.attr.value not in methods:
        return False
    call = site.page.parents.get(id(attribute))
    return not isinstance(call, cst.Call) or call.func is not attribute or _nested(site, attribute)


def _perhaps_foreign(site: Site, name: str) -> bool:
    """Whether the function asks something else before it releases what a function of the project gave: `if opened_here:`.

    That function may answer with what it was given, which is not ours to release.
    """
    assert site.obligation is not None
    if site.obligation.acquire is not None:
        return False
    ways = [site.page.around(release.statement) for release in releases_below(site.body(), site, name)]
    tests = [[n.test for n in way if isinstance(n, cst.If)] for way in ways]
    return any(asked and not any(mentions(test, frozenset({name})) for test in asked) for asked in tests)


def _nested(site: Site, node: cst.CSTNode) -> bool:
    """Whether a node runs in another function than the one that acquires."""
    inner = next((n for n in site.page.around(node) if isinstance(n, cst.FunctionDef | cst.Lambda)), None)
    return inner is not site.body()


def _holding(site: Site, acquired: Acquired, names: frozenset[str]) -> Iterator[tuple[Place, int]]:
    """The blocks around the acquisition that hold all its uses, from the inside out, with the last sibling that has one."""
    page = site.page
    start = page.range(acquired.value)[0]
    needed = [page.range(n)[0] for n in uses(site.body(), names) if page.range(n)[0] > start or _repeated(site, n, acquired)]
    inner: cst.CSTNode = acquired.value
    asked = False
    for around in page.around(acquired.value):
        if _more_than_once(around, inner, asked):
            return
        asked = asked or (isinstance(around, cst.If) and mentions(around.test, names))
        inner = around
        place = page.place(around) if isinstance(around, cst.SimpleStatementLine | cst.BaseCompoundStatement) else None
        if place is None:
            continue
        rest = place.siblings[place.number :]
        ends = [page.range(statement)[1] for statement in rest]
        if all(page.range(place.statement)[0] <= offset <= ends[-1] for offset in needed):
            last = max(needed, default=start)
            yield place, place.number + next(number for number, end in enumerate(ends) if last <= end)


def _repeated(site: Site, use: cst.Name, acquired: Acquired) -> bool:
    """Whether a use that stands before the acquisition comes after it in the next turn of a loop."""
    if isinstance(site.page.parents.get(id(use)), cst.AssignTarget):
        return False
    loops = {id(n) for n in site.page.around(acquired.value) if isinstance(n, cst.For | cst.While)}
    return any(id(n) in loops for n in site.page.around(use))


def _more_than_once(around: cst.CSTNode, inner: cst.CSTNode, asked: bool) -> bool:
    """Whether what stands around this node may hold several of the resources at once, or lives at another time.

    asked: a condition on the variable has been seen on the way, as in `if conn is None: conn = connect()`. Without one, a
    block around a loop would gather resources of which the garbage collector may have closed all but one so far.
    """
    match around:
        case cst.FunctionDef() | cst.ClassDef() | cst.Lambda() | cst.GeneratorExp() | cst.ListComp() | cst.SetComp():
            return True
        case cst.DictComp():
            return True
        case cst.For():
            return inner is around.body and not asked
        case cst.While():
            return inner is around.test or (inner is around.body and not asked)
    return False


def may_be_none(site: Site, names: frozenset[str]) -> bool:
    """Whether a function of the project acquires, and its caller asks if it did: rules say of theirs that they always do."""
    assert site.obligation is not None
    return site.obligation.acquire is None and any(is_doubtful(site.page, n) for n in uses(site.body(), names))
