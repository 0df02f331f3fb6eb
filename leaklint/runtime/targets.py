"""Which callables of a program the rules speak of, and where they are found once their modules are imported."""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any, NamedTuple

from leaklint.catalog import Catalog
from leaklint.catalog.references import Argument, argument
from leaklint.runtime.facts import Kinds


class Found(NamedTuple):
    """Where a qualified name leads: the module or class that has it, the last name, and the value as `vars` has it."""

    owner: Any
    name: str
    value: Any


class Targets:
    """The rules, turned around: by qualified name and by method name. What acquires nothing that `kinds` knows is left out.

    functions: qualified name -> the rules' name for it; types: qualified class name -> kind
    acquiring: kind -> its methods that acquire; giving: method name -> arguments whose obligation a call ends
    """

    def __init__(self, catalog: Catalog, kinds: Kinds) -> None:
        self.functions = dict(_functions(catalog, kinds))
        self.types = {**catalog.types, **_aliases(catalog, catalog.types)}
        self.acquiring: defaultdict[str, set[str]] = defaultdict(set)
        self.giving: defaultdict[str, set[Argument]] = defaultdict(set)
        self.ends: defaultdict[str, set[Argument]] = defaultdict(set)
        for reference in catalog.acquire_index:
            kind, _, method = reference.rpartition(".")
            if ":" in reference and any(kinds.of(entry) for entry in catalog.method_acquires(kind, method)):
                self.acquiring[kind].add(method)
        for reference in set().union(*catalog.release_calls.values()):
            arguments = _ending(catalog, reference)
            if ":" in reference:
                self.giving[reference.rpartition(".")[2]] |= arguments
            else:
                self.ends[reference] |= arguments
        names = (*self.functions, *self.types)
        self.modules = frozenset(prefix for name in names for prefix in _prefixes(name))


def _functions(catalog: Catalog, kinds: Kinds) -> Iterator[tuple[str, str]]:
    released = {name for names in catalog.release_calls.values() for name in names}
    acquiring = {name for name in catalog.acquire_index if any(kinds.of(entry) for entry in catalog.acquires(name))}
    known = {name for name in acquiring | released if ":" not in name and not name.startswith("*")}
    yield from ((name, name) for name in known)
    yield from _aliases(catalog, {name: name for name in known}).items()


def _aliases(catalog: Catalog, names: dict[str, str]) -> dict[str, str]:
    """Other spellings of names. An alias of a module or class holds for what is in it."""
    found: dict[str, str] = {}
    by_start: defaultdict[str, list[str]] = defaultdict(list)
    for alias, target in catalog.aliases.items():
        by_start[target].append(alias)
    for name, value in names.items():
        for prefix in (name, *_prefixes(name)):
            found |= {alias + name[len(prefix) :]: value for alias in by_start.get(prefix, ())}
    return found


def _ending(catalog: Catalog, reference: str) -> set[Argument]:
    """The arguments that a release call ends: as its own fact says, else the first."""
    kind, _, method = reference.rpartition(".")
    calls = catalog.method_calls(kind, method) if ":" in reference else catalog.calls(reference)
    stated = {argument(text) for call in calls for text in call.releases}
    return stated or {argument("0")}


def _prefixes(name: str) -> Iterator[str]:
    """The dotted names that `name` lies in, longest first; built-in names lie in `builtins`."""
    prefix = name.rpartition(".")[0]
    if not prefix:
        yield "builtins"
    while prefix:
        yield prefix
        prefix = prefix.rpartition(".")[0]


def find(name: str) -> Found | None:
    """Where a qualified name leads among the imported modules. Nothing is imported, and no `__getattr__` is run."""
    for prefix in _prefixes(name):
        module = sys.modules.get(prefix)
        if isinstance(module, ModuleType):
            rest = name.removeprefix(prefix + ".").split(".")
            found = _within(module, rest)
            if found is not None:
                return found
    return None


def _within(owner: Any, path: list[str]) -> Found | None:
    for part in path[:-1]:
        owner = vars(owner).get(part)
        if not isinstance(owner, ModuleType | type):
            return None
    if path[-1] in vars(owner):
        return Found(owner, path[-1], vars(owner)[path[-1]])
    return None


def related(names: Iterable[str], project: dict[str, bool]) -> list[ModuleType]:
    """Imported modules in which a replaced name may be bound: of the same packages, or the project's own."""
    tops = {name.partition(".")[0] if "." in name else "builtins" for name in names} | {"io", "_io"}
    found = []
    for name, module in list(sys.modules.items()):
        if type(module) is ModuleType and (name.partition(".")[0] in tops or project[getattr(module, "__file__", None) or "<>"]):
            found.append(module)
    return found
