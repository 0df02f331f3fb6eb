"""Who a name is: imports, definitions, assignments and parameters of a module and of its functions.

Nothing is executed; everything is flow-insensitive: a name assigned twice has both values.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import libcst as cst

from leaklint.syntax.walk import dotted

if TYPE_CHECKING:
    from leaklint.syntax.outline import Outline


class Assigned(NamedTuple):
    """One way a name gets a value. how: "value", "enter" (bound by `with ... as`), "item" (from a tuple), "each" (a loop)."""

    value: cst.BaseExpression
    how: str
    item: int | None = None


class Unread(NamedTuple):
    """A function that has not been parsed: the number of its region, its stub (decorators and name), the texts of the module."""

    number: int
    stub: cst.FunctionDef
    outline: "Outline"

    @property
    def words(self) -> frozenset[str]:
        """The words in it."""
        return self.outline.words[self.number]


class Stubs(Protocol):
    """What knows which functions are stubs, and parses them."""

    def unread(self, node: cst.FunctionDef) -> Unread | None:
        """What is known of a function without reading it; None if it is no stub."""

    def read(self, unread: Unread) -> cst.FunctionDef | None:
        """The function; None if it can't be parsed."""


@dataclass(slots=True)
class Scope:
    """The names of a module, class or function body. `parent` is the next *function or module* scope outwards.

    A function that stands as a stub is read when anything is asked that needs its body. region: the number of its region;
    kind "unread": it can't be parsed.
    """

    node: cst.CSTNode
    parent: "Scope | None"
    qualname: str
    kind: str  # "module" | "class" | "function"
    owner: "Scope | None" = None  # the class scope of a method
    imports: dict[str, list[str]] = field(default_factory=dict)
    modules: set[str] = field(default_factory=set)
    stars: list[str] = field(default_factory=list)
    assigned: dict[str, list[Assigned]] = field(default_factory=dict)
    annotations: dict[str, cst.BaseExpression] = field(default_factory=dict)
    functions: dict[str, list["Scope"]] = field(default_factory=dict)
    classes: dict[str, "Scope"] = field(default_factory=dict)
    lambdas: list["Scope"] = field(default_factory=list)
    params: list[str] = field(default_factory=list)
    defaults: dict[str, cst.BaseExpression] = field(default_factory=dict)
    not_local: set[str] = field(default_factory=set)
    narrowed: dict[str, list[cst.BaseExpression]] = field(default_factory=dict)
    is_generator: bool = False
    region: int | None = None
    unread: Unread | None = None
    read: "Callable[[Scope, Unread], None] | None" = None
    attributes: "dict[str, list[tuple[Assigned, Scope]]] | None" = None

    @classmethod
    def stub(
        cls, unread: Unread, parent: "Scope | None", qualname: str, owner: "Scope | None", read: "Callable[[Scope, Unread], None]"
    ) -> "Scope":
        """A function that is to be read when it is asked for: what depends on its body has no value until then."""
        scope = cls.__new__(cls)
        scope.parent, scope.qualname, scope.kind, scope.owner = parent, qualname, "function", owner
        scope.region, scope.unread, scope.read, scope.attributes = unread.number, unread, read, None
        return scope

    def __getattr__(self, name: str) -> Any:
        """Called for what has no value yet: the words of the text say enough, or the function is read."""
        if name in ("unread", "read") or self.unread is None or self.read is None:
            raise AttributeError(name)
        if name == "is_generator" and "yield" not in self.unread.words:
            return False
        unread, self.unread = self.unread, None
        self.read(self, unread)
        return getattr(self, name)

    def mentions(self, names: frozenset[str]) -> bool:
        """Whether a function may use one of these names; it is not read for that."""
        return self.unread is None or not names.isdisjoint(self.unread.words)

    def assigns(self, attribute: str) -> bool:
        """Whether a function may assign an attribute of that name; it is not read for that."""
        if self.unread is None:
            return True
        found = self.unread.outline.writes(self.unread.number)
        return attribute in (found if found is not None else self.unread.words)

    @property
    def has_globals(self) -> bool:
        """Whether a function may declare names of the module to be its own; it is not read for that."""
        return self.unread is None or self.unread.outline.declares_global(self.unread.number)

    @property
    def decorated(self) -> frozenset[str]:
        """The decorators as written, dotted."""
        return frozenset(decorator_names(self.unread.stub if self.unread is not None else self.node))

    def binds(self, name: str) -> bool:
        """Whether the name is local to this scope."""
        if name in self.not_local:
            return False
        return (
            name in self.assigned or name in self.params or name in self.imports or name in self.functions or name in self.classes
        )

    @property
    def self_name(self) -> str | None:
        """The first parameter of a method that is not static."""
        if self.owner is None or "staticmethod" in self.decorated or not self.params:
            return None
        return self.params[0]

    @property
    def is_async(self) -> bool:
        """Whether it is a coroutine function."""
        return isinstance(self.node, cst.FunctionDef) and self.node.asynchronous is not None

    def method(self, name: str) -> "Scope | None":
        """The last definition of that name here."""
        found = self.functions.get(name)
        return found[-1] if found else None


def decorators(node: cst.CSTNode) -> Iterator[cst.BaseExpression]:
    """Decorator expressions without their call."""
    if isinstance(node, (cst.FunctionDef, cst.ClassDef)):
        for d in node.decorators:
            yield d.decorator.func if isinstance(d.decorator, cst.Call) else d.decorator


def decorator_names(node: cst.CSTNode) -> set[str]:
    """Decorators as written, dotted."""
    return {name for d in decorators(node) if (name := dotted(d))}


def all_functions(scope: Scope, entered: Callable[[Unread], bool] = lambda _: True) -> Iterator[Scope]:
    """Every function scope in a module, nested ones and methods included, in source order of discovery. Stubs are passed over
    unless `entered` says otherwise; those that can't be parsed always."""
    stack = [scope]
    while stack:
        current = stack.pop()
        if current.unread is not None and not entered(current.unread):
            continue
        inner = [f for fs in current.functions.values() for f in fs]
        if current.kind == "function":
            yield current
        stack.extend(reversed([*inner, *current.classes.values()]))


def all_lambdas(scope: Scope, entered: Callable[[Unread], bool] = lambda _: True) -> Iterator[Scope]:
    """Every lambda of a module, as a function without a name. Stubs are passed over unless `entered` says otherwise."""
    stack = [scope]
    while stack:
        current = stack.pop()
        if current.unread is not None and not entered(current.unread):
            continue
        yield from current.lambdas
        inner = [f for fs in current.functions.values() for f in fs]
        stack.extend(reversed([*inner, *current.classes.values(), *current.lambdas]))


def all_classes(scope: Scope) -> Iterator[Scope]:
    """Every class of a module, nested ones included. Only stubs that may hold a class are read."""
    stack = [scope]
    while stack:
        current = stack.pop()
        if current.kind == "class":
            yield current
        inner = [f for fs in current.functions.values() for f in fs if f.mentions(_CLASS)]
        stack.extend(reversed([*inner, *current.classes.values()]))


_CLASS = frozenset({"class"})


def mentioning(*names: str) -> Callable[[Unread], bool]:
    """For `all_functions`: only functions whose text has one of these words."""
    wanted = frozenset(names)
    return lambda unread: not wanted.isdisjoint(unread.words)
