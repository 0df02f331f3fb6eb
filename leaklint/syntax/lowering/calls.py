"""Lowering calls and awaits."""

import libcst as cst

from leaklint.flow.ir import Arg, Bind, Callee, ExceptionTypes, Grade, Invoke, MayRaise, Raised
from leaklint.flow.values import ANY_ITEM, UNKNOWN, Path, Ref, Value
from leaklint.syntax.callees import callee_of
from leaklint.syntax.inference.arguments import argument_values
from leaklint.syntax.inference.classes import is_super
from leaklint.syntax.lowering.conditions import Conditions
from leaklint.syntax.lowering.core import AWAITED_TYPES
from leaklint.syntax.walk import dotted


class Calls(Conditions):
    """Lowers calls."""

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
        if callee.fact is not None and callee.fact.borrows and not callee.fact.consumes:
            for arg in node.args:
                self.iterated_partly(arg.value)
        args = self.arguments(node, through)
        called = self.called(node)
        if called is not None:
            callee = callee._replace(path=called)
        result = self.temp()
        effect = Invoke(result, callee, receiver, tuple(args), awaited or bool(through), discarded)
        raises = callee.no_return is None and not through and (callee.raises or awaited or callee.target is not None)
        raises = raises and not (callee.fact is not None and callee.fact.enters and self.all_enter_quietly(node, awaited))
        self.b.emit(effect, node, raises)
        self.never_returns(callee, node)
        if not through:
            return Ref(result)
        # What fails is the coroutine that the wrapper runs, not the wrapper.
        return self.passed_result([self.value(t, awaited=True) for t in through], result, node)

    def all_enter_quietly(self, node: cst.Call, awaited: bool) -> bool:
        """Whether `stack.enter_context(x)` does not raise in practice."""
        return bool(node.args) and all(self.enters_quietly(arg.value, awaited) for arg in node.args)

    def enters_quietly(self, node: cst.BaseExpression, asynchronous: bool) -> bool:
        """Whether the rules say of every type of the object that entering it does not raise in practice."""
        types = self.names.types(node, self.scope)
        method = "__aenter__" if asynchronous else "__enter__"
        kinds = [self.names.catalog.kind(k) for t in types for k in self.names.kinds(t)]
        return bool(kinds) and len(kinds) == len(types) and all(method in k.no_raise for k in kinds)

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
        if is_super(node.func.value) and self.scope.self_name is not None:
            return (self.scope.self_name,)
        value = self.value(node.func.value)
        return value.path if isinstance(value, Ref) else self.imported_lock(node.func)

    def imported_lock(self, func: cst.Attribute) -> Path | None:
        """`registry.lock.acquire()` of an imported object: other imported receivers are modules, as a rule, and hold nothing."""
        locks = (use for use in self.names.catalog.uses if use.shape == "lock")
        text = dotted(func.value)
        spoken = text is not None and any(func.attr.value in (*use.acquire, *use.release) for use in locks)
        return tuple(text.split(".")) if spoken and text is not None else None

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
