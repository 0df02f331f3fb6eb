"""What structure alone can't say of rule files: references lead somewhere, conditions parse, nothing contradicts.

Rule files are verified together, because they refer to each other's kinds.
"""

import difflib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from leaklint.catalog import references
from leaklint.catalog.aliases import follow
from leaklint.catalog.condition import parse_condition
from leaklint.catalog.load import Problem, RuleSource, place
from leaklint.catalog.schema import Acquire, Call, Hook, Kind, Use

_Mistake = tuple[str, str, str]


class _Scope(NamedTuple):
    """What one file may refer to: its own library's name and all known kinds (global ids)."""

    library: str
    kinds: Collection[str]
    shipped: bool


def verify(
    sources: Sequence[RuleSource],
    *,
    shipped: bool,
    kinds: Collection[str] = (),
    aliases: Mapping[str, str] | None = None,
) -> list[Problem]:
    """The problems of these files read together, in their order; `kinds` and `aliases` are known beforehand.

    Shipped rules must not speak of methods on any receiver (`*.open`) in acquisitions; user rules may.
    """
    known = frozenset(kinds) | {_gid(source, kind) for source in sources for kind in source.rules.kind}
    problems = [problem for source in sources for problem in _file_problems(source, known, shipped)]
    problems += _base_cycles(sources)
    problems += _alias_problems(sources, aliases or {})
    if shipped:
        problems += _shared_names(sources)
    return problems


def _gid(source: RuleSource, kind: Kind) -> str:
    return f"{source.rules.library.name}:{kind.id}"


def _file_problems(source: RuleSource, known: Collection[str], shipped: bool) -> Iterator[Problem]:
    rules = source.rules
    scope = _Scope(rules.library.name, known, shipped)
    tables: tuple[tuple[str, Sequence[object], Iterable[Iterator[tuple[str, str]]]], ...] = (
        ("kind", rules.kind, (_kind_mistakes(kind, scope) for kind in rules.kind)),
        ("acquire", rules.acquire, (_acquire_mistakes(entry, scope) for entry in rules.acquire)),
        ("call", rules.call, (_call_mistakes(entry, scope) for entry in rules.call)),
        ("not-acquire", rules.not_acquire, (_calls_mistakes(entry.call, scope) for entry in rules.not_acquire)),
        ("use", rules.use, (_use_mistakes(entry, scope) for entry in rules.use)),
        ("hook", rules.hook, (_hook_mistakes(entry) for entry in rules.hook)),
    )
    for table, _, mistakes in tables:
        for index, found in enumerate(mistakes):
            where = place(table, index, source.tables[table][index]) if table in source.tables else f"[[{table}]]"
            yield from (Problem(source.filename, where, key, message) for key, message in found)
    more = chain(_repeated_ids(rules.kind), _contradictions(source))
    yield from (Problem(source.filename, *mistake) for mistake in more)
    yield from (Problem(source.filename, "[library]", "name", message) for message in _library_mistakes(scope.library))


def _library_mistakes(name: str) -> Iterator[str]:
    if not name or not name.replace("-", "").replace("_", "").replace(".", "").isalnum():
        yield f'"{name}" may only have letters, digits, "-", "_" and "."'


def _repeated_ids(kinds: Iterable[Kind]) -> Iterator[_Mistake]:
    counts = Counter(kind.id for kind in kinds)
    yield from ((f'[[kind]] "{name}"', "id", f"is used {count} times") for name, count in counts.items() if count > 1)


def _contradictions(source: RuleSource) -> Iterator[_Mistake]:
    """A call can't acquire under all circumstances and be listed as no acquisition."""
    acquiring = (entry for entry in source.rules.acquire if not entry.not_acquire)
    acquired = {call for entry in acquiring for call in references.calls_of(entry.call)}
    for index, entry in enumerate(source.rules.not_acquire):
        where = f"[[not-acquire]] #{index + 1}"
        for call in references.calls_of(entry.call):
            if call in acquired:
                yield where, "call", f'"{call}" is also in an [[acquire]]; use not-acquire = true with conditions there'


_MEMBERS = (
    "release", "release_await", "release_but_parts", "parts", "wrong_release", "not_release", "consume", "consume_each",
    "configure", "no_raise", "fluent",
)  # fmt: skip

_Check = Callable[[str], object]


def _each(key: str, values: Iterable[str], *checks: _Check) -> Iterator[tuple[str, str]]:
    for value in values:
        for check in checks:
            try:
                check(value)
            except ValueError as error:
                yield key, str(error)
                break


def _kind_check(scope: _Scope) -> _Check:
    def check(reference: str) -> None:
        references.check_kind(reference)
        gid = references.global_kind(reference, scope.library)
        if gid not in scope.kinds:
            raise ValueError(f'no kind "{reference}"{_did_you_mean(gid, scope)}')

    return check


def _did_you_mean(gid: str, scope: _Scope) -> str:
    own = f"{scope.library}:"
    spellings = sorted(known.removeprefix(own) for known in scope.kinds)
    near = difflib.get_close_matches(gid.removeprefix(own), spellings, n=1)
    return f', did you mean "{near[0]}"?' if near else ""


def _call_check(scope: _Scope) -> _Check:
    kind = _kind_check(scope)

    def check(call: str) -> None:
        references.check_call(call)
        receiver = references.receiver_kind(call)
        if receiver is not None:
            kind(receiver)

    return check


def _no_any_receiver(call: str) -> None:
    if call.startswith("*."):
        raise ValueError(f'"{call}": only user rules may acquire by a method on any receiver')


def _calls_mistakes(call: str | tuple[str, ...], scope: _Scope, *more: _Check) -> Iterator[tuple[str, str]]:
    calls = references.calls_of(call)
    if not calls:
        yield "call", "names no call"
    yield from _each("call", calls, _call_check(scope), *more)


def _kind_mistakes(kind: Kind, scope: _Scope) -> Iterator[tuple[str, str]]:
    check = _kind_check(scope)
    yield from _each("id", [kind.id], _plain_id)
    yield from _each("types", kind.types, references.check_qualified)
    yield from _each("bases", kind.bases, check)
    yield from _each("enter", [kind.enter] if kind.enter else [], check)
    yield from _each("parents", kind.parents, check)
    yield from _each("release-by", kind.release_by, _call_check(scope))
    yield from _each("raises", kind.raises, references.check_qualified)
    for key in _MEMBERS:
        yield from _each(key.replace("_", "-"), getattr(kind, key), _member)
    yield from _each("release-parts", (part for path in kind.release_parts for part in path.split(".")), _member)
    yield from _each("queries", (query.removesuffix("()") for query in kind.queries), _member)
    both = set(kind.release) & set(kind.wrong_release)
    yield from (("wrong-release", f'"{name}" is also in release') for name in sorted(both))


def _plain_id(text: str) -> None:
    if not text.replace("-", "").replace("_", "").isalnum():
        raise ValueError(f'"{text}" may only have letters, digits, "-" and "_"')


def _member(name: str) -> None:
    if not name.isidentifier():
        raise ValueError(f'"{name}" is not the name of a method or attribute')


def _acquire_mistakes(entry: Acquire, scope: _Scope) -> Iterator[tuple[str, str]]:
    yield from _calls_mistakes(entry.call, scope, *([_no_any_receiver] if scope.shipped else []))
    yield from _each("kind", [entry.kind], _kind_check(scope))
    yield from _each("takes", entry.takes, references.argument)
    yield from _each("when", entry.when, parse_condition)
    if isinstance(entry.item, int) and entry.item < 0:
        yield "item", f"{entry.item} is negative; count from 0"


def _call_mistakes(entry: Call, scope: _Scope) -> Iterator[tuple[str, str]]:
    yield from _calls_mistakes(entry.call, scope)
    for key in ("takes", "borrows", "releases", "consumes"):
        yield from _each(key, getattr(entry, key), references.argument)
    for key in ("wraps", "closes", "factory_arg", "pass_through"):
        value = getattr(entry, key)
        yield from _each(key.replace("_", "-"), [] if value is None else [value], references.argument)
    if entry.returns is not None and entry.returns not in ("self", "borrowed"):
        yield from _each("returns", [entry.returns], _kind_check(scope))
    yield from _each("factory", [entry.factory] if entry.factory else [], _call_check(scope))
    yield from _each("raises", [] if isinstance(entry.raises, bool) else entry.raises, references.check_qualified)
    yield from _each("suppresses", references.calls_of(entry.suppresses or ()), references.check_qualified)
    yield from _each("exception", [entry.exception] if entry.exception else [], references.check_qualified)
    yield from _each("when", entry.when, parse_condition)
    if entry.exception and entry.no_return is None:
        yield "exception", "is for calls with no-return; the types that other calls raise belong in raises"


_KEYS_OF_SHAPES = {
    "cursor": ("acquire", "use"),
    "connection": ("release",),
    "slot": ("pairs",),
    "lock": ("acquire", "release"),
}
_ONE_OF = {"connection": ("use", "acquire")}


def _use_mistakes(entry: Use, scope: _Scope) -> Iterator[tuple[str, str]]:
    yield from _each("kind", [entry.kind], _kind_check(scope))
    wanted, one_of = _KEYS_OF_SHAPES[entry.shape], _ONE_OF.get(entry.shape, ())
    if one_of and not any(getattr(entry, key) for key in one_of):
        yield one_of[0], f'shape "{entry.shape}" needs it, or {one_of[1]}'
    for key in ("acquire", "use", "release", "pairs"):
        given = bool(getattr(entry, key))
        if key in one_of:
            continue
        if given != (key in wanted):
            yield key, f'shape "{entry.shape}" ' + ("has no such key" if given else "needs it")


def _hook_mistakes(entry: Hook) -> Iterator[tuple[str, str]]:
    decorators, bases = references.calls_of(entry.decorator), references.calls_of(entry.base)
    if not any((*decorators, *bases)):
        yield "decorator", "a hook needs a decorator or a base"
    yield from _each("decorator", filter(None, decorators), references.check_qualified)
    yield from _each("base", filter(None, bases), references.check_qualified)


def _base_cycles(sources: Sequence[RuleSource]) -> Iterator[Problem]:
    """Kinds that are their own ancestors; bases outside these files lead nowhere new."""
    bases = {
        _gid(source, kind): [references.global_kind(base, source.rules.library.name) for base in kind.bases]
        for source in sources
        for kind in source.rules.kind
    }
    for source in sources:
        for kind in source.rules.kind:
            if _gid(source, kind) in _reachable(_gid(source, kind), bases):
                yield Problem(source.filename, f'[[kind]] "{kind.id}"', "bases", "leads back to the kind itself")


def _reachable(start: str, bases: Mapping[str, Sequence[str]]) -> set[str]:
    seen: set[str] = set()
    stack = list(bases.get(start, ()))
    while stack:
        gid = stack.pop()
        if gid not in seen:
            seen.add(gid)
            stack += bases.get(gid, ())
    return seen


def _alias_problems(sources: Sequence[RuleSource], known: Mapping[str, str]) -> Iterator[Problem]:
    """Malformed aliases, different targets for one name, and cycles (prefixes count: "a" -> "a.b" never ends)."""
    stated: dict[str, str] = {}
    for source in sources:
        for alias, target in source.rules.aliases.items():
            for _, message in _each("", (alias, target), references.check_qualified):
                yield _alias_problem(source, alias, message)
            if stated.setdefault(alias, target) != target:
                yield _alias_problem(source, alias, f'leads to "{target}" here and to "{stated[alias]}" elsewhere')
    merged = {**known, **stated}
    for source in sources:
        for alias in source.rules.aliases:
            if follow(alias, merged) is None:
                yield _alias_problem(source, alias, "leads back to itself")


def _alias_problem(source: RuleSource, alias: str, message: str) -> Problem:
    return Problem(source.filename, "[aliases]", f'"{alias}"', message)


def _shared_names(sources: Sequence[RuleSource]) -> Iterator[Problem]:
    """A library has one file, and a class belongs to one library (there the first kind that names it is its kind)."""
    libraries: dict[str, str] = {}
    owners: dict[str, str] = {}
    for source in sources:
        name = source.rules.library.name
        first = libraries.setdefault(name, source.filename)
        if first != source.filename:
            yield Problem(source.filename, "[library]", "name", f'"{name}" is already that of {first}')
        for kind in source.rules.kind:
            for class_ in kind.types:
                owner = owners.setdefault(class_, source.filename)
                if owner != source.filename:
                    yield Problem(source.filename, f'[[kind]] "{kind.id}"', "types", f'"{class_}" is in {owner} too')
