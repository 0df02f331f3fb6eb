"""The shape of a rule file: what one library acquires, releases, takes and borrows.

One TOML file per library in `rules/`; user rules have the same shape. Keys are kebab-case. Every struct forbids unknown
fields, so a misspelt key is an error that names it. The docstrings below have one "key: meaning" per key: the JSON
Schema and the tables of `rules/README.md` are made of them.

Words. A *kind* is a type of value; it is a *resource* if it has a severity, else a *plain handle* that exists for
typing (an engine, a path, a pool factory). A *call reference* names a callable in one of these spellings:

    "sqlite3.connect"      a qualified function or class, under its canonical name
    "@connection.cursor"   method `cursor` of a receiver of kind `connection` of this file
    "@psycopg2:pool.getconn"  the same for a kind of another library
    "*.openbin"            that method on any receiver (acquisitions: user rules only)

An *argument reference* is a position ("0"), a keyword ("fileobj"), both ("0|fd"), all positional ones ("*"), or the
receiver ("self"). Each item of a literal list or tuple argument counts ("handlers" given a list).
A *condition* is "stream=True", "closefd!=False" (also true if absent), "name=*" (given and not None), "name" (given at
all), "!name" (not given), "0=*" (position 0 given and not None), "0|name=*" (either spelling).
"""

from typing import Literal

import msgspec

from leaklint.model import Severity

Category = Literal[
    "connection", "cursor", "session", "transaction", "pool", "file", "descriptor", "socket", "process",
    "executor", "temporary", "lock", "stream", "handle",
]  # fmt: skip

ExitEffect = Literal["releases", "commits", "waits", "none", "unsupported"]
"""What leaving a `with` block on the value does: releases it (whatever the library calls that); ends a transaction but
keeps it open; waits without releasing; nothing at all; or the type has no `__enter__` and the statement raises."""

Form = Literal["call", "await", "with", "async-with", "await|async-with", "call|with"]
"""When a call acquires: at the call; only when its value is awaited; only on entering `with`/`async with` (a bare call
acquires nothing); either of two."""


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", omit_defaults=True, gc=False):
    """One table of a rule file. Defaults are left out where it is written, and the collector needs not look at it."""


class Library(Table, frozen=True, kw_only=True):
    """Which imports make the file relevant, and which version the facts were checked against.

    name: unique among all rule files; stands before the ":" where other files refer to kinds of this one
    modules: import names of the library ("psycopg2"); what they contain is meant, too
    distributions: names on the package index
    version: the version that the facts were checked against
    note: anything else a reader should know
    """

    name: str
    modules: tuple[str, ...] = ()
    distributions: tuple[str, ...] = ()
    version: str = ""
    note: str = ""


class Kind(Table, frozen=True, kw_only=True):
    """One kind of value. Without `severity` it is a plain handle: typed, never an obligation.

    id: unique in the file
    what: the words used in messages ("psycopg2 connection")
    category: what settings and reports group by
    types: qualified class names that an annotation, `isinstance` or constructor call may name; the first kind of a file
        that names a class has it
    bases: kinds whose acquisitions, releases and facts this one inherits where it states none itself
    severity: how bad a leak is; none makes it a plain handle
    release: methods that release (sync)
    release-await: coroutine methods that release only when awaited
    release-by: call references that release the value they are given ("@pool.putconn", "os.close"): the argument is
        position 0 unless the call's own fact says otherwise
    release-but-parts: those of `release` that leave the `parts` open (`Popen.wait`)
    release-parts: methods of attributes that release it, too (`raw.close` of a response)
    parts: attributes that hold something of their own (`stdout` of a process): released where they are used at all, which
        errs to silence
    wrong-release: methods that look like the release but lose it (RLK109: `close()` of a pooled connection)
    not-release: look-alikes that release nothing (documentation and messages)
    consume: methods or attributes that release when they run to completion (`communicate`, `read` of a response);
        "__iter__" stands for iterating to the end
    consume-each: those of `consume` whose value is to be iterated to the end (`iter_content`)
    with-exit: what leaving a `with` block does
    async-with-exit: what leaving an `async with` block does
    enter: the kind that `as` binds, if not the value itself
    parents: kinds it is obtained from and whose release releases it, too
    lazy: holds nothing before its first use
    configure: methods and attributes of a lazy kind that are no use yet
    raises: exception types of its methods
    no-raise: methods that don't raise in practice
    falsy: the value may be falsy while held (`requests.Response`)
    queries: value while held of attributes ("closed") and methods ("is_connected()"); asking does not raise
    fluent: methods that return the same object
    wrapped-by: callables whose value holds on to it and can't release it, by the last part of their name ("*Stub"):
        for generated code, of which there is no other sign
    keepers: names of callables that may well keep it ("add*"). Any other call that nothing is known of, that is given it
        unnamed and whose own value is dropped, has read it and forgotten it (`client.upload(open(path))`)
    singleton: normal as module global, on an application object or a process-lifetime owner
    gc: what dropping the last reference does on CPython
    gauges: how to read "size", "in-use" and "waiters" of a pool while a program runs: attributes, calls without arguments,
        items and differences ("pool.size()", "get_stats()[pool_size]", "get_size() - get_idle_size()"), "len(..)" around a path
    why: what is lost by a leak, in words for messages and documentation
    source: where the facts come from: library file and line, or the run that showed it
    """

    id: str
    what: str
    category: Category
    types: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    severity: Severity | None = None
    release: tuple[str, ...] = ()
    release_await: tuple[str, ...] = ()
    release_by: tuple[str, ...] = ()
    release_but_parts: tuple[str, ...] = ()
    release_parts: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    wrong_release: tuple[str, ...] = ()
    not_release: tuple[str, ...] = ()
    consume: tuple[str, ...] = ()
    consume_each: tuple[str, ...] = ()
    with_exit: ExitEffect = "unsupported"
    async_with_exit: ExitEffect = "unsupported"
    enter: str | None = None
    parents: tuple[str, ...] = ()
    lazy: bool = False
    configure: tuple[str, ...] = ()
    raises: tuple[str, ...] = ()
    no_raise: tuple[str, ...] = ()
    falsy: bool = False
    queries: dict[str, bool] = {}
    fluent: tuple[str, ...] = ()
    wrapped_by: tuple[str, ...] = ()
    keepers: tuple[str, ...] = ()
    singleton: bool = False
    gc: Literal["releases", "warns", "never", "unknown"] = "unknown"
    gauges: dict[str, str] = {}
    why: str = ""
    source: str = ""


class Acquire(Table, frozen=True, kw_only=True):
    """A call that creates a value of `kind`. The first entry of a call whose conditions hold wins: specific ones first.

    call: the callable, or several that behave alike
    kind: what is acquired
    form: when it acquires: at the call, when its value is awaited, or on entering `with` or `async with`
    item: the resource is that item of the result tuple (0, 1, ..), every item ("*"), or that mapping key
    kept-by: another item of the result that holds it, too (the protocol of a transport)
    when: conditions on the arguments; all must hold
    holds: the obligation exists only if the answer is true ("truthy"), not None, or None
    state: the receiver itself becomes the resource (`lock.acquire()`, `thread.start()`)
    takes: arguments whose obligation moves into the result (`os.fdopen(fd)`)
    severity: overrides the kind's
    not-acquire: this call, under these conditions, acquires nothing
    unless-dropped: a call whose value is thrown away at once owes nothing: it is written for what it does
        (`await db.execute("INSERT ...")`)
    class-argument: the keyword that names the class of the result; a running program is watched by a subclass given there
        (`factory` of `sqlite3.connect`)
    source: where the fact comes from
    """

    call: str | tuple[str, ...]
    kind: str
    form: Form = "call"
    item: int | str | None = None
    kept_by: int | None = None
    when: tuple[str, ...] = ()
    holds: Literal["always", "truthy", "not-none", "none"] = "always"
    state: bool = False
    takes: tuple[str, ...] = ()
    severity: Severity | None = None
    not_acquire: bool = False
    unless_dropped: bool = False
    class_argument: str = ""
    source: str = ""


class Call(Table, frozen=True, kw_only=True):
    """What else is known about a callable (or several that behave alike).

    call: the callable, or several
    takes: arguments whose obligation moves away
    enters: it takes them by entering them, as `with` does: what leaving a `with` on them does not release stays
    borrows: arguments whose obligation stays
    releases: arguments whose obligation ends
    consumes: arguments that it iterates or reads to the end when it returns normally: ends the obligation of kinds
        whose `consume` lists "__iter__" or "read" (`sorted(os.scandir(p))`, `json.load(response)`), others stay
    pure: answers the same while the names in its arguments are not rebound (`isinstance`): usable in repeated
        conditions
    wraps: the result holds the same obligation as that argument, as a value of `returns` if given (`TextIOWrapper(f)`)
    closes: the result releases that argument on `with`-exit and `close()` (`contextlib.closing`)
    returns: kind of the result (a plain handle), "self" (the receiver), or "borrowed" (never a fresh resource)
    factory: calling the *result* acquires as this call reference does (`sessionmaker` -> "sqlalchemy.orm.Session")
    factory-arg: calling the result does what calling that argument does (`functools.partial`: "0")
    raises: false if it does not raise in practice, or the exception types it raises
    no-return: "exit" ends the process (`os._exit`), "raise" always raises (`pytest.fail`)
    exception: the type that a call with no-return raises; an "exit" without one ends the process at once (`os._exit`)
    pass-through: the awaited or called argument's effects happen here (`asyncio.wait_for`: "0")
    suppresses: as a context manager it swallows these: "args" = the exception types it is given, "all", or type names
    when: conditions on the arguments; all must hold
    source: where the fact comes from
    """

    call: str | tuple[str, ...]
    takes: tuple[str, ...] = ()
    enters: bool = False
    borrows: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()
    consumes: tuple[str, ...] = ()
    pure: bool = False
    wraps: str | None = None
    closes: str | None = None
    returns: str | None = None
    factory: str | None = None
    factory_arg: str | None = None
    raises: bool | tuple[str, ...] = True
    no_return: Literal["exit", "raise"] | None = None
    exception: str | None = None
    pass_through: str | None = None
    suppresses: str | tuple[str, ...] | None = None
    when: tuple[str, ...] = ()
    source: str = ""


class Not(Table, frozen=True, kw_only=True):
    """A call that looks like an acquisition and is not; it documents, and keeps user rules from guessing.

    call: the callable, or several
    why: what it does instead
    source: where the fact comes from
    """

    call: str | tuple[str, ...]
    why: str
    source: str = ""


class Use(Table, frozen=True, kw_only=True):
    """Evidence by use for untyped receivers (data of DESIGN section 3).

    shape: "cursor": the result of a method in `acquire` that is used with a method in `use`; "connection": a local
        bound from a call (or from an item of its result), used with a method in `use`, passed to a call in `given` or
        obtained from a method in `acquire`, and released by one in `release`; "slot": a local bound from `R.m(...)` and
        given back by `R.n(x)`, (m, n) in `pairs`; "lock": the receiver of a method in `acquire` called without arguments, its
        answer dropped, whose method in `release` is called without arguments
    kind: what the value then is
    acquire: methods whose result is meant (shapes cursor and connection; called here, or by the project function that
        gives it), or that take the lock
    use: methods called on it (shapes cursor and connection)
    given: callables that it is passed to (shape connection)
    release: methods that release it (shapes connection and lock)
    pairs: method that takes and method that gives back (shape slot)
    source: where the convention is written down
    """

    shape: Literal["cursor", "connection", "slot", "lock"]
    kind: str
    acquire: tuple[str, ...] = ()
    use: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    release: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    source: str = ""


class Hook(Table, frozen=True, kw_only=True):
    """A framework convention about functions and classes.

    decorator: functions decorated with it ("pytest.fixture")
    base: methods of subclasses of it ("unittest.TestCase")
    resumes: the generator is always resumed after its `yield`, also when the consumer fails (pytest fixtures)
    context-manager: the decorated generator function becomes a context manager (`contextlib.contextmanager`)
    memoised: the decorated function runs once, its callers borrow (`functools.lru_cache`, `cached_property`)
    releases-methods: methods that the framework calls at the end of the object's life (`tearDown`)
    releases-attributes: attributes that the base class releases itself
    process-lifetime: instances live as long as the process
    transparent: the decorator does not change what the function returns
    source: where the convention is written down
    """

    decorator: str | tuple[str, ...] = ()
    base: str | tuple[str, ...] = ()
    resumes: bool = False
    context_manager: Literal["sync", "async"] | None = None
    memoised: bool = False
    releases_methods: tuple[str, ...] = ()
    releases_attributes: tuple[str, ...] = ()
    process_lifetime: bool = False
    transparent: bool = False
    source: str = ""


class Methods(Table, frozen=True, kw_only=True):
    """Facts about method names on receivers of *unknown* type: never acquisitions.

    no-raise: methods that don't raise in practice whatever they are called on (`append`, `strip`, `info`)
    pure: methods that answer the same while their names are not rebound (`startswith`): usable in repeated conditions
    """

    no_raise: tuple[str, ...] = ()
    pure: tuple[str, ...] = ()


class RuleFile(Table, frozen=True, kw_only=True):
    """One rule file.

    schema: the version of this format
    library: which library the file is about
    aliases: re-exports: name = the name that the rules use; an alias of a module or class holds for what is in it
    kind: types of value
    acquire: calls that create a resource
    call: what else is known about callables
    not-acquire: calls that look like acquisitions and are none
    use: evidence by use for values of unknown type
    hook: conventions of frameworks
    methods: method names on receivers of unknown type
    """

    schema: Literal[1]
    library: Library
    aliases: dict[str, str] = {}
    kind: tuple[Kind, ...] = ()
    acquire: tuple[Acquire, ...] = ()
    call: tuple[Call, ...] = ()
    not_acquire: tuple[Not, ...] = ()
    use: tuple[Use, ...] = ()
    hook: tuple[Hook, ...] = ()
    methods: Methods = Methods()
