"""What a fuzz target is, and which there are: one module per target in `targets/`, found by folder scan."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from typing import NamedTuple

from tests.fuzz import targets


class Target(NamedTuple):
    """A part of the program that reads what others wrote.

    run: takes one input and raises where the part does not keep its promise; what it promises to raise, `run` catches.
    seeds: inputs to begin with. words: pieces that inputs are likely to be made of. longest: bytes of an input.
    """

    run: Callable[[bytes], None]
    seeds: Callable[[], Iterable[bytes]]
    words: tuple[str, ...] = ()
    longest: int = 2048


def target_names() -> list[str]:
    """The targets there are."""
    return sorted(module.name for module in pkgutil.iter_modules(targets.__path__))


def load(name: str) -> Target:
    """A target. The parts of the program that it tests are imported by this."""
    target: Target = importlib.import_module(f"tests.fuzz.targets.{name}").TARGET
    return target
