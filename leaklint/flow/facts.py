"""What assigning a name does to the facts of a world."""

from leaklint.flow.values import Path
from leaklint.flow.world import TIED, World, strictly_below


def about(subject: tuple[str, object], target: Path) -> bool:
    """Whether a fact depends on what is being assigned."""
    tag, what = subject
    if tag == "v" and isinstance(what, tuple):
        return strictly_below(what, target)
    if tag == "e" and isinstance(what, tuple):
        return strictly_below(what[0], target)
    if tag == "h" and isinstance(what, tuple) and what[0] == "registered":
        return strictly_below(what[1], target)
    if tag in ("c", TIED) and isinstance(what, tuple):
        return any(strictly_below(p, target) for p in what)
    if tag == "c" and isinstance(what, str):
        return _mentions(what, target)
    return False


def _mentions(text: str, target: Path) -> bool:
    """Whether a normalised condition uses the assigned path."""
    written = ".".join(p for p in target if not p.startswith("["))
    at = text.find(written)
    while at >= 0:
        end = at + len(written)
        before, after = text[at - 1 : at], text[end : end + 1]
        if not (before.isalnum() or before in ("_", ".")) and not (after.isalnum() or after == "_"):
            return True
        at = text.find(written, end)
    return False


def forgotten(world: World, target: Path) -> World:
    """The world without the facts that depend on what is being assigned."""
    return world._replace(facts=frozenset(f for f in world.facts if not about(f[0], target)))
