"""Lowering `if`, loops, `with` and `match`."""

import libcst as cst

from leaklint.flow.ir import Bind, Drop, Enter, FunctionRef, Next, Nothing, Unbind
from leaklint.flow.values import UNKNOWN, Const, Equals, IsNone, Opaque, Ref, Value
from leaklint.syntax.builder import Frame
from leaklint.syntax.constants import literal
from leaklint.syntax.lowering.core import body_list
from leaklint.syntax.lowering.handlers import Handlers
from leaklint.syntax.walk import dotted, text_of, walk


class Blocks(Handlers):
    """Lowers the statements that hold others."""

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
        source = self.kept(self.value(node.iter), node)
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
        if isinstance(source, Ref) and source.path[0].startswith("%i"):
            self.b.emit(Unbind(source.path), node)

    def kept(self, source: Value, node: cst.For) -> Value:
        """A temporary that is iterated over lives until the loop ends, not only until its first statement does."""
        if not isinstance(source, Ref) or not source.path[0].startswith("%t"):
            return source
        self.b.temps += 1
        kept = (f"%i{self.b.temps}",)
        self.b.emit(Bind(kept, source), node)
        return Ref(kept)

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
        target = self.entry(item.item, "__aenter__" if asynchronous else "__enter__")
        self.b.emit(Enter(source, hidden, asynchronous, not managed, target), item, True)
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
        managed = self.enters_quietly(item.item, asynchronous)
        swallows: tuple[str, ...] = ()
        if isinstance(item.item, cst.Call):
            facts = [f for _, f in self.names.facts(item.item, self.scope)]
            managed = managed or any(f.raises is False for f in facts)
            swallows = next((self.swallowed(f.suppresses, item.item) for f in facts if f.suppresses), ())
        return source, managed, swallows

    def entry(self, node: cst.BaseExpression, method: str) -> FunctionRef | None:
        """The method of this module that entering the object runs, if that is certain."""
        found = [self.names.method(t, method) for t in self.names.types(node, self.scope) if t.tag == "class"]
        if len(found) != 1 or found[0] is None or found[0][0] is not self.names:
            return None
        return FunctionRef(self.names.name or self.names.filename, found[0][1].qualname)

    def swallowed(self, suppresses: str | tuple[str, ...], call: cst.Call) -> tuple[str, ...]:
        if suppresses == "all":
            return ("BaseException",)
        if suppresses != "args":
            return (suppresses,) if isinstance(suppresses, str) else suppresses
        return tuple(t for arg in call.args if arg.keyword is None for t in self.exception_types(arg.value))

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


def _irrefutable(pattern: cst.MatchPattern | None) -> bool:
    """Whether `case PATTERN as name` (or no pattern at all) always matches."""
    return pattern is None or (isinstance(pattern, cst.MatchAs) and _irrefutable(pattern.pattern))


_LITERALS = (cst.Integer, cst.Float, cst.SimpleString)
UNROLL_LIMIT = 8
