"""Lowering lambdas, nested functions and classes: what they capture."""

from collections.abc import Iterator, Mapping

import libcst as cst

from leaklint.flow.ir import Bind, Callee, Close, FunctionRef
from leaklint.flow.values import Path, Ref, Value
from leaklint.syntax.callees import callee_of
from leaklint.syntax.captures import captured, outer, parameters
from leaklint.syntax.lowering.comprehensions import Comprehensions
from leaklint.syntax.lowering.core import body_list
from leaklint.syntax.scopes import decorator_names
from leaklint.syntax.walk import children, walk


class Closures(Comprehensions):
    """Lowers what runs later."""

    def closure(self, node: cst.Lambda) -> Value:
        defaults = self.defaults(node.params)
        result = self.temp()
        found = captured(node, self.scope, dict(defaults))
        calls = [(n, callee_of(self.names, n, self.scope)) for n in walk(node.body) if isinstance(n, cst.Call)]
        near = tuple(callee.target for _, callee in calls if callee.target is not None and callee.near and callee.raises)
        raises = any(callee.raises and not (callee.target is not None and callee.near) for _, callee in calls)
        own = parameters(node, dict(defaults))
        given = tuple(g for n, callee in calls for g in self.given(n, callee, own))
        passed = [(path, callee) for n, callee in calls for arg in n.args if (path := outer(arg.value, own))]
        passes = tuple((path, ref) for path, callee in passed for ref in callee.refs)
        passes = (*found.passes, *passes)
        effect = Close(result, found.names, found.calls, passes, raises=raises, given=given, targets=near, defaults=defaults)
        self.b.emit(effect, node)
        return Ref(result)

    def defaults(self, params: cst.Parameters) -> tuple[tuple[str, Path], ...]:
        """Evaluates the defaults; (parameter, where the closure keeps what may be of interest). It is kept until the function
        ends, or until the closure is made again, even if the closure is lost before: such a leak is found at the end, as one of
        another kind."""
        found = []
        for param in children(params):
            if isinstance(param, cst.Param) and param.default is not None:
                value = self.value(param.default)
                if isinstance(value, Ref) and (value.path[0].startswith("%") or self.scope.binds(value.path[0])):
                    kept = self.b.kept(param)
                    self.b.emit(Bind(kept, value), param)
                    found.append((param.name.value, kept))
        return tuple(found)

    def given(self, node: cst.Call, callee: Callee, own: Mapping[str, Path]) -> Iterator[tuple[Path, FunctionRef, int]]:
        """The names that a lambda hands to a project function: (path, function, position)."""
        if callee.target is None or callee.bound:
            return
        for i, arg in enumerate(node.args):
            path = outer(arg.value, own)
            if path and arg.keyword is None and not arg.star:
                yield path, callee.target, i

    def function(self, node: cst.FunctionDef) -> None:
        for decorator in node.decorators:
            self.value(decorator.decorator)
        defaults = self.defaults(node.params)
        found = captured(node, self.scope, dict(defaults))
        escapes = any(name not in _INERT_DECORATORS for name in decorator_names(node))
        made = Close((node.name.value,), found.names, found.calls, found.passes, escapes, defaults=defaults)
        self.b.emit(made, node)

    def klass(self, node: cst.ClassDef) -> None:
        for base in node.bases:
            self.value(base.value)
        if self.scope.kind == "module":
            self.class_body(node)
            return
        found = captured(node, self.scope, {})
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
