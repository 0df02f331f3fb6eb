"""One obligation on its way through a graph."""

from collections.abc import Iterator

from leaklint.flow.analysis import Analysis
from leaklint.flow.ir import Grade, Node, Obligation
from leaklint.flow.outcome import Key, Leak, Outcome, ended
from leaklint.flow.values import Path
from leaklint.flow.verdict import Context
from leaklint.flow.world import (
    Flag,
    World,
    start,
)

Steps = Iterator[tuple[int, World]]


class Pursuit:
    """One obligation on its way through a graph: what its transfer functions ask for, and where they record what they find.
    limit: the weakest grade of exceptional edges that counts; follow: attributes of `self` are holders until the end; state:
    the state that is being left."""

    def __init__(self, analysis: Analysis, obligation: Obligation, limit: int, follow: bool = False) -> None:
        self.analysis = analysis
        self.graph = analysis.graph
        self.obligation = obligation
        self.kind = obligation.kind
        self.limit = limit
        self.follow = follow
        self.outcome = Outcome(obligation)
        self.context = Context(
            analysis.graph, obligation, analysis.catalog, analysis.summaries, analysis.closures,
            analysis.catalog.releasers(obligation.kind_id), analysis.entered,
        )  # fmt: skip
        self.state: Key = (0, start())
        self.parent_releases = {m for k in self.kind.parents for m in analysis.releases_of(k)}

    def failing(
        self, node: Node, world: World, types: tuple[str, ...], grade: int, soft: int | None = None, yielding: bool = False
    ) -> Steps:
        """The exceptional edges of a node."""
        if node.exceptional < 0 or not types or (world.held and grade > self.limit):
            return
        if world.held and self.unused(world):
            return
        if soft is not None and soft:
            world = world._replace(soft=soft)
        for name in types:
            raised = world.raising(name)
            if world.held:
                raised = raised.flagged(Flag.EXCEPTIONAL if grade < Grade.CALL else Flag.EXCEPTIONAL | Flag.FAR)
                raised = raised if yielding else raised.flagged(Flag.ELSEWHERE)
            dropped = self.drop(raised)
            if dropped is not None:
                yield node.exceptional, dropped

    def unused(self, world: World) -> bool:
        """A lazy resource holds nothing before its first use."""
        return self.kind.lazy and not world.flags & Flag.USED

    def leak(self, how: str, world: World) -> None:
        self.outcome.leaks.append(Leak(ended(world, how), world, self.state))

    def release(self, world: World, by_parent: bool = False) -> None:
        self.outcome.released = True
        self.outcome.released_itself |= not by_parent
        self.outcome.taken_back |= world.places()
        if world.soft == 1:
            self.outcome.released_after_sharing = True

    def transfer(self, how: str, path: Path, world: World | None = None, role: str = "") -> None:
        self.outcome.transfers.setdefault(how, set()).add(path)
        if role.startswith("kind:"):
            self.outcome.wrappers[how, path] = role[5:]
        if world is not None and path not in self.outcome.stored:
            self.outcome.stored[path] = Leak("stored", world, self.state)

    def kept_by(self, roles: set[str]) -> bool:
        """Whether these are the roles of what was given together with the resource and has it, too (the protocol of a transport):
        how that is closed, a class that keeps it need not say."""
        entry = self.obligation.acquire
        return entry is not None and entry.kept_by is not None and roles == {"closer"}

    def checked(self, world: World, how: str) -> World | None:
        """The world if something still holds the resource (or its parent); else it has just been lost."""
        if not world.held:
            return world
        if not world.alive:
            self.leak(how, world)
            return None
        if world.orphaned and not world.flags & (Flag.REBOUND | Flag.DROPPED):
            return world.flagged(Flag.REBOUND if how == "rebound" else Flag.DROPPED)
        return world

    def drop(self, world: World) -> World | None:
        if not any(p[0].startswith("%t") for p, _ in world.holders):
            return world
        holders = frozenset(h for h in world.holders if not h[0][0].startswith("%t"))
        return self.checked(world._replace(holders=holders), "dropped")


def onward(node: Node, world: World | None) -> Steps:
    """The normal edges of a node."""
    if world is not None:
        for successor in node.successors:
            yield successor, world
