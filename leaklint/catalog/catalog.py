"""The catalog: everything that rules say, resolved and ready to be looked up.

A kind is named by its global id `library:kind`, a method of it by `library:kind.method`, a function or class by its
canonical qualified name, a method on any receiver by `*.method`. Lookups take any alias of a qualified name.
"""

from collections.abc import Mapping

import msgspec

from leaklint.catalog.aliases import follow
from leaklint.catalog.clues import Clues
from leaklint.catalog.schema import Acquire, Call, Hook, Kind, Library, Use

Index = dict[str, tuple[int, ...]]


class Catalog(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """All rules. Built by `leaklint.catalog.build`; equal catalogs have equal bytes.

    Entries refer to kinds by global id, and their `call` is a tuple of resolved references. An index leads from a
    reference to positions in the table of entries, inherited ones included, in the order in which they are to be tried.
    """

    libraries: tuple[Library, ...] = ()
    aliases: dict[str, str] = {}
    kinds: dict[str, Kind] = {}
    types: dict[str, str] = {}
    acquire_entries: tuple[Acquire, ...] = ()
    acquire_index: Index = {}
    call_entries: tuple[Call, ...] = ()
    call_index: Index = {}
    not_acquisitions: frozenset[str] = frozenset()
    release_calls: dict[str, frozenset[str]] = {}
    uses: tuple[Use, ...] = ()
    hooks: tuple[Hook, ...] = ()
    decorator_index: Index = {}
    base_index: Index = {}
    no_raise_methods: frozenset[str] = frozenset()
    consumed: frozenset[str] = frozenset()
    unlocking: frozenset[str] = frozenset()
    pure_methods: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()
    clues: Clues = Clues()

    @property
    def reexports(self) -> Mapping[str, str]:
        """Aliases as rules state them: name -> the name it stands for."""
        return self.aliases

    def canonical(self, qualified: str) -> str:
        """The name that rules use for `qualified`; an alias of a module or class holds for what is in it."""
        return follow(qualified, self.aliases) or qualified

    def kind(self, gid: str) -> Kind:
        """The kind with what it inherits; its `id` is the global id, its `bases` all ancestors, nearest first."""
        return self.kinds[gid]

    def kind_of_type(self, qualified: str) -> str | None:
        """The kind of the instances of that class, None if no rule speaks of it."""
        return self.types.get(qualified) or self.types.get(self.canonical(qualified))

    def is_kind(self, gid: str, base: str) -> bool:
        """Whether `gid` is the kind `base` or derived from it."""
        return gid == base or base in self.kinds[gid].bases

    def acquires(self, qualified: str) -> tuple[Acquire, ...]:
        """What calling that function or class acquires; the first entry whose conditions hold counts."""
        return self._acquires(qualified) or self._acquires(self.canonical(qualified))

    def method_acquires(self, gid: str, method: str) -> tuple[Acquire, ...]:
        """The same for a method of a receiver of kind `gid`; entries of the kind itself stand before inherited ones."""
        return self._acquires(f"{gid}.{method}")

    def any_method_acquires(self, method: str) -> tuple[Acquire, ...]:
        """The same for a method whatever its receiver is: only user rules say this."""
        return self._acquires(f"*.{method}")

    def calls(self, qualified: str) -> tuple[Call, ...]:
        """What else is known about that function or class; the first entry whose conditions hold counts."""
        return self._calls(qualified) or self._calls(self.canonical(qualified))

    def method_calls(self, gid: str, method: str) -> tuple[Call, ...]:
        """The same for a method of a receiver of kind `gid`; entries of the kind itself stand before inherited ones."""
        return self._calls(f"{gid}.{method}")

    def any_method_calls(self, method: str) -> tuple[Call, ...]:
        """The same for a method whatever its receiver is."""
        return self._calls(f"*.{method}")

    def is_not_acquisition(self, reference: str) -> bool:
        """Whether a rule says that this call ("module.function" or "library:kind.method") never acquires."""
        return reference in self.not_acquisitions or self.canonical(reference) in self.not_acquisitions

    def releasers(self, gid: str) -> frozenset[str]:
        """Calls that release a value of that kind when given it: "psycopg2:pool.putconn", "os.close"."""
        return self.release_calls.get(gid, frozenset())

    def hooks_of_decorator(self, qualified: str) -> tuple[Hook, ...]:
        """The conventions for functions with that decorator."""
        return self._hooks(self.decorator_index, qualified)

    def hooks_of_base(self, qualified: str) -> tuple[Hook, ...]:
        """The conventions for subclasses of that class."""
        return self._hooks(self.base_index, qualified)

    def _acquires(self, reference: str) -> tuple[Acquire, ...]:
        return tuple(self.acquire_entries[position] for position in self.acquire_index.get(reference, ()))

    def _calls(self, reference: str) -> tuple[Call, ...]:
        return tuple(self.call_entries[position] for position in self.call_index.get(reference, ()))

    def _hooks(self, index: Index, qualified: str) -> tuple[Hook, ...]:
        positions = index.get(qualified) or index.get(self.canonical(qualified), ())
        return tuple(self.hooks[position] for position in positions)
