"""Rule files -> `Catalog`: names resolved, bases flattened, everything indexed.

A catalog grows in layers, and the upper one wins: user rules over shipped ones. What a user rule says about a call
replaces what was known about that call (with conditions, it is tried first); a user's kind with a known id changes the
keys that it states, but not the kinds that are derived from it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from leaklint.catalog.catalog import Catalog, Index
from leaklint.catalog.gather import gather
from leaklint.catalog.load import RuleError, RuleSource
from leaklint.catalog.references import calls_of
from leaklint.catalog.resolve import Names, resolved_acquire, resolved_call, resolved_hook, resolved_kind, resolved_use
from leaklint.catalog.schema import Acquire, Call, Kind, RuleFile
from leaklint.catalog.verify import verify

_NOT_INHERITED = frozenset({"id", "what", "category", "types", "bases", "source"})
_INHERITED = tuple(name for name in Kind.__struct_fields__ if name not in _NOT_INHERITED)

_Entry = TypeVar("_Entry", Acquire, Call)
_Files = Sequence[tuple[RuleFile, Names]]


def build_catalog(sources: Sequence[RuleSource], *, shipped: bool = True) -> Catalog:
    """The catalog of these rule files alone; RuleError with all problems if they don't fit together."""
    return _verified(Catalog(), sources, shipped)


def extended(catalog: Catalog, sources: Sequence[RuleSource]) -> Catalog:
    """`catalog` with user rules, which win (the first file over the next); RuleError if these have problems."""
    return _verified(catalog, sources, False) if sources else catalog


def _verified(catalog: Catalog, sources: Sequence[RuleSource], shipped: bool) -> Catalog:
    problems = verify(sources, shipped=shipped, kinds=catalog.kinds, aliases=catalog.aliases)
    if problems:
        raise RuleError(problems)
    built = _layered(catalog, sources)
    return msgspec.structs.replace(built, clues=gather(built))


def _layered(below: Catalog, sources: Sequence[RuleSource]) -> Catalog:
    """`below` with one layer on top; the files are verified."""
    aliases = below.aliases | {alias: name for source in sources for alias, name in source.rules.aliases.items()}
    files = [(source.rules, Names(source.rules.library.name, aliases)) for source in sources]
    kinds = _kinds(below.kinds, sources, files)
    acquire = [resolved_acquire(entry, names) for rules, names in files for entry in rules.acquire]
    call = [resolved_call(entry, names) for rules, names in files for entry in rules.call]
    excluded = frozenset(name for rules, names in files for entry in rules.not_acquire for name in names.calls(entry.call))
    returning = [entry for entry in call if entry.returns is not None]
    decided = excluded | _unconditional(acquire) | _unconditional(returning)
    acquire_entries = _in_order(acquire) + _without(below.acquire_entries, decided)
    call_entries = _in_order(call) + _without(below.call_entries, _unconditional(call))
    not_acquisitions = (below.not_acquisitions - _references(acquire)) | excluded
    hooks = tuple(resolved_hook(entry, names) for rules, names in files for entry in rules.hook) + below.hooks
    return Catalog(
        libraries=below.libraries + tuple(rules.library for rules, _ in files),
        aliases=aliases,
        kinds=kinds,
        types=below.types | _types(kinds[names.kind(kind.id)] for rules, names in files for kind in rules.kind),
        acquire_entries=acquire_entries,
        acquire_index=_inherited(_index(entry.call for entry in acquire_entries), kinds, not_acquisitions),
        call_entries=call_entries,
        call_index=_inherited(_index(entry.call for entry in call_entries), kinds),
        not_acquisitions=not_acquisitions,
        release_calls=_release_calls(kinds),
        uses=tuple(resolved_use(entry, names) for rules, names in files for entry in rules.use) + below.uses,
        hooks=hooks,
        decorator_index=_index(hook.decorator for hook in hooks),
        base_index=_index(hook.base for hook in hooks),
        consumed=frozenset(name for kind in kinds.values() for name in (*kind.consume, *kind.parts)),
        unlocking=frozenset(
            name for kind in kinds.values() if kind.category == "lock" for name in (*kind.release, *kind.release_await)
        ),
        no_raise_methods=below.no_raise_methods.union(*(rules.methods.no_raise for rules, _ in files)),
        pure_methods=below.pure_methods.union(*(rules.methods.pure for rules, _ in files)),
        modules=below.modules.union(*(rules.library.modules for rules, _ in files)),
    )


def _kinds(below: Mapping[str, Kind], sources: Sequence[RuleSource], files: _Files) -> dict[str, Kind]:
    """All kinds, flattened: those of `below`, changed and joined by those of the files."""
    own: dict[str, tuple[Kind, frozenset[str]]] = {}
    for source, (rules, names) in zip(sources, files, strict=True):
        for kind, table in zip(rules.kind, source.tables.get("kind", ()), strict=True):
            stated = frozenset(key.replace("-", "_") for key in table)
            own.setdefault(names.kind(kind.id), (resolved_kind(kind, names), stated))
    flat: dict[str, Kind] = {}
    for gid in _bases_first(own):
        kind, stated = own[gid]
        known = {**below, **flat}
        whole = _changed(below[gid], kind, stated, known) if gid in below else _derived(kind, stated, known)
        flat[gid] = _asked(whole)
    return {**below, **{gid: flat[gid] for gid in own}}


def _bases_first(own: Mapping[str, tuple[Kind, frozenset[str]]]) -> list[str]:
    """The ids of the new kinds so that each stands after its bases (there are no cycles: that was verified)."""
    order: dict[str, None] = {}
    stack = list(own)[::-1]
    while stack:
        waiting = [base for base in own[stack[-1]][0].bases if base in own and base not in order]
        if waiting:
            stack += waiting
        else:
            order[stack.pop()] = None
    return list(order)


def _derived(kind: Kind, stated: frozenset[str], known: Mapping[str, Kind]) -> Kind:
    """`kind` with what it doesn't state taken from the first base that says anything about it.

    A method that it calls a wrong release is not inherited as a release.
    """
    bases = [known[base] for base in kind.bases]
    inherited = {name: _first_said(name, bases) for name in _INHERITED if name not in stated}
    for name in ("release", "release_await"):
        if name in inherited:
            inherited[name] = tuple(method for method in inherited[name] if method not in kind.wrong_release)
    return msgspec.structs.replace(kind, bases=_ancestors(bases), **inherited)


def _first_said(name: str, bases: Iterable[Kind]) -> Any:
    return next((value for base in bases if (value := getattr(base, name)) != _NOTHING_SAID[name]), _NOTHING_SAID[name])


def _asked(kind: Kind) -> Kind:
    """The kind, whose state queries don't raise: one that did could not answer."""
    methods = [query.removesuffix("()") for query in kind.queries if query.endswith("()")]
    return msgspec.structs.replace(kind, no_raise=tuple(dict.fromkeys((*kind.no_raise, *methods))))


def _ancestors(bases: Iterable[Kind]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(gid for base in bases for gid in (base.id, *base.bases)))


def _changed(kind: Kind, change: Kind, stated: frozenset[str], known: Mapping[str, Kind]) -> Kind:
    """The known `kind` with the keys that the user's table states."""
    changes = {name: getattr(change, name) for name in stated if name not in ("id", "bases")}
    if "bases" in stated:
        changes["bases"] = _ancestors(known[base] for base in change.bases)
    return msgspec.structs.replace(kind, **changes)


_PLAIN = Kind(id="", what="", category="handle")
_NOTHING_SAID = {name: getattr(_PLAIN, name) for name in _INHERITED}


def _types(kinds: Iterable[Kind]) -> dict[str, str]:
    """Class -> kind; the first kind that names a class has it (a pooled connection's class is that of a plain one)."""
    owners: dict[str, str] = {}
    for kind in kinds:
        for name in kind.types:
            owners.setdefault(name, kind.id)
    return owners


def _references(entries: Iterable[_Entry]) -> frozenset[str]:
    return frozenset(reference for entry in entries for reference in calls_of(entry.call))


def _unconditional(entries: Iterable[_Entry]) -> frozenset[str]:
    return _references([entry for entry in entries if not entry.when])


def _in_order(entries: Iterable[_Entry]) -> tuple[_Entry, ...]:
    """Entries with conditions before those without, else as they stand in the files."""
    return tuple(sorted(entries, key=lambda entry: not entry.when))


def _without(entries: Iterable[_Entry], decided: frozenset[str]) -> tuple[_Entry, ...]:
    """The entries, no longer speaking of calls that an upper layer has decided."""
    kept = []
    for entry in entries:
        calls = tuple(call for call in calls_of(entry.call) if call not in decided)
        if calls:
            kept.append(msgspec.structs.replace(entry, call=calls))
    return tuple(kept)


def _index(calls: Iterable[str | tuple[str, ...]]) -> Index:
    """Reference -> positions of the entries that speak of it."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for position, references in enumerate(calls):
        for reference in calls_of(references):
            found[reference].append(position)
    return {reference: tuple(positions) for reference, positions in found.items() if reference}


def _inherited(index: Index, kinds: Mapping[str, Kind], hidden: frozenset[str] = frozenset()) -> Index:
    """The index with a derived kind's methods: its own entries, then its bases', up to a `hidden` one."""
    methods: defaultdict[str, list[str]] = defaultdict(list)
    for reference in index:
        receiver, _, method = reference.rpartition(".")
        methods[receiver].append(method)
    more: Index = {}
    for gid, kind in kinds.items():
        lineage = (gid, *kind.bases)
        for method in dict.fromkeys(method for ancestor in kind.bases for method in methods.get(ancestor, ())):
            more[f"{gid}.{method}"] = _along(lineage, method, index, hidden)
    return {**index, **{reference: positions for reference, positions in more.items() if positions}}


def _along(lineage: tuple[str, ...], method: str, index: Index, hidden: frozenset[str]) -> tuple[int, ...]:
    positions: list[int] = []
    for ancestor in lineage:
        reference = f"{ancestor}.{method}"
        if reference in hidden:
            break
        positions += index.get(reference, ())
    return tuple(dict.fromkeys(positions))


def _release_calls(kinds: Mapping[str, Kind]) -> dict[str, frozenset[str]]:
    """Kind -> calls that release it; a method counts on kinds derived from its receiver's, too."""
    derived: defaultdict[str, list[str]] = defaultdict(list)
    for gid, kind in kinds.items():
        for ancestor in (gid, *kind.bases):
            derived[ancestor].append(gid)
    return {gid: _release_calls_of(kind, derived) for gid, kind in kinds.items() if kind.release_by}


def _release_calls_of(kind: Kind, derived: Mapping[str, Sequence[str]]) -> frozenset[str]:
    found = set(kind.release_by)
    for reference in kind.release_by:
        receiver, _, method = reference.rpartition(".")
        found |= {f"{gid}.{method}" for gid in derived.get(receiver, ())}
    return frozenset(found)
