"""Statements that release a resource, as a fix finds, removes or writes them."""

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from leaklint.fixes.imports import usable
from leaklint.fixes.page import Statement
from leaklint.fixes.site import Site
from leaklint.syntax.walk import dotted, walk


class Release(NamedTuple):
    """A statement that does nothing but release. method: "close" of `x.close()`, "" where a call takes the resource.

    instead: what to write where the statement fails to release (RLK108, RLK109), "" where it does.
    """

    statement: cst.SimpleStatementLine
    call: cst.Call
    method: str
    awaited: bool
    instead: str = ""


def release_in(statement: cst.CSTNode, site: Site, name: str) -> Release | None:
    """The release that this statement is, if it is one and nothing else."""
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return None
    small = statement.body[0]
    value = small.value if isinstance(small, cst.Expr) else None
    awaited = isinstance(value, cst.Await)
    call = value.expression if isinstance(value, cst.Await) else value
    kind = site.kind
    if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute | cst.Name) or kind is None:
        return None
    if isinstance(call.func, cst.Attribute) and dotted(call.func.value) == name:
        method = call.func.attr.value
        if method in (kind.release_await if awaited else kind.release):
            return Release(statement, call, method, awaited)
        return _failing(Release(statement, call, method, awaited), site, name)
    given = any(dotted(arg.value) == name for arg in call.args)
    return Release(statement, call, "", awaited) if given and _takes_back(call, site) else None


def _failing(release: Release, site: Site, name: str) -> Release | None:
    """The statement that was meant to release, if that is what the finding says."""
    kind = site.kind
    if kind is None:
        return None
    if site.diagnostic.code == "RLK108" and release.method in kind.release_await:
        return release._replace(awaited=True, instead=f"await {site.page.code(release.call)}")
    text = written(site, name) if site.diagnostic.code == "RLK109" and release.method in kind.wrong_release else None
    return release._replace(method="", instead=text) if text is not None else None


def _takes_back(call: cst.Call, site: Site) -> bool:
    """By its last name only: what a fix makes of it is verified."""
    assert site.obligation is not None
    releasers = site.catalog.releasers(site.obligation.kind_id)
    names = {reference.rpartition(".")[2] for reference in (*releasers, *site.obligation.given_back)}
    return (dotted(call.func) or "").rpartition(".")[2] in names


def releases_below(node: cst.CSTNode, site: Site, name: str) -> Iterator[Release]:
    """Every release of the resource below a node."""
    for inner in walk(node):
        found = release_in(inner, site, name)
        if found is not None:
            yield found


class Ending(NamedTuple):
    """The `finally` of a `try` that ends with the release; alone: it does nothing else."""

    statement: cst.Try
    release: Release
    alone: bool


def ending(statement: Statement, site: Site, name: str) -> Ending | None:
    """The release at the end of a `finally`, if this statement has one."""
    if not isinstance(statement, cst.Try) or statement.finalbody is None:
        return None
    body = statement.finalbody.body
    if not isinstance(body, cst.IndentedBlock) or not body.body:
        return None
    found = release_in(body.body[-1], site, name)
    return Ending(statement, found, len(body.body) == 1) if found is not None else None


def written(site: Site, name: str) -> str | None:
    """A statement that releases the resource, without the function showing one; None if rules don't say how."""
    kind, obligation = site.kind, site.obligation
    if kind is None or obligation is None:
        return None
    if obligation.given_back or kind.release_by:
        return _given_back(site, name) or _by_function(site, name)
    if "close" in kind.release or (kind.release and not kind.release_await):
        return f"{name}.{_plainest(kind.release)}()"
    if kind.release_await and site.asynchronous:
        return f"await {name}.{_plainest(kind.release_await)}()"
    return None


def _given_back(site: Site, name: str) -> str | None:
    """`pool.putconn(conn)` where `pool.getconn()` acquired."""
    assert site.obligation is not None
    acquired = site.acquired()
    if acquired is None or not isinstance(acquired.call, cst.Call) or not isinstance(acquired.call.func, cst.Attribute):
        return None
    receiver = dotted(acquired.call.func.value)
    references = (*site.obligation.given_back, *sorted(site.catalog.releasers(site.obligation.kind_id)))
    methods = [reference.rpartition(".")[2] for reference in references if ":" in reference or "." not in reference]
    if receiver is None or not methods:
        return None
    return f"{'await ' if acquired.awaited else ''}{receiver}.{methods[0]}({name})"


def _by_function(site: Site, name: str) -> str | None:
    """`os.close(fd)`, where the file has imported that function."""
    assert site.obligation is not None
    for reference in sorted(site.catalog.releasers(site.obligation.kind_id)):
        module, dot, function = reference.rpartition(".")
        found = usable(site.page, module, function) if dot and ":" not in reference else None
        if found is not None and not found.edits:
            return f"{found.name}({name})"
    return None


def _plainest(methods: tuple[str, ...]) -> str:
    return next((m for m in ("close", "aclose", "release", "shutdown", "cleanup") if m in methods), methods[0])
