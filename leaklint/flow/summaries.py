"""What calling a function of the project does: with its parameters, with its result, with the flow of control.

On demand, memoised, recursion answers "unknown". Graphs come from a provider; nothing here knows syntax.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from leaklint.catalog.catalog import Catalog
from leaklint.catalog.schema import Kind
from leaklint.flow.analysis import Analysis
from leaklint.flow.evidence import obligations
from leaklint.flow.exceptions import EXITING
from leaklint.flow.ir import Bind, Choose, FlowGraph, FunctionRef, Invoke, Obligation, Raised
from leaklint.flow.outcome import Leak, Outcome
from leaklint.flow.solver import solve
from leaklint.flow.values import PRESENT, RETURNED, SOLID, TRUTHY, Path, Ref, Value
from leaklint.flow.verdict import ParameterEffect
from leaklint.flow.world import Flag, World, is_none, start, truth
from leaklint.model import Severity

Graphs = Callable[[FunctionRef], FlowGraph | None]


class Fresh(NamedTuple):
    """A resource that a function returns: its obligation there, and where in the result it is ("" path: the result itself)."""

    obligation: Obligation
    path: Path


class Flow(NamedTuple):
    """How a function ends: whether it ever returns, the exception types that may leave it, what is known of its result; passed:
    the parameter that every result is."""

    returns: bool
    raised: tuple[str, ...]
    explicit: bool
    result: Value | None = None
    passed: str | None = None


_UNKNOWN_FLOW = Flow(True, ("Exception?",), False)


class Classes(Protocol):
    """What the project knows of its classes."""

    def keeps(self, target: FunctionRef, attribute: str) -> bool:
        """Whether the class of a method never releases an attribute: whoever made the object still owns what that holds."""

    def wrapper(self, target: FunctionRef, attribute: str, obligation: Obligation) -> Kind | None:
        """The kind of instances of the class of a method, if a method of it releases what the attribute was given."""

    def derived(self, target: FunctionRef) -> Kind | None:
        """The kind of instances of a class that owns a resource."""

    def started(self, target: FunctionRef) -> Kind | None:
        """The kind that an object is after that method of it has returned."""


class FunctionSummaries:
    """The summaries of one run. `active` says whether a function's module can acquire anything."""

    def __init__(self, catalog: Catalog, graphs: Graphs, classes: Classes, active: Callable[[FunctionRef], bool]) -> None:
        self.catalog = catalog
        self.graphs = graphs
        self.classes = classes
        self.active = active
        self._derived: dict[FunctionRef, Kind | None] = {}
        self._started: dict[object, Kind | None] = {}
        self._kinds: dict[str, Kind] = {}
        self._analyses: dict[FunctionRef, Analysis] = {}
        self._parameters: dict[tuple[FunctionRef, Path, str], ParameterEffect | None] = {}
        self._fresh: dict[FunctionRef, tuple[Fresh, ...]] = {}
        self._flows: dict[FunctionRef, Flow] = {}
        self._active: set[object] = set()

    def graph(self, target: FunctionRef) -> FlowGraph | None:
        """The graph of a function; of a class that of its `__init__`."""
        return self.graphs(target)

    def analysis(self, target: FunctionRef, graph: FlowGraph) -> Analysis:
        """The shared part of all questions about one function."""
        if target not in self._analyses:
            self._analyses[target] = Analysis(graph, self.catalog, self)
        return self._analyses[target]

    # --- classes ----------------------------------------------------------------------------------------------------

    def derived(self, target: FunctionRef) -> Kind | None:
        """The kind that instances of a class of the project are, if it owns a resource."""
        key = ("class", target)
        if target not in self._derived:
            if key in self._active or not self.active(target):
                return None
            self._active.add(key)
            try:
                found = self._derived[target] = self.classes.derived(target)
            finally:
                self._active.discard(key)
            if found is not None:
                self._kinds[found.id] = found
        return self._derived[target]

    def started(self, target: FunctionRef) -> Kind | None:
        """The kind that an object is after that method of it has returned: its class owns from then on."""
        key = ("started", target)
        if key not in self._started:
            klass = target._replace(qualname=target.qualname.rpartition(".")[0])
            if key in self._active or not self.active(klass):
                return None
            self._active.add(key)
            try:
                found = self._started[key] = self.classes.started(target)
            finally:
                self._active.discard(key)
            if found is not None:
                self._kinds[found.id] = found
        return self._started[key]

    def kind(self, gid: str) -> Kind:
        """A kind of the catalogue or of the project."""
        return self._kinds.get(gid) or self.catalog.kind(gid)

    # --- parameters -------------------------------------------------------------------------------------------------

    def parameter(
        self, target: FunctionRef, index: int | None, name: str | None, kind_id: str, attribute: Path, awaited: bool
    ) -> ParameterEffect | None:
        """The effect on one argument; None if it is not known."""
        graph = self.graph(target)
        if graph is None or (graph.is_generator and graph.manager is None) or (graph.is_async and not awaited):
            return None
        place = graph.parameter(index, name)
        return self._memoised(target, graph, (*place, *attribute), kind_id) if place is not None else None

    def captured(self, target: FunctionRef, path: Path, kind_id: str, awaited: bool) -> ParameterEffect | None:
        """The effect of a nested function on a name that it captures."""
        graph = self.graph(target)
        if graph is None or graph.is_generator or (graph.is_async and not awaited):
            return None
        return self._memoised(target, graph, path, kind_id)

    def _memoised(self, target: FunctionRef, graph: FlowGraph, path: Path, kind_id: str) -> ParameterEffect | None:
        key = (target, path, kind_id)
        if key not in self._parameters:
            if key in self._active or len(self._active) > 12:
                return None
            self._active.add(key)
            try:
                self._parameters[key] = self._parameter(target, graph, path, kind_id)
            finally:
                self._active.discard(key)
        return self._parameters[key]

    def _parameter(self, target: FunctionRef, graph: FlowGraph, path: Path, kind_id: str) -> ParameterEffect | None:
        kind = self.kind(kind_id)
        obligation = Obligation(-1, None, kind_id, kind, kind.severity or Severity.WARNING, "resolved", None)
        world = World(True, frozenset({(path, "")}), Flag.NAMED | Flag.USED, 0, "", frozenset({(("v", path), TRUTHY)}))
        outcome = solve(self.analysis(target, graph), obligation, "calls", world)
        return self._effect(target, graph, outcome, path)

    def _effect(self, target: FunctionRef, graph: FlowGraph, outcome: Outcome, path: Path) -> ParameterEffect | None:
        if outcome.incomplete or _promises(graph):
            return None
        normal = [k for k in outcome.leaks if not k.has(Flag.EXCEPTIONAL)]
        raises = any(k.has(Flag.EXCEPTIONAL) and not _stored(k, graph) for k in outcome.leaks)
        transfers = {h: p for h, p in outcome.transfers.items() if not _stays(h, p, path, graph)}
        if not transfers and not outcome.released:
            return None if any(k.world.soft for k in outcome.leaks) else ParameterEffect("borrows", raises=raises)
        if "returned" in transfers:
            return ParameterEffect("returns", self._item(transfers["returned"]), raises)
        if outcome.released and not transfers:
            return ParameterEffect("sometimes" if normal else "releases", raises=raises)
        return self._stores(target, outcome.obligation, transfers, raises)

    def _stores(
        self, target: FunctionRef, obligation: Obligation, transfers: dict[str, set[Path]], raises: bool
    ) -> ParameterEffect:
        """An attribute keeps it: whose is it now? The object's, if its class releases that attribute (a wrapper); else it stays
        with whoever made the object."""
        graph = self.graph(target)
        attribute = _one_attribute(transfers, graph.self_name) if graph is not None else None
        if attribute is None:
            return ParameterEffect("stores", raises=raises)
        if self.classes.keeps(target, attribute):
            return ParameterEffect("keeps", attribute, raises)
        wrapper = self.classes.wrapper(target, attribute, obligation)
        if wrapper is None:
            return ParameterEffect("stores", raises=raises)
        self._kinds[wrapper.id] = wrapper
        return ParameterEffect("wraps", attribute, raises, wrapper.id)

    def _item(self, paths: set[Path]) -> str | None:
        longest = max(paths, key=lambda p: (len(p), p))
        return longest[0] if longest else None

    # --- results ----------------------------------------------------------------------------------------------------

    def fresh(self, target: FunctionRef, awaited: bool) -> tuple[Fresh, ...]:
        """What a call returns that its caller must release."""
        if not self.active(target):
            return ()
        graph = self.graph(target)
        if graph is None or graph.is_generator or graph.memoised or (graph.is_async and not awaited):
            return ()
        if graph.qualname.endswith("__init__"):
            return ()
        if target not in self._fresh:
            if target in self._active:
                return ()
            self._active.add(target)
            try:
                self._fresh[target] = tuple(self._returned(target, graph))
            finally:
                self._active.discard(target)
        return self._fresh[target]

    def _returned(self, target: FunctionRef, graph: FlowGraph) -> list[Fresh]:
        found: list[Fresh] = []
        for obligation in obligations(graph, self.catalog, self):
            outcome = solve(self.analysis(target, graph), obligation)
            for path in sorted(outcome.transfers.get("returned", ())):
                if "attribute" not in outcome.transfers and "stored" not in outcome.transfers and len(path) <= 1:
                    found.append(Fresh(self._wrapped(obligation, outcome.wrappers.get(("returned", path))), path))
        return list({(f.obligation.kind_id, f.path): f for f in found}.values())

    def returned_by(self, target: FunctionRef) -> frozenset[str]:
        """The methods of unknown receivers whose value a function gives back."""
        graph = self.graph(target)
        if graph is None or graph.is_generator or graph.memoised:
            return frozenset()
        calls = [n.effect for n in graph.nodes if isinstance(n.effect, Invoke)]
        made = {c.dest: c.callee.method for c in calls if c.callee.acquire is None and not c.callee.receiver_kinds}
        given = {n.effect.value for n in graph.nodes if isinstance(n.effect, Bind) and n.effect.target == RETURNED}
        return frozenset(made.get(v.path) or "" for v in given if isinstance(v, Ref)) - {""}

    def _wrapped(self, obligation: Obligation, wrapper: str | None) -> Obligation:
        """What the caller gets: the resource, or the wrapper around it."""
        return obligation if wrapper is None else obligation._replace(kind_id=wrapper, kind=self.kind(wrapper))

    # --- flow -------------------------------------------------------------------------------------------------------

    def flow(self, target: FunctionRef) -> Flow:
        """How a function ends."""
        graph = self.graph(target)
        if graph is None:
            return _UNKNOWN_FLOW
        if graph.is_generator:
            return Flow(True, (), False)
        key = ("flow", target)
        if target not in self._flows:
            if key in self._active or len(self._active) > 12:
                return _UNKNOWN_FLOW
            self._active.add(key)
            try:
                self._flows[target] = self._ends(target, graph)
            finally:
                self._active.discard(key)
        return self._flows[target]

    def _ends(self, target: FunctionRef, graph: FlowGraph) -> Flow:
        nothing = Obligation(-1, None, "", _NOTHING, Severity.INFO, "resolved", None)
        outcome = solve(Analysis(graph, self.catalog, self, result=True), nothing, "calls", start())
        if outcome.incomplete:
            return _UNKNOWN_FLOW
        explicit = any(isinstance(n.effect, Raised) and EXITING not in n.effect.types for n in graph.nodes)
        return Flow(
            outcome.returns,
            tuple(sorted(outcome.failures)),
            explicit and bool(outcome.failures - {EXITING}),
            _common(outcome.results),
            _passed(graph),
        )

    def is_coroutine(self, target: FunctionRef, near: bool) -> bool:
        """Whether calling it only makes a coroutine; False if that would have to be looked up elsewhere."""
        graph = self.graph(target) if near else None
        return graph is not None and graph.is_async

    def may_raise(self, target: FunctionRef) -> tuple[str, ...]:
        """The exception types that may leave a call."""
        return self.flow(target).raised

    def result(self, target: FunctionRef, awaited: bool) -> Value | None:
        """What is known of the value of a call."""
        graph = self.graph(target)
        if graph is None or graph.is_generator or graph.is_async is not awaited or graph.qualname.endswith("__init__"):
            return None
        return self.flow(target).result

    def passed(self, target: FunctionRef, awaited: bool) -> tuple[int, str] | None:
        """The parameter (position and name) that a call always gives back."""
        graph = self.graph(target)
        if graph is None or graph.is_generator or graph.is_async is not awaited or graph.qualname.endswith("__init__"):
            return None
        name = self.flow(target).passed
        return (graph.params.index(name), name) if name is not None else None

    def raises_explicitly(self, target: FunctionRef) -> bool:
        """Whether it holds a `raise` that leaves it."""
        return self.flow(target).explicit

    def returns(self, target: FunctionRef) -> bool:
        """Whether a call ever returns."""
        return self.flow(target).returns


def _common(results: set[Value | None]) -> Value | None:
    """What is true of every result of a function."""
    if all(truth(value) for value in results):
        return TRUTHY
    if all(is_none(value) is False for value in results):
        return PRESENT
    solid = all(truth(value) or is_none(value) or value == SOLID for value in results)
    return SOLID if solid else None


def _passed(graph: FlowGraph) -> str | None:
    """The parameter that a function gives back on every way, if it is never assigned."""
    bound = {n.effect.target: n.effect.value for n in graph.nodes if isinstance(n.effect, Bind)}
    results = {n.effect.value for n in graph.nodes if isinstance(n.effect, Bind) and n.effect.target == RETURNED}
    match list(results):
        case [Ref(path=(name,))] if name in graph.params and (name,) not in bound:
            return name
        case _:
            return None


def _stored(leak: Leak, graph: FlowGraph) -> bool:
    """Whether an attribute of the object had it already when the exception left."""
    return any(len(p) > 1 and p[0] == graph.self_name for p, _ in leak.world.holders)


def _one_attribute(transfers: dict[str, set[Path]], self_name: str | None) -> str | None:
    """The attribute of the object that keeps it, if nothing else does."""
    paths = set().union(*transfers.values())
    if not set(transfers) <= {"attribute", "stored"} or len(paths) != 1:
        return None
    path = next(iter(paths))
    return path[1] if len(path) == 2 and path[0] == self_name else None


def _promises(graph: FlowGraph) -> bool:
    """A body that only raises NotImplementedError stands for whatever overrides it."""
    raised = [n.effect for n in graph.nodes if isinstance(n.effect, Raised)]
    return any("NotImplementedError" in r.types for r in raised) and not any(isinstance(n.effect, Choose) for n in graph.nodes)


def _stays(how: str, paths: set[Path], path: Path, graph: FlowGraph) -> bool:
    """Whether a "transfer" only says that an attribute of the object outlives the call, as it did before."""
    return how == "attribute" and paths == {path} and path[0] == graph.self_name


_NOTHING = Kind(id="nothing", what="nothing", category="handle")
