"""Further statements with blocks: exception groups, comprehensions, bindings in the head of a loop, stacks that are emptied."""

from tests.oracle.compound import Block
from tests.oracle.resources import acquisition, held, release_text
from tests.oracle.simple import guard, risk_text
from tests.oracle.writer import Writer, join


def attempt_star(w: Writer, block: Block) -> bool:
    """`try: ... except* ValueError: ...`. The handlers raise nothing: that would come out as a group."""
    start = w.scope.copy()
    w.line("try:")
    with w.guarded() as struck:
        end = w.branch(start, lambda: block(w))
    kinds = w.rng.sample(["ValueError", "OSError", "KeyError"], w.pick(1, 2))
    ends = [end]
    for kind in kinds:
        w.line(f"except* {kind}:")
        ends.append(w.branch(struck, lambda: _calm(w)))
    w.scope = join(ends)
    return True


def _calm(w: Writer) -> None:
    """Releases, which never raise."""
    for name in held(w, owed=True):
        if w.chance(0.6) and not w.nullable(name):
            text = release_text(w, name)
            if text.startswith(("await", "h_close_safely")):
                continue
            w.line(text)
            w.settle(name)


def walrus_loop(w: Writer, block: Block) -> bool:
    """`while x := acquire():`"""
    name = w.fresh("x")
    start = w.scope.copy()
    start.names.pop(name, None)
    w.line(w.pick(f"while {name} := lib.try_open():", f"while ({name} := lib.try_open()) is not None:"))
    w.loops.append([])
    w.breaks.append([])
    w.outer.append(frozenset(start.names))

    def body() -> None:
        w.bind(name, "res", owed=True)
        block(w)
        if not w.scope.dead and name in w.scope.names and w.chance(0.8):
            guard(w, name, release_text(w, name))

    end = w.branch(start, body)
    w.outer.pop()
    w.scope = join([start, end, *w.loops.pop(), *w.breaks.pop()])
    w.scope.names.pop(name, None)
    return True


def comprehension(w: Writer, block: Block) -> bool:
    """A list of resources, which a loop releases."""
    items, item = w.fresh("xs"), w.fresh("x")
    text = acquisition(w, w.pick("res", "file"))
    w.line(f"{items} = [{text} for i{w.number()} in {w.pick('lib.steps', 'lib.rows')}({w.number()})]")
    if w.chance(0.4):
        w.line(risk_text(w))
    if w.chance(0.85):
        w.line(f"for {item} in {items}:")
        w.line(f"    {item}.close()")
    return True


def popped(w: Writer, block: Block) -> bool:
    """Everything is released if something fails; else somebody else gets it, or what is done with it comes later."""
    stack, name = w.fresh("stack"), w.fresh("x")
    w.line(f"with contextlib.ExitStack() as {stack}:")

    def body() -> None:
        w.line(f"{name} = {stack}.enter_context({acquisition(w, 'res')})")
        w.bind(name, "res")
        w.line(risk_text(w))
        if w.chance(0.4):
            block(w)
        if w.scope.dead:
            return
        w.line(f"{stack}.pop_all()")
        if w.chance(0.6) and not (w.yielding or w.finals):
            w.line(f"return {name}" if name in w.scope.names else "return")
            w.die()
        else:
            block(w)

    w.scope = w.branch(w.scope.copy(), body)
    return True
