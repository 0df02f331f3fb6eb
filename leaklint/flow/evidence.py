"""Which acquisitions a graph holds: those that rules name, and those that the function's own use shows."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Protocol

from leaklint.catalog.catalog import Catalog
from leaklint.catalog.schema import Acquire, Kind, Use
from leaklint.flow.analysis import made
from leaklint.flow.ir import Bind, Callee, FlowGraph, FunctionRef, Invoke, Obligation
from leaklint.flow.values import ANY_ITEM, Path, Ref
from leaklint.model import Severity


class FreshResults(Protocol):
    """Which project functions return a resource that their caller must release, and which classes own one."""

    def fresh(self, target: FunctionRef, awaited: bool) -> "tuple[FreshResult, ...]":
        """The fresh resources in the result of a call."""

    def derived(self, target: FunctionRef) -> Kind | None:
        """The kind of instances of a class that owns a resource."""

    def returned_by(self, target: FunctionRef) -> frozenset[str]:
        """The methods of unknown receivers whose value a function gives back."""

    def started(self, target: FunctionRef) -> Kind | None:
        """The kind that an object is after that method of it has returned: its class owns from then on."""


class FreshResult(Protocol):
    """One fresh resource: the obligation inside the function, and its place in the result."""

    @property
    def obligation(self) -> Obligation: ...

    @property
    def path(self) -> Path: ...


def obligations(graph: FlowGraph, catalog: Catalog, fresh: FreshResults | None = None) -> list[Obligation]:
    """Every obligation of a graph, in node order."""
    items = _items(graph)
    names = _named(graph)
    uses = _uses(graph)
    found: list[Obligation] = []
    for i, node in enumerate(graph.nodes):
        if not isinstance(node.effect, Invoke):
            continue
        call = node.effect
        found.extend(_declared(i, call, items))
        callee = call.callee
        if callee.acquire is None and callee.target is not None and fresh is not None:
            found.extend(_returned(i, call, fresh))
            found.extend(_constructed(i, call, fresh))
            found.extend(_started(i, call, graph, fresh))
        if callee.acquire is None and not callee.receiver_kinds and not any(o.node == i for o in found[-2:]):
            found.extend(
                o
                for o in _by_use(i, call, items.get(call.dest[0], []), names, uses, catalog, fresh)
                if callee.target is None or o.shape != "cursor"
            )
    return found


def _constructed(index: int, call: Invoke, fresh: FreshResults) -> Iterator[Obligation]:
    """Making an instance of a class that owns a resource is an acquisition."""
    assert call.callee.target is not None
    kind = fresh.derived(call.callee.target) if call.callee.constructs else None
    if kind is not None and kind.severity is not None:
        yield Obligation(index, None, kind.id, kind, kind.severity, "resolved", None)


def _started(index: int, call: Invoke, graph: FlowGraph, fresh: FreshResults) -> Iterator[Obligation]:
    """`client = Client(); client.connect()`: a method after which an object made here holds a resource. Objects of others are
    left to them."""
    target, receiver = call.callee.target, call.receiver
    if target is None or receiver is None or not call.callee.bound:
        return
    if not (len(receiver) == 1 and receiver[0] in graph.created) and receiver not in made(graph):
        return
    kind = fresh.started(target)
    if kind is not None and kind.severity is not None:
        state = Acquire(call=target.qualname, kind=kind.id, state=True)
        yield Obligation(index, None, kind.id, kind, kind.severity, "resolved", state)


def _returned(index: int, call: Invoke, fresh: FreshResults) -> Iterator[Obligation]:
    """A project function that returns a fresh resource is an acquisition for its callers."""
    assert call.callee.target is not None
    if call.callee.fact is not None and call.callee.fact.returns == "borrowed":
        return
    for result in fresh.fresh(call.callee.target, call.awaited):
        inner = result.obligation
        yield inner._replace(node=index, item=result.path[0] if result.path else None, acquire=None)


def _declared(index: int, call: Invoke, items: dict[str, list[str]]) -> Iterator[Obligation]:
    callee = call.callee
    if callee.acquire is None or callee.kind is None:
        return
    severity = callee.acquire.severity or callee.kind.severity
    if severity is None or not _happens(call):
        return
    for item in _item_keys(callee, items.get(call.dest[0], [])):
        yield Obligation(index, item, callee.kind_id, callee.kind, severity, callee.certainty, callee.acquire)


def _happens(call: Invoke) -> bool:
    """Whether the form in which the call is written acquires. What only `with` acquires, `with` releases."""
    entry = call.callee.acquire
    assert entry is not None
    if call.discarded and entry.unless_dropped:
        return False
    if entry.form in ("with", "async-with"):
        return False
    if entry.form in ("await", "await|async-with"):
        return call.awaited
    return True


def _item_keys(callee: Callee, seen: list[str]) -> list[str | None]:
    assert callee.acquire is not None
    item = callee.acquire.item
    if item is None:
        return [None]
    if item == "*":
        return list(seen or ["[0]", "[1]"])
    return [f"[{item}]" if isinstance(item, int) or str(item).isdecimal() else f'["{item}"]']


def _items(graph: FlowGraph) -> dict[str, list[str]]:
    """Root -> literal items of it that are read."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for node in graph.nodes:
        if isinstance(node.effect, Bind) and isinstance(node.effect.value, Ref):
            path = node.effect.value.path
            if len(path) == 2 and path[1].startswith("[") and path[1] != ANY_ITEM:
                found[path[0]][path[1]] = None
    return {root: list(keys) for root, keys in found.items()}


def _named(graph: FlowGraph) -> dict[Path, list[Path]]:
    """temporary -> the local names that it is bound to."""
    found: dict[Path, list[Path]] = defaultdict(list)
    for node in graph.nodes:
        effect = node.effect
        if isinstance(effect, Bind) and isinstance(effect.value, Ref) and len(effect.target) == 1:
            found[effect.value.path].append(effect.target)
    return found


class _Uses:
    """What a function does with its names: methods called on them (`plain`: without arguments), calls `R.n(x)` that they are
    given to, and what else they are given to, as the rules name it."""

    def __init__(self) -> None:
        self.methods: dict[Path, set[str]] = defaultdict(set)
        self.plain: dict[Path, set[str]] = defaultdict(set)
        self.given: dict[Path, set[tuple[Path, str]]] = defaultdict(set)
        self.passed: dict[Path, set[str]] = defaultdict(set)


def _uses(graph: FlowGraph) -> _Uses:
    found = _Uses()
    for node in graph.nodes:
        effect = node.effect
        if not isinstance(effect, Invoke):
            continue
        for path in (p for a in effect.args for p in a.paths):
            found.passed[path].update(effect.callee.refs)
            if effect.receiver is not None and effect.callee.method is not None:
                found.given[path].add((effect.receiver, effect.callee.method))
        if effect.receiver is not None and effect.callee.method is not None:
            found.methods[effect.receiver].add(effect.callee.method)
            if not effect.args:
                found.plain[effect.receiver].add(effect.callee.method)
    return found


def _by_use(
    index: int,
    call: Invoke,
    items: list[str],
    names: dict[Path, list[Path]],
    uses: _Uses,
    catalog: Catalog,
    fresh: FreshResults | None,
) -> Iterator[Obligation]:
    """The result of a call, or the gravest item of a tuple that it answers with: the others mostly belong to that."""
    found = [o for item in (None, *items) for o in _item_by_use(index, call, item, names, uses, catalog, fresh)]
    gravest = max((o.severity for o in found), key=_GRAVITY.index, default=None)
    yield from (o for o in found if o.severity == gravest)


_GRAVITY = (Severity.INFO, Severity.WARNING, Severity.ERROR)


def _item_by_use(
    index: int,
    call: Invoke,
    item: str | None,
    names: dict[Path, list[Path]],
    uses: _Uses,
    catalog: Catalog,
    fresh: FreshResults | None,
) -> Iterator[Obligation]:
    place = call.dest if item is None else (*call.dest, item)
    holders = [p for p in names.get(place, []) if not p[0].startswith("%")]
    for use in catalog.uses:
        given_back = _speaks(use, call, item, holders, uses, fresh)
        if given_back is not None:
            kind = catalog.kind(use.kind)
            state = Acquire(call=use.acquire, kind=use.kind, state=True) if use.shape == "lock" else None
            yield Obligation(
                index, item, use.kind, kind, kind.severity or Severity.WARNING, "by use", state, given_back, use.shape
            )
            return


def _speaks(
    use: Use, call: Invoke, item: str | None, holders: list[Path], uses: _Uses, fresh: FreshResults | None
) -> tuple[str, ...] | None:
    """The methods that take the value back if this use is seen here (() if its own methods release it), else None."""
    method = call.callee.method
    match use.shape:
        case "cursor" if method in use.acquire and item is None:
            seen = {m for h in (*holders, call.dest) for m in uses.methods[h]}
            return () if seen & set(use.use) else None
        case "connection" if holders and not call.callee.constructs:
            seen = {m for h in holders for m in uses.methods[h]}
            if not seen & set(use.release):
                return None
            used = bool(seen & set(use.use)) or any(uses.passed[h] & set(use.given) for h in holders)
            return () if used or (item is None and _made_by(call, use.acquire, fresh)) else None
        case "lock" if call.receiver is not None and call.discarded and not call.args and method in use.acquire:
            return () if uses.plain[call.receiver] & set(use.release) else None
        case "slot" if call.receiver is not None and item is None:
            back = {n for m, n in use.pairs if m == method}
            found = {n for h in holders for r, n in uses.given[h] if n in back and r == call.receiver}
            return tuple(sorted(found)) or None
    return None


def _made_by(call: Invoke, methods: tuple[str, ...], fresh: FreshResults | None) -> bool:
    """Whether the value comes from one of these methods: called here, or by the project function that is called here."""
    if not methods or call.callee.method in methods:
        return bool(methods)
    target = call.callee.target
    return target is not None and fresh is not None and not fresh.returned_by(target).isdisjoint(methods)
