"""Programs from bytes: each byte decides what stands next, so that a fuzzer's changes of bytes are changes of programs.

What comes out is nearly always syntax that parses, full of what the analysis cares about: acquisitions, ways to release,
hand over and lose, and every construct that moves control.
"""

from collections.abc import Callable, Sequence

NAMES = ("f", "g", "x", "conn", "pool", "self", "cls", "p", "items", "own", "db", "T")
IMPORTS = (
    "import sqlite3, socket, os, contextlib, threading, subprocess, tempfile, asyncio, psycopg2.pool, requests\n",
    "from contextlib import closing, ExitStack as Stack, contextmanager\nfrom sqlite3 import connect\n",
    "try:\n    import psycopg2 as db\nexcept ImportError:\n    import sqlite3 as db\n", "from x import *\nimport a.b.c as d\n",
)  # fmt: skip
ACQUIRE = (
    "open(p)", "sqlite3.connect(p)", "connect(p).cursor()", "socket.socket()", "os.open(p, 0)", "subprocess.Popen(p, stdout=-1)",
    "tempfile.mkstemp()[0]", "pool.getconn()", "threading.Lock().acquire()", "requests.get(p, stream=True)", "db.connect(p)",
    "os.pipe()", "tempfile.TemporaryDirectory()", "contextlib.ExitStack()", "psycopg2.pool.SimpleConnectionPool(1, 2)",
    "make(p)", "Own(p)", "os.fdopen(os.open(p, 0))", "zip(open(p), open(p))", "self.open()", "contextlib.closing(connect(p))",
)  # fmt: skip
RELEASE = (
    "{}.close()", "os.close({})", "pool.putconn({})", "{}.release()", "{}.wait()", "{}.__exit__(None, None, None)", "del {}",
    "getattr({}, 'close')()", "{}.cleanup()", "stack.callback({}.close)", "self.c = {}", "return {}", "items.append({})",
    "{} = None", "{}.commit()", "g({})", "yield {}", "{}.cursor().execute(p)", "global {}", "raise OSError({})", "stack.push({})",
)  # fmt: skip
ANNOTATIONS = ("int", '"sqlite3.Connection"', "socket.socket | None")
OPERATORS = (" + ", " and ", " or ", " is ", " is not ", " == ", " in ", " < ", " % ", " @ ", " not in ", " ** ")
_DEEPEST = 5


class Choices:
    """Decisions, read from bytes; where they end, the first choice is taken."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def number(self, below: int) -> int:
        """0 to `below` - 1."""
        if self._at >= len(self._data):
            return 0
        self._at += 1
        return self._data[self._at - 1] % below

    def of(self, options: Sequence[str]) -> str:
        """One of the options."""
        return options[self.number(len(options))]

    @property
    def over(self) -> bool:
        """Whether nothing is left."""
        return self._at >= len(self._data)


def program(data: bytes) -> str:
    """The program that these bytes stand for."""
    choices = Choices(data)
    parts = [IMPORTS[0]]
    while not choices.over:
        parts.append(choices.of(("", *IMPORTS[1:], "")) + _statement(choices, 0))
    return "".join(parts)


def _block(choices: Choices, depth: int) -> str:
    count = 1 + choices.number(3)
    return "".join(_statement(choices, depth) for _ in range(count))


def _statement(choices: Choices, depth: int) -> str:
    """A statement with its line end, indented."""
    pad = " " * depth
    if depth < _DEEPEST and choices.number(5) > 1:
        return _COMPOUND[choices.number(len(_COMPOUND))](choices, depth)
    return pad + _SIMPLE[choices.number(len(_SIMPLE))](choices) + choices.of(("\n", "\n", "  # noqa: RLK101\n", "; pass\n"))


def _expression(choices: Choices, depth: int = 0) -> str:
    if depth > 3:
        return choices.of(NAMES)
    return _EXPRESSIONS[choices.number(len(_EXPRESSIONS))](choices, depth + 1)


def _target(choices: Choices) -> str:
    name, other = choices.of(NAMES), choices.of(NAMES)
    return choices.of(
        (name, f"self.{name}", f"{name}, {other}", f"{name}[0]", f"*{name}, {other}", f"{name}.{other}", f"[{name}]")
    )


_Expression = Callable[[Choices, int], str]
_EXPRESSIONS: tuple[_Expression, ...] = (
    lambda c, d: c.of(NAMES),
    lambda c, d: c.of(ACQUIRE),
    lambda c, d: c.of(("None", "True", "0", "'s'", "...", "-1", "b''", "f'{x}'")),
    lambda c, d: f"{c.of(NAMES)}({_expression(c, d)})",
    lambda c, d: f"{c.of(NAMES)}.{c.of(NAMES)}({_expression(c, d)}, k={_expression(c, d)})",
    lambda c, d: f"({_expression(c, d)}{c.of(OPERATORS)}{_expression(c, d)})",
    lambda c, d: f"({_expression(c, d)} if {_expression(c, d)} else {_expression(c, d)})",
    lambda c, d: f"({c.of(NAMES)} := {_expression(c, d)})",
    lambda c, d: f"[{_expression(c, d)} for {c.of(NAMES)} in {_expression(c, d)} if {_expression(c, d)}]",
    lambda c, d: f"({_expression(c, d)} async for {c.of(NAMES)}, {c.of(NAMES)} in {_expression(c, d)})",
    lambda c, d: f"(lambda {c.of(NAMES)}=1, *a, **k: {_expression(c, d)})",
    lambda c, d: f"(await {_expression(c, d)})",
    lambda c, d: f"(yield {_expression(c, d)})",
    lambda c, d: f"(yield from {_expression(c, d)})",
    lambda c, d: f"[{_expression(c, d)}, *{_expression(c, d)}]",
    lambda c, d: f"{{{_expression(c, d)}: {_expression(c, d)}, **{c.of(NAMES)}}}",
    lambda c, d: f"{_expression(c, d)}.{c.of(('close', 'closed', 'read', 'c', 'cursor', '__enter__', 'fileno'))}",
    lambda c, d: f"{_expression(c, d)}[{_expression(c, d)}:]",
    lambda c, d: f"(not {_expression(c, d)})",
    lambda c, d: f"isinstance({c.of(NAMES)}, {c.of(NAMES)})",
    lambda c, d: f"f'{{{c.of(NAMES)}.{c.of(NAMES)}(\"\")!r:>{{{c.of(NAMES)}}}}}'",
    lambda c, d: f"{c.of(NAMES)}(*{_expression(c, d)}, **{c.of(NAMES)})",
)
_Simple = Callable[[Choices], str]
_SIMPLE: tuple[_Simple, ...] = (
    lambda c: "pass",
    lambda c: f"{_target(c)} = {_expression(c)}",
    lambda c: c.of(RELEASE).format(c.of(NAMES)),
    lambda c: _expression(c),
    lambda c: f"return {_expression(c)}",
    lambda c: f"{c.of(NAMES)} = {_target(c)} = {_expression(c)}",
    lambda c: f"{c.of(NAMES)}: {c.of(ANNOTATIONS)} = {_expression(c)}",
    lambda c: f"raise {_expression(c)} from {_expression(c)}",
    lambda c: f"assert {_expression(c)}, {_expression(c)}",
    lambda c: c.of(("break", "continue", "return", "raise", "global db", "nonlocal x", "import os", "from .a import b as own")),
    lambda c: f"{c.of(NAMES)} += {_expression(c)}",
    lambda c: f"del {_target(c).replace('*', '')}",
    lambda c: f"type {c.of(NAMES)} = int",
)


def _with(choices: Choices, depth: int) -> str:
    items = [
        f"{_expression(choices)}{choices.of(('', f' as {choices.of(NAMES)}', ' as (x, f)'))}"
        for _ in range(1 + choices.number(2))
    ]
    inner = ", ".join(items)
    head = choices.of((f"with {inner}:", f"async with {inner}:", f"with ({inner}):"))
    return f"{' ' * depth}{head}\n{_block(choices, depth + 1)}"


def _try(choices: Choices, depth: int) -> str:
    pad, star = " " * depth, choices.of(("", "", "*"))
    caught = [
        f" {choices.of(('OSError', '(ValueError, OSError)', 'Exception', 'x.Error'))} as e" for _ in range(choices.number(3))
    ]
    bare = [""] if not star and choices.number(2) else []
    handlers = "".join(f"{pad}except{star if name else ''}{name}:\n{_block(choices, depth + 1)}" for name in (*caught, *bare))
    other = f"{pad}else:\n{_block(choices, depth + 1)}" if handlers and choices.number(2) else ""
    last = f"{pad}finally:\n{_block(choices, depth + 1)}" if not handlers or choices.number(2) else ""
    return f"{pad}try:\n{_block(choices, depth + 1)}{handlers}{other}{last}"


def _loop(choices: Choices, depth: int) -> str:
    pad = " " * depth
    many = f"for {_target(choices)} in {_expression(choices)}:"
    head = choices.of((many, f"async {many}", f"while {_expression(choices)}:", "while True:", "for x in (f, g, p):"))
    other = f"{pad}else:\n{_block(choices, depth + 1)}" if choices.number(3) == 2 else ""
    return f"{pad}{head}\n{_block(choices, depth + 1)}{other}"


def _if(choices: Choices, depth: int) -> str:
    pad = " " * depth
    more = "".join(
        f"{pad}{head}:\n{_block(choices, depth + 1)}" for head in (f"elif {_expression(choices)}", "else")[: choices.number(3)]
    )
    return f"{pad}if {_expression(choices)}:\n{_block(choices, depth + 1)}{more}"


def _match(choices: Choices, depth: int) -> str:
    pad = " " * depth
    patterns = (
        "None", "[x, *f]", "{'a': conn, **p}", "T(c=x)", "1 | 'a'", "x if x", "str() as f", "(f, g)", "-1", "a.b", "_",
    )  # fmt: skip
    cases = "".join(f"{pad} case {choices.of(patterns)}:\n{_block(choices, depth + 2)}" for _ in range(1 + choices.number(3)))
    return f"{pad}match {_expression(choices)}:\n{cases}"


def _function(choices: Choices, depth: int) -> str:
    pad = " " * depth
    decorator = choices.of(("", "@contextmanager\n", "@property\n", "@asyncio.coroutine\n", "@f(x)\n"))
    parameters = choices.of(("p", "self, p=None", "conn: sqlite3.Connection", "*a, **k", "p, /, x, *, own=False", ""))
    name = choices.of(("f", "g", "__init__", "close", "__exit__", "make", "__del__", "connect", "open"))
    head = f"{choices.of(('def', 'async def'))} {name}({parameters}){choices.of(('', ' -> None', ' -> socket.socket'))}:"
    return f"{pad if decorator else ''}{decorator}{pad}{head}\n{_block(choices, depth + 1)}"


def _class(choices: Choices, depth: int) -> str:
    base = choices.of(("", "(T)", "(sqlite3.Connection)", "(threading.Thread, metaclass=T)"))
    return f"{' ' * depth}class {choices.of(('T', 'Own', 'Pool'))}{base}:\n{_block(choices, depth + 1)}"


_COMPOUND = (_with, _try, _loop, _if, _match, _function, _class)
