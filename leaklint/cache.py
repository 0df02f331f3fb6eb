"""What former runs found, kept in `.leaklint_cache/`: one index, read in one go.

An answer holds as long as the file, its settings, the catalog and the program are the same, and every path that its
project asked for still has the content that it had, or still is no file. A file whose time and size are as recorded is not
read. The index is plain msgpack behind a seal: whatever is damaged, of another version or sealed by another user (a checkout
may bring a cache that calls everything clean) is ignored, and nothing in it is ever executed. It is replaced at once or not
at all, so two runs don't hurt each other: the last one wins.
"""

import contextlib
import functools
import hashlib
import os
import stat
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

import leaklint
from leaklint.catalog.catalog import Catalog
from leaklint.catalog.compile import cache_folder
from leaklint.model import Diagnostic
from leaklint.settings import Settings, catalog_for
from leaklint.settings.rules import Rules
from leaklint.source import read_regular
from leaklint.tasks import Task

FOLDER = ".leaklint_cache"
_INDEX = "index.msgpack"
_MAGIC = b"leaklint cache 2\n"
_SEAL = 16
_KEY = 32
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# Made by leaklint; https://bford.info/cachedir/\n"
_MISSING = -1
_LARGEST = 1 << 30
_UNDECODABLE = (msgspec.MsgspecError, ValueError, RecursionError, MemoryError)
"""What decoding raises for hostile content."""
_UNSURE = 2_000_000_000
"""A file changed so shortly before the run (in ns) may change again without a new time: next time its content decides."""


class Stamp(msgspec.Struct, array_like=True):
    """What was at a path. size: -1 if there was no file."""

    path: str
    changed: int = 0
    size: int = _MISSING
    digest: bytes = b""


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """What was found in a file. key: of file name, settings and catalog; group, reach: the paths that it depends on are
    the first `reach` ones of that group."""

    stamp: int
    key: bytes
    group: int
    reach: int
    diagnostics: msgspec.Raw


class Index(msgspec.Struct, array_like=True):
    """Everything. Each file and each path that was asked for has one stamp; a group is the order in which one project asked."""

    stamps: list[Stamp] = []
    groups: list[list[int]] = []
    entries: list[Entry] = []


class Cache:
    """The cache of one folder. Ask `find` for every file first, tell it what was found, then `save`."""

    def __init__(self, folder: str) -> None:
        self.folder = os.path.join(folder, FOLDER)
        self._started = time.time_ns()
        self._program = _program()
        self._index = self._read()
        self._known = {self._index.stamps[e.stamp].path: e for e in self._index.entries}
        self._holds: dict[int, bool] = {}
        self._valid: dict[int, int] = {}
        self._keys: dict[tuple[Settings, str], bytes] = {}
        self._catalogs: dict[Rules, bytes] = {}
        self._added: dict[str, tuple[bytes, int, int, bytes]] = {}
        self._groups: list[list[str]] = []
        self._touched = False

    def find(self, task: Task) -> tuple[Diagnostic, ...] | None:
        """What was found in a file, if that still holds."""
        entry = self._known.get(task.path)
        if entry is None or entry.key != self._key(task) or not self._unchanged(entry.stamp):
            return None
        if entry.reach > self._reach(entry.group):
            return None
        if bytes(entry.diagnostics) == b"\x90":
            return ()
        with contextlib.suppress(*_UNDECODABLE):
            found = msgspec.msgpack.decode(entry.diagnostics, type=tuple[Diagnostic, ...])
            # Reports show the source of the files that findings name: a cache must not name others.
            if all(diagnostic.filename == task.filename for diagnostic in found):
                return found
        return None

    def group(self) -> int:
        """A new group of paths: of a new project."""
        self._groups.append([])
        return len(self._groups) - 1

    def asked(self, group: int, consulted: Iterable[tuple[str, bool]]) -> None:
        """The project asked for these paths: whatever is added from now on depends on them, too."""
        self._groups[group] += [path for path, _ in consulted]

    def add(self, task: Task, diagnostics: tuple[Diagnostic, ...], group: int) -> None:
        """Keeps what was found in a file."""
        packed = msgspec.msgpack.encode(diagnostics)
        self._added[task.path] = (self._key(task), group, len(self._groups[group]), packed)

    def save(self) -> None:
        """Writes the index if there is anything new. A cache that can't be written is no error."""
        if not self._added and not self._touched:
            return
        index = self._merged()
        content = msgspec.msgpack.encode(index)
        if not _key():
            return
        with contextlib.suppress(OSError, UnicodeEncodeError):
            _write(self.folder, _MAGIC + self._program + _seal(self._program, content) + content)

    # --- what holds -----------------------------------------------------------------------------------------------------

    def _key(self, task: Task) -> bytes:
        key = (task.settings, task.filename)
        if key not in self._keys:
            packed = msgspec.msgpack.encode((task.settings, task.filename), order="deterministic")
            self._keys[key] = _digest(packed + self._catalog(task.settings.rules))
        return self._keys[key]

    def _catalog(self, rules: Rules) -> bytes:
        if rules not in self._catalogs:
            catalog: Catalog = catalog_for(rules)
            self._catalogs[rules] = _digest(msgspec.msgpack.encode(catalog, order="deterministic"))
        return self._catalogs[rules]

    def _reach(self, group: int) -> int:
        """How many paths of a group, from the first, are what they were."""
        if group not in self._valid:
            paths = self._index.groups[group]
            self._valid[group] = next((n for n, stamp in enumerate(paths) if not self._unchanged(stamp)), len(paths))
        return self._valid[group]

    def _unchanged(self, number: int) -> bool:
        if number not in self._holds:
            self._holds[number] = self._compared(self._index.stamps[number])
        return self._holds[number]

    def _compared(self, old: Stamp) -> bool:
        changed, size = _look(old.path)
        if size != old.size or size == _MISSING:
            return size == old.size
        if changed == old.changed:
            return True
        if _content(old.path) != old.digest:
            return False
        if self._sure(changed):
            old.changed = changed
            self._touched = True
        return True

    def _sure(self, changed: int) -> bool:
        return changed < self._started - _UNSURE

    # --- the index ------------------------------------------------------------------------------------------------------

    def _merged(self) -> Index:
        """What was known and is neither replaced nor of a file that is gone, and what is new."""
        old = self._index
        index = Index([], [], [])
        numbers: dict[str, int] = {}
        groups: dict[int, int] = {}

        def number(stamp: Stamp) -> int:
            if stamp.path not in numbers:
                numbers[stamp.path] = len(index.stamps)
                index.stamps.append(stamp)
            return numbers[stamp.path]

        fresh = self._stamps()
        known = {stamp.path: stamp for stamp in old.stamps}
        conflicting = {path for path, stamp in fresh.items() if path in known and known[path].digest != stamp.digest}
        for entry in old.entries:
            path = old.stamps[entry.stamp].path
            members = [old.stamps[n] for n in old.groups[entry.group]]
            stale = path in self._added or self._holds.get(entry.stamp) is False
            if stale or self._reach_known(entry) or not conflicting.isdisjoint(s.path for s in members):
                continue
            if entry.group not in groups:
                groups[entry.group] = len(index.groups)
                index.groups.append([number(stamp) for stamp in members])
            index.entries.append(
                Entry(number(old.stamps[entry.stamp]), entry.key, groups[entry.group], entry.reach, entry.diagnostics)
            )
        for paths in self._groups:
            index.groups.append([number(fresh[path]) for path in paths if path in fresh])
        first = len(index.groups) - len(self._groups)
        for path, (key, group, reach, packed) in self._added.items():
            needed = {path, *self._groups[group][:reach]}
            if needed <= fresh.keys():
                index.entries.append(Entry(number(fresh[path]), key, first + group, reach, msgspec.Raw(packed)))
        return index

    def _reach_known(self, entry: Entry) -> bool:
        """Whether an old entry is known not to hold any more."""
        return entry.group in self._valid and entry.reach > self._valid[entry.group]

    def _stamps(self) -> dict[str, Stamp]:
        """Stamps of every new path; none of a file that changed while the run went on."""
        found = {}
        for path in {*self._added, *(path for group in self._groups for path in group)}:
            changed, size = _look(path)
            digest = _content(path) if size != _MISSING else b""
            if size != _MISSING and (changed >= self._started or not digest):
                continue
            found[path] = Stamp(path, changed if self._sure(changed) else 0, size, digest)
        return found

    def _read(self) -> Index:
        try:
            packed = read_regular(os.path.join(self.folder, _INDEX), _LARGEST)
        except (OSError, ValueError):
            return Index([], [], [])
        head = len(_MAGIC) + len(self._program)
        content = packed[head + _SEAL :]
        if packed[:head] != _MAGIC + self._program or packed[head : head + _SEAL] != _seal(self._program, content):
            return Index([], [], [])
        with contextlib.suppress(*_UNDECODABLE):
            index = msgspec.msgpack.decode(content, type=Index)
            if _sound(index):
                return index
        return Index([], [], [])


def _sound(index: Index) -> bool:
    """Whether every number means something."""
    stamps, groups = len(index.stamps), index.groups
    return all(0 <= n < stamps for group in groups for n in group) and all(
        0 <= e.stamp < stamps and 0 <= e.group < len(groups) and 0 <= e.reach <= len(groups[e.group]) for e in index.entries
    )


def clean(folder: str, tell: Callable[[str], None]) -> None:
    """Removes the cache of a folder: our own files, and the folder if nothing else is in it."""
    place = os.path.join(folder, FOLDER)
    if not os.path.isdir(place) or os.path.islink(place):
        return
    for name in os.listdir(place):
        if name in (_INDEX, ".gitignore", "CACHEDIR.TAG") or name.startswith(".index-"):
            os.unlink(os.path.join(place, name))
    with contextlib.suppress(OSError):
        os.rmdir(place)
    tell(place)


def _write(place: str, content: bytes) -> None:
    if os.path.islink(place):  # a checkout must not make us write somewhere else
        return
    os.makedirs(place, exist_ok=True)
    for name, text in ((".gitignore", "*\n"), ("CACHEDIR.TAG", _TAG)):
        if not os.path.lexists(os.path.join(place, name)):
            Path(place, name).write_text(text, "utf-8")
    _replace(os.path.join(place, _INDEX), content)


def _replace(path: str, content: bytes) -> None:
    """The file appears whole or not at all, and nobody else may read it. OSError where it can't."""
    import tempfile

    place, name = os.path.split(path)
    os.makedirs(place, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=place, prefix=f".{name.partition('.')[0]}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _seal(program: bytes, content: bytes) -> bytes:
    """What only this user can write below a content; nothing fits where there is no key."""
    key = _key()
    return hashlib.blake2b(program + content, digest_size=_SEAL, key=key).digest() if key else b""


@functools.cache
def _key() -> bytes:
    """The secret of this user, made at first use; b"" if it can't be kept: then no cache is used."""
    path = cache_folder() / "key"
    with contextlib.suppress(OSError):
        if not path.exists():
            _replace(str(path), os.urandom(_KEY))
        key = path.read_bytes()
        return key if len(key) == _KEY else b""
    return b""


def _look(path: str) -> tuple[int, int]:
    """(time of the last change in ns, size), size -1 if there is no file."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return 0, _MISSING
    return (found.st_mtime_ns, found.st_size) if stat.S_ISREG(found.st_mode) else (0, _MISSING)


def _content(path: str) -> bytes:
    """The digest of a file's content, b"" if it can't be read."""
    try:
        with open(path, "rb") as file:
            return _digest(file.read())
    except OSError:
        return b""


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=16).digest()


def _program() -> bytes:
    """Depends on the version and on the state of our own files: in a checkout, code changes without a new version."""
    here = os.path.dirname(os.path.abspath(leaklint.__file__))
    files = sorted(os.path.join(folder, name) for folder, _, names in os.walk(here) for name in names if name.endswith(".py"))
    state = [(os.path.relpath(path, here), *_look(path)) for path in files]
    return _digest(msgspec.msgpack.encode((leaklint.__version__, state)))
