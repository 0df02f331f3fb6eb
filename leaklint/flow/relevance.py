"""Which facts are worth keeping at a node: those that a later condition can still ask for."""

from collections import Counter
from collections.abc import Iterator

from leaklint.flow.exceptions import Catch, catches
from leaklint.flow.ir import Bind, Choose, Dispatch, Effect, FlowGraph, Leave
from leaklint.flow.values import RETURNED, Bound, Condition, Equals, IsNone, Less, Opaque, Path, Query, Ref, Same, Truth
from leaklint.flow.world import Subject


def subjects(condition: Condition) -> Iterator[Subject]:
    """What a condition asks for: values of paths ("v") and truths of opaque texts ("c")."""
    match condition:
        case Equals(path, value):
            yield "v", path
            yield "e", (path, repr(value))
        case IsNone(path) | Truth(path) | Less(path, _, _) | Bound(path):
            yield "v", path
        case Same(left, right):
            yield "c", (left, right)
            yield "v", left
        case Query(path, name, key, _):
            yield "v", (*path, name)
            if key:
                yield "c", key
        case Opaque(key, _) if key:
            yield "c", key
        case _:
            return


class Relevance:
    """For every node the subjects that may still be asked for from there on (reachability, kills ignored). result: whoever calls
    the function asks for what it returns."""

    def __init__(self, graph: FlowGraph, result: bool = False) -> None:
        counts: Counter[Subject] = Counter()
        asked: list[set[Subject]] = [set() for _ in graph.nodes]
        for i, types in _handlers(graph):
            asked[i].update(("p", passed) for passed in types)
        if result:
            asked[graph.exit].add(("v", RETURNED))
        for i, node in enumerate(graph.nodes):
            if isinstance(node.effect, Choose):
                asked[i] = set(subjects(node.effect.condition))
                counts.update(asked[i])
        once = {s for s, n in counts.items() if s[0] in ("c", "e") and n < 2}
        copies = _copies(graph)
        self._index: dict[Subject, int] = {}
        bits = [self._bits(_closed(a - once, copies)) for a in asked]
        self._live = _reach(graph, bits)

    def _bits(self, wanted: set[Subject]) -> int:
        found = 0
        for subject in wanted:
            found |= 1 << self._index.setdefault(subject, len(self._index))
        return found

    def keeps(self, node: int, subject: Subject) -> bool:
        """Whether a fact about `subject` may still matter at `node`."""
        if subject[0] == "h":
            return True
        index = self._index.get(subject)
        return index is not None and bool(self._live[node] >> index & 1)


def _handlers(graph: FlowGraph) -> Iterator[tuple[int, list[str]]]:
    """For each choice between handlers the types of the graph's handlers that make a difference to it when they were passed."""
    found = {i: types for i, node in enumerate(graph.nodes) if (types := _handled(node.effect))}
    every = sorted({t for types in found.values() for t in types})
    for i, types in found.items():
        yield i, [passed for passed in every if any(catches(t, passed) is Catch.YES for t in types)]


def _handled(effect: Effect) -> tuple[str, ...]:
    match effect:
        case Dispatch():
            return tuple(t for types in effect.handlers for t in types)
        case Leave():
            return effect.swallows
        case _:
            return ()


def _copies(graph: FlowGraph) -> dict[Path, set[Path]]:
    """target -> sources of plain copies."""
    found: dict[Path, set[Path]] = {}
    for node in graph.nodes:
        if isinstance(node.effect, Bind) and isinstance(node.effect.value, Ref):
            found.setdefault(node.effect.target, set()).add(node.effect.value.path)
    return found


def _closed(wanted: set[Subject], copies: dict[Path, set[Path]]) -> set[Subject]:
    """A test of a copy asks for its source, too."""
    found, stack = set(wanted), list(wanted)
    while stack:
        tag, path = stack.pop()
        for source in copies.get(path, ()) if tag == "v" and isinstance(path, tuple) else ():
            if ("v", source) not in found:
                found.add(("v", source))
                stack.append(("v", source))
    return found


def _reach(graph: FlowGraph, bits: list[int]) -> list[int]:
    """Union of `bits` over everything reachable from each node."""
    before: list[list[int]] = [[] for _ in graph.nodes]
    for i, node in enumerate(graph.nodes):
        for s in (*node.successors, *([node.exceptional] if node.exceptional >= 0 else [])):
            before[s].append(i)
    live = list(bits)
    work = [i for i, b in enumerate(bits) if b]
    while work:
        i = work.pop()
        for p in before[i]:
            if live[i] & ~live[p]:
                live[p] |= live[i]
                work.append(p)
    return live
