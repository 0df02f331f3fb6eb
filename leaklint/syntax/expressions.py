"""Lowering expressions: evaluation order, short-circuits and calls become nodes; the result is a value of the flow graph."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import libcst as cst

from leaklint.flow.ir import (
    Arg,
    Bind,
    Callee,
    Close,
    ExceptionTypes,
    FunctionRef,
    Grade,
    Invoke,
    MayRaise,
    Next,
    Nothing,
    Raised,
    Yielded,
)
from leaklint.flow.values import (
    ANY_ITEM,
    PRESENT,
    UNKNOWN,
    Always,
    Bound,
    Condition,
    Const,
    Equals,
    IsNone,
    Known,
    Less,
    Opaque,
    Path,
    Query,
    Ref,
    Same,
    Truth,
    Value,
)
from leaklint.syntax.builder import Builder
from leaklint.syntax.callees import callee_of, short
from leaklint.syntax.captures import captured
from leaklint.syntax.constants import folded, literal, number
from leaklint.syntax.contract import Flags
from leaklint.syntax.purity import purity
from leaklint.syntax.scopes import Scope
from leaklint.syntax.types import ModuleNames, argument_values
from leaklint.syntax.walk import dotted, text_of, walk

Ends = list[int]
AWAITED_TYPES = (ExceptionTypes.UNKNOWN, ExceptionTypes.CANCELLED)


class Expressions:
    """Lowers the expressions of one function. `dirty` says that temporaries are alive in the current statement."""

    def __init__(self, names: ModuleNames, scope: Scope, flags: Flags, hooks: "Hooks") -> None:
        self.names = names
        self.scope = scope
        self.flags = flags
        self.hooks = hooks
        self.b = Builder()
        self.dirty = False
        self.loops = 0
        self.handling: list[int] = []
        self.dropped: set[int] = set()

    # --- values -----------------------------------------------------------------------------------------------------

    def value(self, node: cst.BaseExpression, awaited: bool = False, discarded: bool = False) -> Value:
        """Evaluate an expression and say what its value is."""
        handler = _VALUES.get(type(node))
        if handler is not None:
            return handler(self, node)
        match node:
            case cst.Call():
                return self.call(node, awaited, discarded or id(node) in self.dropped)
            case cst.Await():
                return self.awaited(node, discarded)
            case _:
                return literal(node)

    def name(self, node: cst.Name) -> Value:
        if node.value in ("None", "True", "False"):
            return literal(node)
        owner = self.names.owner(node.value, self.scope)
        if owner is None or node.value in owner.imports or (owner.kind == "module" and node.value not in owner.assigned):
            return Known(True)
        return Ref((node.value,))

    def attribute(self, node: cst.Attribute) -> Value:
        base = self.value(node.value)
        self.fine(node)
        return Ref((*base.path, node.attr.value)) if isinstance(base, Ref) else UNKNOWN

    def subscript(self, node: cst.Subscript) -> Value:
        base = self.value(node.value)
        key = self.key(node)
        self.fine(node)
        return Ref((*base.path, key)) if isinstance(base, Ref) else UNKNOWN

    def key(self, node: cst.Subscript) -> str:
        """The path element of a subscript: a literal index or key, else any item."""
        parts = []
        for element in node.slice:
            match element.slice:
                case cst.Index(value=cst.Integer() | cst.SimpleString() as constant):
                    parts.append(f"[{constant.value}]")
                case cst.Index(value=value):
                    self.value(value)
                    parts.append(ANY_ITEM)
                case cst.Slice(lower=lower, upper=upper):
                    for bound in (lower, upper):
                        if bound is not None:
                            self.value(bound)
                    parts.append(ANY_ITEM)
        return parts[0] if len(parts) == 1 else ANY_ITEM

    def named(self, node: cst.NamedExpr) -> Value:
        value = self.value(node.value)
        self.bind(node.target, value, node)
        return Ref((node.target.value,)) if isinstance(node.target, cst.Name) else value

    def conditional(self, node: cst.IfExp) -> Value:
        result = self.temp()
        true, false = self.branch(node.test)
        self.b.ends = true
        self.b.emit(Bind(result, self.value(node.body)), node)
        after = self.b.ends
        self.b.ends = false
        self.b.emit(Bind(result, self.value(node.orelse)), node)
        self.b.ends = [*after, *self.b.ends]
        return Ref(result)

    def boolean(self, node: cst.BooleanOperation) -> Value:
        if isinstance(node.left, (cst.Comparison, cst.UnaryOperation)):
            return self.tested(node)
        result = self.temp()
        left = self.value(node.left)
        if not isinstance(left, Ref):
            self.b.emit(Bind(result, left), node)
        true, false = self.b.choose(Truth(left.path if isinstance(left, Ref) else result), short(text_of(node.left)), node.left)
        stay, go = (false, true) if isinstance(node.operator, cst.And) else (true, false)
        if isinstance(left, Ref):
            self.b.ends = stay
            self.b.emit(Bind(result, left), node)
            stay = self.b.ends
        self.b.ends = go
        self.b.emit(Bind(result, self.value(node.right)), node)
        self.b.ends = [*stay, *self.b.ends]
        return Ref(result)

    def tested(self, node: cst.BooleanOperation) -> Value:
        """`x is not None and x.close()`: the left side is a condition, not a value that anybody holds."""
        result = self.temp()
        true, false = self.branch(node.left)
        conjunction = isinstance(node.operator, cst.And)
        stay, go = (false, true) if conjunction else (true, false)
        self.b.ends = stay
        self.b.emit(Bind(result, Const(not conjunction)), node)
        left = self.b.ends
        self.b.ends = go
        self.b.emit(Bind(result, self.value(node.right)), node)
        self.b.ends = [*left, *self.b.ends]
        return Ref(result)

    def display(self, node: cst.List | cst.Tuple | cst.Set) -> Value:
        values = [(self.value(e.value), isinstance(e, cst.StarredElement)) for e in node.elements]
        result = self.temp()
        self.b.emit(Bind(result, Known(bool(values), True)), node)
        for i, (value, starred) in enumerate(values):
            if isinstance(value, Ref):
                source = Ref((*value.path, ANY_ITEM)) if starred else value
                key = ANY_ITEM if starred or isinstance(node, cst.Set) else f"[{i}]"
                self.b.emit(Bind((*result, key), source, weak=key == ANY_ITEM), node)
        return Ref(result)

    def mapping(self, node: cst.Dict) -> Value:
        pairs = []
        for element in node.elements:
            if isinstance(element, cst.DictElement):
                key = f"[{element.key.value}]" if isinstance(element.key, (cst.SimpleString, cst.Integer)) else ANY_ITEM
                self.value(element.key)
                pairs.append((key, self.value(element.value)))
            else:
                value = self.value(element.value)
                pairs.append((ANY_ITEM, Ref((*value.path, ANY_ITEM)) if isinstance(value, Ref) else UNKNOWN))
        result = self.temp()
        self.b.emit(Bind(result, Known(bool(pairs), True)), node)
        for key, value in pairs:
            if isinstance(value, Ref):
                self.b.emit(Bind((*result, key), value, weak=key == ANY_ITEM), node)
        return Ref(result)

    def comprehension(self, node: cst.BaseSimpleComp | cst.DictComp) -> Value:
        result = self.temp()
        self.b.emit(Bind(result, PRESENT), node)

        def element() -> None:
            if isinstance(node, cst.DictComp):
                self.value(node.key)
                made = self.value(node.value)
            else:
                assert isinstance(node, cst.BaseSimpleComp)
                made = self.value(node.elt)
            if isinstance(made, Ref):
                self.b.emit(Bind((*result, ANY_ITEM), made, weak=True), node)

        self.comp_for(node.for_in, element)
        return Ref(result)

    def comp_for(self, loop: cst.CompFor, body: Callable[[], None]) -> None:
        """One `for ... in ... if ...` of a comprehension and what lies inside it."""
        source = self.value(loop.iter)
        head, inside, after = self.loop_head(loop.iter, source, loop, loop.asynchronous is not None)
        self.b.ends = [inside]
        item = self.b.nodes[head].effect
        assert isinstance(item, Next)
        self.bind(loop.target, Ref(item.dest), loop)
        for test in loop.ifs:
            true, false = self.branch(test.test)
            self.b.ends = false
            self.b.link(head)
            self.b.ends = true
        if loop.inner_for_in is not None:
            self.comp_for(loop.inner_for_in, body)
        else:
            body()
        self.b.link(head)
        self.b.ends = [after]

    def loop_head(
        self, iterable: cst.BaseExpression, source: Value, origin: cst.CSTNode, asynchronous: bool
    ) -> tuple[int, int, int]:
        """The head of a `for`: (head, first node inside, first node after)."""
        self.loops += 1
        raises = asynchronous or not self.steady(iterable)
        effect = Next(self.temp(), source.path if isinstance(source, Ref) else None, self.loops, raises)
        head = self.b.emit(effect, origin, raises)
        if asynchronous:
            self.b.emit(MayRaise(Grade.CALL, AWAITED_TYPES), origin, True)
        inside, after = self.b.node(Nothing()), self.b.node(Nothing())
        self.b.nodes[head].successors = [inside, after]
        return head, inside, after

    def steady(self, node: cst.BaseExpression) -> bool:
        """Whether iterating does not raise: displays, names and views of containers (a generator behind a name may)."""
        if isinstance(node, (cst.List, cst.Tuple, cst.Set, cst.Dict, cst.Name, cst.Attribute, cst.Subscript, cst.BaseString)):
            return not self._resource(node)
        if not isinstance(node, cst.Call):
            return False
        return not callee_of(self.names, node, self.scope).raises

    def _resource(self, node: cst.BaseExpression) -> bool:
        """Whether iterating reads from a resource (`for line in f`)."""
        types = self.names.types(node, self.scope)
        return any(t.tag == "kind" and self.names.catalog.kind(t.name).severity is not None for t in types)

    def closure(self, node: cst.Lambda) -> Value:
        for default in (p.default for p in node.params.params if p.default is not None):
            self.value(default)
        result = self.temp()
        found = captured(node, self.scope)
        calls = [(n, callee_of(self.names, n, self.scope)) for n in walk(node.body) if isinstance(n, cst.Call)]
        raises = any(callee.raises for _, callee in calls)
        given = tuple(g for n, callee in calls for g in self.given(n, callee))
        passes = tuple((path, ref) for n, callee in calls for path in self.passed_names(n) for ref in callee.refs)
        self.b.emit(Close(result, found.names, found.calls, (*found.passes, *passes), raises=raises, given=given), node)
        return Ref(result)

    def passed_names(self, node: cst.Call) -> list[Path]:
        """The names among the arguments of a call."""
        return [tuple(text.split(".")) for arg in node.args if (text := dotted(arg.value))]

    def given(self, node: cst.Call, callee: Callee) -> Iterator[tuple[Path, FunctionRef, int]]:
        """The names that a lambda hands to a project function: (path, function, position)."""
        if callee.target is None or callee.bound:
            return
        for i, arg in enumerate(node.args):
            text = dotted(arg.value)
            if text and arg.keyword is None and not arg.star:
                yield tuple(text.split(".")), callee.target, i

    def formatted(self, node: cst.FormattedString) -> Value:
        for part in node.parts:
            if isinstance(part, cst.FormattedStringExpression):
                self.value(part.expression)
        return Known(None)

    def concatenated(self, node: cst.ConcatenatedString) -> Value:
        stack: list[cst.BaseExpression] = [node]
        while stack:
            part = stack.pop()
            if isinstance(part, cst.ConcatenatedString):
                stack.extend((part.right, part.left))
            elif isinstance(part, cst.FormattedString):
                self.formatted(part)
        return Known(None)

    def binary(self, node: cst.BinaryOperation) -> Value:
        """Left-deep chains are as long as users write them: an explicit stack."""
        rights: list[cst.BaseExpression] = []
        left: cst.BaseExpression = node
        while isinstance(left, cst.BinaryOperation):
            rights.append(left.right)
            left = left.left
        first = self.value(left)
        joined = [first, *(self.value(r) for r in reversed(rights))]
        self.fine(node)
        carried = [v for v in joined if isinstance(v, Ref)]
        if not isinstance(node.operator, cst.Add) or not carried:
            return UNKNOWN
        result = self.temp()
        self.b.emit(Bind(result, UNKNOWN), node)
        for value in carried:
            self.b.emit(Bind((*result, ANY_ITEM), Ref((*value.path, ANY_ITEM)), weak=True), node)
        return Ref(result)

    def unary(self, node: cst.UnaryOperation) -> Value:
        self.value(node.expression)
        constant = number(node)
        return Const(constant) if constant is not None else UNKNOWN

    def comparison(self, node: cst.Comparison) -> Value:
        self.value(node.left)
        for c in node.comparisons:
            self.value(c.comparator)
        self.fine(node)
        return UNKNOWN

    def yielded(self, node: cst.Yield) -> Value:
        value: Value = UNKNOWN
        if isinstance(node.value, cst.From):
            inner = self.value(node.value.item)
            self.b.emit(Yielded(None, self.hooks.resumes, self.hooks.manager), node, True)
            return inner if isinstance(inner, Ref) else UNKNOWN
        if node.value is not None:
            value = self.value(node.value)
        path = value.path if isinstance(value, Ref) else None
        self.b.emit(Yielded(path, self.hooks.resumes, self.hooks.manager), node, True)
        return UNKNOWN

    def starred(self, node: cst.StarredElement) -> Value:
        return self.value(node.value)

    def fine(self, node: cst.CSTNode) -> None:
        """An edge that only the strictest setting follows."""
        if self.flags.fine:
            self.b.emit(MayRaise(Grade.ANY), node, True)

    def temp(self) -> Path:
        """A temporary of this statement."""
        self.dirty = True
        return self.b.temp()

    # --- calls ------------------------------------------------------------------------------------------------------

    def awaited(self, node: cst.Await, discarded: bool) -> Value:
        if isinstance(node.expression, cst.Call):
            return self.call(node.expression, True, discarded)
        value = self.value(node.expression)
        self.b.emit(MayRaise(Grade.CALL, AWAITED_TYPES), node, True)
        return value

    def call(self, node: cst.Call, awaited: bool, discarded: bool) -> Value:
        special = self.special(node)
        if special is not None:
            return special
        callee = callee_of(self.names, node, self.scope)
        receiver = self.receiver(node)
        through = argument_values(node, callee.fact.pass_through) if callee.fact and callee.fact.pass_through else []
        through = [] if callee.acquire is not None else through
        args = self.arguments(node, through)
        called = self.called(node)
        if called is not None:
            callee = callee._replace(path=called)
        result = self.temp()
        effect = Invoke(result, callee, receiver, tuple(args), awaited or bool(through), discarded)
        raises = callee.no_return is None and not through and (callee.raises or awaited or callee.target is not None)
        self.b.emit(effect, node, raises)
        self.never_returns(callee, node)
        if not through:
            return Ref(result)
        # What fails is the coroutine that the wrapper runs, not the wrapper.
        return self.passed_result([self.value(t, awaited=True) for t in through], result, node)

    def passed_result(self, passed: list[Value], result: Path, node: cst.Call) -> Value:
        """`await wait_for(f())` is what `await f()` is; `gather` answers with all of them."""
        if len(passed) == 1:
            return passed[0]
        for i, value in enumerate(passed):
            if isinstance(value, Ref):
                self.b.emit(Bind((*result, f"[{i}]"), value), node)
        return Ref(result)

    def special(self, node: cst.Call) -> Value | None:
        """`getattr(x, "name")` is `x.name`."""
        match node:
            case cst.Call(func=cst.Name("getattr"), args=[first, cst.Arg(value=cst.SimpleString() as attr), *rest]):
                base = self.value(first.value)
                for arg in rest:
                    self.value(arg.value)
                plain = attr.raw_value if attr.raw_value.isidentifier() else ANY_ITEM
                return Ref((*base.path, plain)) if isinstance(base, Ref) else UNKNOWN
            case _:
                return None

    def receiver(self, node: cst.Call) -> Path | None:
        if not isinstance(node.func, cst.Attribute):
            return None
        value = self.value(node.func.value)
        return value.path if isinstance(value, Ref) else None

    def called(self, node: cst.Call) -> Path | None:
        """The local path that is called, if the function is a value held here."""
        if isinstance(node.func, cst.Attribute):
            return None
        value = self.value(node.func)
        return value.path if isinstance(value, Ref) else None

    def arguments(self, node: cst.Call, through: list[cst.BaseExpression]) -> list[Arg]:
        args: list[Arg] = []
        position = 0
        for arg in node.args:
            if any(arg.value is t for t in through):
                continue
            value = self.value(arg.value)
            paths = (value.path,) if isinstance(value, Ref) else ()
            if arg.star:
                args.append(Arg(None, arg.star, tuple((*p, ANY_ITEM) for p in paths)))
            elif arg.keyword is not None:
                args.append(Arg(None, arg.keyword.value, paths))
            else:
                args.append(Arg(position, None, paths))
                position += 1
        return args

    def never_returns(self, callee: Callee, node: cst.Call) -> None:
        """Calls after which the function does not go on."""
        if callee.no_return is None:
            return
        exception = callee.fact.exception if callee.fact else None
        if callee.no_return == "exit" and exception is None:
            self.b.link(self.b.over)
            return
        types = ("SystemExit!",) if callee.no_return == "exit" else (exception or ExceptionTypes.UNKNOWN,)
        self.b.emit(Raised(types), node, True)
        self.b.ends = []

    # --- conditions -------------------------------------------------------------------------------------------------

    def branch(self, node: cst.BaseExpression) -> tuple[Ends, Ends]:
        """Evaluate a condition; returns the open ends where it holds and where it does not."""
        fold = folded(node, self.flags.python)
        if fold is not None:
            return self.b.choose(Always(fold), text_of(node), node)
        match node:
            case cst.UnaryOperation(operator=cst.Not()):
                true, false = self.branch(node.expression)
                return false, true
            case cst.BooleanOperation():
                return self.short_circuit(node)
            case cst.Comparison(comparisons=[only]):
                return self.compared(node, only)
            case cst.NamedExpr():
                value = self.named(node)
                return self.choose(Truth(value.path) if isinstance(value, Ref) else Opaque("", ()), node)
            case _:
                return self.choose(self.plain(node), node)

    def choose(self, condition: Condition, node: cst.BaseExpression, negated: bool = False) -> tuple[Ends, Ends]:
        """A branch on one condition; `negated` if the expression says its opposite."""
        return self.b.choose(condition, short(text_of(node)), node, negated)

    def short_circuit(self, node: cst.BooleanOperation) -> tuple[Ends, Ends]:
        operands: list[cst.BaseExpression] = [node.right]
        left = node.left
        conjunction = isinstance(node.operator, cst.And)
        while isinstance(left, cst.BooleanOperation) and isinstance(left.operator, cst.And) == conjunction and not left.lpar:
            operands.append(left.right)
            left = left.left
        out: Ends = []
        true, false = self.branch(left)
        for operand in reversed(operands):
            out.extend(false if conjunction else true)
            self.b.ends = true if conjunction else false
            true, false = self.branch(operand)
        return (true, [*out, *false]) if conjunction else ([*out, *true], false)

    def plain(self, node: cst.BaseExpression) -> Condition:
        """A condition that is no operator: a name, an attribute, a call."""
        key, deps = purity(node, self.names, self.scope)
        match node:
            case cst.Call(func=cst.Attribute() as func, args=[]):
                receiver = self.receiver_once(node)
                return Query(receiver, f"{func.attr.value}()", key, deps) if receiver is not None else Opaque(key, deps)
            case cst.Attribute():
                base = self.value(node.value)
                self.fine(node)
                return Query(base.path, node.attr.value, key, deps) if isinstance(base, Ref) else Opaque(key, deps)
            case cst.Call(func=cst.Name("hasattr" | "callable"), args=[cst.Arg(value=cst.Name() as held), *_]):
                value = self.value(held)
                return Query(value.path, "hasattr", key, deps) if isinstance(value, Ref) else Opaque(key, deps)
        value = self.value(node)
        if isinstance(value, Const):
            return Always(bool(value.value))
        if key and isinstance(node, cst.Call):
            return Opaque(key, deps)
        return Truth(value.path) if isinstance(value, Ref) else Opaque(key, deps)

    def receiver_once(self, node: cst.Call) -> Path | None:
        """The receiver of a call in a condition, after the call itself has been emitted."""
        self.call(node, False, False)
        effect = next((self.b.nodes[e].effect for e in self.b.ends), None)
        if isinstance(effect, Invoke) and effect.callee.acquire is None:
            return effect.receiver
        return None

    def compared(self, node: cst.Comparison, only: cst.ComparisonTarget) -> tuple[Ends, Ends]:
        key, deps = purity(node, self.names, self.scope)
        negated = isinstance(only.operator, (cst.IsNot, cst.NotEqual, cst.NotIn, cst.GreaterThan, cst.GreaterThanEqual))
        answered = self.answered_none(node, only, key, deps)
        if answered is not None:
            true, false = self.choose(answered, node, not negated)
            return (true, false) if negated else (false, true)
        condition = self.relation(node.left, only, key, deps)
        true, false = self.choose(condition, node, negated)
        return (false, true) if negated else (true, false)

    def answered_none(
        self, node: cst.Comparison, only: cst.ComparisonTarget, key: str, deps: tuple[Path, ...]
    ) -> Condition | None:
        """`x.poll() is None`: the state query "poll()" answered no."""
        match node.left, only.operator, only.comparator:
            case cst.Call(func=cst.Attribute() as func, args=[]) as call, (cst.Is() | cst.IsNot()), cst.Name("None"):
                name = f"{func.attr.value}()"
                kinds = (
                    self.names.catalog.kind(k) for t in self.names.types(func.value, self.scope) for k in self.names.kinds(t)
                )
                if not any(name in k.queries for k in kinds):
                    return None
                receiver = self.receiver_once(call)
                return Query(receiver, name, key, deps) if receiver is not None else Opaque(key, deps)
            case _:
                return None

    def relation(self, left: cst.BaseExpression, only: cst.ComparisonTarget, key: str, deps: tuple[Path, ...]) -> Condition:
        """The condition of a comparison, read positively (`is not` as `is`)."""
        match only.operator, left, only.comparator:
            case cst.In() | cst.NotIn(), cst.SimpleString(), cst.Call(func=cst.Name("locals" | "vars" | "globals")):
                return Bound((left.raw_value,))
        first = self.value(left)
        second = self.value(only.comparator)
        if isinstance(first, Const) and isinstance(second, Ref):
            first, second = second, first
        if not isinstance(first, Ref):
            return Opaque(key, deps)
        match only.operator, second:
            case ((cst.Is() | cst.IsNot() | cst.Equal() | cst.NotEqual()), Const(value=None)):
                return IsNone(first.path)
            case ((cst.Is() | cst.IsNot() | cst.Equal() | cst.NotEqual()), Const(value=value)):
                return Equals(first.path, value)
            case ((cst.Is() | cst.IsNot() | cst.Equal() | cst.NotEqual()), Ref(path=path)):
                return Same(first.path, path)
            case ((cst.Is() | cst.IsNot() | cst.Equal() | cst.NotEqual()), Known()) if isinstance(only.comparator, cst.Attribute):
                return Same(first.path, ("%other", text_of(only.comparator)))
            case ((cst.LessThan() | cst.GreaterThanEqual()), Const(value=int() | float() as bound)):
                return Less(first.path, float(bound), False)
            case ((cst.LessThanEqual() | cst.GreaterThan()), Const(value=int() | float() as bound)):
                return Less(first.path, float(bound), True)
        return Opaque(key, deps)

    # --- binding ----------------------------------------------------------------------------------------------------

    def bind(self, target: cst.BaseExpression, value: Value, origin: cst.CSTNode) -> None:
        """Assign a value to a target."""
        match target:
            case cst.Name():
                self.b.emit(Bind((target.value,), value), origin)
            case cst.Attribute():
                base = self.value(target.value)
                path = (*base.path, target.attr.value) if isinstance(base, Ref) else ("%out", target.attr.value)
                self.b.emit(Bind(path, value), origin)
            case cst.Subscript():
                base = self.value(target.value)
                key = self.key(target)
                path = (*base.path, key) if isinstance(base, Ref) else ("%out", key)
                self.b.emit(Bind(path, value, weak=key == ANY_ITEM), origin)
            case cst.Tuple() | cst.List():
                self.unpack(target, value, origin)
            case cst.StarredElement():
                self.bind(target.value, value, origin)
            case _:
                pass

    def unpack(self, target: cst.Tuple | cst.List, value: Value, origin: cst.CSTNode) -> None:
        starred: int | None = None
        for i, element in enumerate(target.elements):
            if isinstance(element, cst.StarredElement):
                starred = i
            key = f"[{i}]" if starred is None else f"[{starred}+]"
            item: Value = Ref((*value.path, key)) if isinstance(value, Ref) else UNKNOWN
            self.bind(element.value, item, origin)


class Hooks(NamedTuple):
    """What decorators and frameworks do with a function (rules of kind `[[hook]]`)."""

    resumes: bool = False
    manager: str | None = None
    memoised: bool = False


_VALUES: dict[type[cst.CSTNode], Callable[[Any, Any], Value]] = {
    cst.Name: Expressions.name,
    cst.Attribute: Expressions.attribute,
    cst.Subscript: Expressions.subscript,
    cst.NamedExpr: Expressions.named,
    cst.IfExp: Expressions.conditional,
    cst.BooleanOperation: Expressions.boolean,
    cst.List: Expressions.display,
    cst.Tuple: Expressions.display,
    cst.Set: Expressions.display,
    cst.Dict: Expressions.mapping,
    cst.ListComp: Expressions.comprehension,
    cst.SetComp: Expressions.comprehension,
    cst.DictComp: Expressions.comprehension,
    cst.GeneratorExp: Expressions.comprehension,
    cst.Lambda: Expressions.closure,
    cst.FormattedString: Expressions.formatted,
    cst.ConcatenatedString: Expressions.concatenated,
    cst.BinaryOperation: Expressions.binary,
    cst.UnaryOperation: Expressions.unary,
    cst.Comparison: Expressions.comparison,
    cst.Yield: Expressions.yielded,
}
