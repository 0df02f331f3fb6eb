"""What the rules say about a kind, as far as it matters while a program runs."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from leaklint.catalog import Catalog
from leaklint.catalog.schema import Acquire, Kind
from leaklint.model import Severity


class Query(NamedTuple):
    """A state query: the attribute or method to ask, and what it answers while the resource is held."""

    name: str
    call: bool
    held: bool


_WITH_ONLY = ("with", "async-with")


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """One kind, known by its identity.

    releases: methods that end the obligation, context manager exits included; configure: methods of a lazy kind that are no use
    yet; keeps: garbage collection gives nothing back.
    """

    gid: str
    what: str
    category: str
    severity: Severity
    releases: frozenset[str]
    queries: tuple[Query, ...]
    parents: frozenset[str]
    configure: frozenset[str]
    lazy: bool
    singleton: bool
    keeps: bool


def _facts(kind: Kind) -> Facts | None:
    if kind.severity is None:
        return None
    exits = [("__exit__", kind.with_exit), ("__aexit__", kind.async_with_exit)]
    used_up = [name for name in kind.consume if not name.startswith("__")]
    releases = {*kind.release, *kind.release_await, *used_up, *(name for name, effect in exits if effect == "releases")}
    return Facts(
        gid=kind.id,
        what=kind.what,
        category=kind.category,
        severity=kind.severity,
        releases=frozenset(releases),
        queries=_queries(kind),
        parents=frozenset(kind.parents),
        configure=frozenset(kind.configure),
        lazy=kind.lazy,
        singleton=kind.singleton,
        keeps=kind.gc == "never",
    )


def _queries(kind: Kind) -> tuple[Query, ...]:
    """Attributes, or methods where there is no attribute: asking an attribute has no effect (`poll()` reaps a child)."""
    stated = [Query(name.removesuffix("()"), name.endswith("()"), held) for name, held in kind.queries.items()]
    return tuple(query for query in stated if not query.call) or tuple(stated)


class Kinds:
    """Facts by global id; the same object each time. least: kinds below this severity count as plain handles."""

    def __init__(self, catalog: Catalog, least: Severity = Severity.INFO) -> None:
        self._catalog = catalog
        self._least = least
        self._known: dict[tuple[str, Severity | None], Facts | None] = {}

    def facts(self, gid: str, severity: Severity | None = None) -> Facts | None:
        """The facts of a kind, with another severity where an acquisition states one; None for a plain handle."""
        key = (gid, severity)
        if key not in self._known:
            self._known[key] = self._made(gid, severity)
        return self._known[key]

    def of(self, entry: Acquire) -> Facts | None:
        """The facts of what an entry says that is acquired; None if nothing is that would have to be released."""
        return None if entry.not_acquire or entry.form in _WITH_ONLY else self.facts(entry.kind, entry.severity)

    def releases(self) -> frozenset[str]:
        """The methods that end an obligation, of all kinds."""
        return frozenset().union(*(facts.releases for gid in self._catalog.kinds if (facts := self.facts(gid)) is not None))

    def _made(self, gid: str, severity: Severity | None) -> Facts | None:
        found = _facts(self._catalog.kinds[gid])
        found = replace(found, severity=severity) if found and severity else found
        return found if found and found.severity.rank >= self._least.rank else None
