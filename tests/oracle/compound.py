"""Statements with blocks: branches, loops, handlers, `with`, `match`. Each returns whether it wrote anything."""

from collections.abc import Callable

from tests.oracle.resources import KINDS, acquisition, held, release_text
from tests.oracle.simple import condition, exceptions, leave, risk_text
from tests.oracle.writer import Scope, Var, Writer, join

Block = Callable[[Writer], None]


def branch(w: Writer, block: Block) -> bool:
    """`if`, with any number of further arms."""
    start, ends = w.scope.copy(), []
    w.line(f"if {condition(w)}:")
    ends.append(w.branch(start, lambda: _arm(w, block)))
    if w.chance(0.15):
        w.scope = start.copy()
        w.line(f"elif {condition(w)}:")
        ends.append(w.branch(start, lambda: _arm(w, block)))
    if w.chance(0.4):
        w.line("else:")
        ends.append(w.branch(start, lambda: _arm(w, block)))
    else:
        ends.append(start)
    w.scope = join(ends)
    return True


def _arm(w: Writer, block: Block) -> None:
    if w.chance(0.3):
        leave(w)
    else:
        block(w)
        if not w.scope.dead and w.chance(0.2):
            leave(w)


def none_branch(w: Writer, block: Block) -> bool:
    """A None test that tells the name apart in its arm."""
    names = w.known(lambda var: var.nullable and var.kind in KINDS)
    if not names:
        return False
    name = w.pick(*names)
    start = w.scope.copy()
    sure = w.scope.copy()
    sure.names[name] = Var(w.kind(name), False, sure.names[name].owed)
    if w.chance(0.3):
        w.line(f"if {w.pick('{} is None', 'not {}').format(name)}:")
        gone = w.branch(start, lambda: _arm(w, block))
        w.scope = join([sure, gone]) if not gone.dead else sure
        return True
    w.line(f"if {w.pick('{} is not None', '{}').format(name)}:")
    w.scope = join([w.branch(sure, lambda: _arm(w, block)), start])
    return True


def loop(w: Writer, block: Block) -> bool:
    start = w.scope.copy()
    header = w.pick("while lib.c({0}):", "for i{0} in lib.rows({0}):", "for i{0} in lib.steps({0}):", "while True:")
    if w.asynchronous and w.chance(0.4):
        header = "async for i{0} in lib.arows({0}):"
    endless = header == "while True:"
    w.line(header.format(w.number()))
    w.loops.append([])
    w.breaks.append([])
    w.outer.append(frozenset(start.names))
    end = w.branch(start, lambda: _loop_body(w, block, endless))
    w.outer.pop()
    rounds, breaks = w.loops.pop(), w.breaks.pop()
    done = Scope(dead=True) if endless else join([start, end, *rounds])
    if not endless and w.chance(0.15):
        w.line("else:")
        done = w.branch(done, lambda: block(w))
    w.scope = join([done, *breaks])
    return True


def _loop_body(w: Writer, block: Block, endless: bool) -> None:
    block(w)
    if endless and not w.scope.dead:
        w.line(f"if lib.c({w.number()}):")
        w.line("    break")
        w.breaks[-1].append(w.scope.copy())


def handler_types(w: Writer) -> str:
    if w.chance(0.35):
        return w.pick(" Exception", " BaseException", "", " Exception")
    if w.chance(0.2):
        return f" ({', '.join(w.rng.sample(exceptions(w), 2))})"
    if w.asynchronous and w.chance(0.2):
        return " asyncio.CancelledError"
    return f" {w.pick(*exceptions(w))}"


def _hides(before: str, types: str) -> bool:
    """Whether a handler leaves nothing for one that comes after it."""
    special = {"lib.SubError": "lib.Error", "FileNotFoundError": "OSError", "Denial": "Refusal"}
    later = [name.strip(" ()") for name in types.split(",")]
    earlier = {name.strip(" ()") for name in before.split(",")}
    if earlier & {"", "BaseException", "Exception"}:
        return True
    return all(name in earlier or special.get(name) in earlier for name in later)


def attempt(w: Writer, block: Block) -> bool:
    """`try` with handlers, `else`, `finally`."""
    start = w.scope.copy()
    final = w.chance(0.35)
    handlers = w.rng.choice([1, 1, 1, 2]) if not final or w.chance(0.4) else 0
    with w.guarded() as everywhere:
        w.line("try:")
        with w.guarded() as struck:
            end = w.branch(start, lambda: block(w))
        ends = [end]
        named: list[str] = []
        for _ in range(handlers):
            types = handler_types(w)
            if any(_hides(before, types) for before in named):
                break
            named.append(types)
            caught = f"e{w.number()}" if types and w.chance(0.3) else ""
            w.line(f"except{types}{f' as {caught}' if caught else ''}:")
            w.handling += 1
            w.caught += [caught] if caught else []
            ends.append(w.branch(struck, lambda: _handler(w, block)))
            w.caught = w.caught[:-1] if caught else w.caught
            w.handling -= 1
        if handlers and w.chance(0.2) and not end.dead:
            w.line("else:")
            ends[0] = w.branch(end, lambda: block(w))
    after = join(ends)
    w.scope = after
    if final:
        _finally(w, everywhere, after, block)
    return True


def _handler(w: Writer, block: Block) -> None:
    for name in held(w, owed=True):
        if w.chance(0.5) and not w.nullable(name):
            w.line(release_text(w, name))
            if w.chance(0.5):
                w.settle(name)
    if w.chance(0.35):
        block(w)
    if not w.scope.dead and w.chance(0.6):
        leave(w)


def _finally(w: Writer, everywhere: Scope, after: Scope, block: Block) -> None:
    w.line("finally:")
    w.finals += 1
    end = w.branch(everywhere, lambda: _release_all(w, block))
    w.finals -= 1
    w.scope = after
    for name, var in end.names.items():
        if not var.owed and name in w.scope.names:
            w.settle(name)
    w.scope.dead |= end.dead


def _release_all(w: Writer, block: Block) -> None:
    for name in held(w, owed=True):
        if w.chance(0.85):
            close = release_text(w, name)
            w.line(f"if {name} is not None:" if w.nullable(name) else close)
            if w.nullable(name):
                w.line("    " + close)
            w.settle(name)
    if w.chance(0.2):
        block(w)


def enter(w: Writer, block: Block) -> bool:
    """`with` on a fresh resource, on one that is held, on a manager that is none."""
    match w.rng.randrange(10):
        case 0 | 1 | 2 | 3:
            _enter_fresh(w, block)
        case 4 | 5:
            _enter_held(w, block)
        case 6:
            _enter_stack(w, block)
        case 7:
            _enter_two(w, block)
        case _:
            _enter_other(w, block)
    return True


def _with(w: Writer, header: str, block: Block, suppresses: bool = False) -> None:
    start = w.scope.copy()
    w.line(header)
    with w.guarded() as struck:
        end = w.branch(start, lambda: block(w))
    w.scope = join([end, struck]) if suppresses else end


def _enter_fresh(w: Writer, block: Block) -> None:
    kind = w.pick(*["ares" if w.asynchronous else "res"] * 4, "res", "conn", "file", "res" if w.local else "owner", "handle")
    text, name = acquisition(w, kind), w.fresh("x")
    if kind == "handle" or (kind != "ares" and w.chance(0.2)):
        kind = "res" if kind == "handle" else kind
        text = f"contextlib.closing({acquisition(w, kind)})"
    w.bind(name, kind)
    bound = f" as {name}" if w.chance(0.8) else ""
    if not bound:
        w.unbind(name)
    _with(w, f"{'async ' if kind == 'ares' else ''}with {text}{bound}:", block)


def _enter_held(w: Writer, block: Block) -> None:
    names = [name for name in held(w) if not w.nullable(name) and w.kind(name) not in {"handle", "slot"}]
    if not names:
        return _enter_fresh(w, block)
    name = w.pick(*names)
    w.settle(name)
    if w.kind(name) in {"ares", "aowner"}:
        return _with(w, f"async with {w.pick(name, name, f'contextlib.aclosing({name})')}:", block)
    text = f"contextlib.closing({name})" if w.chance(0.3) else name
    return _with(w, f"with {text}:", block)


def _enter_stack(w: Writer, block: Block) -> None:
    stack, name = w.fresh("stack"), w.fresh("x")
    if w.asynchronous and w.chance(0.6):
        return _with(w, f"async with contextlib.AsyncExitStack() as {stack}:", lambda _w: _fill_async(w, stack, name, block))
    return _with(w, f"with contextlib.ExitStack() as {stack}:", lambda _w: _fill(w, stack, name, block))


def _fill(w: Writer, stack: str, name: str, block: Block) -> None:
    """Enter a resource on the stack, or register its release."""
    kind = w.pick("res", "res", "conn", "handle", "file")
    if kind in {"res", "file"} and w.chance(0.6):
        w.line(f"{name} = {stack}.enter_context({acquisition(w, kind)})")
        w.bind(name, kind)
    else:
        close = KINDS[kind].close.format(x=name)
        options = [f"{stack}.callback({close})", f"{stack}.callback(lambda: {close}())"]
        _fill_later(w, kind, name, w.pick(*options, *([f"{stack}.push({name})"] if kind in {"res", "file"} else [])))
    block(w)


def _fill_async(w: Writer, stack: str, name: str, block: Block) -> None:
    if w.chance(0.6):
        w.line(f"{name} = await {stack}.enter_async_context({acquisition(w, 'ares')})")
        w.bind(name, "ares")
    else:
        _fill_later(w, "ares", name, f"{stack}.push_async_callback({name}.aclose)")
    block(w)


def _fill_later(w: Writer, kind: str, name: str, register: str) -> None:
    w.line(f"{name} = {acquisition(w, kind)}")
    w.bind(name, kind, owed=True)
    if w.chance(0.3):
        w.line(risk_text(w))
    if w.chance(0.85):
        w.line(register)
        w.settle(name)


def _enter_two(w: Writer, block: Block) -> None:
    first, second = w.fresh("x"), w.fresh("x")
    w.bind(first, "res")
    w.bind(second, "res")
    _with(w, f"with {acquisition(w, 'res')} as {first}, {acquisition(w, 'res')} as {second}:", block)


def _enter_other(w: Writer, block: Block) -> None:
    if not w.local and w.chance(0.2):
        name = w.fresh("x")
        w.bind(name, "res")
        return _with(w, f"with h_opened() as {name}:", block)
    if w.chance(0.4):
        return _with(w, "with lib.guard():", block)
    kinds = ", ".join(w.rng.sample(exceptions(w), w.pick(1, 2)))
    text = w.pick(f"lib.suppress({kinds})", "lib.suppress_all()", f"contextlib.suppress({kinds})")
    return _with(w, f"with {text}:", block, suppresses=True)


def choice(w: Writer, block: Block) -> bool:
    """`match` on an opaque value, or on a name that may be None."""
    start, ends = w.scope.copy(), []
    names = w.known(lambda var: var.nullable and var.kind in KINDS)
    if names and w.chance(0.5):
        w.line(f"match {w.pick(*names)}:")
        arms = ("case None:", "case _:")
    else:
        w.line(f"match lib.v({w.number()}):")
        guarded = f"case 0 if lib.c({w.number()}):"
        arms = w.pick(("case 0:", "case 1:", "case _:"), ("case 0:", "case 1 | 2:"), ("case 0:", "case 1:"), (guarded, "case 1:"))
    with w.indented():
        for arm in arms:
            w.scope = start.copy()
            w.line(arm)
            ends.append(w.branch(start, lambda: _arm(w, block)))
    w.scope = join([*ends, start])
    return True
