"""Which names hold what is made here, and which outlive the call."""

import libcst as cst

from leaklint.syntax.scopes import Scope
from leaklint.syntax.types import ModuleNames
from leaklint.syntax.walk import dotted, walk

_DISPLAYS = (cst.List, cst.Dict, cst.Set, cst.Tuple, cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)


def created_here(scope: Scope, names: ModuleNames) -> set[str]:
    """Local names that only ever hold containers or objects made in this function."""
    found: set[str] = set()
    for name, values in scope.assigned.items():
        if "." in name or name in scope.params or name in scope.not_local or not values:
            continue
        if all(v.how in ("value", "augmented") and _makes(v.value, names, scope) for v in values):
            found.add(name)
    return found


def _makes(value: cst.BaseExpression, names: ModuleNames, scope: Scope) -> bool:
    if isinstance(value, _DISPLAYS):
        return True
    if not isinstance(value, cst.Call):
        return False
    text = dotted(value.func) or ""
    last = text.rpartition(".")[2].lstrip("_")
    return last in _FACTORIES or (last[:1].isupper() and not last.isupper())


_FACTORIES = frozenset({"list", "dict", "set", "tuple", "deque", "defaultdict", "frozenset"})


def outliving(scope: Scope) -> set[str]:
    """Names that outlive the call: globals and names of enclosing functions that it assigns."""
    return set(scope.not_local)


def _read(module: cst.CSTNode) -> set[str]:
    """The names that the code of a module reads, as its functions may, too."""
    targets = {id(t.target) for n in walk(module) if isinstance(n, cst.Assign) for t in n.targets}
    targets |= {id(n.target) for n in walk(module) if isinstance(n, cst.AnnAssign | cst.NamedExpr)}
    return {n.value for n in walk(module) if isinstance(n, cst.Name) and id(n) not in targets}


def used_elsewhere(scope: Scope) -> set[str]:
    """Module names that a function or class of the module uses, that the module exports, or that it does not use itself: then
    they are there for other modules. Of stubs the words (errs to more)."""
    found = set(scope.assigned) - _read(scope.node)
    inner: list[Scope] = [*(f for fs in scope.functions.values() for f in fs), *scope.classes.values()]
    for s in inner:
        if s.unread is not None:
            found |= s.unread.words
            continue
        body = s.node.body if isinstance(s.node, (cst.FunctionDef, cst.ClassDef)) else None
        found.update(n.value for n in walk(body) if isinstance(n, cst.Name)) if body is not None else None
    for exported in scope.assigned.get("__all__", []):
        found.update(n.raw_value for n in walk(exported.value) if isinstance(n, cst.SimpleString))
    return found
