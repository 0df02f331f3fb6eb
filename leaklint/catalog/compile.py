"""The compiled catalog: one msgpack that loads in milliseconds.

A wheel carries it as `leaklint/_rules/catalog.msgpack`, beside the rule files. In a checkout the rule files lie in
`rules/` beside the package, and the compiled form is kept in the user's cache, under a name that depends on the content
of all rule files and of the code that compiles them.
"""

import contextlib
import functools
import os
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from leaklint.catalog.catalog import Catalog

_MAGIC = b"leaklint catalog 1\n"
_DIGEST = 32
_CHECKSUM = 4
_PACKAGE = Path(__file__).parent.parent
_KEPT = 8
_COMPILED = "catalog.msgpack"


@functools.cache
def default_catalog() -> Catalog:
    """The shipped catalog; the same object in every call of a process."""
    shipped = _PACKAGE / "_rules"
    if shipped.is_dir():
        catalog = _read(shipped / _COMPILED, None)
        return _decoded(compile_rules(_rule_files(shipped))) if catalog is None else catalog
    return _cached(_rule_files(_PACKAGE.parent / "rules"))


def compile_rules(paths: Sequence[Path]) -> bytes:
    """The compiled form of these rule files: equal content gives equal bytes. RuleError if they have problems."""
    return pack(_compiled(paths), _digest(paths))


def _rule_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.toml"))


def _compiled(paths: Sequence[Path]) -> Catalog:
    # Imported here: a normal start neither parses TOML nor loads the code that does.
    from leaklint.catalog.build import build_catalog
    from leaklint.catalog.load import read_all

    return build_catalog(read_all(paths))


def _cached(paths: Sequence[Path]) -> Catalog:
    digest = _digest(paths)
    path = cache_folder() / f"catalog-{digest.hex()[:24]}.msgpack"
    known = _read(path, digest)
    if known is not None:
        return known
    packed = pack(_compiled(paths), digest)
    _write(path, packed)
    _forget_old(path.parent)
    # Read back, so that a first run has the same order of everything as the next ones.
    return _decoded(packed)


def _decoded(packed: bytes) -> Catalog:
    catalog = unpack(packed, None)
    assert catalog is not None, "what was packed just now can be unpacked"
    return catalog


def cache_folder() -> Path:
    """Where compiled catalogs of checkouts are kept: `$XDG_CACHE_HOME/leaklint`, else `~/.cache/leaklint`."""
    stated = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG specification has relative paths ignored.
    if os.path.isabs(stated):
        return Path(stated) / "leaklint"
    return Path(os.path.expanduser("~")) / ".cache" / "leaklint"


def _digest(paths: Iterable[Path]) -> bytes:
    """Depends on names and contents of the rule files and on the modules that give them their meaning."""
    import hashlib  # only checkouts need it; loading it costs as much as half the catalog

    found = hashlib.sha256()
    modules = sorted([*Path(__file__).parent.glob("*.py"), _PACKAGE / "model.py"])
    for path in (*modules, *paths):
        content = path.read_bytes()
        found.update(f"{path.name} {len(content)}\n".encode())
        found.update(content)
    return found.digest()


def pack(catalog: Catalog, digest: bytes) -> bytes:
    """Magic, digest of the sources, checksum, content."""
    content = msgspec.msgpack.encode(catalog, order="deterministic")
    return _MAGIC + digest + zlib.crc32(content).to_bytes(_CHECKSUM) + content


def unpack(packed: bytes, digest: bytes | None) -> Catalog | None:
    """The catalog in `packed`; None if it is damaged, of another format, or (given a digest) from other sources."""
    magic, made_from, checksum, content = _parts(packed)
    if magic != _MAGIC or digest not in (None, made_from) or zlib.crc32(content).to_bytes(_CHECKSUM) != checksum:
        return None
    with contextlib.suppress(msgspec.MsgspecError):
        return msgspec.msgpack.decode(content, type=Catalog)
    return None


def _forget_old(folder: Path) -> None:
    """Keeps the newest few: each edit of a rule makes another one, and several checkouts share the folder."""
    with contextlib.suppress(OSError):
        known = sorted(folder.glob("catalog-*.msgpack"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for path in known[_KEPT:]:
            path.unlink()


def _parts(packed: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """Magic, digest, checksum, content; too short a text gives empty parts, which fit nothing."""
    ends = (len(_MAGIC), len(_MAGIC) + _DIGEST, len(_MAGIC) + _DIGEST + _CHECKSUM)
    return packed[: ends[0]], packed[ends[0] : ends[1]], packed[ends[1] : ends[2]], packed[ends[2] :]


def _read(path: Path, digest: bytes | None) -> Catalog | None:
    try:
        return unpack(path.read_bytes(), digest)
    except OSError:
        return None


def _write(path: Path, content: bytes) -> None:
    """Puts the file in place at once or not at all; a cache that can't be written is no error."""
    import tempfile

    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".catalog-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
