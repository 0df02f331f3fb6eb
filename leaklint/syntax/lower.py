"""Lowering: a function (or a module body) becomes a flow graph. The only analysis step that sees LibCST."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import libcst as cst

from leaklint.flow.ir import (
    Bind,
    Caught,
    Close,
    Drop,
    Enter,
    ExceptionTypes,
    FlowGraph,
    Grade,
    MayRaise,
    Next,
    Nothing,
    Raised,
    Unbind,
)
from leaklint.flow.values import ANY_ITEM, RETURNED, UNKNOWN, Const, Equals, IsNone, Known, Opaque, Ref, Value
from leaklint.syntax.builder import Frame
from leaklint.syntax.captures import captured
from leaklint.syntax.constants import literal
from leaklint.syntax.contract import Flags
from leaklint.syntax.expressions import Expressions, Hooks
from leaklint.syntax.scopes import Scope, contains_yield, decorator_names, decorators
from leaklint.syntax.types import ModuleNames
from leaklint.syntax.walk import body_of, children, dotted, text_of, walk

UNROLL_LIMIT = 8
Statement = cst.BaseStatement | cst.BaseSmallStatement


class Lowered(NamedTuple):
    """A flow graph and the syntax nodes that its `origin` numbers mean."""

    graph: FlowGraph
    origins: list[cst.CSTNode]


def lower_function(names: ModuleNames, scope: Scope, flags: Flags) -> Lowered:
    """The flow graph of a function."""
    node = scope.node
    assert isinstance(node, cst.FunctionDef)
    hooks = hooks_of(names, scope)
    lowering = _Statements(names, scope, flags, hooks)
    lowering.block(node.body.body)
    return lowering.finish(node, hooks)


def lower_module(names: ModuleNames, flags: Flags) -> Lowered:
    """The flow graph of a module body."""
    lowering = _Statements(names, names.scope, flags, Hooks())
    lowering.block(body_of(names.tree))
    return lowering.finish(names.tree, Hooks())


def hooks_of(names: ModuleNames, scope: Scope) -> Hooks:
    """What the decorators of a function mean."""
    outer = scope.parent or names.scope
    found = [h for d in decorators(scope.node) for q in names.qualified(d, outer) for h in names.catalog.hooks_of_decorator(q)]
    manager = next((h.context_manager for h in found if h.context_manager), None)
    return Hooks(any(h.resumes for h in found), manager, any(h.memoised for h in found))


class _Statements(Expressions):
    """Lowers the statements of one function."""

    def finish(self, node: cst.CSTNode, hooks: Hooks) -> Lowered:
        self.b.jump(self.b.exit)
        scope = self.scope
        is_async = isinstance(node, cst.FunctionDef) and node.asynchronous is not None
        graph = FlowGraph(
            qualname=scope.qualname,
            nodes=self.b.nodes,
            entry=self.b.entry,
            exit=self.b.exit,
            failure=self.b.failure,
            over=self.b.over,
            params=tuple(scope.params),
            created=frozenset(created_here(scope, self.names)),
            outliving=frozenset(outliving(scope)),
            is_generator=scope.kind == "function" and contains_yield(node),
            is_async=is_async,
            is_module=scope.kind == "module",
            manager=hooks.manager,
            resumes=hooks.resumes,
            memoised=hooks.memoised,
            self_name=scope.self_name,
            shared_globals=frozenset(used_elsewhere(scope)) if scope.kind == "module" else frozenset(),
        )
        return Lowered(graph, self.b.origins)

    def block(self, statements: Sequence[Statement]) -> None:
        for statement in statements:
            if not self.b.ends:
                return
            if isinstance(statement, cst.SimpleStatementLine):
                self.block(statement.body)
            else:
                self.statement(statement)

    def statement(self, node: Statement) -> None:
        handler = _STATEMENTS.get(type(node))
        if handler is not None:
            handler(self, node)
        self.settle()

    def settle(self) -> None:
        """Temporaries die at the end of their statement."""
        if self.dirty and self.b.ends:
            self.b.emit(Drop())
        self.dirty = False

    # --- simple statements ------------------------------------------------------------------------------------------

    def expression(self, node: cst.Expr) -> None:
        match node.value:
            case cst.Call():
                self.call(node.value, False, True)
            case cst.Await():
                self.awaited(node.value, True)
            case _:
                self.dropped.update(id(tail) for tail in _tails(node.value))
                self.value(node.value)

    def assign(self, node: cst.Assign) -> None:
        targets = [t.target for t in node.targets]
        if len(targets) == 1 and self.pairwise(targets[0], node.value, node):
            return
        if self.is_test(node.value) and all(isinstance(t, cst.Name) for t in targets):
            self.assign_test(targets, node)
            return
        value = self.value(node.value)
        for target in targets:
            self.bind(target, value, node)

    def pairwise(self, target: cst.BaseExpression, value: cst.BaseExpression, node: cst.Assign) -> bool:
        """`a, b = x, y` binds item by item, after all values have been evaluated."""
        if not isinstance(target, (cst.Tuple, cst.List)) or not isinstance(value, (cst.Tuple, cst.List)):
            return False
        both = [*target.elements, *value.elements]
        if len(target.elements) != len(value.elements) or any(isinstance(e, cst.StarredElement) for e in both):
            return False
        values = [self.value(e.value) for e in value.elements]
        roots = {e.value.value for e in target.elements if isinstance(e.value, cst.Name)}
        for i, v in enumerate(values):
            if isinstance(v, Ref) and v.path[0] in roots:
                kept = self.temp()
                self.b.emit(Bind(kept, v), node)
                values[i] = Ref(kept)
        for element, v in zip(target.elements, values, strict=True):
            self.bind(element.value, v, node)
        return True

    def is_test(self, node: cst.BaseExpression) -> bool:
        """Whether an expression is a truth value of facts that are worth remembering (`own = conn is None`)."""
        match node:
            case cst.Comparison(comparisons=[_]):
                return True
            case cst.UnaryOperation(operator=cst.Not()):
                return True
            case cst.BooleanOperation():
                return self.is_test(node.left) and self.is_test(node.right)
            case cst.Call(func=cst.Name("isinstance" | "bool" | "hasattr")):
                return True
            case _:
                return False

    def assign_test(self, targets: Sequence[cst.BaseExpression], node: cst.Assign) -> None:
        true, false = self.branch(node.value)
        for side, constant in ((true, True), (false, False)):
            self.b.ends = side
            for target in targets:
                self.bind(target, Const(constant), node)
            side[:] = self.b.ends
        self.b.ends = [*true, *false]

    def annotated(self, node: cst.AnnAssign) -> None:
        if node.value is not None:
            self.bind(node.target, self.value(node.value), node)

    def augmented(self, node: cst.AugAssign) -> None:
        value = self.value(node.value)
        target = self.value(node.target)
        if isinstance(value, Ref) and isinstance(target, Ref):
            self.b.emit(Bind((*target.path, ANY_ITEM), Ref((*value.path, ANY_ITEM)), weak=True), node)
        elif isinstance(node.target, cst.Name):
            self.b.emit(Bind((node.target.value,), UNKNOWN), node)

    def returned(self, node: cst.Return) -> None:
        value: Value = self.value(node.value) if node.value is not None else Const(None)
        self.b.emit(Bind(RETURNED, value), node)
        self.settle()
        self.b.jump(self.b.exit)

    def raised(self, node: cst.Raise) -> None:
        types: tuple[str, ...] = (ExceptionTypes.UNKNOWN,)
        handler: int | None = None
        if node.exc is None:
            handler = self.handling[-1] if self.handling else None
        else:
            named = node.exc.func if isinstance(node.exc, cst.Call) else node.exc
            self.value(node.exc)
            if node.cause is not None:
                self.value(node.cause.item)
            types = self.names.qualified(named, self.scope) or (ExceptionTypes.UNKNOWN,)
        self.settle()
        self.b.emit(Raised(types, handler), node, True)
        self.b.ends = []

    def asserted(self, node: cst.Assert) -> None:
        true, false = self.branch(node.test)
        if _narrows(node.test):
            self.b.ends = true
            return
        self.b.ends = false
        if node.msg is not None:
            self.value(node.msg)
        self.b.emit(Raised(("AssertionError",)), node, True)
        self.b.ends = true

    def deleted(self, node: cst.Del) -> None:
        targets = node.target.elements if isinstance(node.target, (cst.Tuple, cst.List)) else [node.target]
        for target in targets:
            expression = target.value if isinstance(target, cst.BaseElement) else target
            if isinstance(expression, cst.Name):
                self.b.emit(Unbind((expression.value,)), node)
            else:
                value = self.value(expression)
                if isinstance(value, Ref):
                    self.b.emit(Unbind(value.path), node)

    def imported(self, node: cst.Import | cst.ImportFrom) -> None:
        self.b.emit(MayRaise(Grade.CALL, ("ImportError",)), node, True)

    def broken(self, node: cst.Break) -> None:
        loop = self.loop_frame()
        if loop is not None:
            self.b.jump(loop.break_to, loop)

    def continued(self, node: cst.Continue) -> None:
        loop = self.loop_frame()
        if loop is not None:
            self.b.jump(loop.continue_to, loop)

    def loop_frame(self) -> Frame | None:
        frame: Frame | None = self.b.frame
        while frame is not None and frame.kind != "loop":
            frame = frame.outer
        return frame

    # --- compound statements ----------------------------------------------------------------------------------------

    def if_(self, node: cst.If) -> None:
        """`elif` chains are as long as users write them: a loop."""
        joined: list[int] = []
        current: cst.If | cst.Else | None = node
        while isinstance(current, cst.If):
            true, false = self.branch(current.test)
            self.b.ends = true
            self.settle_both(false)
            self.block(body_list(current.body))
            joined.extend(self.b.ends)
            self.b.ends = false
            current = current.orelse
        if isinstance(current, cst.Else):
            self.block(body_list(current.body))
        self.b.ends = [*joined, *self.b.ends]

    def settle_both(self, other: list[int]) -> None:
        """Temporaries of a condition die on both sides."""
        if not self.dirty:
            return
        here = self.b.ends
        self.b.ends = other
        if other:
            self.b.emit(Drop())
            other[:] = self.b.ends
        self.b.ends = here
        self.settle()

    def while_(self, node: cst.While) -> None:
        head = self.b.emit(Nothing())
        after = self.b.node(Nothing())
        true, false = self.branch(node.test)
        self.b.ends = true
        self.settle_both(false)
        self.loop_body(node.body, after, head)
        self.b.ends = false
        if node.orelse is not None:
            self.block(body_list(node.orelse.body))
        self.b.link(after)
        self.b.ends = [after]

    def loop_body(self, body: cst.BaseSuite, after: int, head: int) -> None:
        frame = Frame("loop", self.b.frame, break_to=after, continue_to=head)
        self.b.frame = frame
        self.block(body_list(body))
        self.b.frame = frame.outer or self.b.frame
        self.b.link(head)

    def for_(self, node: cst.For) -> None:
        if self.unrolled(node):
            return
        source = self.value(node.iter)
        head, inside, leaving = self.loop_head(node.iter, source, node, node.asynchronous is not None)
        after = self.b.node(Nothing())
        item = self.b.nodes[head].effect
        assert isinstance(item, Next)
        self.b.ends = [inside]
        self.bind(node.target, Ref(item.dest), node)
        self.dirty = False
        self.loop_body(node.body, after, head)
        self.b.ends = [leaving]
        self.dirty = True
        self.settle()
        if node.orelse is not None:
            self.block(body_list(node.orelse.body))
        self.b.link(after)
        self.b.ends = [after]

    def unrolled(self, node: cst.For) -> bool:
        """A loop over a literal tuple or list of names runs once per name."""
        if not isinstance(node.iter, (cst.Tuple, cst.List)) or not 0 < len(node.iter.elements) <= UNROLL_LIMIT:
            return False
        elements = [e.value for e in node.iter.elements]
        if any(isinstance(e, cst.StarredElement) for e in node.iter.elements) or not all(
            dotted(e) or isinstance(e, _LITERALS) for e in elements
        ):
            return False
        after = self.b.node(Nothing())
        for element in elements:
            following = self.b.node(Nothing())
            self.bind(node.target, self.value(element), node)
            self.loop_body(node.body, after, following)
            self.b.ends = [following]
        if node.orelse is not None:
            self.block(body_list(node.orelse.body))
        self.b.link(after)
        self.b.ends = [after]
        return True

    def with_(self, node: cst.With) -> None:
        self.with_items(list(node.items), node)

    def with_items(self, items: list[cst.WithItem], node: cst.With) -> None:
        if not items:
            self.block(body_list(node.body))
            return
        item, asynchronous = items[0], node.asynchronous is not None
        source, managed, swallows = self.manager(item, asynchronous)
        hidden = self.b.hidden()
        self.b.emit(Enter(source, hidden, asynchronous, not managed), item, True)
        after = self.b.node(Nothing())
        frame = Frame("cleanup", self.b.frame, hidden=hidden, asynchronous=asynchronous, swallows=swallows, swallowed_to=after)
        frame.origin = item
        self.b.frame = frame
        if item.asname is not None:
            self.bind(item.asname.name, Ref(hidden), item)
        self.dirty = True
        self.settle()
        self.with_items(items[1:], node)
        open_end = bool(self.b.ends)
        if open_end:
            self.b.link(self.b.leave(frame, frame.outer, after))
        self.b.frame = frame.outer or self.b.frame
        self.b.ends = [after] if open_end or swallows else []

    def manager(self, item: cst.WithItem, asynchronous: bool) -> tuple[tuple[str, ...], bool, tuple[str, ...]]:
        """Evaluate a context expression: (its path, whether entering it cannot raise, exception types that it swallows)."""
        value = self.value(item.item, awaited=asynchronous and isinstance(item.item, cst.Call))
        if isinstance(value, Ref):
            source = value.path
        else:
            source = self.temp()
            self.b.emit(Bind(source, value), item)
        managed = False
        swallows: tuple[str, ...] = ()
        if isinstance(item.item, cst.Call):
            facts = [f for _, f in self.names.facts(item.item, self.scope)]
            managed = any(f.raises is False for f in facts)
            swallows = next((self.swallowed(f.suppresses, item.item) for f in facts if f.suppresses), ())
        return source, managed, swallows

    def swallowed(self, suppresses: str | tuple[str, ...], call: cst.Call) -> tuple[str, ...]:
        if suppresses == "all":
            return ("BaseException",)
        if suppresses != "args":
            return (suppresses,) if isinstance(suppresses, str) else suppresses
        return tuple(t for arg in call.args if arg.keyword is None for t in self.exception_types(arg.value))

    def exception_types(self, node: cst.BaseExpression) -> tuple[str, ...]:
        """The type names of an `except` clause; "?" for one that has no name."""
        if isinstance(node, (cst.Tuple, cst.List)):
            return tuple(t for e in node.elements for t in self.exception_types(e.value))
        aliased = self.tuple_alias(node)
        if aliased is not None:
            return self.exception_types(aliased)
        return self.names.qualified(node, self.scope)[:1] or ("?",)

    def tuple_alias(self, node: cst.BaseExpression) -> cst.Tuple | None:
        """`ERRORS = (OSError, ValueError)` behind a name."""
        if not isinstance(node, cst.Name):
            return None
        owner = self.names.owner(node.value, self.scope)
        values = owner.assigned.get(node.value, []) if owner is not None else []
        found = [v.value for v in values if isinstance(v.value, cst.Tuple) and v.how == "value"]
        return found[0] if len(found) == 1 else None

    def try_(self, node: cst.Try | cst.TryStar) -> None:
        after = self.b.node(Nothing())
        outer = self.b.frame
        if node.finalbody is not None:
            body = body_list(node.finalbody.body)
            self.b.frame = Frame("cleanup", outer, lower=lambda: self.cleanup(body))
        cleanup = self.b.frame
        if node.handlers:
            self.guarded(node, cleanup)
        else:
            self.block(body_list(node.body))
        reached = bool(self.b.ends)
        if reached:
            self.b.link(self.b.leave(cleanup, outer, after))
        self.b.frame = outer
        self.b.ends = [after] if reached else []

    def cleanup(self, body: list[Statement]) -> None:
        """One instance of a `finally` body, in the middle of a statement that may have temporaries of its own."""
        dirty, self.dirty = self.dirty, False
        handling, self.handling = self.handling, []
        self.block(body)
        self.dirty, self.handling = dirty, handling

    def guarded(self, node: cst.Try | cst.TryStar, cleanup: Frame) -> None:
        """The body with its handlers and `else`; leaves every normal end open inside `cleanup`."""
        types = tuple(self.exception_types(h.type) if h.type is not None else ("BaseException",) for h in node.handlers)
        dispatch = self.b.dispatch(types, node)
        self.b.frame = Frame("handlers", cleanup, dispatch=dispatch)
        self.b.emit(Nothing())
        self.block(body_list(node.body))
        self.b.frame = cleanup
        if node.orelse is not None:
            self.block(body_list(node.orelse.body))
        joined = self.b.ends
        for handler in node.handlers:
            joined = [*joined, *self.handler(handler, dispatch)]
        self.b.nodes[dispatch].successors.append(self.b.failing(cleanup))
        self.b.ends = joined

    def handler(self, handler: cst.ExceptHandler | cst.ExceptStarHandler, dispatch: int) -> list[int]:
        entry = self.b.node(Caught(dispatch), handler)
        self.b.nodes[dispatch].successors.append(entry)
        self.b.ends = [entry]
        if handler.name is not None:
            self.bind(handler.name.name, Known(True), handler)
        self.handling.append(dispatch)
        self.block(body_list(handler.body))
        self.handling.pop()
        return self.b.ends

    def match_(self, node: cst.Match) -> None:
        subject = self.value(node.subject)
        joined: list[int] = []
        for case in node.cases:
            rest = self.case(case, subject)
            self.block(body_list(case.body))
            joined.extend(self.b.ends)
            self.b.ends = rest
        self.b.ends = [*joined, *self.b.ends]

    def case(self, case: cst.MatchCase, subject: Value) -> list[int]:
        """The head of one case: opens the ends of its body, returns those where it does not match."""
        true, false = self.pattern(case.pattern, subject, case)
        self.b.ends = true
        for inner in walk(case.pattern):
            if isinstance(inner, (cst.MatchAs, cst.MatchStar)) and inner.name is not None:
                whole = inner is case.pattern and isinstance(inner, cst.MatchAs) and _irrefutable(inner.pattern)
                self.bind(inner.name, subject if whole else UNKNOWN, case)
        if case.guard is not None:
            true, unguarded = self.branch(case.guard)
            self.b.ends = true
            false = [*false, *unguarded]
        return false

    def pattern(self, pattern: cst.MatchPattern, subject: Value, case: cst.MatchCase) -> tuple[list[int], list[int]]:
        match pattern:
            case cst.MatchAs() if _irrefutable(pattern.pattern):
                return self.b.ends, []
            case cst.MatchSingleton() | cst.MatchValue() if isinstance(subject, Ref):
                constant = literal(pattern.value)
                if isinstance(constant, Const) and constant.value is None:
                    return self.b.choose(IsNone(subject.path), f"case {text_of(pattern)}", case)
                if isinstance(constant, Const):
                    return self.b.choose(Equals(subject.path, constant.value), f"case {text_of(pattern)}", case)
        return self.b.choose(Opaque("", ()), f"case {text_of(pattern)}", case)

    # --- definitions ------------------------------------------------------------------------------------------------

    def function(self, node: cst.FunctionDef) -> None:
        for decorator in node.decorators:
            self.value(decorator.decorator)
        for default in children(node.params):
            if isinstance(default, cst.Param) and default.default is not None:
                self.value(default.default)
        found = captured(node, self.scope)
        escapes = any(name not in _INERT_DECORATORS for name in decorator_names(node))
        self.b.emit(Close((node.name.value,), found.names, found.calls, found.passes, escapes), node)

    def klass(self, node: cst.ClassDef) -> None:
        for base in node.bases:
            self.value(base.value)
        if self.scope.kind == "module":
            self.class_body(node)
            return
        found = captured(node, self.scope)
        self.b.emit(Close((node.name.value,), found.names, found.calls, found.passes, True), node)

    def class_body(self, node: cst.ClassDef) -> None:
        """Class-level statements run with the module; what they store belongs to the class."""
        for line in body_list(node.body):
            if not isinstance(line, cst.SimpleStatementLine):
                continue
            for small in line.body:
                if isinstance(small, cst.Assign) and isinstance(small.value, cst.Call):
                    self.b.emit(Bind(("%out", "class"), self.value(small.value)), small)
                    self.settle()


_INERT_DECORATORS = frozenset({"functools.wraps", "wraps", "contextmanager", "contextlib.contextmanager", "staticmethod"})


def _tails(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """The calls whose value an expression statement drops: `x and x.close()`."""
    match node:
        case cst.BooleanOperation():
            yield from _tails(node.right)
        case cst.IfExp():
            yield from _tails(node.body)
            yield from _tails(node.orelse)
        case cst.Call():
            yield node


def _narrows(test: cst.BaseExpression) -> bool:
    """`assert p.stdin is not None` is written for the type checker."""
    match test:
        case cst.Comparison(left=cst.Attribute(), comparisons=[cst.ComparisonTarget(cst.IsNot(), cst.Name("None"))]):
            return True
        case _:
            return isinstance(test, cst.Attribute)


def _irrefutable(pattern: cst.MatchPattern | None) -> bool:
    """Whether `case PATTERN as name` (or no pattern at all) always matches."""
    return pattern is None or (isinstance(pattern, cst.MatchAs) and _irrefutable(pattern.pattern))


def body_list(suite: cst.BaseSuite) -> list[Statement]:
    """The statements of a suite."""
    return list(suite.body)


_LITERALS = (cst.Integer, cst.Float, cst.SimpleString)
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


def used_elsewhere(scope: Scope) -> set[str]:
    """Module names that a function or class of the module uses, or that the module exports."""
    found: set[str] = set()
    inner: list[Scope] = [*(f for fs in scope.functions.values() for f in fs), *scope.classes.values()]
    for s in inner:
        body = s.node.body if isinstance(s.node, (cst.FunctionDef, cst.ClassDef)) else None
        found.update(n.value for n in walk(body) if isinstance(n, cst.Name)) if body is not None else None
    for exported in scope.assigned.get("__all__", []):
        found.update(n.raw_value for n in walk(exported.value) if isinstance(n, cst.SimpleString))
    return found


_STATEMENTS: dict[type[cst.CSTNode], Callable[[Any, Any], None]] = {
    cst.Expr: _Statements.expression,
    cst.Assign: _Statements.assign,
    cst.AnnAssign: _Statements.annotated,
    cst.AugAssign: _Statements.augmented,
    cst.Return: _Statements.returned,
    cst.Raise: _Statements.raised,
    cst.Assert: _Statements.asserted,
    cst.Del: _Statements.deleted,
    cst.Import: _Statements.imported,
    cst.ImportFrom: _Statements.imported,
    cst.Break: _Statements.broken,
    cst.Continue: _Statements.continued,
    cst.If: _Statements.if_,
    cst.While: _Statements.while_,
    cst.For: _Statements.for_,
    cst.With: _Statements.with_,
    cst.Try: _Statements.try_,
    cst.TryStar: _Statements.try_,
    cst.Match: _Statements.match_,
    cst.FunctionDef: _Statements.function,
    cst.ClassDef: _Statements.klass,
}
