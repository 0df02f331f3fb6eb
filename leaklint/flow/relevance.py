"""Which facts are worth keeping at a node: those that a later condition can still ask for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from leaklint.flow.exceptions import Catch, catches
from leaklint.flow.facts import about
from leaklint.flow.ir import Bind, Choose, Close, Dispatch, Effect, Enter, FlowGraph, Invoke, Leave, Next, Unbind, enters
from leaklint.flow.values import RETURNED, Bound, Condition, Equals, IsNone, Less, Opaque, Path, Query, Ref, Same, Truth
from leaklint.flow.world import PASSED, TIED, Subject


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
    """For every node the subjects that may still be asked for from there on: liveness of facts, as of variables. result: whoever
    calls the function asks for what it returns."""

    def __init__(self, graph: FlowGraph, result: bool = False) -> None:
        self._index: dict[Subject, int] = {}
        asked = [0] * len(graph.nodes)
        for i, types in _handlers(graph):
            asked[i] |= self._bits((PASSED, passed) for passed in types)
        if result:
            asked[graph.exit] |= self._bits([("v", RETURNED)])
        for i, node in enumerate(graph.nodes):
            if isinstance(node.effect, Choose):
                asked[i] |= self._bits(subjects(node.effect.condition))
        copies = _copies(graph)
        self._bits(("v", source) for source in _sources(self._index, copies))
        self._live = _live(graph, asked, self._kills(graph), self._moves(copies))

    def _bits(self, wanted: Iterable[Subject]) -> int:
        found = 0
        for subject in wanted:
            found |= 1 << self._index.setdefault(subject, len(self._index))
        return found

    def _kills(self, graph: FlowGraph) -> list[int]:
        """For every node the subjects of which its assignment makes an end."""
        known: dict[Path, int] = {}
        found = []
        by_root = _by_root(self._index)
        for node in graph.nodes:
            target = assigned(node.effect)
            if target is not None and target not in known:
                texts = () if target[0].startswith("%") else by_root[""]
                known[target] = self._bits(s for s in (*by_root[target[0]], *texts) if about(s, target))
            found.append(known[target] if target is not None else 0)
        return found

    def _moves(self, copies: dict[int, tuple[Path, tuple[Path, ...]]]) -> dict[int, tuple[int, int]]:
        """For copies the bits of target and sources: who asks for the one then, asks for the others before."""
        bit = {subject[1]: 1 << at for subject, at in self._index.items() if subject[0] == "v"}
        return {i: (bit[t], sum({bit[s] for s in sources if s in bit})) for i, (t, sources) in copies.items() if t in bit}

    def keeps(self, node: int, subject: Subject) -> bool:
        """Whether a fact about `subject` may still matter at `node`."""
        if subject[0] == "h":
            return True
        if subject[0] == TIED and isinstance(subject[1], tuple):
            return all(self.keeps(node, ("v", path)) for path in subject[1])
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


def _by_root(subjects: Iterable[Subject]) -> dict[str, list[Subject]]:
    """The subjects that an assignment may concern, by the root of their paths; texts of conditions under ""."""
    found: dict[str, list[Subject]] = defaultdict(list)
    for subject in subjects:
        tag, what = subject
        if tag == "c" and isinstance(what, str):
            found[""].append(subject)
        elif isinstance(what, tuple):
            roots = {what[0]} if tag == "v" else {what[0][0]} if tag == "e" else {path[0] for path in what}
            for root in roots:
                found[root].append(subject)
    return found


def assigned(effect: Effect) -> Path | None:
    """What a step assigns for good."""
    match effect:
        case Bind():
            return None if effect.weak else effect.target
        case Unbind():
            return effect.target
        case Invoke() | Next():
            return effect.dest
        case Close():
            return None if effect.dest[0].startswith("%") else effect.dest
        case _:
            return None


def _copies(graph: FlowGraph) -> dict[int, tuple[Path, tuple[Path, ...]]]:
    """What a step may copy, by node: (target, sources). A project function may give back what it was given, and
    `enter_context` does."""
    found: dict[int, tuple[Path, tuple[Path, ...]]] = {}
    for i, node in enumerate(graph.nodes):
        match node.effect:
            case Bind(target=target, value=Ref(path=source), weak=False):
                found[i] = (target, (source,))
            case Enter(source=source, hidden=target):
                found[i] = (target, (source,))
            case Invoke(dest=target, callee=callee, args=args) if (callee.target is not None and callee.near) or enters(callee):
                found[i] = (target, tuple(path for arg in args for path in arg.paths))
            case _:
                pass
    return found


def _sources(asked: Iterable[Subject], copies: dict[int, tuple[Path, tuple[Path, ...]]]) -> list[Path]:
    """Everything that is copied, over any number of steps, to what is asked for."""
    into: dict[object, set[Path]] = {}
    for target, sources in copies.values():
        into.setdefault(target, set()).update(sources)
    found = {what for tag, what in asked if tag == "v"}
    stack, new = list(found), []
    while stack:
        for source in into.get(stack.pop(), set()) - found:
            found.add(source)
            stack.append(source)
            new.append(source)
    return sorted(new)


def _live(graph: FlowGraph, asked: list[int], kills: list[int], moves: dict[int, tuple[int, int]]) -> list[int]:
    """Backwards over the graph until nothing changes. What an exceptional edge carries has not been assigned yet."""
    before: list[list[int]] = [[] for _ in graph.nodes]
    for i, node in enumerate(graph.nodes):
        for s in (*node.successors, *([node.exceptional] if node.exceptional >= 0 else [])):
            before[s].append(i)
    live = [0] * len(graph.nodes)
    work = [i for i, bits in enumerate(asked) if bits]
    for i in work:
        live[i] = asked[i]
    work = [p for i in work for p in before[i]]
    while work:
        i = work.pop()
        node = graph.nodes[i]
        after = 0
        for s in node.successors:
            after |= live[s]
        needed = asked[i] | (after & ~kills[i])
        if i in moves and after & moves[i][0]:
            needed |= moves[i][1]
        if node.exceptional >= 0:
            needed |= live[node.exceptional]
        if needed != live[i]:
            live[i] = needed
            work.extend(before[i])
    return live
