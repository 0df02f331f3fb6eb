"""Transfer functions of `raise`, handlers and the choice between them."""

from leaklint.flow.exceptions import Catch, catches
from leaklint.flow.ir import Caught, Dispatch, ExceptionTypes, Node, Raised
from leaklint.flow.pursuit import Pursuit, Steps
from leaklint.flow.values import Const
from leaklint.flow.world import (
    Flag,
    World,
)


def raised(pursuit: Pursuit, node: Node, effect: Raised, world: World) -> Steps:
    types = effect.types
    if effect.handler is not None:
        again = world.fact("h", effect.handler)
        if isinstance(again, Const) and isinstance(again.value, str):
            types = (again.value,)
    if world.held and (pursuit.limit < 0 or pursuit.unused(world)):
        return
    for name in types:
        raised = world._replace(pending=name)
        own = Flag.EXCEPTIONAL if effect.handler is not None else Flag.EXCEPTIONAL | Flag.ELSEWHERE
        dropped = pursuit.drop(raised.flagged(own) if world.held else raised)
        if dropped is not None:
            yield node.exceptional, dropped


def caught(effect: Caught, world: World) -> World:
    """The handler starts: the exception is no longer on its way."""
    return world.learn("h", effect.handler, Const(world.pending))._replace(pending="")


def dispatch(pursuit: Pursuit, node: Node, effect: Dispatch, world: World) -> Steps:
    for i, types in enumerate(effect.handlers):
        found = [catches(world.pending, t) for t in types]
        if Catch.YES in found:
            yield node.successors[i], world
            return
        if Catch.MAYBE in found:
            narrowed = (
                types[0] if world.pending == ExceptionTypes.UNKNOWN and len(types) == 1 and types[0] != "?" else world.pending
            )
            yield node.successors[i], world._replace(pending=narrowed)
    yield node.successors[-1], world
