"""How a value of a kind comes to stand in a function: an annotated parameter, or the calls that the rules know."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from leaklint.catalog.catalog import Catalog
from leaklint.catalog.condition import Condition, holds, parse_condition
from leaklint.catalog.references import argument
from leaklint.catalog.schema import Acquire, Call


class Way(NamedTuple):
    """Parameters, statements and the expression that stands for the value afterwards; `modules` are to be imported."""

    parameters: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    value: str = ""
    modules: frozenset[str] = frozenset()


class Given(NamedTuple):
    """Arguments of a call: source texts by position (None: anything) and by keyword."""

    positions: tuple[str | None, ...] = ()
    keywords: tuple[tuple[str, str], ...] = ()

    def text(self) -> str:
        """As it stands between the brackets."""
        return ", ".join([*(value or "thing" for value in self.positions), *(f"{name}={value}" for name, value in self.keywords)])


NO_ARGUMENTS = Given()


def module_of(qualified: str) -> str:
    """What has to be imported for a qualified name: everything up to the first capitalised or the last part."""
    parts = qualified.split(".")
    for number, part in enumerate(parts[1:], 1):
        if number == len(parts) - 1 or re.match(r"_?[A-Z]", part):
            return ".".join(parts[:number])
    return ""


def is_method(call: str) -> bool:
    """Whether a resolved reference names a method of a kind."""
    return ":" in call


def split(call: str) -> tuple[str, str]:
    """(kind, method) of a resolved reference to a method."""
    kind, _, method = call.rpartition(".")
    return kind, method


def given(conditions: Iterable[str], before: Sequence[Acquire | Call] = ()) -> Given | None:
    """Arguments for which the conditions hold and no entry of `before` has all of its own; None if nothing simple does."""
    wanted = [parse_condition(text) for text in conditions]
    for avoided in ((), *(_denials(entry) for entry in before)):
        found = _arguments([*wanted, *avoided])
        if found is not None and _fits(found, wanted) and not any(entry.when and _holds(found, entry.when) for entry in before):
            return found
    return None


def _denials(entry: Acquire | Call) -> list[Condition]:
    """Conditions that make each of the entry's "absent" and "unequal" ones fail."""
    found = []
    for condition in map(parse_condition, entry.when):
        if condition.operator in ("absent", "vacant"):
            found.append(Condition(condition.argument, "given"))
        elif condition.operator == "unequal":
            found.append(Condition(condition.argument, "equal", condition.value))
    return found


def _arguments(wanted: Sequence[Condition]) -> Given | None:
    positions: dict[int, str | None] = {}
    keywords: dict[str, str] = {}
    for condition in wanted:
        if condition.operator in ("absent", "vacant", "unequal"):
            continue
        value = condition.value if condition.operator == "equal" else "thing"
        if condition.argument.names and condition.argument.names[0].isidentifier():
            keywords[condition.argument.names[0]] = value
        else:
            positions[condition.argument.positions[0]] = value
    length = max(positions, default=-1) + 1
    return Given(tuple(positions.get(number) for number in range(length)), tuple(keywords.items()))


def _fits(found: Given, wanted: Sequence[Condition]) -> bool:
    return all(holds(condition, found.positions, _known(found)) for condition in wanted)


def _holds(found: Given, conditions: Iterable[str]) -> bool:
    return all(holds(condition, found.positions, _known(found)) for condition in conditions)


def _known(found: Given) -> dict[str, str | None]:
    return {name: None if value == "thing" else value for name, value in found.keywords}


def with_argument(reference: str, value: str, more: Given = NO_ARGUMENTS) -> str | None:
    """The text of arguments with `value` where `reference` says; None for the receiver."""
    wanted = argument(reference)
    if wanted.receiver:
        return None
    if wanted.names and not wanted.positions:
        return Given(
            more.positions, (*((k, v) for k, v in more.keywords if k != wanted.names[0]), (wanted.names[0], value))
        ).text()
    place = wanted.positions[0] if wanted.positions else 0
    positions = [*more.positions, *[None] * (place + 1 - len(more.positions))]
    positions[place] = value
    keywords = tuple((k, v) for k, v in more.keywords if k not in wanted.names)
    return Given(tuple(positions), keywords).text()


class Ways:
    """The shortest way to a value of each kind of a catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.found: dict[str, Way] = {}
        self._spread()

    def __getitem__(self, kind: str) -> Way | None:
        return self.found.get(kind)

    def receiver(self, kind: str) -> Way | None:
        """A value of that kind or of one derived from it."""
        if kind in self.found:
            return self.found[kind]
        return next((way for gid, way in self.found.items() if self.catalog.is_kind(gid, kind)), None)

    def called(self, call: str, arguments: str) -> Way | None:
        """The expression `call(arguments)`, not awaited, with what it needs; None if there is no way to its receiver."""
        if not is_method(call):
            return Way(value=f"{call}({arguments})", modules=frozenset({module_of(call)} - {"", "builtins"}))
        kind, method = split(call)
        way = self.receiver(kind)
        return None if way is None else way._replace(value=f"{way.value}.{method}({arguments})")

    def _spread(self) -> None:
        for name, kind in self.catalog.types.items():
            if kind not in self.found and "." in name:
                parameter = f"r_{_identifier(kind)}"
                self.found[kind] = Way((f"{parameter}: {name}",), (), parameter, frozenset({module_of(name)} - {"", "builtins"}))
        grown = True
        while grown:
            grown = False
            for kind in self.catalog.kinds:
                way = None if kind in self.found else self._made(kind)
                if way is not None:
                    self.found[kind] = way
                    grown = True

    def _made(self, kind: str) -> Way | None:
        for entry in self.catalog.acquire_entries:
            if entry.kind == kind and not entry.state and entry.item is None:
                for call in entry.call:
                    way = self._bound(call, entry.form, given(entry.when, before(self.catalog, entry, call)), kind)
                    if way is not None:
                        return way
        for fact in self.catalog.call_entries:
            if fact.returns == kind:
                for call in fact.call:
                    way = self._bound(call, "call", given(fact.when), kind)
                    if way is not None:
                        return way
        for gid, other in self.catalog.kinds.items():
            if other.enter == kind and other.with_exit != "unsupported" and gid in self.found:
                way, name = self.found[gid], f"r_{_identifier(kind)}"
                return way._replace(lines=(*way.lines, f"{name} = stack.enter_context({way.value})"), value=name)
        return None

    def _bound(self, call: str, form: str, arguments: Given | None, kind: str) -> Way | None:
        if arguments is None or (is_method(call) and self.receiver(split(call)[0]) is None):
            return None
        way = self.called(call, arguments.text())
        if way is None or form in ("with", "async-with"):
            return None
        name = f"r_{_identifier(kind)}"
        return way._replace(lines=(*way.lines, f"{name} = {'await ' if 'await' in form else ''}{way.value}"), value=name)


def _identifier(kind: str) -> str:
    return re.sub(r"\W", "_", kind.rpartition(":")[2])


def before(catalog: Catalog, entry: Acquire, call: str) -> list[Acquire]:
    """The entries that are tried before this one for that call."""
    entries = catalog.acquires(call) if not is_method(call) else catalog.method_acquires(*split(call))
    found = []
    for other in entries:
        if other == entry:
            break
        found.append(other)
    return found
