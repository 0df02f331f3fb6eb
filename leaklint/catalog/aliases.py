"""Re-exports: which name a qualified name really is. An alias of a module or class holds for what is in it, too."""

from collections.abc import Mapping


def follow(name: str, aliases: Mapping[str, str]) -> str | None:
    """The canonical spelling of `name`; None if the aliases lead in a circle.

    An alias that takes part in no circle applies once, and once more for each further part of the name ("a.b" -> "a").
    """
    for _ in range(len(aliases) + name.count(".") + 1):
        replaced = _replaced(name, aliases)
        if replaced is None:
            return name
        name = replaced
    return None


def _replaced(name: str, aliases: Mapping[str, str]) -> str | None:
    """`name` after one step; the longest alias that is the name or a dotted prefix of it applies."""
    prefix, rest = name, ""
    while prefix:
        target = aliases.get(prefix)
        if target is not None:
            return target + rest
        prefix, dot, last = prefix.rpartition(".")
        rest = f"{dot}{last}{rest}"
    return None
