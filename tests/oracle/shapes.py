"""The shapes in which people really write acquisitions: most are right, some forget one thing."""

from tests.oracle.compound import Block, handler_types
from tests.oracle.resources import KINDS, acquisition, available, choose, held, not_none, release_text
from tests.oracle.simple import condition, guard, risk_text
from tests.oracle.writer import Writer, join


def _acquired(w: Writer) -> str:
    """Acquire something, under a new name."""
    kind, name = w.pick(*available(w)), w.fresh("x")
    w.line(f"{name} = {acquisition(w, kind)}")
    w.bind(name, kind, owed=True)
    return name


def straight(w: Writer, block: Block) -> bool:
    """Acquire, do something, release."""
    name = _acquired(w)
    block(w)
    if not w.scope.dead and name in w.scope.names:
        guard(w, name, release_text(w, name))
        w.settle(name)
    return True


def try_finally(w: Writer, block: Block) -> bool:
    name = _acquired(w)
    if w.chance(0.15):
        w.line(risk_text(w))
    w.settle(name)
    start = w.scope.copy()
    w.line("try:")
    with w.guarded() as everywhere:
        end = w.branch(start, lambda: block(w))
    w.line("finally:")
    w.finals += 1
    w.branch(everywhere, lambda: _last(w, name))
    w.finals -= 1
    w.scope = end
    return True


def _last(w: Writer, name: str) -> None:
    if name not in w.scope.names:
        return
    if w.chance(0.1):
        w.line(risk_text(w))
    guard(w, name, release_text(w, name))


def none_first(w: Writer, block: Block) -> bool:
    """`x = None; try: x = acquire() ... finally: if x is not None: release`."""
    kind, name = w.pick(*available(w)), w.fresh("x")
    w.line(f"{name} = None")
    w.bind(name, kind, nullable=True)
    start = w.scope.copy()
    w.line("try:")

    def body() -> None:
        if w.chance(0.4):
            w.line(risk_text(w))
        w.line(f"{name} = {acquisition(w, kind)}")
        w.bind(name, kind)
        block(w)

    with w.guarded() as everywhere:
        end = w.branch(start, body)
    w.line("finally:")
    w.finals += 1
    w.branch(everywhere, lambda: _last(w, name))
    w.finals -= 1
    w.scope = end
    return True


def release_on_error(w: Writer, block: Block) -> bool:
    """`try: ... except: release; raise`, then release or hand over."""
    name = _acquired(w)
    start = w.scope.copy()
    w.line("try:")
    with w.guarded() as struck:
        end = w.branch(start, lambda: block(w))
    w.line(f"except{w.pick(' BaseException', ' Exception', '', handler_types(w))}:")

    def handler() -> None:
        if name in w.scope.names:
            guard(w, name, release_text(w, name))
            w.settle(name)
        w.line(w.pick("raise", "raise", "raise lib.Error", "return"))
        w.die()

    w.handling += 1
    w.branch(struck, handler)
    w.handling -= 1
    w.scope = end
    if not w.scope.dead and name in w.scope.names and w.chance(0.7):
        guard(w, name, release_text(w, name))
        w.settle(name)
    return True


def flagged(w: Writer, block: Block) -> bool:
    """Acquire under a flag or condition, release under the same."""
    kind, name, opened = w.pick(*available(w)), w.fresh("x"), w.fresh("flag")
    w.line(f"{name}, {opened} = None, False" if w.chance(0.5) else f"{name} = None")
    if not w.lines[-1].endswith("False"):
        w.line(f"{opened} = False")
    w.line(f"if {condition(w)}:")
    w.line(f"    {name} = {acquisition(w, kind)}")
    w.line(f"    {opened} = True")
    w.bind(name, kind, nullable=True)
    w.bind(opened, "flag")
    start = w.scope.copy()
    w.line("try:")
    with w.guarded() as everywhere:
        end = w.branch(start, lambda: block(w))
    w.line("finally:")
    with w.indented():
        w.scope = everywhere
        still = name in w.scope.names and opened in w.scope.names
        w.line(f"if {opened if w.chance(0.8) else not_none(w, name)}:" if still else "lib.n()")
        if still:
            w.line(f"    {release_text(w, name)}")
    w.scope = end
    return True


def owned(w: Writer, block: Block) -> bool:
    """A parameter that may be None: acquire one's own, and release only that."""
    if "given" not in w.scope.names or w.loops:
        return False
    kind = w.kind("given")
    w.unbind("given")
    w.line("own = given is None")
    w.line("if own:")
    w.line(f"    given = {acquisition(w, kind)}")
    w.line("try:")
    start = w.scope.copy()
    with w.guarded():
        end = w.branch(start, lambda: _use_given(w, kind, block))
    w.line("finally:")
    w.line("    if own:")
    w.line(f"        {release_text_of(w, kind)}")
    w.scope = end
    return True


def _use_given(w: Writer, kind: str, block: Block) -> None:
    w.line(choose(w, KINDS[kind].use).format(x="given"))
    block(w)


def release_text_of(w: Writer, kind: str) -> str:
    return choose(w, KINDS[kind].release).format(x="given")


def each_round(w: Writer, block: Block) -> bool:
    """Acquire and release in every round of a loop."""
    start = w.scope.copy()
    w.line(w.pick("for i{0} in lib.rows({0}):", "while lib.c({0}):").format(w.number()))
    w.loops.append([])
    w.breaks.append([])
    w.outer.append(frozenset(start.names))
    end = w.branch(start, lambda: straight(w, block) and None)
    w.outer.pop()
    w.scope = join([start, end, *w.loops.pop(), *w.breaks.pop()])
    return True


def collected(w: Writer, block: Block) -> bool:
    """Acquire into a container made here; release what is in it."""
    items, item = w.fresh("xs"), w.fresh("x")
    text = acquisition(w, "res")
    match w.rng.randrange(4 if w.local else 6):
        case 0 | 1:
            w.line(f"{items} = []")
            w.line(f"{items}.append({text})")
            block_end = f"for {item} in {items}:\n    {item}.close()"
        case 2:
            w.line(f"{items} = [{text}, {acquisition(w, 'res')}]")
            block_end = f"for {item} in {items}:\n    {item}.close()"
        case 3:
            w.line(f'{items} = {{"k": {text}}}')
            block_end = f'{items}["k"].close()'
        case 4:
            w.line(f"{items} = Keep({text})")
            block_end = f"{items}.item.close()"
        case _:
            w.line(f"{items} = Plain()")
            w.line(f"{items}.item = {text}")
            block_end = f"{items}.item.close()"
    if w.chance(0.5):
        w.line(risk_text(w))
    if w.chance(0.25) and "env" in w.scope.names:
        block_end = f"env.kept = {items}"
    if w.chance(0.85):
        for line in block_end.split("\n"):
            w.line(line)
    return True


def both(w: Writer, block: Block) -> bool:
    """Two at once, released by a loop over a literal."""
    first, second = w.fresh("x"), w.fresh("x")
    kind = w.pick("res", "res", "conn", "file")
    w.line(f"{first} = {acquisition(w, kind)}")
    w.bind(first, kind, owed=True)
    if w.chance(0.3):
        block(w)
    if w.scope.dead or first not in w.scope.names:
        return True
    w.line(f"{second} = {acquisition(w, kind)}")
    w.bind(second, kind, owed=True)
    if w.chance(0.3):
        w.line(risk_text(w))
    if not w.nullable(first):
        item = w.fresh("x")
        w.line(f"for {item} in {w.pick('({}, {})', '[{}, {}]').format(first, second)}:")
        w.line(f"    {item}.close()")
        w.settle(first)
        w.settle(second)
    return True


def nested(w: Writer, block: Block) -> bool:
    """A function within that uses, releases or captures what is held."""
    names = [name for name in held(w) if not w.nullable(name) and w.kind(name) not in {"slot", "ares", "aowner"}]
    if not names or w.local:
        return False
    name, inner = w.pick(*names), w.fresh("inner")
    close = choose(w, KINDS[w.kind(name)].release).format(x=name)
    body = w.pick(f"{name}.use()", close, close, "lib.peek(1)")
    releases, parameter = body == close, ""
    if int(inner.removeprefix("inner")) % 4 == 0 and name in body:  # the object is kept, not the name
        body, parameter = body.replace(name, "y"), f"y={name}"
    if w.chance(0.4):
        w.line(f"{inner} = lambda {parameter}: {body}".replace(" :", ":"))
    else:
        w.line(f"def {inner}({parameter}):")
        w.line(f"    {body}")
    if w.chance(0.3):
        block(w)
    if w.scope.dead:
        return True
    w.line(f"env.callback = {inner}" if "env" in w.scope.names and w.chance(0.25) else f"{inner}()")
    if releases and name in w.scope.names:
        w.settle(name)
    return True


def walrus(w: Writer, block: Block) -> bool:
    """A binding within the test."""
    name = w.fresh("x")
    w.line(w.pick(f"if {name} := lib.try_open():", f"if ({name} := lib.try_open()) is not None:"))
    start = w.scope.copy()
    start.names.pop(name, None)

    def body() -> None:
        w.bind(name, "res", owed=True)
        block(w)
        if not w.scope.dead and name in w.scope.names and w.chance(0.7):
            guard(w, name, release_text(w, name))

    end = w.branch(start, body)
    w.scope = join([end, start])
    return True
