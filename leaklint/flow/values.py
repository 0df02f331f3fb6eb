"""Values and conditions, as far as the analysis tells them apart.

A *path* is an access path: ("conn",), ("self", "conn"), ("xs", "[*]") for any element, ("t", "[0]") for a tuple item. Roots
that begin with "%" are hidden: temporaries ("%t1", dead at the end of their statement or on an exceptional edge), the value
held by a `with` ("%w1") or iterated over by a loop ("%i1"), the default of a closure's parameter ("%d1"), the value being
returned ("%ret").
"""

from typing import NamedTuple

Path = tuple[str, ...]

ANY_ITEM = "[*]"
RETURNED: Path = ("%ret",)


# --- values ---------------------------------------------------------------------------------------------------------


class Ref(NamedTuple):
    """The value at a path."""

    path: Path


class Const(NamedTuple):
    """A literal: None, a bool, a number or a string."""

    value: object


class Known(NamedTuple):
    """A value of which at most something is known: truthy True means truthy (so not None), False means falsy (perhaps
    None), None means nothing at all. `present` says that it is not None, whatever its truth; `solid` that it is falsy exactly
    if it is None."""

    truthy: bool | None
    present: bool = False
    solid: bool = False


UNKNOWN = Known(None)
PRESENT = Known(None, True)
TRUTHY = Known(True, True)
FALSY = Known(False)
SOLID = Known(None, solid=True)
Value = Ref | Const | Known


# --- conditions -----------------------------------------------------------------------------------------------------


class IsNone(NamedTuple):
    """`path is None`."""

    path: Path


class Truth(NamedTuple):
    """`if path:`."""

    path: Path


class Equals(NamedTuple):
    """`path == constant`."""

    path: Path
    value: object


class Less(NamedTuple):
    """`path < bound` for a number (file descriptors are never negative)."""

    path: Path
    bound: float
    or_equal: bool


class Same(NamedTuple):
    """`left is right` (or `==` of two plain paths)."""

    left: Path
    right: Path


class Query(NamedTuple):
    """`path.name` or `path.name()` as a truth value: a state query where the rule lists it."""

    path: Path
    name: str
    key: str
    deps: tuple[Path, ...]


class Bound(NamedTuple):
    """`'name' in locals()`."""

    path: Path


class Opaque(NamedTuple):
    """Anything else. `key` is its normalised text if it answers the same while `deps` are not rebound, else ""."""

    key: str
    deps: tuple[Path, ...]


class Always(NamedTuple):
    """A condition that folds to a constant."""

    value: bool


Condition = IsNone | Truth | Equals | Less | Same | Query | Bound | Opaque | Always
