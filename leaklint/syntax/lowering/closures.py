"""Lowering lambdas, nested functions and classes: what they capture."""

from collections.abc import Iterator

import libcst as cst

from leaklint.flow.ir import Bind, Callee, Close, FunctionRef
from leaklint.flow.values import Path, Ref, Value
from leaklint.syntax.callees import callee_of
from leaklint.syntax.captures import captured
from leaklint.syntax.lowering.comprehensions import Comprehensions
from leaklint.syntax.lowering.core import body_list
from leaklint.syntax.scopes import decorator_names
from leaklint.syntax.walk import children, dotted, walk


class Closures(Comprehensions):
    """Lowers what runs later."""

    def closure(self, node: cst.Lambda) -> Value:
        for default in (p.default for p in node.params.params if p.default is not None):
            self.value(default)
        result = self.temp()
        found = captured(node, self.scope)
        calls = [(n, callee_of(self.names, n, self.scope)) for n in walk(node.body) if isinstance(n, cst.Call)]
        near = tuple(callee.target for _, callee in calls if callee.target is not None and callee.near and callee.raises)
        raises = any(callee.raises and not (callee.target is not None and callee.near) for _, callee in calls)
        given = tuple(g for n, callee in calls for g in self.given(n, callee))
        passes = tuple((path, ref) for n, callee in calls for path in self.passed_names(n) for ref in callee.refs)
        effect = Close(result, found.names, found.calls, (*found.passes, *passes), raises=raises, given=given, targets=near)
        self.b.emit(effect, node)
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

    def function(self, node: cst.FunctionDef) -> None:
        for decorator in node.decorators:
            self.value(decorator.decorator)
        for default in children(node.params):
            if isinstance(default, cst.Param) and default.default is not None:
                self.value(default.default)
        found = captured(node, self.scope)
        escapes = any(name not in _INERT_DECORATORS for name in decorator_names(node))
        made = Close((node.name.value,), found.names, found.calls, found.passes, escapes, defaults=found.defaults)
        self.b.emit(made, node)

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
