"""What every part of lowering shares: the builder, the scope, temporaries."""

from collections.abc import Sequence
from typing import NamedTuple

import libcst as cst

from leaklint.flow.ir import Drop, ExceptionTypes, Grade, MayRaise
from leaklint.flow.values import Path, Value
from leaklint.syntax.builder import Builder
from leaklint.syntax.contract import Flags
from leaklint.syntax.scopes import Scope
from leaklint.syntax.types import ModuleNames

Ends = list[int]
AWAITED_TYPES = (ExceptionTypes.UNKNOWN, ExceptionTypes.CANCELLED)
Statement = cst.BaseStatement | cst.BaseSmallStatement


class Hooks(NamedTuple):
    """What decorators and frameworks do with a function (rules of kind `[[hook]]`)."""

    resumes: bool = False
    manager: str | None = None
    memoised: bool = False


class Lowering:
    """The state of lowering one function, and what every part may ask of the others. `dirty` says that temporaries are alive in
    the current statement; partly: generator expressions that may not be iterated to their end."""

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
        self.partly: set[int] = set()

    def fine(self, node: cst.CSTNode) -> None:
        """An edge that only the strictest setting follows."""
        if self.flags.fine:
            self.b.emit(MayRaise(Grade.ANY), node, True)

    def temp(self) -> Path:
        """A temporary of this statement."""
        self.dirty = True
        return self.b.temp()

    def iterated_partly(self, node: cst.BaseExpression) -> None:
        """A generator expression that whoever gets it may leave in the middle (`x in (..)`, `any(..)`, `next(..)`)."""
        if isinstance(node, cst.GeneratorExp):
            self.partly.add(id(node))

    def settle(self) -> None:
        """Temporaries die at the end of their statement."""
        if self.dirty and self.b.ends:
            self.b.emit(Drop())
        self.dirty = False

    # --- what other parts do ----------------------------------------------------------------------------------------

    def value(self, node: cst.BaseExpression, awaited: bool = False, discarded: bool = False) -> Value:
        """Evaluate an expression and say what its value is."""
        raise NotImplementedError

    def named(self, node: cst.NamedExpr) -> Value:
        """Evaluate `name := value`."""
        raise NotImplementedError

    def call(self, node: cst.Call, awaited: bool, discarded: bool) -> Value:
        """Evaluate a call."""
        raise NotImplementedError

    def branch(self, node: cst.BaseExpression) -> tuple[Ends, Ends]:
        """Evaluate a condition; returns the open ends where it holds and where it does not."""
        raise NotImplementedError

    def block(self, statements: Sequence[Statement]) -> None:
        """Lower statements, one after the other."""
        raise NotImplementedError


def body_list(suite: cst.BaseSuite) -> list[Statement]:
    """The statements of a suite."""
    return list(suite.body)
