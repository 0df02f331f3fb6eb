"""Lowering `try`: handlers, `else`, and one instance of `finally` per way out."""

import libcst as cst

from leaklint.flow.exceptions import EVERYTHING, Catch, catches
from leaklint.flow.ir import Caught, Grade, MayRaise, Nothing
from leaklint.flow.values import Known
from leaklint.syntax.builder import Frame
from leaklint.syntax.lowering.core import Statement, body_list
from leaklint.syntax.lowering.failures import may_fail
from leaklint.syntax.lowering.statements import SimpleStatements


class Handlers(SimpleStatements):
    """Lowers exception handling."""

    def exception_types(self, node: cst.BaseExpression) -> tuple[str, ...]:
        """The type names of an `except` clause; "?" for one that has no name."""
        if isinstance(node, (cst.Tuple, cst.List)):
            return tuple(t for e in node.elements for t in self.exception_types(e.value))
        aliased = self.tuple_alias(node)
        if aliased is not None:
            return self.exception_types(aliased)
        return self.names.qualified(node, self.scope)[:1] or self.own_exception(node) or ("?",)

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
        expected = self.expected(node, types)
        self.b.emit(MayRaise(Grade.ANY, expected) if expected else Nothing(), node if expected else None, bool(expected))
        self.block(body_list(node.body))
        self.b.frame = cleanup
        if node.orelse is not None:
            self.block(body_list(node.orelse.body))
        joined = self.b.ends
        for handler in node.handlers:
            joined = [*joined, *self.handler(handler, dispatch)]
        self.b.nodes[dispatch].successors.append(self.b.failing(cleanup))
        self.b.ends = joined

    def expected(self, node: cst.Try | cst.TryStar, types: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
        """`try: return cache[key]` with `except KeyError`: nobody writes such a handler for what never raises. Only what is
        acquired later takes these edges, as if they left from the start of the body (errs to silence)."""
        if self.flags.fine:
            return ()
        found = may_fail(node.body, self.is_module)
        named = {t for group in types for t in group if t not in EVERYTHING or not found.calls}
        return tuple(t for t in found.types if any(catches(t, name) is Catch.YES for name in named))

    def is_module(self, name: str) -> bool:
        """Whether a name is an imported module."""
        owner = self.names.owner(name, self.scope)
        return owner is not None and name in owner.modules

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
