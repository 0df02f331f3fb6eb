"""Lowering simple statements."""

from collections.abc import Iterator, Sequence

import libcst as cst

from leaklint.flow.exceptions import lineage
from leaklint.flow.ir import Bind, ExceptionTypes, Grade, Invoke, MayRaise, Raised, Unbind
from leaklint.flow.values import ANY_ITEM, RETURNED, UNKNOWN, Const, Ref, Value
from leaklint.syntax.builder import Frame
from leaklint.syntax.lowering.expressions import Expressions


class SimpleStatements(Expressions):
    """Lowers the statements that hold no others."""

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
        self.answer(node.value, node)

    def answer(self, expression: cst.BaseExpression | None, node: cst.CSTNode) -> None:
        """Leave with the value of an expression."""
        value: Value = self.value(expression) if expression is not None else Const(None)
        self.b.emit(Bind(RETURNED, value), node)
        self.settle()
        self.b.jump(self.b.exit)

    def made_to_raise(self) -> None:
        """Making the exception that is raised does not raise another one in practice (errs to silence)."""
        last = self.b.nodes[-1]
        if isinstance(last.effect, Invoke) and last.effect.callee.constructs:
            last.exceptional = -1

    def own_exception(self, node: cst.BaseExpression) -> tuple[str, ...]:
        """The name of an exception class of this module, with its bases; () if it is none."""
        found = self.names.function(node, self.scope)
        if found is None or found[0] is not self.names.whole or found[1].kind != "class":
            return ()
        itself = self.names.class_type(found[1])
        classes = (names.class_type(klass).name for names, klass in self.names.ancestry(itself))
        return (lineage((*classes, *self.names.outside_bases(itself))),)

    def raised(self, node: cst.Raise) -> None:
        types: tuple[str, ...] = (ExceptionTypes.UNKNOWN,)
        handler: int | None = None
        if node.exc is None:
            handler = self.handling[-1] if self.handling else None
        else:
            named = node.exc.func if isinstance(node.exc, cst.Call) else node.exc
            self.value(node.exc)
            self.made_to_raise()
            if node.cause is not None:
                self.value(node.cause.item)
            types = self.names.qualified(named, self.scope) or self.own_exception(named) or (ExceptionTypes.UNKNOWN,)
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
