"""One function per fact of the catalog, and what must be found on its marked line.

These functions are made from the rules that they test, so they show that the engine understands each fact as the format
describes it, not that the fact is true: that is shown by tests/fixtures/libraries and tests/real_libraries.
"""

from collections.abc import Iterator
from typing import NamedTuple

from leaklint.catalog.catalog import Catalog
from leaklint.catalog.schema import Acquire, Call, Kind
from tests.catalog.proofs.ways import Given, Way, Ways, before, given, is_method, split, with_argument

NOTHING = ""
SILENT = frozenset({NOTHING})
CONSUMED = frozenset({NOTHING, "RLK103"})
"""Iterating may raise half-way, and what was not read to the end is still held."""
LEAK = frozenset({"RLK101", "RLK102", "RLK103", "RLK104", "RLK105", "RLK107"})
MARK = "# here"


class Snippet(NamedTuple):
    """The body of a function that shows a fact; `expected`: one of these codes (NOTHING: none) is on the marked line."""

    fact: str
    way: Way
    body: tuple[str, ...]
    expected: frozenset[str]


class Unproven(NamedTuple):
    """A fact for which no function can be made."""

    fact: str
    why: str


Shown = Snippet | Unproven


class Site(NamedTuple):
    """An acquisition: how it is written, and the name that then holds the resource."""

    entry: Acquire
    kind: Kind
    way: Way
    statement: str
    name: str
    receiver: str
    """The kind of its receiver, "" for a function."""


def site(ways: Ways, entry: Acquire, call: str) -> Site | None:
    """The acquisition as a statement, None where it can't be written down."""
    arguments = given(entry.when, before(ways.catalog, entry, call))
    way = None if arguments is None else ways.called(call, arguments.text())
    if way is None:
        return None
    receiver = split(call)[0] if is_method(call) else ""
    value = f"await {way.value}" if entry.form in ("await", "await|async-with") else way.value
    if entry.state:
        return Site(entry, ways.catalog.kind(entry.kind), way, value, way.value.rpartition(f".{split(call)[1]}(")[0], receiver)
    return Site(entry, ways.catalog.kind(entry.kind), way, _bound(entry, value), "x", receiver)


def _bound(entry: Acquire, value: str) -> str:
    match entry.item:
        case None:
            return f"x = {value}"
        case "*":
            return f"x, y = {value}"
        case int(number):
            return f"{'_, ' * number}x, *_ = {value}"
        case key:
            return f'x = ({value})["{key}"]'


STATEMENTS = ("call", "await", "await|async-with", "call|with")


def first_site(ways: Ways, kind: str, forms: tuple[str, ...] = STATEMENTS) -> Site | None:
    """The first acquisition of exactly that kind in one of those forms that can be written down."""
    for entry in ways.catalog.acquire_entries:
        if entry.kind == kind and not entry.not_acquire and entry.form in forms:
            for call in entry.call:
                found = site(ways, entry, call)
                if found is not None:
                    return found
    return None


def wrapper_site(ways: Ways, kind: str) -> Site | None:
    """A value of that kind around another one, whose obligation it holds."""
    for fact in ways.catalog.call_entries:
        if fact.wraps is not None and fact.returns == kind:
            for call in fact.call:
                text = with_argument(fact.wraps, "socket.create_connection(thing)", given(fact.when) or Given())
                way = None if text is None else ways.called(call, text)
                if way is not None:
                    way = way._replace(modules=way.modules | {"socket"})
                    entry = Acquire(call=(call,), kind=kind)
                    return Site(entry, ways.catalog.kind(kind), way, f"x = {way.value}", "x", "")
    return None


# --- acquisitions -----------------------------------------------------------------------------------------------------


def of_acquisition(ways: Ways, entry: Acquire) -> Iterator[Shown]:
    """A leak for each call of the entry, or silence where it acquires nothing."""
    for call in entry.call:
        fact = f"acquire {call}{list(entry.when) if entry.when else ''}"
        found = site(ways, entry, call)
        if found is None:
            yield Unproven(fact, "no way to its receiver")
        elif entry.not_acquire or (found.kind.severity or entry.severity) is None:
            yield Snippet(fact, found.way, (f"{found.statement}  {MARK}",), SILENT)
        elif entry.form in ("with", "async-with"):
            word = "with" if entry.form == "with" else "async with"
            yield Snippet(f"{fact} bare", found.way, (f"{found.statement}  {MARK}",), SILENT)
            yield Snippet(f"{fact} entered", found.way, (f"{word} {found.way.value} as x:  {MARK}", "    pass"), SILENT)
        elif entry.state or entry.holds != "always":
            yield from _conditional_leak(ways, fact, found)
        else:
            yield Snippet(fact, found.way, (f"{found.statement}  {MARK}",), LEAK)


def _conditional_leak(ways: Ways, fact: str, found: Site) -> Iterator[Shown]:
    """What this function may own only if it also releases it somewhere."""
    release = next(releases(ways, found), None)
    if release is None:
        yield Unproven(fact, "nothing releases it")
        return
    _, way, text, _ = release
    body = (f"{found.statement}  {MARK}", "if maybe:", "    return None", *text)
    test = found.statement.removeprefix("x = ") if found.entry.state else "x"
    if found.entry.holds == "truthy" and found.entry.state:
        body = (f"if not {test}:  {MARK}", "    return None", "if maybe:", "    return None", *text)
    elif found.entry.holds == "not-none" and not found.entry.state:
        body = (f"{found.statement}  {MARK}", "if x is None:", "    return None", "if maybe:", "    return None", *text)
    yield Snippet(fact, way, body, LEAK)


# --- releases ---------------------------------------------------------------------------------------------------------


def releases(ways: Ways, found: Site) -> Iterator[tuple[str, Way, tuple[str, ...], frozenset[str]]]:
    """(fact, what it needs, statements, what is to be found) of each release of the acquired kind, wrong ones last."""
    kind, name = found.kind, found.name
    for method in kind.release:
        used = tuple(f"{name}.{part}" for part in kind.parts) if method in kind.release_but_parts else ()
        yield f"release .{method}", found.way, (*used, f"{name}.{method}()"), SILENT
    for method in kind.release_await:
        yield f"release await .{method}", found.way, (f"await {name}.{method}()",), SILENT
    for call in kind.release_by:
        way, text = _release_by(ways, found, call)
        if way is not None:
            yield f"release by {call}", way, (text,), SILENT
    for method in kind.wrong_release:
        yield f"wrong release .{method}", found.way, (f"{name}.{method}()",), frozenset({"RLK109"})


def _release_by(ways: Ways, found: Site, call: str) -> tuple[Way | None, str]:
    arguments = with_argument(_released_argument(ways.catalog, call), found.name)
    if arguments is None:
        return None, ""
    if found.receiver and is_method(call) and ways.catalog.is_kind(found.receiver, split(call)[0]):
        receiver = found.way.value.partition(f".{split(found.entry.call[0])[1]}(")[0]
        return found.way, f"{receiver}.{split(call)[1]}({arguments})"
    other = ways.called(call, arguments)
    return (None, "") if other is None else (_both(found.way, other), other.value)


def _released_argument(catalog: Catalog, call: str) -> str:
    facts = catalog.method_calls(*split(call)) if is_method(call) else catalog.calls(call)
    return next((reference for fact in facts for reference in fact.releases), "0")


def _both(first: Way, second: Way) -> Way:
    return first._replace(
        parameters=tuple(dict.fromkeys((*first.parameters, *second.parameters))),
        lines=tuple(dict.fromkeys((*first.lines, *second.lines))),
        modules=first.modules | second.modules,
    )


def of_kind(ways: Ways, kind: Kind) -> Iterator[Shown]:
    """Its releases, and what `with` does, on its first acquisition."""
    if kind.severity is None:
        return
    found = first_site(ways, kind.id) or wrapper_site(ways, kind.id)
    if found is None:
        yield from _in_with_only(ways, kind)
        return
    start = f"{found.statement}  {MARK}"
    for fact, way, text, expected in releases(ways, found):
        both = tuple(line.replace("x.", "y.") for line in text) if found.entry.item == "*" else ()
        yield Snippet(f"{kind.id} {fact}", way, (start, *text, *both), expected)
    for method in kind.release_but_parts:
        yield Snippet(f"{kind.id} release-but-parts .{method}", found.way, (start, f"{found.name}.{method}()"), LEAK)
    for method in kind.not_release:
        if not found.entry.state:
            yield Snippet(f"{kind.id} not-release .{method}", found.way, (start, f"{found.name}.{method}()"), LEAK)
    for name in kind.consume:
        yield Snippet(f"{kind.id} consume {name}", found.way, (start, *_consumed(name, found.name)), CONSUMED)
    yield from _exits(kind, found)
    yield from _parents(ways, kind, found)


def _in_with_only(ways: Ways, kind: Kind) -> Iterator[Shown]:
    """What only exists inside `with` is released by its end; its methods are shown inside."""
    found = first_site(ways, kind.id, ("with", "async-with"))
    if found is None:
        facts = [*kind.release, *kind.release_await, *kind.release_by, *kind.wrong_release]
        facts += [word for word, effect in _words(kind) if effect != "unsupported"]
        yield from (Unproven(f"{kind.id} {fact}", "no call acquires it") for fact in facts)
        return
    word = "with" if found.entry.form == "with" else "async with"
    start = f"{word} {found.way.value} as x:  {MARK}"
    yield from (Snippet(f"{kind.id} {word} {effect}", found.way, (start, "    pass"), SILENT) for _, effect in _words(kind))
    for fact, way, text, _ in releases(ways, found):
        yield Snippet(f"{kind.id} {fact}", way, (start, *(f"    {line}" for line in text)), SILENT)


def _consumed(name: str, value: str) -> tuple[str, ...]:
    if name == "__iter__":
        return (f"for _ in {value}:", "    pass")
    return (f"for _ in {value}.{name}():", "    pass") if "iter" in name or name == "stream" else (f"{value}.{name}()",)


def _exits(kind: Kind, found: Site) -> Iterator[Shown]:
    for word, effect in _words(kind):
        expected = SILENT if effect == "releases" else frozenset({"RLK106"})
        body = (f"{found.statement}  {MARK}", f"{word} {found.name}:", "    pass")
        if found.entry.item == "*":  # entering one may raise while the other is held
            body, expected = (body[0], f"{word} x, y:", "    pass"), CONSUMED
        if not found.entry.state or effect == "releases":
            yield Snippet(f"{kind.id} {word} {effect}", found.way, body, expected)


def _words(kind: Kind) -> Iterator[tuple[str, str]]:
    """(statement, effect) of the `with` statements that the kind supports."""
    for word, effect in (("with", kind.with_exit), ("async with", kind.async_with_exit)):
        if effect != "unsupported":
            yield word, effect


def _parents(ways: Ways, kind: Kind, found: Site) -> Iterator[Shown]:
    """Releasing the receiver releases what was obtained from it."""
    catalog = ways.catalog
    if not found.receiver or not any(catalog.is_kind(found.receiver, parent) for parent in kind.parents):
        return
    parent = catalog.kind(found.receiver)
    text = found.way.value.partition(f".{split(found.entry.call[0])[1]}(")[0]
    release = [f"{text}.{m}()" for m in parent.release] + [f"await {text}.{m}()" for m in parent.release_await]
    if release:
        yield Snippet(f"{kind.id} parent {parent.id}", found.way, (f"{found.statement}  {MARK}", release[0]), SILENT)


# --- other calls ------------------------------------------------------------------------------------------------------

_PLAIN = Way(modules=frozenset({"socket"}))
_START = f"x = socket.create_connection(thing)  {MARK}"


def of_call(ways: Ways, entry: Call) -> Iterator[Shown]:
    """What the call does to the arguments that it is given."""
    for call in entry.call:
        conditions = list(entry.when) if entry.when else ""
        arguments = given(entry.when)
        for key in ("takes", "borrows", "releases", "consumes"):
            for reference in getattr(entry, key):
                fact = f"{key} {call} {reference}{conditions}"
                yield _on_argument(ways, entry, call, key, reference, arguments, fact)
        if entry.wraps is not None or entry.closes is not None:
            yield from _on_wrapped(ways, call, entry, arguments, str(conditions))
        if entry.no_return is not None:
            yield _no_return(ways, entry, call, f"no-return {call}{conditions}")
        elif entry.raises is False:
            yield _no_raise(ways, call, f"never raises {call}{conditions}", arguments)


def _on_argument(ways: Ways, entry: Call, call: str, key: str, reference: str, arguments: Given | None, fact: str) -> Shown:
    if arguments is None:
        return Unproven(fact, "no arguments for its conditions")
    text = with_argument(reference, "x", arguments)
    if text is None:
        return _on_receiver(ways, call, fact, arguments, SILENT if key == "takes" else LEAK)
    way = ways.called(call.replace("*.", "thing."), text)
    if way is None:
        return Unproven(fact, "no way to its receiver")
    start = _START
    release = "x.close()"
    if key == "consumes":
        start, release = f"x = os.scandir(thing)  {MARK}", "x.close()"
        way = way._replace(modules=way.modules | {"os"})
    way = way._replace(modules=way.modules | {"socket"})
    if key == "borrows":
        return Snippet(fact, way, (start, way.value), LEAK)
    if key == "consumes":
        return Snippet(fact, way, (start, "if maybe:", f"    {release}", "    return None", way.value), CONSUMED)
    return Snippet(fact, way, (start, "if maybe:", f"    {release}", "    return None", way.value), SILENT)


def _on_receiver(ways: Ways, call: str, fact: str, arguments: Given, expected: frozenset[str]) -> Shown:
    """The receiver is what the fact speaks of."""
    kind, method = split(call)
    found = first_site(ways, kind) or wrapper_site(ways, kind)
    release = None if found is None else next(releases(ways, found), None)
    if found is None or release is None:
        return Unproven(fact, "no call acquires its receiver")
    body = (f"{found.statement}  {MARK}", "if maybe:", *(f"    {line}" for line in release[2]), "    return None")
    return Snippet(fact, release[1], (*body, f"y = {found.name}.{method}({arguments.text()})"), expected)


def _on_wrapped(ways: Ways, call: str, entry: Call, arguments: Given | None, conditions: str) -> Iterator[Shown]:
    """The wrapped value is lost with the wrapper; for one that `closes`, `with` on it is enough."""
    key, reference = ("wraps", entry.wraps) if entry.wraps is not None else ("closes", entry.closes)
    fact = f"{key} {call} {reference}{conditions}"
    text = None if arguments is None else with_argument(reference or "", "x", arguments)
    if text is None and arguments is not None:
        yield _on_receiver(ways, call, fact, arguments, LEAK)
        return
    way = None if text is None else ways.called(call, text)
    if way is None:
        yield Unproven(fact, "no way to its receiver")
        return
    way = way._replace(modules=way.modules | {"socket"})
    yield Snippet(f"{fact} lost", way, (_START, f"y = {way.value}"), LEAK)
    if key == "closes":
        yield Snippet(
            f"{fact} left", way, (_START, f"{'async ' if 'aclos' in call else ''}with {way.value}:", "    pass"), SILENT
        )


def _no_return(ways: Ways, entry: Call, call: str, fact: str) -> Shown:
    way = ways.called(call, "")
    if way is None:
        return Unproven(fact, "no way to its receiver")
    way = way._replace(modules=way.modules | {"socket"})
    expected = SILENT if entry.no_return == "exit" else LEAK
    return Snippet(fact, way, (_START, "if maybe:", f"    {way.value}", "x.close()"), expected)


def _no_raise(ways: Ways, call: str, fact: str, arguments: Given | None) -> Shown:
    way = ways.called(call.replace("*.", "thing."), (arguments or Given()).text())
    if way is None:
        return Unproven(fact, "no way to its receiver")
    way = way._replace(modules=way.modules | {"socket"})
    return Snippet(fact, way, (*way.lines, _START, way.value, "x.close()"), SILENT)
