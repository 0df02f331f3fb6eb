"""What all obligations of one graph share: who is whose alias, which closures and closers there are, what loops."""

from typing import NamedTuple

from leaklint.catalog.catalog import Catalog
from leaklint.flow.ir import Bind, Close, Enter, FlowGraph, Invoke
from leaklint.flow.relevance import Relevance, assigned
from leaklint.flow.values import Path, Ref
from leaklint.flow.verdict import Summaries
from leaklint.flow.world import (
    PARENT,
    PARENT_CLOSER,
    Holder,
    strictly_below,
)


class Closer(NamedTuple):
    """A call of `closing(x)`: its node, what it closes, and the object that does."""

    node: int
    arg: Path
    dest: Path


class Analysis:
    """What all obligations of one graph share."""

    def __init__(self, graph: FlowGraph, catalog: Catalog, summaries: Summaries | None = None, result: bool = False) -> None:
        self.graph = graph
        self.catalog = catalog
        self.summaries = summaries
        self.relevance = Relevance(graph, result)
        self.closures = _closures(graph)
        self.acquired = _acquired(graph)
        self.made = made(graph)
        self.aliases = _aliases(graph)
        self.closers = _closers(graph)
        self.entered = frozenset(p for group in self.aliases if any(q[0].startswith("%w") for q in group) for p in group)
        self.looping: dict[int, bool] = {}

    def parents(self, path: Path, node: int) -> set[Holder]:
        """Everything that is, or closes, the object at a path: aliases (flow-insensitive: errs to silence) and blocks, but for
        those around what the same name, assigned anew, held before."""
        same = next((group for group in self.aliases if path in group), frozenset({path}))
        alone = all(p == path or p[0].startswith("%") for p in same)
        dests = {
            closer.dest
            for closer in self.closers
            if (closer.arg in same or closer.dest in same)
            and not (alone and closer.arg == path and self._assigned_between(closer.node, node, path))
        }
        entered = {e.hidden for n in self.graph.nodes if isinstance(e := n.effect, Enter) and e.source in dests}
        closers = {(p, PARENT_CLOSER) for p in (*dests, *entered)}
        same = same - dests - entered
        return {*((p, PARENT) for p in same), *closers}

    def _assigned_between(self, one: int, other: int, path: Path) -> bool:
        """Whether the path is assigned on every way from one node to the other, in either direction."""
        assigning = frozenset(i for i, n in enumerate(self.graph.nodes) if assigned(n.effect) == path)
        return not (_reaches(self.graph, one, other, assigning) or _reaches(self.graph, other, one, assigning))

    def releases_of(self, gid: str) -> tuple[str, ...]:
        """The release methods of a kind."""
        kind = self.catalog.kind(gid)
        return (*kind.release, *kind.release_await)

    def in_loop(self, node: int) -> bool:
        """Whether a node can be reached from itself."""
        if node not in self.looping:
            self.looping[node] = _reaches(self.graph, node, node)
        return self.looping[node]


def _closures(graph: FlowGraph) -> dict[Path, Close]:
    """Closures by the paths that they are bound to."""
    found: dict[Path, Close] = {}
    for made in (n.effect for n in graph.nodes if isinstance(n.effect, Close)):
        found[made.dest] = _either(found[made.dest], made) if made.dest in found else made
    for node in graph.nodes:
        effect = node.effect
        if found and isinstance(effect, Bind) and isinstance(effect.value, Ref):
            source = effect.value.path
            for path in [p for p in found if strictly_below(p, source)]:
                found.setdefault((*effect.target, *path[len(source) :]), found[path])
    return found


def _either(one: Close, other: Close) -> Close:
    """A name with several definitions, in branches: what any of them does counts (errs to silence). It has no body of its own,
    therefore no `dest`."""
    if set(one.captures) == set(other.captures) and one.calls == other.calls and one.passes == other.passes:
        return one  # a `finally` that is lowered twice
    return Close(
        (),
        (*one.captures, *other.captures),
        (*one.calls, *other.calls),
        (*one.passes, *other.passes),
        one.escapes or other.escapes,
        one.raises or other.raises,
        (*one.given, *other.given),
    )


def _acquired(graph: FlowGraph) -> frozenset[Path]:
    """Paths that are bound to what an acquisition of this graph gives."""
    found: set[Path] = set()
    for node in graph.nodes:
        effect = node.effect
        if isinstance(effect, Invoke) and effect.callee.acquire is not None:
            found.add(effect.dest)
        elif isinstance(effect, Bind) and isinstance(effect.value, Ref) and effect.value.path in found:
            found.add(effect.target)
        elif isinstance(effect, Enter) and effect.source in found:
            found.add(effect.hidden)
    return frozenset(found)


def made(graph: FlowGraph) -> frozenset[Path]:
    """Attributes of `self` that are bound to an object made in this function (`self.client = Client()`)."""
    dests = {n.effect.dest for n in graph.nodes if isinstance(n.effect, Invoke) and n.effect.callee.constructs}
    binds = (n.effect for n in graph.nodes if isinstance(n.effect, Bind))
    found = (b.target for b in binds if isinstance(b.value, Ref) and b.value.path in dests and b.target[0] == graph.self_name)
    return frozenset(target for target in found if len(target) == 2)


def _aliases(graph: FlowGraph) -> list[frozenset[Path]]:
    """Groups of paths that are bound to each other somewhere."""
    group: dict[Path, set[Path]] = {}
    for node in graph.nodes:
        effect = node.effect
        if isinstance(effect, Bind) and isinstance(effect.value, Ref) and not effect.weak:
            pair = (effect.target, effect.value.path)
        elif isinstance(effect, Enter):
            pair = (effect.hidden, effect.source)
        else:
            continue
        joined = {p for end in pair for p in group.get(end, {end})}
        for p in joined:
            group[p] = joined
    return list({id(g): frozenset(g) for g in group.values()}.values())


def _closers(graph: FlowGraph) -> list[Closer]:
    """Every `closing(x)`."""
    found = []
    for i, node in enumerate(graph.nodes):
        call = node.effect
        closes = call.callee.fact.closes if isinstance(call, Invoke) and call.callee.fact is not None else ""
        if isinstance(call, Invoke) and closes:
            found += [Closer(i, path, call.dest) for arg in call.args if arg.matches(closes) for path in arg.paths]
    return found


def _reaches(graph: FlowGraph, start: int, goal: int, avoiding: frozenset[int] = frozenset()) -> bool:
    """Whether a way of at least one step leads from one node to another, and through none of those that are to be avoided."""
    seen: set[int] = set()
    stack = [*graph.nodes[start].successors, graph.nodes[start].exceptional]
    while stack:
        current = stack.pop()
        if current == goal:
            return True
        if current < 0 or current in seen or current in avoiding:
            continue
        seen.add(current)
        stack.extend((*graph.nodes[current].successors, graph.nodes[current].exceptional))
    return False
