"""`json.load(open(p))` -> `with open(p) as file:` around the statement, which then uses the name.

Only where the acquisition is evaluated exactly once whenever the statement runs, and what comes of the statement does not
need the resource any more. Unsafe where something else of the statement would have been evaluated before it.
"""

from collections.abc import Iterator

import libcst as cst

from leaklint.fixes.contract import Edit, Fix, Remedy
from leaklint.fixes.derived import escapes, grown, needs
from leaklint.fixes.headers import header
from leaklint.fixes.page import Page, Place
from leaklint.fixes.region import consuming
from leaklint.fixes.site import Acquired, Site, uses
from leaklint.syntax.walk import walk

_SOMETIMES = (cst.Lambda, cst.GeneratorExp, cst.IfExp, cst.BooleanOperation, cst.While, cst.Assert)


def propose(site: Site) -> Iterator[Fix]:
    """The statement in a `with`."""
    acquired = site.acquired()
    statement = site.page.statement(acquired.value) if acquired is not None else None
    place = site.page.place(statement) if statement is not None else None
    if acquired is None or place is None or _sometimes(site.page, place, acquired):
        return
    entered = header(site, acquired, None)
    last = _last(site, place, acquired)
    if entered is None or last is None:
        return
    if _is_bound(site, acquired):
        return
    page, name = site.page, site.fresh_name()
    start, end = page.range(acquired.value)
    written = page.code(acquired.call if entered.drop_await else acquired.value)
    first = page.first_row(place.statement)
    head = f"{place.indent}{entered.before}{written}{entered.after} as {name}:{page.newline}"
    moved = _moved(page, place, start, end, page.last_row(place.siblings[last]))
    if moved is None:
        return
    at = page.starts[first - 1]
    edits = (Edit(at, at, head), *moved, Edit(start, end, name))
    reason = entered.reason or _reason(site, place, acquired, last)
    if not reason and site.diagnostic.code != "RLK104":
        reason = "it is released when the statement has ended, also where something else was to release it"
    yield Fix(f"hoist into '{entered.statement}'", edits, "unsafe" if reason else "safe", reason, "", entered.edits)


def _is_bound(site: Site, acquired: Acquired) -> bool:
    """Whether a variable is the resource, so that there is nothing to hoist."""
    return isinstance(site.page.parents.get(id(acquired.value)), cst.Assign | cst.AnnAssign | cst.NamedExpr)


def _moved(page: Page, place: Place, start: int, end: int, last: int) -> list[Edit] | None:
    """The rows of the statement and what follows moved to the right; None if the call's own rows can't be told from them."""
    rows = page.indented(page.first_row(place.statement), last, place.indent, place.unit)
    return [edit for edit in rows if not start < edit.start < end]


def _sometimes(page: Page, place: Place, acquired: Acquired) -> bool:
    """Whether the statement may run without the acquisition, or run it several times."""
    inner: cst.CSTNode = acquired.value
    for node in page.around(acquired.value):
        if node is place.statement:
            return _in_body(node, inner)
        if isinstance(node, cst.CompFor):
            comp = page.parents[id(node)]
            if inner is not node.iter or isinstance(comp, cst.GeneratorExp | cst.CompFor):
                return True
        elif isinstance(node, _SOMETIMES) or (
            isinstance(node, cst.ListComp | cst.SetComp | cst.DictComp) and inner is not node.for_in
        ):
            return True
        inner = node
    return True


def _in_body(statement: cst.CSTNode, inner: cst.CSTNode) -> bool:
    """Whether the part of a compound statement that holds the acquisition is not what it evaluates first."""
    match statement:
        case cst.SimpleStatementLine():
            return len(statement.body) != 1
        case cst.For():
            return inner is not statement.iter
        case cst.If():
            return inner is not statement.test
        case cst.With():
            return inner is not statement.items[0]
    return True


def _last(site: Site, place: Place, acquired: Acquired) -> int | None:
    """The number of the last sibling to enclose; None if what comes of the statement is used behind all of them."""
    consumes = consuming(site)
    here = place.siblings[place.number]
    names = _results(site, here, acquired)
    if names is None:
        return None
    if not names:
        return place.number
    rest = place.siblings[place.number + 1 :]
    names = grown(rest, names, consumes)
    using = [number for number, s in enumerate(rest) if any(True for _ in uses(s, names))]
    last = using[-1] if using else -1
    end = site.page.last_row(rest[last]) if using else site.page.last_row(here)
    later = any(site.page.span(n).row > end for n in uses(site.body(), names))
    return None if later or escapes(rest[: last + 1], names, consumes) else place.number + 1 + last


def _results(site: Site, statement: cst.CSTNode, acquired: Acquired) -> frozenset[str] | None:
    """The variables that need the resource after the statement; None if that is more than variables of this block."""
    consumes = consuming(site)

    def hot(node: cst.CSTNode) -> bool:
        return node is acquired.value

    if isinstance(statement, cst.For | cst.If):
        return frozenset()
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    match small:
        case cst.Expr(value=cst.Yield() | cst.Await(expression=cst.Yield())):
            return None
        case cst.Expr():
            return frozenset()
        case cst.Return(value=cst.BaseExpression() as value) | cst.AugAssign(value=value):
            return None if needs(value, hot, consumes) else frozenset()
        case cst.Assign(value=value):
            if not needs(value, hot, consumes):
                return frozenset()
            targets = [t.target for t in small.targets]
            return frozenset(t.value for t in targets if isinstance(t, cst.Name)) if all(map(_name, targets)) else None
        case cst.AnnAssign(value=cst.BaseExpression() as value):
            return None if needs(value, hot, consumes) else frozenset()
        case cst.Raise() | cst.Del():
            return frozenset()
    return None


def _name(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Name)


def _reason(site: Site, place: Place, acquired: Acquired, last: int) -> str:
    """Why it may behave differently: something before the acquisition in the statement is evaluated after it now."""
    page = site.page
    start = page.range(acquired.value)[0]
    around = {id(node) for node in page.around(acquired.value)}
    value = getattr(place.statement.body[0], "value", None) if isinstance(place.statement, cst.SimpleStatementLine) else None
    for node in walk(value) if isinstance(value, cst.CSTNode) else ():
        if isinstance(node, cst.Call | cst.Await | cst.Yield) and id(node) not in around and page.range(node)[1] <= start:
            return f"{_short(page.code(node))} is evaluated after the acquisition, not before it"
    if isinstance(place.statement, cst.If):
        return "it is released when the whole statement has ended"
    return "it is released when the last statement that may need it has ended" if last > place.number else ""


def _short(text: str) -> str:
    return text if len(text) <= 30 and "\n" not in text else text[:27].split("\n")[0] + "..."


REMEDY = Remedy("hoist-inline", frozenset({"RLK101", "RLK102", "RLK103", "RLK104", "RLK107"}), 10, propose)
