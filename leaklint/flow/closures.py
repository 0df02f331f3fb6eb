"""What closures, bound releases and nested functions do with the resource."""

from leaklint.flow.ir import Invoke
from leaklint.flow.values import TRUTHY, Path
from leaklint.flow.verdict import Context, Verdict, effect_of, itself, releases, strongest
from leaklint.flow.world import PARENT, PLACED, World, below, start, strictly_below


def closure_role(path: Path, world: World, context: Context) -> str | None:
    """What a closure at `path` does with the resource: "release", "capture" or nothing."""
    made = context.closures.get(path)
    if made is None:
        return None
    for held, method in made.calls:
        if any(releases(method, role, True, context) or method == "__exit__" for role in itself(world, held)):
            return "release"
    for held, function in made.passes:
        if itself(world, held) and function in context.releasers:
            return "release"
    summaries = context.summaries
    for held, target, position in made.given if summaries is not None else ():
        for role in itself(world, held):
            asked = role == "" and summaries is not None
            effect = (
                summaries.parameter(target, position, None, context.obligation.kind_id, (), True) if asked and summaries else None
            )
            if effect is not None and effect.effect == "releases":
                return "release"
    return "capture" if any(world.carries(p) for p in made.captures) else None


def carried_role(path: Path, world: World, context: Context) -> str | None:
    """What the closures at a path, and those in a container that is there (`return write, stop`), do with the resource."""
    roles = {closure_role(made, world, context) for made in closures_at(path, world, context)}
    return "release" if "release" in roles else "capture" if "capture" in roles else None


def closures_at(path: Path, world: World, context: Context) -> list[Path]:
    """The closures at a path, and those that have been put into a container that is there."""
    return [p for p in context.closures if below(p, path) and (p == path or _is_there(p, world))]


def placed(target: Path, source: Path, world: World, context: Context) -> World:
    """The world in which `target` has got the closures of `source`."""
    if closures_at(source, world, context):
        for path in (p for p in context.closures if strictly_below(p, target) and not _is_there(p, world)):
            world = world.learn("h", (PLACED, path), TRUTHY)
    return world


def _is_there(path: Path, world: World) -> bool:
    """Whether a closure has been put where it will be some time. Of temporaries that is not asked, nor of names."""
    return len(path) == 1 or path[0].startswith("%") or world.fact("h", (PLACED, path)) is not None


def closes_name(path: Path, made: Path, context: Context) -> bool:
    """Whether the closure at `made` would release the resource if `path`, which it captures, held it."""
    held = start()._replace(held=True, holders=frozenset({(path, "")}))
    return closure_role(made, held, context) == "release"


def closes_parent(path: Path, world: World, context: Context) -> bool:
    """Whether a closure at `path` releases what the resource was obtained from (under no condition: errs to silence)."""
    made = context.closures.get(path)
    if made is None:
        return False
    kinds = [context.catalog.kind(k) for k in context.obligation.kind.parents]
    methods = {m for k in kinds for m in (*k.release, *k.release_await)}
    return any(method in methods and PARENT in world.roles(held) for held, method in made.calls)


def bound_release(path: Path, world: World, context: Context) -> bool:
    """Whether `path` is `x.close` of a holder x."""
    return len(path) > 1 and any(releases(path[-1], role, True, context) for role in itself(world, path[:-1]))


def captured(call: Invoke, world: World, context: Context) -> Verdict | None:
    """What a nested function that is called does with the names it captures, and with the defaults of its parameters."""
    target, summaries = call.callee.target, context.summaries
    made = context.closures.get(call.callee.path or ())
    if target is None or summaries is None or made is None or not made.dest or (made.defaults and call.args):
        return None  # which of the defaults count is not asked
    effects = []
    parameters = {path: name for name, path in made.defaults}
    for path, role in world.holders:
        if role == "" and path[:1] in parameters:
            name, kind = parameters[path[:1]], context.obligation.kind_id
            effects.append(summaries.parameter(target, None, name, kind, path[1:], call.awaited))
        elif role == "" and path[:1] in made.captures:
            effects.append(summaries.captured(target, path, context.obligation.kind_id, call.awaited))
    known = [verdict for e in effects if (verdict := effect_of(call, e)) is not None]
    return strongest(known) if known and len(known) == len(effects) else None
