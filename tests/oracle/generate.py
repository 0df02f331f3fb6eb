"""Generate modules of small functions that acquire, lose and release resources in all the ways that Python offers.

`module(seed, count)` is a pure function: the same seed gives the same text.
"""

import random
from collections.abc import Callable

from tests.oracle import compound, groups, shapes, simple
from tests.oracle.writer import Writer

Plain = Callable[[Writer], bool]
Compound = Callable[[Writer, Callable[[Writer], None]], bool]

_PLAIN: tuple[tuple[int, Plain], ...] = (
    (5, simple.acquire),
    (1, simple.drop),
    (5, simple.use),
    (5, simple.risk),
    (9, simple.release),
    (2, simple.hand_over),
    (1, simple.keep_globally),
    (1, simple.check),
    (2, simple.alias),
    (2, simple.rebind),
    (2, simple.flag),
    (1, simple.leave),
    (7, simple.give),
)
_COMPOUND: tuple[tuple[int, Compound], ...] = (
    (6, compound.branch),
    (3, compound.none_branch),
    (3, compound.loop),
    (5, compound.attempt),
    (4, compound.enter),
    (1, compound.choice),
    (1, groups.attempt_star),
    (2, shapes.straight),
    (3, shapes.try_finally),
    (2, shapes.none_first),
    (2, shapes.release_on_error),
    (1, shapes.flagged),
    (1, shapes.owned),
    (1, shapes.each_round),
    (1, shapes.collected),
    (1, shapes.both),
    (2, shapes.nested),
    (1, shapes.walrus),
    (1, groups.walrus_loop),
    (1, groups.comprehension),
    (1, groups.popped),
)
DEEP = 3
DECORATORS = {"manager": "@contextlib.contextmanager\n", "amanager": "@contextlib.asynccontextmanager\n"}

PRELUDE = """\
import asyncio
import contextlib

import oraclelib as lib

KEPT = None


class Refusal(Exception):
    pass


class Denial(Refusal):
    pass


def h_refuse(number: int):
    if lib.c(number):
        raise Denial(number)


def h_use(x):
    x.use()
    return 1


def h_peek(x):
    return 1


def h_close(x):
    x.close()


def h_close_safely(x):
    try:
        lib.r(1)
    finally:
        x.close()


def h_store(env, x):
    env.stored = x


def h_same(x):
    return x


def make_res():
    return lib.Res()


def make_checked():
    x = lib.Res()
    try:
        lib.r(1)
    except BaseException:
        x.close()
        raise
    return x


async def amake_ares():
    return await lib.aopen()


async def ah_use(ax):
    await ax.ause()


async def ah_close(ax):
    await ax.aclose()


@contextlib.contextmanager
def h_opened():
    x = lib.Res()
    try:
        yield x
    finally:
        x.close()


class Plain:
    pass


class Keep:
    def __init__(self, item):
        self.item = item


class Owner:
    def __init__(self):
        self.res = lib.Res()

    def use(self):
        return self.res.use()

    def close(self):
        self.res.close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


class OwnerAsync:
    def __init__(self):
        self.res = lib.ARes()

    async def ause(self):
        await self.res.ause()

    async def aclose(self):
        await self.res.aclose()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *exception):
        await self.aclose()
"""


def module(seed: int, count: int = 50, local: bool = False) -> str:
    """The helpers and `count` functions; local ones call no helper, no class of the module and no nested function."""
    rng = random.Random(seed)
    return PRELUDE + "".join("\n\n" + function(rng, f"f{number}", local) for number in range(count))


def function(rng: random.Random, name: str, local: bool = False) -> str:
    flavours = ["call", "generator", "manager", "async", "asyncgen", "amanager"]
    flavour = rng.choices(flavours, [48, 16, 5, 22, 6, 3])[0]
    w = Writer(rng, flavour, rng.randint(5, 13), local)
    parameters = _parameters(w)
    if w.chance(0.8):
        simple.acquire(w) if w.chance(0.55) else block(w)
    while w.left > 0 and not w.scope.dead:
        block(w)
    if w.yields_left and "yield" not in "\n".join(w.lines) and w.yielding:
        w.lines.insert(0, "    if False:\n        yield")
    if any(line.strip() == f"global {simple.GLOBAL}" for line in w.lines):
        w.lines = [line for line in w.lines if line.strip() != f"global {simple.GLOBAL}"]
        w.lines.insert(0, f"    global {simple.GLOBAL}")
    head = f"{'async ' if w.asynchronous else ''}def {name}({', '.join(parameters)}):"
    decorator = DECORATORS.get(flavour, "")
    return decorator + "\n".join([head, *w.lines]) + "\n"


def _parameters(w: Writer) -> list[str]:
    """Declare some parameters; they are bound in the scope."""
    kinds = {
        "env": ("env", "env", 0.4),
        "box": ("box", "box", 0.15),
        "shelf": ("shelf", "shelf", 0.1),
        "pool: lib.Pool": ("pool", "pool", 0.25),
        "flag: bool": ("flag", "flag", 0.35),
        "mode: str": ("mode", "text", 0.15),
        "level: int": ("level", "number", 0.15),
    }
    chosen = []
    for text, (name, kind, share) in kinds.items():
        if w.chance(share):
            w.bind(name, kind)
            chosen.append(text)
    if w.chance(0.15):
        w.bind("given", "res", nullable=True)
        chosen.append("given: lib.Res | None")
    return chosen


def block(w: Writer) -> None:
    """A few statements."""
    for _ in range(w.rng.choice([1, 1, 2, 2, 3])):
        if w.left <= 0 or w.scope.dead:
            return
        _statement(w)


def _statement(w: Writer) -> None:
    """One statement, retried until something can be written here."""
    for _ in range(20):
        w.left -= 1
        if w.yields_left and w.chance(0.12) and simple.give(w):
            return
        nested = w.depth < DEEP and w.chance(0.45)
        if _choose(w, _COMPOUND)(w, block) if nested else _choose(w, _PLAIN)(w):
            return
        w.left += 1


def _choose(w: Writer, table: tuple[tuple[int, object], ...]) -> Callable[..., bool]:
    weights = [weight for weight, _ in table]
    return w.rng.choices([entry for _, entry in table], weights)[0]  # type: ignore[return-value]
