"""Reads rule files without leaklint, and finds the classes and callables of the installed libraries that they speak of."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from lookup import Hidden, Missing, has_member, member, resolve

Table = Mapping[str, Any]


class Rules(NamedTuple):
    """The tables of one file, and the kinds of all files beside it by global id."""

    library: str
    tables: Table
    kinds: Mapping[str, Table]

    def entries(self, table: str) -> list[Table]:
        """The entries of an array of tables."""
        return list(self.tables.get(table, ()))

    def kind(self, reference: str) -> tuple[str, Table]:
        """The global id and the table of a kind reference, read in this file."""
        gid = reference if ":" in reference else f"{self.library}:{reference}"
        return gid, self.kinds[gid]


def read(path: Path) -> Rules:
    """The rules at `path` with the kinds of every file in the same folder."""
    files = {other: tomllib.loads(other.read_text("utf-8")) for other in sorted(path.parent.glob("*.toml"))}
    kinds = {f"{tables['library']['name']}:{kind['id']}": kind for tables in files.values() for kind in tables.get("kind", ())}
    tables = files[path]
    return Rules(tables["library"]["name"], tables, kinds)


def classes(rules: Rules, reference: str) -> list[type]:
    """The installed classes of a kind: its own, else those of its bases, else of the receivers whose state it is.

    A class whose subclass is listed too is left out: it is there for annotations, and may be abstract.
    """
    gid, kind = rules.kind(reference)
    named = [resolve_or_none(name) for name in kind.get("types", ())]
    found = [cls for cls in named if isinstance(cls, type)]
    library = gid.partition(":")[0]
    for base in () if found else kind.get("bases", ()):
        found += classes(rules, base if ":" in base else f"{library}:{base}")
    if not found and library == rules.library:
        found = [cls for receiver in state_receivers(rules, gid) for cls in classes(rules, receiver)]
    return [cls for cls in found if not any(other is not cls and issubclass(other, cls) for other in found)]


def complete(rules: Rules, reference: str) -> bool:
    """Whether every type that the kind names is a class here: else what the known ones lack, another may have."""
    return all(isinstance(resolve_or_none(name), type) for name in rules.kind(reference)[1].get("types", ()))


def state_receivers(rules: Rules, gid: str) -> Iterator[str]:
    """The kinds whose objects turn into kind `gid` by a state acquisition."""
    for entry in rules.entries("acquire"):
        if entry.get("state") and rules.kind(entry["kind"])[0] == gid:
            for call in calls(entry):
                receiver = call.lstrip("@").rpartition(".")[0]
                if call.startswith("@") and rules.kind(receiver)[0] != gid:
                    yield receiver


def resolve_or_none(name: str) -> object | None:
    """What `name` is; None if it is not there or not importable here."""
    try:
        return resolve(name)
    except (Missing, Hidden):
        return None


def calls(entry: Table) -> list[str]:
    """The `call` key as a list."""
    call = entry["call"]
    return [call] if isinstance(call, str) else list(call)


def targets(rules: Rules, call: str) -> list[tuple[type | None, object]]:
    """(class, callable) for everything a call reference can mean here; empty if nothing is known about it.

    Raises Missing if the installed library has no such callable, Hidden if it can't be looked into.
    """
    if call.startswith("*."):
        return []
    if not call.startswith("@"):
        return [(None, resolve(call))]
    receiver, _, method = call[1:].rpartition(".")
    owners = classes(rules, receiver)
    present = {cls: has_member(cls, method) for cls in owners}
    if owners and not any(present.values()):
        words = f"{', '.join(map(name_of, owners))} has no {method}"
        certain = complete(rules, receiver) and all(answer is False for answer in present.values())
        raise Missing(words) if certain else Hidden(words)
    return [(cls, member(cls, method)) for cls, answer in present.items() if answer]


def name_of(value: object) -> str:
    """A class or function in words."""
    return f"{getattr(value, '__module__', '?')}.{getattr(value, '__qualname__', value)}"
