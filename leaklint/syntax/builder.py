"""Building a flow graph: nodes, open ends, and the frames that a jump or an exception passes on its way out.

`finally` bodies and the exits of `with` have one instance per (block, destination), as CPython compiles them. Past
`NODE_LIMIT` nodes the way of leaving becomes part of the state instead: one shared instance, entered with a hidden
variable that says where to go afterwards.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import libcst as cst

from leaklint.flow.ir import Bind, Choose, Dispatch, Effect, Leave, Node, Nothing, Resume
from leaklint.flow.values import Condition, Const, Equals, Path

NODE_LIMIT = 6000


@dataclass(slots=True, eq=False)
class Frame:
    """Something that a way out passes. `kind`: root, loop, handlers, cleanup (a `finally` body or the exit of a `with`)."""

    kind: str
    outer: "Frame | None"
    dispatch: int = -1
    break_to: int = -1
    continue_to: int = -1
    lower: Callable[[], None] | None = None
    hidden: Path | None = None
    asynchronous: bool = False
    swallows: tuple[str, ...] = ()
    swallowed_to: int = -1
    instances: dict[int, int] = field(default_factory=dict)
    failing: int = -1
    origin: cst.CSTNode | None = None
    shared: "Shared | None" = None


@dataclass(slots=True, eq=False)
class Shared:
    """The one instance of a cleanup past the node limit: its entry, its variable and the end of its chain of tests."""

    entry: int
    variable: Path
    chain: int
    count: int = 0


class Builder:
    """Nodes are appended at the open `ends`; nothing is open after a jump."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.origins: list[cst.CSTNode] = []
        self.ends: list[int] = []
        self.temps = 0
        self.keeping: dict[int, int] = {}
        self.exit = self.node(Nothing())
        self.failure = self.node(Nothing())
        self.over = self.node(Nothing())
        self.frame = Frame("root", None)
        self.entry = self.node(Nothing())
        self.ends = [self.entry]

    # --- nodes ------------------------------------------------------------------------------------------------------

    def node(self, effect: Effect, origin: cst.CSTNode | None = None) -> int:
        """A new node that nothing leads to yet."""
        index = -1
        if origin is not None:
            index = len(self.origins)
            self.origins.append(origin)
        self.nodes.append(Node(effect, origin=index))
        return len(self.nodes) - 1

    def emit(self, effect: Effect, origin: cst.CSTNode | None = None, raises: bool = False) -> int:
        """A new node after the open ends; it becomes the open end."""
        new = self.node(effect, origin)
        self.link(new)
        self.ends = [new]
        if raises:
            self.nodes[new].exceptional = self.failing(self.frame)
        return new

    def link(self, target: int) -> None:
        """Lead every open end to `target`; nothing is open afterwards."""
        for end in self.ends:
            self.nodes[end].successors.append(target)
        self.ends = []

    def temp(self) -> Path:
        """A fresh temporary."""
        self.temps += 1
        return (f"%t{self.temps}",)

    def kept(self, param: cst.Param) -> Path:
        """What a closure keeps as the default of a parameter: the same each time it is made."""
        return (f"%d{self.keeping.setdefault(id(param), len(self.keeping))}",)

    def hidden(self) -> Path:
        """A fresh hidden holder of a `with`."""
        self.temps += 1
        return (f"%w{self.temps}",)

    def choose(self, condition: Condition, text: str, origin: cst.CSTNode, negated: bool = False) -> tuple[list[int], list[int]]:
        """A branch; returns the open ends of its two sides."""
        branch = self.emit(Choose(condition, text, negated), origin)
        true, false = self.node(Nothing()), self.node(Nothing())
        self.nodes[branch].successors = [true, false]
        self.ends = []
        return [true], [false]

    # --- ways out ---------------------------------------------------------------------------------------------------

    def failing(self, frame: Frame | None) -> int:
        """Where an exception raised inside `frame` goes."""
        while frame is not None:
            if frame.kind == "handlers":
                return frame.dispatch
            if frame.kind == "cleanup":
                return self._failing_cleanup(frame)
            frame = frame.outer
        return self.failure

    def _failing_cleanup(self, frame: Frame) -> int:
        if frame.failing < 0:
            outer = self.failing(frame.outer)
            after = self.node(Resume())
            self.nodes[after].exceptional = outer
            frame.failing = self._copy(frame, after, failing=True)
        return frame.failing

    def leave(self, frame: Frame | None, stop: Frame | None, target: int) -> int:
        """The node to go to from inside `frame` so that `target` is reached through every cleanup up to `stop`."""
        while frame is not None and frame is not stop:
            if frame.kind == "cleanup":
                following = self.leave(frame.outer, stop, target)
                if following not in frame.instances:
                    frame.instances[following] = self._copy(frame, following)
                return frame.instances[following]
            frame = frame.outer
        return target

    def jump(self, target: int, stop: Frame | None = None) -> None:
        """Leave to `target` from here; nothing is open afterwards."""
        self.link(self.leave(self.frame, stop, target))

    def _copy(self, frame: Frame, following: int, failing: bool = False) -> int:
        """One instance of a cleanup, continuing at `following`; returns its entry."""
        if frame.hidden is None and len(self.nodes) > NODE_LIMIT:
            return self._join_shared(frame, following)
        saved = self.ends, self.frame
        entry = self.node(Nothing())
        self.ends, self.frame = [entry], frame.outer or self.frame
        if frame.hidden is not None:
            self._leave_with(frame, failing)
        elif frame.lower is not None:
            frame.lower()
        self.link(following)
        self.ends, self.frame = saved
        return entry

    def _leave_with(self, frame: Frame, failing: bool) -> None:
        assert frame.hidden is not None
        swallows = frame.swallows if failing else ()
        leave = self.emit(Leave(frame.hidden, frame.asynchronous, swallows), frame.origin)
        if swallows:
            self.nodes[leave].successors.append(frame.swallowed_to)

    def _join_shared(self, frame: Frame, following: int) -> int:
        if frame.shared is None:
            frame.shared = self._shared(frame)
        shared = frame.shared
        shared.count += 1
        entry = self.node(Bind(shared.variable, Const(shared.count)))
        self.nodes[entry].successors.append(shared.entry)
        test = self.node(Choose(Equals(shared.variable, shared.count), ""))
        rest = self.node(Nothing())
        self.nodes[test].successors = [following, rest]
        self.nodes[shared.chain].successors.append(test)
        shared.chain = rest
        return entry

    def _shared(self, frame: Frame) -> Shared:
        saved = self.ends, self.frame
        entry, chain = self.node(Nothing()), self.node(Nothing())
        self.ends, self.frame = [entry], frame.outer or self.frame
        self.temps += 1
        made = Shared(entry, (f"%leave{self.temps}",), chain)
        frame.shared = made
        if frame.lower is not None:
            frame.lower()
        self.link(chain)
        self.ends, self.frame = saved
        return made

    def dispatch(self, handlers: tuple[tuple[str, ...], ...], origin: cst.CSTNode) -> int:
        """A node where exceptions of a `try` arrive; the caller adds its successors."""
        return self.node(Dispatch(handlers), origin)
