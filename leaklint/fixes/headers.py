"""How a resource is entered: `with x`, `with closing(x)`, their asynchronous forms, or not at all.

`with x` is used only where leaving it does what the release does that it stands for. Rules call it "releases" whatever else
the exit does: a connection may commit, a pool may kill its workers, a process is waited for. So for these categories only a
release of the same effect, or `closing`, will do.
"""

from typing import NamedTuple

from leaklint.fixes.contract import Edit
from leaklint.fixes.imports import usable
from leaklint.fixes.releases import Release
from leaklint.fixes.site import Acquired, Site

_SAME = frozenset({"file", "descriptor", "socket", "stream", "handle", "temporary", "session", "cursor"})
"""Categories whose exit is their release and nothing more."""

_RELEASES = frozenset({"close", "aclose", "cleanup", "release", "shutdown"})


class Header(NamedTuple):
    """What stands around the acquiring expression in `with`; edits: the import that it needs."""

    before: str
    after: str
    edits: tuple[Edit, ...] = ()
    reason: str = ""
    drop_await: bool = False

    @property
    def statement(self) -> str:
        """`with` or `async with`."""
        return self.before[: self.before.index("with") + 4]


def header(site: Site, acquired: Acquired, release: Release | None) -> Header | None:
    """The way to enter the resource; None if only `try/finally` will do."""
    return _asynchronous(site, acquired, release) if _awaits(site, acquired, release) else _plain(site, acquired, release)


def _awaits(site: Site, acquired: Acquired, release: Release | None) -> bool:
    """Whether the release has to be awaited."""
    kind = site.kind
    assert kind is not None
    if release is not None:
        return release.awaited
    return site.asynchronous and (bool(kind.release_await) and not kind.release)


def _plain(site: Site, acquired: Acquired, release: Release | None) -> Header | None:
    kind = site.kind
    assert kind is not None
    same = kind.category in _SAME and (release is None or (release.method in _RELEASES and not release.call.args))
    if kind.with_exit == "releases" and kind.enter is None and same:
        return Header("with ", "")
    if kind.with_exit == "releases" and kind.enter is None and _waits_alike(site, release):
        reason = "leaving the block waits until it has ended" if release is None else ""
        return Header("with ", "", (), reason)
    if "close" in kind.release and (release is None or (release.method == "close" and not release.call.args)):
        return _closing(site, "closing", "with ")
    return None


def _waits_alike(site: Site, release: Release | None) -> bool:
    """`with executor` is `shutdown()`; with nothing to compare, both wait."""
    kind = site.kind
    assert kind is not None
    if release is None:
        return kind.category in ("executor", "process")
    plain = not release.call.args or [site.page.code(arg) for arg in release.call.args] == ["wait=True"]
    return kind.category == "executor" and release.method == "shutdown" and plain


def _asynchronous(site: Site, acquired: Acquired, release: Release | None) -> Header | None:
    kind = site.kind
    assert kind is not None
    assert site.obligation is not None
    if not site.asynchronous:
        return None
    same = kind.category in _SAME and (release is None or (release.method in _RELEASES and not release.call.args))
    acquire = site.obligation.acquire
    form = acquire.form if acquire is not None else "call"
    if kind.async_with_exit == "releases" and kind.enter is None and same:
        return Header("async with ", "", (), "", drop_await=acquired.awaited and form == "await|async-with")
    if "aclose" in kind.release_await and (release is None or release.method == "aclose"):
        return _closing(site, "aclosing", "async with ")
    return None


def _closing(site: Site, name: str, before: str) -> Header | None:
    found = usable(site.page, "contextlib", name)
    return Header(f"{before}{found.name}(", ")", found.edits) if found is not None else None
