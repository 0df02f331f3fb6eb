"""Whether a method is called again on the same object after it failed: who calls it, and who cleans up after it.

Approximation by names: a call of a method of that name on anything that may be such an object counts.
"""

from collections.abc import Iterator

import libcst as cst

from leaklint.catalog.schema import Kind
from leaklint.syntax.attributes import Releases
from leaklint.syntax.inference.classes import scope_class
from leaklint.syntax.scopes import Scope, all_functions
from leaklint.syntax.walk import SCOPES, dotted, walk

_MAKING = ("__init__", "__enter__", "__aenter__", "__post_init__", "__new__")
"""Methods that call others while the object is being made."""


_ONCE = frozenset({"setUp", "asyncSetUp", "setUpClass", "setup_method", "setup_class", "setup", "setUpTestData"})
"""Methods that run once for each object."""


def on_demand(method: Scope) -> bool:
    """Whether other methods of the class call it when they need it."""
    return any(True for _ in callers(method))


def callers(method: Scope) -> Iterator[Scope]:
    """The other methods of the class that call it, but for those that make the object."""
    assert method.owner is not None
    name = method.qualname.rpartition(".")[2]
    family = (m for ms in method.owner.functions.values() for m in ms if m is not method and m.self_name)
    yield from (m for m in family if not m.qualname.endswith(_MAKING) and _calls(m.node, {name}, m.self_name))


def repeatable(releases: Releases, method: Scope, attribute: str, kind: Kind) -> bool:
    """Whether a method may well be called again on the same object after it failed: it is no constructor or set-up, and
    nobody in the file who calls it cleans up after it."""
    name = method.qualname.rpartition(".")[2]
    if name in _ONCE or method.owner is None or (name.startswith("__") and name.endswith("__")):
        return False
    family = [m for ms in method.owner.functions.values() for m in ms]
    if name.startswith("_") and not on_demand(method):
        return False
    releasing = {m.qualname.rpartition(".")[2] for m in family if releases.method_could(m, attribute, kind)} - {name}
    releasing |= {*kind.release, *kind.release_await}
    related = {id(c) for c in releases.family(method.owner)}
    for function in all_functions(releases.names.scope):
        klass = scope_class(function)
        itself = klass is not None and id(klass) in related
        if _cleaned_up(function.node, name, releasing, function.self_name, itself):
            return False
    return not _cleaned_up(releases.names.tree, name, releasing, None, False, SCOPES)


def _calls(node: cst.CSTNode, methods: set[str], self_name: str | None = None, itself: bool = True) -> bool:
    """Whether a method of one of these names is called below a node, on an object that may be the one in question: its class's
    own `self` (`itself`) or anything that is no attribute of `self`."""
    called = (n.func for n in walk(node) if isinstance(n, cst.Call) and isinstance(n.func, cst.Attribute))
    for receiver in (dotted(f.value) or "" for f in called if f.attr.value in methods):
        first, dot, _ = receiver.partition(".")
        if self_name is None or first != self_name or (itself and not dot):
            return True
    return False


def _cleaned_up(
    root: cst.CSTNode,
    method: str,
    releasing: set[str],
    self_name: str | None,
    itself: bool,
    stop: tuple[type[cst.CSTNode], ...] = (),
) -> bool:
    """Whether a `try` around a call of the method releases in a handler or in `finally`."""
    for node in walk(root, stop):
        if isinstance(node, (cst.Try, cst.TryStar)) and _calls(node.body, {method}, self_name, itself):
            ends = [*node.handlers, *([node.finalbody] if node.finalbody is not None else [])]
            if any(_calls(end, releasing) for end in ends):
                return True
    return False
