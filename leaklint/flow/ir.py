"""The flow graph: what a function does to the values it holds, without any syntax tree."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from leaklint.catalog.schema import Acquire, Call, Kind
from leaklint.flow.values import ANY_ITEM, Condition, Path, Value
from leaklint.model import Certainty, Severity


class Grade(IntEnum):
    """How far-fetched an exceptional edge is (DESIGN section 4)."""

    EXPLICIT = 0
    OWN = 1
    CALL = 2
    ANY = 3


class ExceptionTypes:
    """Names of exception types that the engine itself gives to edges."""

    UNKNOWN = "Exception?"  # some subclass of Exception
    CANCELLED = "asyncio.CancelledError"
    ABANDONED = "GeneratorExit"
    EXIT = "SystemExit"


# --- calls ----------------------------------------------------------------------------------------------------------


class Arg(NamedTuple):
    """One argument: position or keyword ("*"/"**" for unpacked ones) and every path that its value carries."""

    position: int | None
    name: str | None
    paths: tuple[Path, ...]

    def matches(self, reference: str) -> bool:
        """Whether an argument reference of the rules ("0", "fd", "0|fd", "*") names this argument."""
        for part in reference.split("|"):
            if part == "*" or (self.position is not None and part == str(self.position)):
                return True
            if self.name is not None and part == self.name:
                return True
        return False


class FunctionRef(NamedTuple):
    """A function of the project: the module that defines it and its qualified name there."""

    module: str
    qualname: str


class Callee(NamedTuple):
    """What is known about the thing called.

    text: as written, for messages; refs: catalogue call references ("os.close", "psycopg2:pool.putconn");
    path: the local path that is called (`close()` of a bound method) or None; method: last name if a method;
    receiver_kinds: kinds of the receiver; acquire: the acquisition that this call is, with its kind; fact: what the rules say;
    target: the project function, near: it is in the same module; bound: the receiver is the target's first parameter;
    constructs: it makes an instance; wrapped: what `partial(f, ...)` will call; raises: False if it never raises in practice;
    types: exception types if known; no_return: "exit" | "raise" | None.
    """

    text: str
    refs: tuple[str, ...] = ()
    path: Path | None = None
    method: str | None = None
    receiver_kinds: tuple[str, ...] = ()
    acquire: Acquire | None = None
    kind: Kind | None = None
    kind_id: str = ""
    fact: Call | None = None
    target: FunctionRef | None = None
    near: bool = False
    bound: bool = False
    constructs: bool = False
    raises: bool = True
    types: tuple[str, ...] = ()
    no_return: str | None = None
    wrapped: tuple[str, ...] = ()
    certainty: Certainty = "resolved"


def enters(callee: Callee) -> bool:
    """Whether the call enters what it is given (`stack.enter_context(x)`)."""
    return callee.fact is not None and callee.fact.enters


# --- effects --------------------------------------------------------------------------------------------------------


class Invoke(NamedTuple):
    """A call; `dest` receives its value; `discarded`: an expression statement that drops it."""

    dest: Path
    callee: Callee
    receiver: Path | None
    args: tuple[Arg, ...]
    awaited: bool = False
    discarded: bool = False


class Bind(NamedTuple):
    """`target = value`; a weak one (an element of a container) does not end what the target held."""

    target: Path
    value: Value
    weak: bool = False


class Unbind(NamedTuple):
    """`del target`."""

    target: Path


class Read(NamedTuple):
    """`path.name` is read as a value: an attribute that a rule lists may consume what the path holds (`response.content`)."""

    path: Path
    name: str


class Drop(NamedTuple):
    """The end of a statement: temporaries die."""


class Choose(NamedTuple):
    """A two-way branch: successor 0 if the condition holds, 1 if not. `text` is what is written; `negated`: it says the opposite
    of the condition (`x is not None` for `x is None`)."""

    condition: Condition
    text: str
    negated: bool = False


class Fork(NamedTuple):
    """An unconditional choice between all successors (match cases)."""


class Next(NamedTuple):
    """The head of a `for`: successor 0 binds the next item of `source` to `dest`, 1 leaves the loop; types: what asking for the
    next item may raise."""

    dest: Path
    source: Path | None
    loop: int
    types: tuple[str, ...]


class Enter(NamedTuple):
    """Entering a `with` on `source`; `hidden` holds it until Leave; target: the method of this module that runs."""

    source: Path
    hidden: Path
    asynchronous: bool
    raises: bool
    target: FunctionRef | None = None


class Leave(NamedTuple):
    """Leaving a `with`; on an exceptional way successor 0 is where it goes if the manager swallows the exception."""

    hidden: Path
    asynchronous: bool
    swallows: tuple[str, ...] = ()


class Close(NamedTuple):
    """A closure, lambda or partial is made: the names it captures and the calls that it makes on them; `raises` is False if
    calling it can't raise unless one of `targets` does; `defaults`: where the
    defaults of its parameters are kept, by parameter; these are among the captured names."""

    dest: Path
    captures: tuple[Path, ...]
    calls: tuple[tuple[Path, str], ...]
    passes: tuple[tuple[Path, str], ...] = ()
    escapes: bool = False
    raises: bool = True
    given: tuple[tuple[Path, "FunctionRef", int], ...] = ()
    targets: tuple["FunctionRef", ...] = ()
    defaults: tuple[tuple[str, Path], ...] = ()


class Yielded(NamedTuple):
    """`yield value`: the function is left until it is resumed. source: what a `yield from` iterates to its end."""

    value: Path | None
    resumes: bool
    manager: str | None
    source: Path | None = None


class Raised(NamedTuple):
    """`raise`: of a known type, or the exception of handler `handler`."""

    types: tuple[str, ...]
    handler: int | None = None


class Caught(NamedTuple):
    """The start of a handler."""

    handler: int


class MayRaise(NamedTuple):
    """Something else that may raise: subscripts, arithmetic, imports, awaits of values."""

    grade: Grade
    types: tuple[str, ...] = (ExceptionTypes.UNKNOWN,)


class Dispatch(NamedTuple):
    """Where exceptions arrive: successor i handles `handlers[i]` type names; the last successor is the way out."""

    handlers: tuple[tuple[str, ...], ...]


class Resume(NamedTuple):
    """The end of a `finally` on an exceptional way: the pending exception goes on."""


class Nothing(NamedTuple):
    """A join."""


Effect = (
    Invoke | Bind | Unbind | Read | Drop | Choose | Fork | Next | Enter | Leave | Close | Yielded | Raised | Caught | MayRaise
    | Dispatch | Resume | Nothing
)  # fmt: skip


@dataclass(slots=True)
class Node:
    """One step: an effect, its normal successors, and where its exceptions go. `origin` indexes the syntax nodes."""

    effect: Effect
    successors: list[int] = field(default_factory=list)
    exceptional: int = -1
    origin: int = -1


@dataclass(slots=True)
class FlowGraph:
    """A function (or module body) as a graph. entry, exit: normal end; failure: an exception leaves; over: the process ends;
    gathers, keywords: the parameters `*args` and `**options`; solid: parameters that are falsy exactly if they are None."""

    qualname: str
    nodes: list[Node]
    entry: int
    exit: int
    failure: int
    over: int
    params: tuple[str, ...]
    created: frozenset[str]
    outliving: frozenset[str]
    is_generator: bool = False
    is_async: bool = False
    is_module: bool = False
    manager: str | None = None
    resumes: bool = False
    memoised: bool = False
    self_name: str | None = None
    shared_globals: frozenset[str] = frozenset()
    solid: frozenset[str] = frozenset()
    gathers: str | None = None
    keywords: str | None = None

    def parameter(self, position: int | None, name: str | None) -> Path | None:
        """Where an argument is in the function: a parameter, or an item of `*args` or `**options`; None if that is not known."""
        if name in self.params and name not in (self.gathers, self.keywords):
            return (name,) if name is not None else None
        if name is not None:
            return (self.keywords, ANY_ITEM) if self.keywords is not None and not name.startswith("*") else None
        if position is None:
            return None
        if self.gathers is not None and position >= self.params.index(self.gathers):
            return (self.gathers, ANY_ITEM)
        return (self.params[position],) if position < len(self.params) and self.params[position] != self.keywords else None


class Obligation(NamedTuple):
    """One acquisition to be followed: the node that acquires, which item of its result, and what it is. `given_back` and
    `shape` belong to evidence by use: the methods that take the value back, and which use spoke."""

    node: int
    item: str | None
    kind_id: str
    kind: Kind
    severity: Severity
    certainty: Certainty
    acquire: Acquire | None
    given_back: tuple[str, ...] = ()
    shape: str = ""
