"""What the entries of one rule file mean everywhere: global kind ids, canonical names, resolved calls."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from leaklint.catalog.aliases import follow
from leaklint.catalog.references import calls_of, global_call, global_kind
from leaklint.catalog.schema import Acquire, Call, Hook, Kind, Use


class Names(NamedTuple):
    """How references are read in the file of `library`, with the aliases of all files."""

    library: str
    aliases: Mapping[str, str]

    def kind(self, reference: str) -> str:
        """The global id of a kind."""
        return global_kind(reference, self.library)

    def call(self, reference: str) -> str:
        """ "library:kind.method", a canonical name, or "*.method"."""
        resolved = global_call(reference, self.library)
        return resolved if reference.startswith(("@", "*")) else self.name(resolved)

    def calls(self, references: str | tuple[str, ...]) -> tuple[str, ...]:
        """The `call` of an entry, or any other references to calls, each once."""
        return tuple(dict.fromkeys(map(self.call, calls_of(references))))

    def name(self, qualified: str) -> str:
        """The canonical spelling."""
        return follow(qualified, self.aliases) or qualified

    def names(self, qualified: Iterable[str]) -> tuple[str, ...]:
        """The canonical spellings, each once."""
        return tuple(dict.fromkeys(map(self.name, qualified)))


def resolved_kind(kind: Kind, names: Names) -> Kind:
    """The kind with its own facts only; `bases` are still the stated ones."""
    return replace(
        kind,
        id=names.kind(kind.id),
        types=names.names(kind.types),
        bases=tuple(map(names.kind, kind.bases)),
        release_by=names.calls(kind.release_by),
        enter=None if kind.enter is None else names.kind(kind.enter),
        parents=tuple(map(names.kind, kind.parents)),
        raises=names.names(kind.raises),
    )


def resolved_acquire(entry: Acquire, names: Names) -> Acquire:
    """The acquisition; `call` is a tuple of resolved references."""
    return replace(entry, call=names.calls(entry.call), kind=names.kind(entry.kind))


def resolved_call(entry: Call, names: Names) -> Call:
    """The fact; `returns` is a global id, "self", "borrowed" or None."""
    plain = entry.returns in (None, "self", "borrowed")
    return replace(
        entry,
        call=names.calls(entry.call),
        returns=entry.returns if plain else names.kind(entry.returns or ""),
        factory=None if entry.factory is None else names.call(entry.factory),
        raises=entry.raises if isinstance(entry.raises, bool) else names.names(entry.raises),
        suppresses=None if entry.suppresses is None else _suppressed(entry.suppresses, names),
        exception=None if entry.exception is None else names.name(entry.exception),
    )


def _suppressed(types: str | tuple[str, ...], names: Names) -> str | tuple[str, ...]:
    """ "args" and "all" are words, everything else names exception types."""
    return types if types in ("args", "all") else names.names(calls_of(types))


def resolved_use(entry: Use, names: Names) -> Use:
    """The evidence with the global id of its kind; `given` are canonical names."""
    return replace(entry, kind=names.kind(entry.kind), given=names.names(entry.given))


def resolved_hook(entry: Hook, names: Names) -> Hook:
    """The convention; `decorator` and `base` are tuples of canonical names."""
    return replace(entry, decorator=names.names(calls_of(entry.decorator)), base=names.names(calls_of(entry.base)))
