"""Whether what a block releases at its end is released once: releases that the function shows, and calls that may do it."""

import libcst as cst

from leaklint.fixes.contract import Edit
from leaklint.fixes.enclose_uses import TWICE_IS_FINE
from leaklint.fixes.lifetime import Lifetime
from leaklint.fixes.releases import releases_below
from leaklint.fixes.site import Site, uses
from leaklint.fixes.stacked import Stack
from leaklint.syntax.walk import walk

_ENDS_ONCE = frozenset({"process", "executor"})
"""Waiting for what has ended does nothing, as closing what is closed."""


def what(site: Site) -> str:
    """The resource in messages."""
    return f"'{site.diagnostic.symbol}'" if site.diagnostic.symbol else "the resource"


def reason(site: Site) -> str:
    """Why putting a resource onto a stack is unsafe."""
    return f"{what(site)} is released when the block ends, also where it was left open on purpose"


def released_once(site: Site, found: Lifetime, stack: Stack) -> list[Edit] | None:
    """The edits after which nothing is released a second time where that matters; None if it might be nevertheless."""
    if site.diagnostic.category in TWICE_IS_FINE | _ENDS_ONCE:
        return []
    if found.name is None:
        return [] if not any(True for name in found.names for _ in releases_below(site.body(), site, name)) else None
    shown = list(releases_below(site.body(), site, found.name))
    if not shown:
        return [] if not _passed_on(site, found.name, frozenset()) else None
    if not _sole(site, found) or _passed_on(site, found.name, frozenset(id(release.call) for release in shown)):
        return None
    text = f"await {stack.name}.aclose()" if stack.asynchronous else f"{stack.name}.close()"
    return [Edit(*site.page.range(release.statement.body[0]), text) for release in shown]


def _passed_on(site: Site, name: str, releases: frozenset[int]) -> bool:
    """Whether a call may take the variable over or release it, as no rule says that it gives it back."""
    for call in (n for n in walk(site.body()) if isinstance(n, cst.Call) and id(n) not in releases):
        if any(isinstance(arg.value, cst.Name) and arg.value.value == name for arg in call.args) and not borrows(site, call):
            return True
    return False


def borrows(site: Site, call: cst.Call) -> bool:
    """Whether rules say of a call that it gives back what it is given."""
    assert site.scope is not None
    facts = [fact for _, fact in site.page.module.names.facts(call, site.scope)]
    return bool(facts) and not any(fact.takes or fact.releases or fact.closes or fact.wraps for fact in facts)


def _sole(site: Site, found: Lifetime) -> bool:
    """Whether the variable holds this resource or None, so that every release of it is one of this resource."""
    function = site.body()
    assert isinstance(function, cst.FunctionDef)
    if found.name in {param.name.value for param in walk(function.params) if isinstance(param, cst.Param)}:
        return False
    return sum(_binds(site, n) for n in uses(function, frozenset({found.name or ""}))) <= 1


def _binds(site: Site, name: cst.Name) -> bool:
    """Whether an occurrence gives the variable a value other than None."""
    parent: cst.CSTNode | None = site.page.parents.get(id(name))
    while isinstance(parent, cst.Element | cst.Tuple | cst.List | cst.StarredElement):
        parent = site.page.parents.get(id(parent))
    match parent:
        case cst.AssignTarget():
            assign = site.page.parents[id(parent)]
            value = assign.value if isinstance(assign, cst.Assign) else None
            return not (isinstance(value, cst.Name) and value.value == "None")
        case cst.AnnAssign(value=value):
            return not (value is None or (isinstance(value, cst.Name) and value.value == "None"))
        case cst.For(target=target):
            return target is name
        case cst.AsName() | cst.NamedExpr() | cst.CompFor():
            return True
    return False
