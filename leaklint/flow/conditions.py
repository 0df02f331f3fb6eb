"""Evaluating a condition in a world: its truth if known, and what each answer teaches."""

from leaklint.catalog.schema import Kind
from leaklint.flow.values import (
    FALSY,
    PRESENT,
    SOLID,
    TRUTHY,
    Always,
    Bound,
    Condition,
    Const,
    Equals,
    IsNone,
    Less,
    Opaque,
    Path,
    Query,
    Same,
    Truth,
    Value,
)
from leaklint.flow.world import Flag, World, is_none, truth

Answers = list[tuple[bool, World]]


def answers(condition: Condition, world: World, kind: Kind) -> Answers:
    """The possible answers with the world that each leaves."""
    known = _known(condition, world, kind)
    if known is not None:
        return [(known, world)]
    return [(True, _learned(condition, True, world)), (False, _learned(condition, False, world))]


def holds_itself(world: World, path: Path) -> bool:
    """Whether the path is the resource itself (or a wrapper that carries it) right now."""
    return world.held and any(role == "" or role.startswith("kind:") for role in world.roles(path))


def _value(world: World, path: Path, kind: Kind) -> Value | None:
    if holds_itself(world, path):
        return PRESENT if kind.falsy else TRUTHY
    if world.held and world.carries(path):
        return TRUTHY  # a container that holds the resource is not empty
    return world.fact("v", path)


def _known(condition: Condition, world: World, kind: Kind) -> bool | None:
    match condition:
        case Always(value):
            return value
        case IsNone(path):
            return is_none(_value(world, path, kind))
        case Truth(path):
            return truth(_value(world, path, kind))
        case Equals(path, value):
            return _equal(world, path, value, kind)
        case Less(path, bound, or_equal):
            return _less(world, path, bound, or_equal)
        case Same(left, right):
            return _same(world, left, right)
        case Query(path, name, key, _):
            return _queried(world, path, name, key, kind)
        case Bound(path):
            return True if holds_itself(world, path) else _bound(world, path)
        case Opaque(key, _):
            return truth(world.fact("c", key)) if key else None


def _equal(world: World, path: Path, value: object, kind: Kind) -> bool | None:
    if holds_itself(world, path):
        return False
    queried = _queried(world, path[:-1], path[-1], "", kind) if len(path) > 1 else None
    if queried is not None:
        return queried == bool(value)
    if world.fact("e", (path, repr(value))) is not None:
        return False
    match world.fact("v", path):
        case Const(value=constant):
            return constant == value and type(constant) is type(value)
        case known:
            actual = truth(known)
            return False if actual is not None and actual != bool(value) else None


def _less(world: World, path: Path, bound: float, or_equal: bool) -> bool | None:
    """A descriptor is never negative."""
    if holds_itself(world, path) and (bound < 0 or (bound == 0 and not or_equal)):
        return False
    match world.fact("v", path):
        case Const(value=int() | float() as constant):
            return constant <= bound if or_equal else constant < bound
        case _:
            return None


def _same(world: World, left: Path, right: Path) -> bool | None:
    first, second = holds_itself(world, left), holds_itself(world, right)
    if first and second:
        return True
    if first or second:
        return False
    return truth(world.fact("c", (left, right)))


def _queried(world: World, path: Path, name: str, key: str, kind: Kind) -> bool | None:
    if holds_itself(world, path):
        if name == "hasattr":
            return True
        if name in kind.queries and not world.flags & Flag.REST:
            return kind.queries[name]
    direct = truth(world.fact("v", (*path, name)))
    if direct is not None:
        return direct
    if holds_itself(world, (*path, name)):
        return True
    return truth(world.fact("c", key)) if key else None


def _bound(world: World, path: Path) -> bool | None:
    return True if world.fact("v", path) is not None else None


def _learned(condition: Condition, answer: bool, world: World) -> World:
    constant = Const(answer)
    match condition:
        case IsNone(path):
            return world.told(path, Const(None) if answer else _present(world, path))
        case Truth(path):
            return world.told(path, TRUTHY if answer else _falsy(world, path))
        case Equals(path, value) if answer:
            return world.told(path, Const(value))
        case Equals(path, value):
            return world.learn("e", (path, repr(value)), constant)
        case Same(left, right):
            return world.learn("c", (left, right), constant)
        case Query(_, _, key, _) | Opaque(key, _) if key:
            return world.learn("c", key, constant)
        case Query(path, name, _, _):
            return world.learn("v", (*path, name), TRUTHY if answer else FALSY)
        case _:
            return world


def _present(world: World, path: Path) -> Value:
    known = world.fact("v", path)
    return TRUTHY if truth(known) or known == SOLID else PRESENT


def _falsy(world: World, path: Path) -> Value:
    known = world.fact("v", path)
    if known == SOLID:
        return Const(None)
    return known if isinstance(known, Const) else FALSY
