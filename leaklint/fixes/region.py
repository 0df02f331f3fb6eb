"""The statements that a resource is used in: what a `with` or `try` has to enclose."""

import builtins
from collections.abc import Sequence
from typing import NamedTuple

import libcst as cst

from leaklint.fixes.derived import Consumes, among, escapes, grown, needs
from leaklint.fixes.page import Page, Place, Statement
from leaklint.fixes.releases import Ending, Release, ending, release_in, releases_below
from leaklint.fixes.site import Acquired, Site, mentions, uses
from leaklint.syntax.walk import walk

_BUILTINS = frozenset(dir(builtins))
_LOOPS = (cst.For, cst.While)
_NEVER_HANDED_OVER = ("RLK101", "RLK106", "RLK108", "RLK109")


class Region(NamedTuple):
    """Where a resource lives, from its acquisition to its last use.

    place: the statement that acquires; name: the variable; inner: the statements to enclose; release: the statement behind
    them that releases on the normal way; ending: the `finally` that does; again: releases within that stay;
    replaced: the variable means something else afterwards.
    """

    place: Place
    name: str
    acquired: Acquired
    inner: Sequence[Statement]
    release: Release | None
    ending: Ending | None
    again: int
    replaced: bool = False


def region(site: Site) -> Region | None:
    """The region of `x = acquire()` in a block; None for any other form, or if the variable means other things there too."""
    acquired = site.call()
    place = acquiring_place(site, acquired)
    if acquired is None or place is None:
        return None
    name = site.diagnostic.symbol if site.partial else target_name(place.statement)
    name = name if name and not (site.state and _answered(place)) else None
    if name is None or shared(site.body(), name):
        return None
    found = _bounded(site, place, name, acquired)
    if found is None or not found.inner or (site.partial and found.release is None and found.ending is None):
        return None
    return found if not _used_outside(site, found) else None


def region_behind(site: Site, outer: Place, name: str, acquired: Acquired) -> Region | None:
    """The region behind a statement in which the resource is acquired somewhere: up to its release."""
    if shared(site.body(), name):
        return None
    found = _bounded(site, outer, name, acquired)
    if found is None or not found.inner or found.ending is not None or found.replaced:
        return None
    if found.release is None:
        return None  # nothing says that there is a resource on every path; a stack would know
    return found if not _used_outside(site, found) else None


def acquiring_place(site: Site, acquired: Acquired | None) -> Place | None:
    """The statement whose whole value is the acquisition."""
    statement = site.page.statement(acquired.value) if acquired is not None else None
    if acquired is None or not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return None
    small = statement.body[0]
    kinds = cst.Expr if site.state else cst.Assign | cst.AnnAssign
    if not isinstance(small, kinds) or small.value is not acquired.value:
        return None
    return site.page.place(statement)


def _answered(place: Place) -> bool:
    """Whether the acquisition may fail without raising: its answer counts, not the statement."""
    statement = place.statement
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    return isinstance(small, cst.Expr) and isinstance(small.value, cst.Call) and bool(small.value.args)


def target_name(statement: Statement) -> str | None:
    """The one variable that a statement assigns."""
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    match small:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]) | cst.AnnAssign(target=cst.Name(value=name)):
            return str(name)
    return None


def shared(body: cst.CSTNode, name: str) -> bool:
    """Whether the variable belongs to others as well."""
    return any(isinstance(n, cst.Global | cst.Nonlocal) and any(item.name.value == name for item in n.names) for n in walk(body))


def _bounded(site: Site, place: Place, name: str, acquired: Acquired) -> Region | None:
    rest = place.siblings[place.number + 1 :]
    consumes = consuming(site)
    for number in reversed(range(len(rest))):
        released, ended = release_in(rest[number], site, name), ending(rest[number], site, name)
        if released is None and ended is None:
            continue
        inner = rest[:number] if released is not None else rest[: number + 1]
        mine = sum(1 for s in inner for _ in releases_below(s, site, name)) - (1 if ended is not None else 0)
        if any(binds(s, name) for s in inner):
            return None
        return Region(place, name, acquired, inner, released, ended, mine)
    replaced = next((s for s in rest if target_name(s) == name), None)
    if replaced is not None:
        rest = rest[: rest.index(replaced) + _read_out(replaced, name, consumes)]
    names = grown(rest, frozenset({name}), consumes)
    last = max((i for i, s in enumerate(rest) if mentions(s, names)), default=-1)
    inner = rest[: last + 1]
    if (
        any(binds(s, name) for s in inner if s is not replaced)
        or _outlived(site, place, names - {name}, inner)
        or escapes(inner, names, consumes)
    ):
        return None
    again = sum(1 for s in inner for _ in releases_below(s, site, name))
    owned = again > 0 or site.diagnostic.code in _NEVER_HANDED_OVER or replaced is not None
    if not owned or any(is_doubtful(site.page, n) for s in inner for n in uses(s, frozenset({name}))):
        return None
    return Region(place, name, acquired, inner, None, None, again, replaced is not None)


def is_doubtful(page: Page, name: cst.Name) -> bool:
    """Whether the function asks if there is a resource at all, or hands out what would release it (`stack.callback(x.close)`)."""
    parent = page.parents.get(id(name))
    match parent:
        case cst.Attribute():
            around = page.parents.get(id(parent))
            return isinstance(around, cst.Arg)
        case cst.If() | cst.While() | cst.IfExp():
            return parent.test is name
        case cst.UnaryOperation() | cst.BooleanOperation():
            return True
        case cst.Comparison() | cst.ComparisonTarget():
            comparison = page.parents[id(parent)] if isinstance(parent, cst.ComparisonTarget) else parent
            return any(isinstance(n, cst.Name) and n.value == "None" for n in walk(comparison))
    return False


def _read_out(statement: Statement, name: str, consumes: Consumes) -> bool:
    """Whether the variable is replaced by what was read from it: `f = json.load(f)`."""
    value, names = _value(statement), frozenset({name})
    return mentions(value, names) and not needs(value, among(names), consumes)


def _value(statement: Statement) -> cst.CSTNode:
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    return small.value if isinstance(small, cst.Assign | cst.AnnAssign) and small.value is not None else statement


def binds(statement: Statement, name: str) -> bool:
    """Whether the variable is bound anew or deleted in it."""
    for node in walk(statement):
        match node:
            case cst.AssignTarget(target=target) | cst.AnnAssign(target=target) | cst.For(target=target) | cst.Del(target=target):
                pass
            case cst.AsName(name=target) | cst.NamedExpr(target=target) | cst.AugAssign(target=target):
                pass
            case _:
                continue
        if any(isinstance(n, cst.Name) and n.value == name for n in _stored(target)):
            return True
    return False


def _stored(target: cst.CSTNode) -> list[cst.CSTNode]:
    """The names that a target binds: `x` of `x, y = ...`, nothing of `x.y = ...`."""
    match target:
        case cst.Tuple() | cst.List():
            return [n for element in target.elements for n in _stored(element.value)]
        case cst.Name():
            return [target]
    return []


def _outlived(site: Site, place: Place, names: frozenset[str], inner: Sequence[Statement]) -> bool:
    """Whether what was made of the resource is used behind the block that holds all of this."""
    end = site.page.range((inner or [place.statement])[-1])[1]
    return any(site.page.range(n)[0] > end for n in uses(site.body(), names)) if names else False


def _used_outside(site: Site, found: Region) -> bool:
    """Whether the variable is used behind the region, or around it in the same loop."""
    page = site.page
    first = page.range(found.place.statement)[0]
    last_statement = found.release.statement if found.release is not None else found.inner[-1]
    last = page.offset(page.last_row(last_statement), 1) + len(page.row(page.last_row(last_statement)))
    loop = next((n for n in _within(page, found.place.statement, site.body()) if isinstance(n, _LOOPS)), None)
    names = frozenset({found.name})
    if loop is not None and any(not first <= page.range(n)[0] <= last for n in uses(loop, names)):
        return True
    if found.release is not None or found.ending is not None or found.replaced:
        return False
    later = [n for n in uses(site.body(), names) if page.range(n)[0] > last]
    return bool(later) and not _bound_first(page, later)


def _bound_first(page: Page, later: list[cst.Name]) -> bool:
    """Whether the next occurrence in the text binds the name anew."""
    first = min(later, key=lambda n: page.range(n)[0])
    parent = page.parents.get(id(first))
    if isinstance(parent, cst.AssignTarget):
        assign = page.parents[id(parent)]
        return isinstance(assign, cst.Assign) and not mentions(assign.value, frozenset({first.value}))
    return isinstance(parent, cst.AsName) or (isinstance(parent, cst.For) and parent.target is first)


def _within(page: Page, node: cst.CSTNode, body: cst.CSTNode) -> list[cst.CSTNode]:
    found = []
    for around in page.around(node):
        if around is body:
            break
        found.append(around)
    return found


def keeper(site: Site, found: Region) -> str | None:
    """A call that is given the resource and may keep it, as no rule says otherwise; None if there is none.

    Only where the function shows by a release of its own that it owns the resource does such a call not end a finding.
    """
    for call in (n for s in found.inner for n in walk(s) if isinstance(n, cst.Call)):
        given = any(isinstance(arg.value, cst.Name) and arg.value.value == found.name for arg in call.args)
        builtin = isinstance(call.func, cst.Name) and call.func.value in _BUILTINS
        if given and not builtin and site.scope is not None and not any(site.page.module.names.facts(call, site.scope)):
            return f"{site.page.code(call.func)}()"
    return None


def consuming(site: Site) -> Consumes:
    """Whether rules say that a call reads what it is given to the end."""

    def consumes(call: cst.Call) -> bool:
        if site.scope is None:
            return False
        return any(fact.consumes for _, fact in site.page.module.names.facts(call, site.scope))

    return consumes
