"""Statements without a block: acquisitions, uses, releases, hand-overs, bindings, exits.

Each returns whether it wrote anything: it writes nothing where it would be ill-formed.
"""

from tests.oracle.resources import KINDS, acquisition, available, choose, connections, held, not_none, release_text, use_text
from tests.oracle.writer import Writer

_EXCEPTIONS = ("ValueError", "OSError", "KeyError", "lib.Error", "lib.SubError", "FileNotFoundError")
_OF_MODULE = ("Refusal", "Denial")


def exceptions(w: Writer) -> tuple[str, ...]:
    """The exceptions that handlers name."""
    return _EXCEPTIONS if w.local else (*_EXCEPTIONS, *_OF_MODULE)


def raised(w: Writer) -> tuple[str, ...]:
    """Those that are raised. That the library's one exception is a special case of its other is not known: see
    `test_imprecise`."""
    return tuple(name for name in exceptions(w) if name != "lib.SubError")


KEEPERS = (
    ("env", "env.item = {x}"),
    ("env", "h_store(env, {x})"),
    ("box", "box.append({x})"),
    ("shelf", 'shelf["k"] = {x}'),
)


def risk_text(w: Writer) -> str:
    """A call that may raise, and touches no resource."""
    if w.asynchronous and w.chance(0.4):
        return f"await lib.ar({w.number()})"
    if not w.local and w.chance(0.08):
        return f"h_refuse({w.number()})"
    return w.pick("lib.r({})", "lib.r({})", "lib.rv({})", "lib.ro({})", "lib.rk({})", "lib.rc({})").format(w.number())


def condition(w: Writer) -> str:
    """An opaque condition, a flag, a repeated condition, a None test, or two of them."""
    flags = w.known(lambda var: var.kind == "flag")
    maybe = w.known(lambda var: var.nullable and var.kind in KINDS)
    texts = w.known(lambda var: var.kind == "text")
    numbers = w.known(lambda var: var.kind == "number")
    options = [f"lib.c({w.number()})"] * 3
    options += [w.pick("{}", "{}", "not {}").format(name) for name in flags] * 2
    options += [w.pick("{0} is None", "{0} is not None", "{0}", "not {0}").format(name) for name in maybe]
    options += [w.pick('{}.startswith("a")', 'not {}.startswith("a")').format(name) for name in texts]
    options += [w.pick("{} == 1", "{} != 1").format(name) for name in numbers]
    if w.chance(0.05):
        options = [f"0 < lib.v({w.number()}) < 3"]  # of its own: nothing else tells how it turns out
    first = w.pick(*options)
    if w.chance(0.15):
        return f"{first} {w.pick('and', 'or')} {w.pick(*options)}"
    return first


def guard(w: Writer, name: str, text: str) -> None:
    """Write a statement on a name that may be None."""
    if not w.nullable(name):
        w.line(text)
    elif w.chance(0.2) and not text.startswith("await"):
        w.line(w.pick("{0} and {1}", "{0} is not None and {1}", "{1} if {0} is not None else None").format(name, text))
    else:
        w.line(f"if {not_none(w, name)}:")
        w.line("    " + text)


def acquire(w: Writer) -> bool:
    kind = w.pick(*available(w))
    text = acquisition(w, kind)
    name = w.fresh("x")
    form = w.rng.randrange(20)
    nullable = False
    match form:
        case 0:
            w.line(f"{name} = {text} if {condition(w)} else None")
            nullable = True
        case 1:
            w.line(f"{name} = {text} if {condition(w)} else {text}")
        case 2:
            other = w.fresh("x")
            w.line(f"{name} = {other} = {text}")
            w.bind(other, kind)
        case 3:
            other, second = w.fresh("x"), w.pick(*available(w))
            w.line(f"{name}, {other} = {text}, {acquisition(w, second)}")
            w.bind(other, second, owed=True)
        case 4:
            w.line(f"{name}, _ = {text}, {risk_text(w)}")
        case 5:
            w.line(f"{name}, *_ = {text}, 1, 2")
        case 6:
            kind = "res"
            w.line(f"_, {name} = lib.mkpair()")
        case 7:
            kind, nullable = "res", True
            w.line(f"{name} = lib.try_open()")
        case 8:
            w.line(f"lib.peek({name} := {text})")
        case 9:
            w.line(f"({name} := {text}).use()")
        case 10:
            w.line(f"{name} = None")
            w.line(f"if {condition(w)}:")
            w.line(f"    {name} = {text}")
            nullable = True
        case _:
            w.line(f"{name} = {text}")
    w.bind(name, kind, nullable, owed=True)
    return True


def drop(w: Writer) -> bool:
    """An acquisition that nothing holds."""
    kind = w.pick(*available(w))
    text = acquisition(w, kind)
    if text.startswith("await"):
        text = f"({text})"
    w.line(w.pick("{}.use()", "lib.borrow({})", "{}", "lib.peek({}.use())").format(text))
    return True


def use(w: Writer) -> bool:
    names = held(w)
    if not names:
        return False
    name = w.pick(*names)
    guard(w, name, use_text(w, name))
    return True


def risk(w: Writer) -> bool:
    w.line(risk_text(w) if w.chance(0.85) else w.pick("lib.n()", f"assert lib.c({w.number()})", "lib.peek(1)"))
    return True


def release(w: Writer) -> bool:
    names = held(w, owed=True) or (held(w) if w.chance(0.3) else [])
    if not names:
        return False
    name = names[-1] if w.chance(0.6) else w.pick(*names)
    texts = KINDS[w.kind(name)]
    if texts.close and not w.nullable(name) and w.chance(0.12):
        closer = w.fresh("close")
        w.line(f"{closer} = {texts.close.format(x=name)}")
        w.line(f"{closer}()")
    else:
        guard(w, name, release_text(w, name))
    w.settle(name)
    return True


def hand_over(w: Writer) -> bool:
    names = [name for name in held(w, owed=True) if w.kind(name) != "slot"]
    if not names:
        return False
    name = w.pick(*names)
    options = [text for keeper, text in KEEPERS if keeper in w.scope.names] + ["lib.take({x})"]
    if KINDS[w.kind(name)].close and not w.nullable(name):
        options += [f"lib.on_exit({KINDS[w.kind(name)].close})"]
    w.line(choose(w, options).format(x=name))
    w.settle(name)
    return True


GLOBAL = "KEPT"


def keep_globally(w: Writer) -> bool:
    """A variable of the module is given what is held. (`global` is moved to the head of the function.)"""
    names = [name for name in held(w, owed=True) if w.kind(name) != "slot"]
    if not names or w.chance(0.5):
        return False
    name = w.pick(*names)
    w.line(f"global {GLOBAL}")
    w.line(f"{GLOBAL} = {name}")
    w.settle(name)
    return True


def check(w: Writer) -> bool:
    """An assertion that a name is bound to something."""
    names = w.known(lambda var: var.nullable and var.kind in KINDS)
    if not names:
        return False
    w.line(f"assert {not_none(w, w.pick(*names))}")
    return True


def alias(w: Writer) -> bool:
    names = held(w)
    if not names:
        return False
    name, other = w.pick(*names), w.fresh("y")
    form = "{} = h_same({})" if w.kind(name) == "res" and not w.local and w.chance(0.2) else "{} = {}"
    w.line(form.format(other, name))
    var = w.scope.names[name]
    if w.chance(0.4) and w.may_lose(name):
        w.bind(other, var.kind, var.nullable, var.owed)
        w.settle(name)
        forget(w, name)
    else:
        w.bind(other, var.kind, var.nullable)
    return True


def forget(w: Writer, name: str) -> None:
    """Take the value away from a name."""
    if w.chance(0.4):
        w.line(f"del {name}")
        w.unbind(name)
    else:
        w.line(f"{name} = None")
        w.bind(name, w.kind(name), nullable=True)


def rebind(w: Writer) -> bool:
    """Assign or delete a name that may hold a resource."""
    names = [name for name in held(w) if w.kind(name) != "cursor" or connections(w)]
    if not names:
        return False
    name = w.pick(*names)
    if w.chance(0.5):
        kind = w.kind(name)
        w.line(f"{name} = {acquisition(w, kind)}")
        w.bind(name, kind, owed=True)
    elif w.may_lose(name):
        forget(w, name)
    else:
        return False
    return True


def flag(w: Writer) -> bool:
    name = w.fresh("flag")
    maybe = w.known(lambda var: var.nullable and var.kind in KINDS)
    options = [f"lib.c({w.number()})"] * 2 + [f"{held_name} is None" for held_name in maybe]
    w.line(f"{name} = {w.pick(*options, 'True', 'False')}")
    w.bind(name, "flag")
    return True


def leave(w: Writer) -> bool:
    """Leave the function or the loop."""
    names = held(w, owed=True)
    options = ["return", "return 1", f"raise {w.pick(*raised(w))}", "lib.fail()"]
    if w.caught:
        options += [f"raise lib.Error from {w.caught[-1]}"]
    options += [f"return {w.pick('{}', '{}', '[{}]', '({}, 1)').format(name)}" for name in names] * 2
    if w.chance(0.1):
        options = ["lib.die()"]
    if w.loops:
        options += ["break", "continue"] * 3
    if w.handling:
        options += ["raise"] * 4
    if w.finals:
        options = ["return"] if w.chance(0.2) and not w.loops else ["lib.n()"]
    text = w.pick(*options)
    if w.yielding and text.startswith("return "):
        text = "return"
    w.line(text)
    if text == "break":
        w.breaks[-1].append(w.scope.copy())
    elif text == "continue":
        w.loops[-1].append(w.scope.copy())
    if text != "lib.n()":
        w.die()
    return True


def give(w: Writer) -> bool:
    """A `yield`, with or without a resource."""
    if not w.yields_left or w.handling or w.finals or (w.flavour in {"manager", "amanager"} and w.loops):
        return False
    w.yields_left -= 1
    names = held(w)
    w.line(f"yield {w.pick(*names)}" if names and w.chance(0.35) else w.pick("yield", "yield 1"))
    return True
