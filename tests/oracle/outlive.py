"""The arguments of generated functions: what outlives them, what is lent to them, and free choices."""

from typing import Any

from tests.oracle import hooks, oraclelib
from tests.oracle.world import World


class Env:
    """An object of the caller: whatever is stored on it is handed over."""

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, hooks.current.store(value))


class Box(list[Any]):
    """A list of the caller."""

    def append(self, value: Any) -> None:
        super().append(hooks.current.store(value))


class Shelf(dict[str, Any]):
    """A dict of the caller."""

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, hooks.current.store(value))


def argument(name: str, annotation: str, world: World) -> Any:
    """The value of a parameter, by its annotation or else its name."""
    if annotation.endswith(" | None") and not world.choose(2):
        return None
    match annotation.removesuffix(" | None"):
        case "bool":
            return bool(world.choose(2))
        case "str":
            return ("ab", "cd")[world.choose(2)]
        case "int":
            return world.choose(2)
        case "lib.Pool":
            return oraclelib.Pool()
        case "lib.Res" | "lib.Conn" | "lib.ARes" | "lib.Handle" | "lib.Slot" | "lib.File" as kind:
            return _lent(getattr(oraclelib, kind.removeprefix("lib.")), world)
    return _by_name(name, world)


def _by_name(name: str, world: World) -> Any:
    match name:
        case "env":
            return Env()
        case "box":
            return Box()
        case "shelf":
            return Shelf()
        case "ax":
            return _lent(oraclelib.ARes, world)
        case "x":
            return _lent(oraclelib.Res, world)
    raise LookupError(name)


def _lent(kind: type[Any], world: World) -> Any:
    """A resource of the caller: nobody here owes its release."""
    hooks.current = hooks.Quiet()
    value = kind()
    hooks.current = world
    return value
