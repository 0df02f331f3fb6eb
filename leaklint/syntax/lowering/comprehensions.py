"""Lowering comprehensions, and the head of every loop."""

from collections.abc import Callable

import libcst as cst

from leaklint.flow.ir import Bind, ExceptionTypes, Fork, Next, Nothing
from leaklint.flow.values import ANY_ITEM, PRESENT, Ref, Value
from leaklint.syntax.callees import callee_of
from leaklint.syntax.lowering.calls import Calls
from leaklint.syntax.lowering.core import AWAITED_TYPES


class Comprehensions(Calls):
    """Lowers comprehensions."""

    def comprehension(self, node: cst.BaseSimpleComp | cst.DictComp) -> Value:
        result = self.temp()
        self.b.emit(Bind(result, PRESENT), node)
        stop = self.b.node(Nothing()) if id(node) in self.partly else None

        def element() -> None:
            if isinstance(node, cst.DictComp):
                self.value(node.key)
                made = self.value(node.value)
            else:
                assert isinstance(node, cst.BaseSimpleComp)
                made = self.value(node.elt)
            if isinstance(made, Ref):
                self.b.emit(Bind((*result, ANY_ITEM), made, weak=True), node)
            if stop is not None:
                fork, on = self.b.emit(Fork(), node), self.b.node(Nothing())
                self.b.nodes[fork].successors = [on, stop]
                self.b.ends = [on]

        self.comp_for(node.for_in, element)
        self.b.ends = [*self.b.ends, *([stop] if stop is not None else [])]
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
        types = AWAITED_TYPES if asynchronous else (ExceptionTypes.UNKNOWN,) if raises else ()
        head = self.b.emit(Next(self.temp(), source.path if isinstance(source, Ref) else None, self.loops, types), origin, raises)
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
