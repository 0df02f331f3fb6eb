"""Compares the argument references of rules ("0|fd", "*", "self") with the signatures of real callables."""

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

ARGUMENTS = ("takes", "borrows", "releases", "wraps", "closes", "pass-through", "factory-arg")


def argument_references(entry: Mapping[str, Any]) -> Iterator[str]:
    """Every argument reference of an entry, those in conditions included."""
    for key in ARGUMENTS:
        value = entry.get(key, ())
        yield from [value] if isinstance(value, str) else value
    for condition in entry.get("when", ()):
        name = condition.removeprefix("!").partition("=")[0].removesuffix("!")
        if not (condition.startswith("!") and name.isdecimal()):  # "no second argument" also holds where none is possible
            yield name


def parameters(owner: type | None, target: object) -> list[inspect.Parameter] | None:
    """The parameters of a callable without its receiver; None if they are not known."""
    try:
        found = list(inspect.signature(target).parameters.values())  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    receiver = owner is not None and not inspect.ismethod(target) and not is_static(owner, target)
    return found[1:] if receiver and found and found[0].kind is not found[0].VAR_POSITIONAL else found


def is_static(owner: type, target: object) -> bool:
    """Whether the class holds the callable as a static method."""
    return isinstance(inspect.getattr_static(owner, getattr(target, "__name__", ""), None), staticmethod)


def argument_problem(reference: str, signature: list[inspect.Parameter]) -> str:
    """What is wrong with an argument reference for these parameters, "" if nothing is."""
    if reference in ("*", "self"):
        return ""
    positional = [p for p in signature if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    open_ended = {p.kind for p in signature} & {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
    named = {p.name for p in signature}  # positional-only ones too: a keyword that nobody can pass does no harm
    numbers = [int(part) for part in reference.split("|") if part.isdecimal()]
    names = [part for part in reference.split("|") if not part.isdecimal()]
    if any(number >= len(positional) for number in numbers) and inspect.Parameter.VAR_POSITIONAL not in open_ended:
        return f"there are {len(positional)} positional parameters"
    known = [name for name in names if name in named]
    if names and not known and inspect.Parameter.VAR_KEYWORD not in open_ended:
        return f"the parameters are {', '.join(p.name for p in signature)}"
    at = [positional[number] for number in numbers if number < len(positional)]
    if at and known and not any(p.name in known or p.kind is p.POSITIONAL_ONLY for p in at):
        return f"position {numbers[0]} is {at[0].name}"
    return ""
