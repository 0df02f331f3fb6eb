"""What the fixtures that were written by hand show of each library: which of its acquisitions, releases and `with` facts.

`python -m tests.catalog.handwritten` prints the shares, and for each library what is not shown.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import libcst as cst

from leaklint.catalog import default_catalog
from leaklint.catalog.schema import Kind
from leaklint.engine import Options, make_project
from leaklint.flow.ir import Callee, Invoke
from leaklint.source import Source, read
from leaklint.syntax.contract import Unparsable
from leaklint.syntax.module import Module
from leaklint.syntax.scopes import Scope
from leaklint.syntax.walk import SCOPES, walk

FIXTURES = Path(__file__).parents[1] / "fixtures"

Fact = tuple[str, str]
"""(what, of what): ("acquire", "os.pipe"), ("release", "io:file.close"), ("with", "io:file"), ("async with", "httpx:client")."""


@cache
def facts() -> frozenset[Fact]:
    """Every acquisition, release and `with` fact of the shipped catalog, whatever shows it."""
    catalog = default_catalog()
    found = {("acquire", call) for entry in catalog.acquire_entries if not entry.not_acquire for call in entry.call}
    for gid, kind in catalog.kinds.items():
        found |= set(_of_kind(gid, kind)) if kind.severity is not None else set()
    return frozenset(found)


def _of_kind(gid: str, kind: Kind) -> Iterator[Fact]:
    yield from (("release", f"{gid}.{method}") for method in (*kind.release, *kind.release_await))
    yield from (("release", f"{gid} {call}") for call in default_catalog().releasers(gid))
    if kind.with_exit not in ("unsupported",):
        yield "with", gid
    if kind.async_with_exit not in ("unsupported",):
        yield "async with", gid


@cache
def shown() -> frozenset[Fact]:
    """Those that some fixture uses where the linter knows what it sees."""
    return frozenset(fact for path in sorted(FIXTURES.rglob("*.py")) for fact in _of_file(path)) & facts()


def _of_file(path: Path) -> Iterator[Fact]:
    source = read(str(path))
    if not isinstance(source, Source):
        return  # a file that can't be read is the fixture
    try:
        module = make_project(default_catalog(), Options(triage=False), reach=False).open(source, whole=True)
    except Unparsable:
        return
    for scope in module.scopes() if module is not None else ():
        assert module is not None
        yield from _of_function(module, scope)


def _of_function(module: Module, scope: Scope) -> Iterator[Fact]:
    """What is typed is taken by its type. A function that acquires a kind, calls a method that releases it or has a `with`, shows
    that, too: each line of a fixture is judged."""
    callees = [n.effect.callee for n in module.lowered(scope).graph.nodes if isinstance(n.effect, Invoke)]
    taken = {c.kind_id: c.kind for c in callees if c.kind is not None}
    for callee in callees:
        yield from _of_call(callee)
        yield from (("release", f"{gid}.{callee.method}") for gid in taken)
    for node in walk(scope.node, SCOPES if scope.kind == "module" else ()):
        if isinstance(node, cst.With):
            types = [t for item in node.items for t in module.names.types(item.item, scope)]
            kinds = {gid for t in types for gid in module.names.kinds(t)} or set(taken)
            yield from (("async with" if node.asynchronous is not None else "with", gid) for gid in kinds)


def _of_call(callee: Callee) -> Iterator[Fact]:
    released = default_catalog().release_calls.items()
    yield from (("acquire", ref) for ref in callee.refs if callee.acquire is not None)
    yield from (("release", ref) for ref in callee.refs)
    yield from (("release", f"{gid} {ref}") for gid, calls in released for ref in callee.refs if ref in calls)


def library_of(fact: Fact) -> str:
    """The library whose rules state a fact."""
    what, text = fact
    if what != "acquire" or text.startswith("*") or ":" in text:
        return text.partition(":")[0]
    entry = next(e for e in default_catalog().acquire_entries if text in e.call and not e.not_acquire)
    return entry.kind.partition(":")[0]


def lacking() -> dict[str, set[str]]:
    """For each library the groups (acquire, release, with) of which it states facts and nothing is shown."""
    found: dict[str, set[str]] = {}
    of: dict[tuple[str, str], set[Fact]] = {}
    for fact in facts():
        of.setdefault((library_of(fact), fact[0].removeprefix("async ")), set()).add(fact)
    for (library, group), stated in sorted(of.items()):
        if not stated & shown():
            found.setdefault(library, set()).add(group)
    return found


def main() -> None:
    for group in ("acquire", "release", "with", "async with"):
        stated = {fact for fact in facts() if fact[0] == group}
        here = stated & shown()
        print(f"{group}: {len(here)} of {len(stated)} in fixtures, {1 - len(here) / len(stated):.0%} only generated")
    for library, groups in lacking().items():
        print(f"{library}: no {', '.join(sorted(groups))}")


if __name__ == "__main__":
    main()
