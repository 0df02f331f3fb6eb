"""Where a path ends: what is still held there is lost, unless something that outlives the call holds it."""

from leaklint.flow.exceptions import EXITING
from leaklint.flow.ir import ExceptionTypes
from leaklint.flow.outcome import Leak
from leaklint.flow.pursuit import Pursuit
from leaklint.flow.values import RETURNED, Const
from leaklint.flow.world import (
    Flag,
    World,
    is_parent,
)


def at_exit(pursuit: Pursuit, world: World) -> None:
    if not world.held:
        pursuit.outcome.returns = True
        pursuit.outcome.results.add(world.fact("v", RETURNED))
        return
    if handed_out(pursuit, world):
        return
    carried = world.carries(RETURNED)
    if carried:
        path, role = min(carried, key=lambda holder: (len(holder[0]), holder))
        pursuit.transfer("returned", path[1:], role=role)
        return
    pursuit.leak("exit", world)


def handed_out(pursuit: Pursuit, world: World) -> bool:
    """Whether `self` holds the resource: it lives on. A lock that is merely locked has not been handed to anybody, nor has what
    others made and this function only opened."""
    state = pursuit.obligation.acquire is not None and pursuit.obligation.acquire.state
    if state and pursuit.kind.category == "lock":
        return False
    for path, role in sorted(world.holders, key=lambda holder: (len(holder[0]), holder)):
        if state and pursuit.obligation.item is None and path not in pursuit.analysis.made:
            continue
        if not is_parent(role) and len(path) > 1 and path[0] == pursuit.graph.self_name:
            pursuit.transfer("attribute", path, None if pursuit.kept_by({role}) else world, role)
            if pursuit.follow and world.flags & Flag.EXCEPTIONAL and _failed(world):
                pursuit.outcome.left.setdefault(path, []).append(Leak("left", world, pursuit.state))
            return True
    return False


def _failed(world: World) -> bool:
    """Whether the call says that it failed: by its exception, or by the answer False after one that it swallowed."""
    return bool(world.pending) or world.fact("v", RETURNED) == Const(False)


def at_failure(pursuit: Pursuit, world: World) -> None:
    if not world.held:
        pursuit.outcome.failures.add(world.pending)
    if not world.held or world.pending in (EXITING, "SystemExit"):
        return
    if not pursuit.graph.qualname.endswith(("__init__", "__aenter__", "__enter__")) and handed_out(pursuit, world):
        return
    pursuit.leak("failure", world if world.flags & Flag.EXCEPTIONAL else world.flagged(_on_its_way(world)))


def _on_its_way(world: World) -> int:
    """An exception from before the acquisition: `finally` acquires, too."""
    return Flag.EXCEPTIONAL | (Flag.YIELD if world.pending == ExceptionTypes.ABANDONED else Flag.ELSEWHERE)
