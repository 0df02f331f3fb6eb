"""The clues of a catalog, gathered when it is compiled.

A kind can come from a root if a rule about something in that root, or about a kind that can come from it, mentions the
kind: by whatever key, so that new keys of the rules need no change here. Errs towards more.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

import msgspec

from leaklint.catalog.catalog import Catalog
from leaklint.catalog.clues import NO_IMPORT, NO_KEYWORD, Clues, Evidence, Roots, Ways
from leaklint.catalog.condition import parse_condition
from leaklint.catalog.schema import Acquire, Call, Kind


def gather(catalog: Catalog) -> Clues:
    """The clues of a catalog."""
    sources = _Sources(catalog)
    functions, methods = _Gathered(), _Gathered()
    held = (_Gathered(), _Gathered())
    for reference in {**catalog.acquire_index, **dict.fromkeys(_factories(catalog))}:
        entries = [catalog.acquire_entries[at] for at in catalog.acquire_index.get(reference, ())]
        owed = [entry for entry in entries if _is_resource(catalog, entry)]
        if entries and not owed:
            continue
        ways = {_keyword(entry) for entry in owed} or {NO_KEYWORD}
        for name, roots in sources.spellings(reference):
            for way in ways:
                (methods if _is_method(reference) else functions).add(name, way, roots)
            for at, is_async in enumerate((False, True)):
                if not entries or not all(_released_by_with(catalog, entry, is_async) for entry in entries):
                    held[at].add(name, NO_KEYWORD, roots)
    return Clues(
        functions=functions.ways(),
        methods=methods.ways(),
        carriers=_carriers(catalog, sources).ways(),
        evidence=tuple(_evidence(catalog)),
        held_in_with={name: found[NO_KEYWORD] for name, found in held[0].ways().items()},
        held_in_async_with={name: found[NO_KEYWORD] for name, found in held[1].ways().items()},
    )


_FILES = frozenset({"file", "descriptor", "temporary"})


def _carriers(catalog: Catalog, sources: "_Sources") -> "_Gathered":
    """What gives a plain handle from which others acquire. Those that open files only are left out: every project has paths in
    module variables, and whoever opens them mostly imports their library (errs to fewer)."""
    opening = {
        reference.rpartition(".")[0]
        for reference, positions in catalog.acquire_index.items()
        if any(catalog.kinds[catalog.acquire_entries[at].kind].category not in _FILES for at in positions)
    }
    handles = {gid for gid in opening if gid in catalog.kinds and catalog.kinds[gid].severity is None}
    given = [(entry.call, entry.kind) for entry in catalog.acquire_entries]
    given += [(entry.call, entry.returns or "") for entry in catalog.call_entries]
    given += [(catalog.kinds[gid].types, gid) for gid in handles]
    found = _Gathered()
    for reference in dict.fromkeys(call for calls, kind in given if kind in handles for call in calls if not _is_method(call)):
        for name, roots in sources.spellings(reference):
            found.add(name, NO_KEYWORD, roots)
    return found


def _keyword(entry: Acquire) -> str:
    """A keyword argument without which the entry can't hold: an undecided condition does not hold."""
    for text in entry.when:
        condition = parse_condition(text)
        if condition.operator not in ("given", "present", "equal") or condition.argument.positions:
            continue
        if len(condition.argument.names) == 1:
            constant = condition.value in ("True", "False")
            return f"{condition.argument.names[0]}={condition.value}" if constant else condition.argument.names[0]
    return NO_KEYWORD


class _Gathered:
    """Roots by name and keyword."""

    def __init__(self) -> None:
        self._roots: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))

    def add(self, name: str, keyword: str, roots: Iterable[str]) -> None:
        self._roots[name][keyword].update(roots)

    def ways(self) -> Ways:
        return {name: {way: frozenset(at) for way, at in sorted(found.items())} for name, found in sorted(self._roots.items())}


def _is_method(reference: str) -> bool:
    return ":" in reference or reference.startswith("*.")


def _is_resource(catalog: Catalog, entry: Acquire) -> bool:
    """Can the entry create an obligation? Plain handles are typed, never owed."""
    severity = entry.severity or catalog.kinds[entry.kind].severity
    return severity is not None and not entry.not_acquire


def _released_by_with(catalog: Catalog, entry: Acquire, is_async: bool) -> bool:
    """Is nothing owed after `with call(...):` (or `async with`)? "No" where the block binds a value of another kind."""
    kind = catalog.kinds[entry.kind]
    if entry.not_acquire:
        return True
    if entry.state or entry.item is not None or kind.enter is not None:
        return False
    return (kind.async_with_exit if is_async else kind.with_exit) == "releases"


def _factories(catalog: Catalog) -> Iterator[str]:
    """Calls whose result acquires when it is called."""
    for reference, positions in catalog.call_index.items():
        if any(catalog.call_entries[at].factory for at in positions):
            yield reference


def _evidence(catalog: Catalog) -> Iterator[Evidence]:
    for use in catalog.uses:
        match use.shape:
            case "cursor":
                yield Evidence(frozenset(use.acquire), frozenset(use.use))
            case "connection":
                # The acquisition itself may be any call: the use in the same function shows where to look.
                given = (ref.rpartition(".")[2] for ref in use.given)
                yield Evidence(frozenset((*use.use, *given, *use.acquire)), frozenset(use.release))
            case "lock":
                yield Evidence(frozenset(use.acquire), frozenset(use.release))
            case "slot":
                yield from (Evidence(frozenset((take,)), frozenset((give,))) for take, give in use.pairs)


class _Sources:
    """From which roots a callable can be reached."""

    def __init__(self, catalog: Catalog) -> None:
        targets: defaultdict[str, list[str]] = defaultdict(list)
        for alias, target in catalog.aliases.items():
            targets[target].append(alias)
        self._aliases = dict(targets)
        self._kinds = _kind_roots(catalog, self)

    def spellings(self, reference: str) -> Iterator[tuple[str, Roots]]:
        """Last name and roots of each way to write the call."""
        if _is_method(reference):
            kind, _, method = reference.rpartition(".")
            yield method, self._kinds.get(kind, frozenset()) if kind != "*" else frozenset((NO_IMPORT,))
            return
        for name in self._names(reference):
            root, dot, _ = name.partition(".")
            yield name.rpartition(".")[2], frozenset((root if dot else NO_IMPORT,))

    def roots(self, qualified: str) -> set[str]:
        """The roots of a qualified name under all its aliases."""
        return {root for _, roots in self.spellings(qualified) for root in roots}

    def _names(self, qualified: str) -> set[str]:
        """The name and every alias of it; an alias of a module or class holds for what is in it."""
        found, waiting = {qualified}, [(qualified, False)]
        while waiting:
            name, inner = waiting.pop()
            for prefix, rest in _prefixes(name):
                for alias in self._aliases.get(prefix, ()):
                    # "a.b" -> "a" could apply for ever; twice gives no other beginning or end.
                    goes_in = alias.startswith(f"{prefix}.")
                    if alias + rest not in found and not (inner and goes_in):
                        found.add(alias + rest)
                        waiting.append((alias + rest, inner or goes_in))
        return found


def _prefixes(name: str) -> Iterator[tuple[str, str]]:
    """("a.b", ""), ("a", ".b") of "a.b"."""
    prefix, rest = name, ""
    while prefix:
        yield prefix, rest
        prefix, dot, last = prefix.rpartition(".")
        rest = f"{dot}{last}{rest}"


def _kind_roots(catalog: Catalog, sources: _Sources) -> Mapping[str, Roots]:
    """Kind -> roots from which a value of it can come."""
    leads = _leads(catalog)
    found: defaultdict[str, set[str]] = defaultdict(set)
    waiting: list[tuple[str, str]] = []
    for node in leads:
        if node not in catalog.kinds:
            roots = (NO_IMPORT,) if node.startswith("*.") else sources.roots(node)
            waiting.extend((node, root) for root in roots)
    while waiting:
        node, root = waiting.pop()
        for target in leads.get(node, ()):
            if root not in found[target]:
                found[target].add(root)
                waiting.append((target, root))
    return {node: frozenset(roots) for node, roots in found.items() if node in catalog.kinds}


def _leads(catalog: Catalog) -> dict[str, set[str]]:
    """Kind or qualified name -> kinds and qualified names that its rules mention."""
    leads: defaultdict[str, set[str]] = defaultdict(set)
    known = catalog.kinds.keys() | catalog.acquire_index.keys() | catalog.call_index.keys()
    for gid, kind in catalog.kinds.items():
        leads[gid].update(_mentioned(kind, known))
        for name in kind.types:
            leads[name].add(gid)
    entries: tuple[Acquire | Call, ...] = (*catalog.acquire_entries, *catalog.call_entries)
    for entry in entries:
        mentioned = _mentioned(entry, known)
        for call in entry.call:
            leads[_node(call)].update(mentioned)
    return leads


def _mentioned(entry: Acquire | Call | Kind, known: frozenset[str] | set[str]) -> set[str]:
    """The kinds and callables that an entry speaks of."""
    texts = (text for value in msgspec.structs.astuple(entry) for text in _texts(value))
    return {_node(text) for text in texts if text in known}


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, tuple | list | frozenset | dict):
        return (item for item in value if isinstance(item, str))
    return ()


@cache
def _node(reference: str) -> str:
    """A method leads where values of its receiver's kind lead."""
    return reference.rpartition(".")[0] if ":" in reference and "." in reference.rpartition(":")[2] else reference
