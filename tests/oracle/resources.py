"""How each kind of resource is acquired, used, released and handed over, as text."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from tests.oracle.writer import Writer


class Texts(NamedTuple):
    """`{x}` stands for the resource. uses may raise; calm ones never do."""

    acquire: tuple[str, ...]
    use: tuple[str, ...]
    release: tuple[str, ...]
    enters: bool
    close: str
    wrong: tuple[str, ...] = ()
    calm: tuple[str, ...] = ("lib.peek({x})", "h_peek({x})", "lib.n({x})", "{x}.name", 'f"{{{x}.name}}"')


_USE = ("{x}.use()", "{x}.use(1)", "lib.borrow({x})")

KINDS: dict[str, Texts] = {
    "res": Texts(
        ("lib.Res()", "lib.Res()", "lib.Res()", "lib.open_res(1)", "make_res()", "make_checked()"),
        (*_USE, "h_use({x})"),
        ("{x}.close()", "{x}.close()", "{x}.close()", "lib.free({x})", "h_close({x})", "h_close_safely({x})"),
        True,
        "{x}.close",
    ),
    "file": Texts(
        ("lib.File()",), ("{x}.use()", "lib.borrow({x})"), ("{x}.close()", "{x}.close()", "lib.free({x})"), True, "{x}.close"
    ),
    "conn": Texts(("lib.connect()",), (*_USE, "{x}.commit()"), ("{x}.close()",), False, "{x}.close"),
    "cursor": Texts(("{conn}.cursor()",), _USE, ("{x}.close()",), True, "{x}.close"),
    "handle": Texts(("lib.Handle()",), _USE, ("{x}.free()",), False, "{x}.free"),
    "slot": Texts(("pool.getconn()",), _USE, ("pool.putconn({x})",), False, "", ("{x}.close()",)),
    "ares": Texts(
        ("await lib.aopen()", "lib.ARes()", "lib.ARes()", "await amake_ares()"),
        ("{x}.use()", "await {x}.ause()", "await {x}.ause()", "await ah_use({x})"),
        ("await {x}.aclose()", "await {x}.aclose()", "await ah_close({x})"),
        False,
        "",
        ("{x}.aclose()",),
    ),
    "aowner": Texts(
        ("OwnerAsync()",),
        ("await {x}.ause()", "await {x}.ause()"),
        ("await {x}.aclose()", "await {x}.aclose()"),
        False,
        "",
        ("{x}.aclose()",),
    ),
    "owner": Texts(("Owner()",), ("{x}.use()", "{x}.use()", "lib.borrow({x})"), ("{x}.close()",), True, "{x}.close"),
}


_PROJECT = re.compile(r"\b(a?h_|a?make_|Owner|Keep|Plain)")


def choose(w: Writer, texts: Iterable[str]) -> str:
    """One of the texts; a writer of local programs calls nothing that the module defines."""
    return w.pick(*(text for text in texts if not (w.local and _PROJECT.search(text))))


def available(w: Writer) -> list[str]:
    """The kinds that can be acquired here, the common ones more often."""
    kinds = ["res"] * 5 + ["file", "conn", "handle"] + ["owner"] * (not w.local)
    if w.asynchronous:
        kinds += ["ares"] * 9 + ["aowner"] * (not w.local)
    if "pool" in w.scope.names:
        kinds += ["slot"] * 4
    if connections(w):
        kinds += ["cursor"] * 3
    return kinds


def connections(w: Writer) -> list[str]:
    return w.known(lambda var: var.kind == "conn" and not var.nullable)


def acquisition(w: Writer, kind: str) -> str:
    """An expression that acquires."""
    text = choose(w, KINDS[kind].acquire)
    return text.format(conn=w.pick(*connections(w))) if kind == "cursor" else text


def held(w: Writer, owed: bool = False) -> list[str]:
    """The names of resources, or of those that are still to be settled."""
    return w.known(lambda var: var.kind in KINDS and (var.owed or not owed))


def use_text(w: Writer, name: str) -> str:
    texts = KINDS[w.kind(name)]
    return choose(w, (*texts.use, *texts.use, *texts.calm)).format(x=name)


def release_text(w: Writer, name: str) -> str:
    texts = KINDS[w.kind(name)]
    options = texts.wrong if texts.wrong and w.chance(0.12) else texts.release
    return choose(w, options).format(x=name)


def not_none(w: Writer, name: str) -> str:
    return w.pick(f"{name} is not None", f"{name} is not None", name, f"not {name} is None", f"{name} != None")
