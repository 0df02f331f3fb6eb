"""What is known about the thing that a call calls: the rules' facts, the project function, whether and what it raises."""

import libcst as cst

from leaklint.catalog.schema import Acquire, Call
from leaklint.flow.ir import Callee, FunctionRef
from leaklint.syntax.inference.arguments import argument_values
from leaklint.syntax.inference.classes import is_super
from leaklint.syntax.scopes import Scope
from leaklint.syntax.types import ModuleNames
from leaklint.syntax.walk import dotted, text_of

_SELF_FREE = {"staticmethod"}


def callee_of(names: ModuleNames, call: cst.Call, scope: Scope) -> Callee:
    """The callee of a call as the flow graph wants it."""
    place = names.callee(call.func, scope)
    acquired = names.acquisition(call, scope)
    facts = list(names.facts(call, scope))
    kinds = receiver_kinds(names, call, scope)
    method = call.func.attr.value if isinstance(call.func, cst.Attribute) else None
    entry = acquired[0] if acquired else _inherited(names, place)
    merged = facts[0][1] if facts else None
    refs = (*(ref for ref, _ in facts), *((acquired[1],) if acquired else ()), *_refs(names, call, kinds, scope))
    raises, types = _raising(names, call, scope, merged, kinds, method)
    raises = raises and not names.release_calls.intersection(refs) and not _plain_constructor(place)
    raises = raises and not _makes_coroutine(place)
    return Callee(
        text=short(text_of(call.func)),
        refs=tuple(dict.fromkeys(refs)),
        method=method,
        receiver_kinds=kinds,
        acquire=entry,
        kind=names.catalog.kind(entry.kind) if entry else None,
        kind_id=entry.kind if entry else "",
        fact=merged,
        target=_target(place) or _elsewhere(names, call, scope),
        near=place is not None and (place[0] is names or _through_super(call)),
        bound=_bound(call, place, names, scope),
        constructs=_constructs(place, call, names, scope),
        raises=raises,
        types=types,
        no_return=merged.no_return if merged else None,
        wrapped=tuple(q for v in argument_values(call, merged.factory_arg) for q in names.qualified(v, scope))
        if merged and merged.factory_arg
        else (),
        certainty="annotated" if acquired and _annotated(names, call, scope) else "resolved",
    )


def _through_super(call: cst.Call) -> bool:
    """`super().method()`: its module has been read already, to find the method."""
    return isinstance(call.func, cst.Attribute) and is_super(call.func.value)


def short(text: str, limit: int = 60) -> str:
    """The text, or its two ends if it is long."""
    return text if len(text) <= limit else f"{text[: limit // 2]}...{text[-limit // 2 :]}"


def receiver_kinds(names: ModuleNames, call: cst.Call, scope: Scope) -> tuple[str, ...]:
    """The kinds of the object whose method is called."""
    if not isinstance(call.func, cst.Attribute):
        return ()
    types = names.types(call.func.value, scope)
    return tuple(sorted({k for t in types for k in names.kinds(t)}))


def _refs(names: ModuleNames, call: cst.Call, kinds: tuple[str, ...], scope: Scope) -> tuple[str, ...]:
    if isinstance(call.func, cst.Attribute):
        typed = tuple(f"{kind}.{call.func.attr.value}" for kind in kinds)
        return (*typed, *names.qualified(call.func, scope))
    return names.qualified(call.func, scope)


def _inherited(names: ModuleNames, place: tuple[ModuleNames, Scope] | None) -> Acquire | None:
    """A project class that derives from an acquiring library class and has no `__init__` of its own acquires like it."""
    if place is None or place[1].kind != "class":
        return None
    where, klass = place
    t = where.class_type(klass)
    for base in where.outside_bases(t):
        for entry in names.catalog.acquires(base):
            if not entry.when and not entry.not_acquire and entry.item is None:
                return entry
    return None


def _makes_coroutine(place: tuple[ModuleNames, Scope] | None) -> bool:
    """Calling a coroutine or generator function runs nothing; what awaits it adds its own edges."""
    return place is not None and place[1].is_generator


def _plain_constructor(place: tuple[ModuleNames, Scope] | None) -> bool:
    """Whether a project class without bases has nothing of its own to run when it is made."""
    if place is None or place[1].kind != "class":
        return False
    klass = place[1]
    node = klass.node
    return (
        isinstance(node, cst.ClassDef)
        and not node.bases
        and not node.keywords
        and not node.decorators
        and not (klass.method("__init__") or klass.method("__new__"))
    )


def _target(place: tuple[ModuleNames, Scope] | None) -> FunctionRef | None:
    if place is None:
        return None
    names, scope = place
    return FunctionRef(names.name or names.filename, scope.qualname)


def _elsewhere(names: ModuleNames, call: cst.Call, scope: Scope) -> FunctionRef | None:
    """A function of a project module that has not been read."""
    if names.project is None:
        return None
    for q in names.qualified(call.func, scope):
        place = names.project.locate(q)
        if place is not None and place[1]:
            return FunctionRef(*place)
    return None


def _bound(call: cst.Call, place: tuple[ModuleNames, Scope] | None, names: ModuleNames, scope: Scope) -> bool:
    """Whether the receiver (or the new instance) is the target's first parameter."""
    if place is None or place[1].kind == "class":
        return False
    target = place[1]
    if target.owner is None or target.decorated & _SELF_FREE or not isinstance(call.func, cst.Attribute):
        return False
    direct = names.function(call.func, scope)
    through_class = direct is not None and not is_super(call.func.value)
    return "classmethod" in target.decorated or not through_class


def _constructs(place: tuple[ModuleNames, Scope] | None, call: cst.Call, names: ModuleNames, scope: Scope) -> bool:
    if place is not None:
        return place[1].kind == "class"
    last = (dotted(call.func) or "").rpartition(".")[2].lstrip("_")
    return last[:1].isupper() and not last.isupper()


def _raising(
    names: ModuleNames, call: cst.Call, scope: Scope, fact: Call | None, kinds: tuple[str, ...], method: str | None
) -> tuple[bool, tuple[str, ...]]:
    """Whether the call may raise, and what."""
    if fact is not None and fact.raises is False:
        return False, ()
    if fact is not None and isinstance(fact.raises, tuple):
        return True, fact.raises
    if method is None:
        return not _bound_methods(names, call, scope), ()
    known = [names.catalog.kind(k) for k in kinds]
    if known and all(method in (*k.no_raise, *k.release, *k.release_await, *k.wrong_release) for k in known):
        return False, ()
    if known:
        return True, tuple(dict.fromkeys(r for k in known for r in k.raises))
    return method not in names.catalog.no_raise_methods or _of_module(names, call.func, scope), ()


def _of_module(names: ModuleNames, func: cst.BaseExpression, scope: Scope) -> bool:
    """Whether `module.extend(...)` is called: a function, not the method of a container."""
    if not isinstance(func, cst.Attribute) or not isinstance(func.value, cst.Name):
        return False
    owner = names.owner(func.value.value, scope)
    return owner is not None and func.value.value in owner.modules


def _bound_methods(names: ModuleNames, call: cst.Call, scope: Scope) -> bool:
    """Whether a local name is called that only ever stands for methods that don't raise (`close = conn.close`)."""
    owner = names.owner(call.func.value, scope) if isinstance(call.func, cst.Name) else None
    values = owner.assigned.get(call.func.value, []) if owner is not None and isinstance(call.func, cst.Name) else []
    return bool(values) and all(
        a.how == "value" and isinstance(a.value, cst.Attribute) and not _method_raises(names, a.value, owner or scope)
        for a in values
    )


def _method_raises(names: ModuleNames, method: cst.Attribute, scope: Scope) -> bool:
    kinds = [names.catalog.kind(k) for t in names.types(method.value, scope) for k in names.kinds(t)]
    if not kinds:
        return method.attr.value not in names.catalog.no_raise_methods
    return not all(method.attr.value in (*k.no_raise, *k.release, *k.release_await, *k.wrong_release) for k in kinds)


def _annotated(names: ModuleNames, call: cst.Call, scope: Scope) -> bool:
    """Whether the receiver's type is known by an annotation only."""
    if not isinstance(call.func, cst.Attribute):
        return False
    text = dotted(call.func.value)
    owner = names.owner(text.partition(".")[0], scope) if text else None
    return owner is not None and text in owner.annotations and not owner.assigned.get(text or "")
