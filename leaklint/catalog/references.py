"""How rules refer to kinds, callables and arguments, and what these references mean outside their file.

A kind `pool` of the file of library `psycopg2` is `psycopg2:pool` everywhere; its method `getconn` is
`psycopg2:pool.getconn`. Qualified names (`os.close`) mean the same in every file. No qualified name has a colon.
"""

import functools
import re
from typing import NamedTuple

_KIND = re.compile(r"(?:[\w.-]+:)?[\w-]+")
_CALL = re.compile(r"@(?P<kind>(?:[\w.-]+:)?[\w-]+)\.(?P<method>[^\W\d]\w*)|\*\.[^\W\d]\w*|[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_QUALIFIED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")


class Argument(NamedTuple):
    """A parsed argument reference: any of these positions or keywords, or (`every`) all positional ones.

    The receiver is the keyword "self".
    """

    positions: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    every: bool = False

    @property
    def receiver(self) -> bool:
        """Whether the reference means the receiver of a method call."""
        return "self" in self.names


@functools.cache
def argument(text: str) -> Argument:
    """The argument reference that `text` spells ("0", "fd", "0|fd", "*", "self"); ValueError if it spells none."""
    if text == "*":
        return Argument(every=True)
    parts = text.split("|")
    if not all(part.isdecimal() or part.isidentifier() for part in parts):
        raise ValueError(f'"{text}" is not an argument; write a position "0", a keyword "name", "0|name", "*" or "self"')
    positions = tuple(int(part) for part in parts if part.isdecimal())
    return Argument(positions, tuple(part for part in parts if not part.isdecimal()))


def check_kind(text: str) -> None:
    """ValueError unless `text` is spelt as a kind reference ("pool", "psycopg2:pool")."""
    if _KIND.fullmatch(text) is None:
        raise ValueError(f'"{text}" is not a kind; write "id", or "library:id" for one of another file')


def check_call(text: str) -> None:
    """ValueError unless `text` is spelt as a call reference."""
    if _CALL.fullmatch(text) is None:
        raise ValueError(f'"{text}" is not a call; write "module.function", "@kind.method", "@library:kind.method" or "*.method"')


def check_qualified(text: str) -> None:
    """ValueError unless `text` is a dotted name."""
    if _QUALIFIED.fullmatch(text) is None:
        raise ValueError(f'"{text}" is not a qualified name; write "module.name"')


def receiver_kind(call: str) -> str | None:
    """The kind reference of "@kind.method"; None for every other spelling."""
    match = _CALL.fullmatch(call)
    return match["kind"] if match else None


def global_kind(reference: str, library: str) -> str:
    """`reference` as a global id, read in the file of `library`."""
    return reference if ":" in reference else f"{library}:{reference}"


def global_call(reference: str, library: str) -> str:
    """`reference` as "library:kind.method"; qualified names and "*.method" stay what they are."""
    if not reference.startswith("@"):
        return reference
    kind, _, method = reference[1:].rpartition(".")
    return f"{global_kind(kind, library)}.{method}"


def calls_of(call: str | tuple[str, ...]) -> tuple[str, ...]:
    """The `call` key of an entry as a tuple."""
    return (call,) if isinstance(call, str) else call
