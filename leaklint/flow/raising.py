"""Transfer functions of `raise`, handlers and the choice between them.

An exception of unknown type that has passed `except OSError` is none of those: as long as it is on its way, a fact ("p", type)
says so, if a later handler can ask.
"""

from collections.abc import Iterator

from leaklint.flow.exceptions import Catch, catches, narrowed
from leaklint.flow.ir import Caught, Dispatch, ExceptionTypes, Node, Raised
from leaklint.flow.pursuit import Pursuit, Steps
from leaklint.flow.values import TRUTHY, Const
from leaklint.flow.world import PASSED, Flag, World


def raised(pursuit: Pursuit, node: Node, effect: Raised, world: World) -> Steps:
    if world.held and (pursuit.limit < 0 or pursuit.unused(world)):
        return
    types, passed = effect.types, ()
    if effect.handler is not None:
        again = world.fact("h", effect.handler)
        if isinstance(again, Const) and isinstance(again.value, tuple):
            types, passed = (again.value[0],), again.value[1]
    for name in types:
        raised = having_passed(world.raising(name), passed, [Catch.MAYBE] * len(passed))
        own = Flag.EXCEPTIONAL if effect.handler is not None else Flag.EXCEPTIONAL | Flag.ELSEWHERE
        dropped = pursuit.drop(raised.flagged(own) if world.held else raised)
        if dropped is not None:
            yield node.exceptional, dropped


def caught(effect: Caught, world: World) -> World:
    """The handler starts: the exception is no longer on its way."""
    passed = tuple(sorted(what for what in passed_by(world)))
    return world.learn("h", effect.handler, Const((world.pending, passed))).raising("")


def passed_by(world: World) -> Iterator[str]:
    """The types that the exception on its way is known not to have."""
    return (str(what) for (tag, what), _ in world.facts if tag == PASSED)


def having_passed(world: World, types: tuple[str, ...], found: list[Catch]) -> World:
    """The world in which handlers of these types, which might have taken the exception, did not."""
    for name in (t for t, f in zip(types, found, strict=True) if f is Catch.MAYBE and t != "?"):
        world = world.learn(PASSED, name, TRUTHY)
    return world


def answer(world: World, handler: str) -> Catch:
    """Whether a handler takes the exception on its way, given what it has passed."""
    found = catches(world.pending, handler)
    if found is Catch.MAYBE and any(catches(handler, name) is Catch.YES for name in passed_by(world)):
        return Catch.NO
    return found


def dispatch(pursuit: Pursuit, node: Node, effect: Dispatch, world: World) -> Steps:
    for i, types in enumerate(effect.handlers):
        found = [answer(world, t) for t in types]
        if Catch.YES in found:
            yield node.successors[i], world
            return
        if Catch.MAYBE in found:
            narrows = world.pending == ExceptionTypes.UNKNOWN and len(types) == 1
            yield node.successors[i], world._replace(pending=narrowed(types[0])) if narrows else world
        world = having_passed(world, types, found)
    yield node.successors[-1], world
