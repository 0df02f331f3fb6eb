"""What a type is, and what other files say about names."""

from typing import TYPE_CHECKING, NamedTuple, Protocol

from leaklint.flow.ir import FunctionRef
from leaklint.syntax.scopes import Scope

if TYPE_CHECKING:
    from leaklint.syntax.types import ModuleNames


class Type(NamedTuple):
    """One type. tag "kind": a kind of the catalogue (name: global id); "factory": calling it does what the call `name` does;
    "class": an instance of a class of the project (name: module, NUL, qualified name); "tuple": a result whose item `item` is
    of kind `name`; "function": a function of the project."""

    tag: str
    name: str
    item: int | str | None = None


Types = frozenset[Type]
NO_TYPES: Types = frozenset()


class Project(Protocol):
    """What other files say. `resolve` finds the module that defines a qualified name and the scope of that name there."""

    @property
    def resolving(self) -> bool:
        """Whether a name is being resolved just now: one that stands for itself finds nothing until then."""

    def resolve(self, qualified: str) -> "tuple[ModuleNames, Scope | None, str] | None":
        """(module, scope of the function or class, name in the module) or None if it lies outside the project."""

    def exports(self, module: str, name: str) -> bool:
        """Whether `from module import *` may bind a name."""

    def reexported(self, qualified: str) -> tuple[str, ...]:
        """The names outside the project that a name of the project stands for."""

    def lends(self, callee: FunctionRef, position: int | None, name: str | None, kind_id: str) -> bool:
        """Whether a function of the project leaves that argument alone, or only stores what nobody releases there."""

    def locate(self, qualified: str) -> tuple[str, str] | None:
        """(module, rest) of a name that lies in the project, without reading the module."""


def items(types: Types) -> Types:
    """The type of a container of such values."""
    return frozenset(Type("items", t.name) for t in types if t.tag == "kind")


def each(types: Types) -> Types:
    """What a container of that type holds."""
    return frozenset(Type("kind", t.name) for t in types if t.tag == "items")
