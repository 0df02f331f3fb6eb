"""Classes that own a resource are resources: what making one acquires, and which methods release it (DESIGN section 6)."""

import msgspec

from leaklint.catalog.schema import Kind
from leaklint.flow.analysis import Analysis
from leaklint.flow.evidence import obligations
from leaklint.flow.ir import FlowGraph, FunctionRef, Obligation
from leaklint.flow.solver import solve
from leaklint.flow.summaries import FunctionSummaries
from leaklint.flow.values import Path
from leaklint.model import Severity
from leaklint.syntax.attributes import Releases
from leaklint.syntax.contract import NEUTRAL
from leaklint.syntax.module import Module
from leaklint.syntax.scopes import Scope

_LOWER = {Severity.ERROR: Severity.WARNING, Severity.WARNING: Severity.INFO, Severity.INFO: Severity.INFO}


def derived_kind(module: Module, klass: Scope, making: FlowGraph, summaries: FunctionSummaries) -> Kind | None:
    """The kind of instances of a class whose `__init__` (or the method that starts it) acquires on every normal path and which
    has a method that releases."""
    for obligation, attribute in _owned(making, summaries):
        released = _releasing(module, klass, obligation.kind_id, attribute, summaries)
        if released:
            return _kind(module, klass, obligation, released)
    return None


def wrapper_kind(
    module: Module, klass: Scope, obligation: Obligation, attribute: str, summaries: FunctionSummaries
) -> Kind | None:
    """The kind of instances of a class that releases what it was given. A base outside the project may do anything with it."""
    names = module.names
    if any(base not in NEUTRAL for base in names.outside_bases(names.class_type(klass))):
        return None
    released = _releasing(module, klass, obligation.kind_id, (attribute,), summaries)
    if not set(released) - {"__del__"}:
        return None
    made = _kind(module, klass, obligation, {**_perhaps(module, klass, obligation.kind, attribute), **released})
    return msgspec.structs.replace(made, id=f"{made.id}.{attribute}")


def _perhaps(module: Module, klass: Scope, kind: Kind, attribute: str) -> dict[str, bool]:
    """Methods that could release the attribute on some path (errs to silence): name -> whether it is a coroutine."""
    found: dict[str, bool] = {}
    for names, ancestor in module.names.ancestry(module.names.class_type(klass)):
        for name in ancestor.functions:
            method = ancestor.method(name)
            if name not in found and method is not None and Releases(names).method_could(method, attribute, kind):
                found[name] = method.is_async
    return found


def _owned(init: FlowGraph, summaries: FunctionSummaries) -> list[tuple[Obligation, Path]]:
    """The resources that certainly lie in an attribute when `__init__` returns. Good manners, locks and lazy kinds derive
    nothing."""
    analysis = Analysis(init, summaries.catalog, summaries)
    found: list[tuple[Obligation, Path]] = []
    for obligation in obligations(init, summaries.catalog, summaries):
        kind = obligation.kind
        if obligation.severity is Severity.INFO or kind.category == "lock" or kind.lazy or kind.singleton:
            continue
        outcome = solve(analysis, obligation)
        paths = set().union(*outcome.transfers.values())
        own = set(outcome.transfers) <= {"attribute", "stored"} and all(p[0] == init.self_name for p in paths)
        if own and not outcome.returns and not outcome.shared:
            found.extend((obligation, path[1:]) for path in sorted(paths) if len(path) == 2)
    return found


def _releasing(module: Module, klass: Scope, kind_id: str, attribute: Path, summaries: FunctionSummaries) -> dict[str, bool]:
    """Methods that release the attribute on every normal path: name -> whether it is a coroutine."""
    found: dict[str, bool] = {}
    for names, ancestor in module.names.ancestry(module.names.class_type(klass)):
        for name in ancestor.functions:
            if name in found or name == "__init__":
                continue
            target = FunctionRef(names.name or names.filename, f"{ancestor.qualname}.{name}")
            effect = summaries.parameter(target, 0, None, kind_id, attribute, True)
            graph = summaries.graph(target)
            if effect is not None and effect.effect == "releases" and graph is not None:
                found[name] = graph.is_async
    return found


def _kind(module: Module, klass: Scope, obligation: Obligation, released: dict[str, bool]) -> Kind:
    owned = obligation.kind
    severity = _LOWER[obligation.severity] if "__del__" in released else obligation.severity
    return msgspec.structs.replace(
        owned,
        id=f"{module.names.name or module.names.filename}:{klass.qualname}",
        what=f"{klass.qualname.rpartition('.')[2]} (holds a {owned.what})",
        types=(),
        bases=(),
        severity=severity,
        release=tuple(n for n, coroutine in released.items() if not coroutine and not n.startswith("__")),
        release_await=tuple(n for n, coroutine in released.items() if coroutine and not n.startswith("__")),
        release_by=(),
        wrong_release=(),
        release_but_parts=(),
        release_parts=(),
        parts=(),
        consume=(),
        consume_each=(),
        with_exit="releases" if "__exit__" in released else "unsupported",
        async_with_exit="releases" if "__aexit__" in released else "unsupported",
        enter=None,
        parents=(),
        configure=(),
        raises=(),
        no_raise=(),
        falsy=False,
        queries={},
        fluent=(),
        wrapped_by=(),
        keepers=(),
    )
