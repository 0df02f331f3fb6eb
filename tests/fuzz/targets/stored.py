"""What lies in a checkout and is read as data: the cache, a compiled catalog, a baseline."""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from leaklint import cache as module
from leaklint.baseline import BaselineError, read_baseline
from leaklint.cache import Cache
from leaklint.catalog.compile import unpack
from leaklint.settings import Settings
from leaklint.tasks import Task
from tests.fuzz.contract import Target

_MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None
_FOLDER = Path(tempfile.mkdtemp(prefix="leaklint-fuzz-", dir=_MEMORY))
_FILE = _FOLDER / "x.py"
_TASK = Task("x.py", str(_FILE), Settings(enabled=frozenset({"RLK101"})))
_INDEX = _FOLDER / ".leaklint_cache" / "index.msgpack"
_PROGRAM = module._program()


def _prepared() -> None:
    _INDEX.parent.mkdir(parents=True, exist_ok=True)
    _FILE.write_text("pass\n")
    os.utime(_FILE, (1, 1))
    module._program = lambda: _PROGRAM


_prepared()


def run(data: bytes) -> None:
    """Whatever the content is: no error but those promised."""
    _INDEX.write_bytes(module._MAGIC + _PROGRAM + module._seal(_PROGRAM, data) + data)
    cache = Cache(str(_FOLDER))
    for diagnostic in cache.find(_TASK) or ():
        assert diagnostic.filename == "x.py"
    cache.add(_TASK, (), cache.group())
    cache.save()
    unpack(data, None)
    baseline = _FOLDER / "baseline.json"
    baseline.write_bytes(data)
    with contextlib.suppress(BaselineError):
        read_baseline(str(baseline))


def seeds() -> list[bytes]:
    """A cache with an entry that holds, and a baseline."""
    from leaklint.model import Diagnostic, Location, Severity

    shutil.rmtree(_INDEX.parent)
    cache = Cache(str(_FOLDER))
    place = Location(1, 1)
    found = Diagnostic(
        code="RLK101", name="never-released", severity=Severity.ERROR, message="m", filename="x.py", location=place,
        end_location=place, fingerprint="f",
    )  # fmt: skip
    cache.add(_TASK, (found,), cache.group())
    cache.save()
    content = _INDEX.read_bytes()[len(module._MAGIC) + len(_PROGRAM) + module._SEAL :]
    baseline = b'{"version": 1, "findings": {"x.py": [{"fingerprint": "f", "code": "RLK101", "message": "m", "count": 2}]}}'
    return [content, baseline, b"\xdd\xff\xff\xff\xff", b"\x91" * 2000, b"[" * 2000, b"\xc6\xff\xff\xff\xff", b""]


TARGET = Target(run, seeds, ("\x93", "\x90", "\x91", '{"version": ', '"findings"', '"fingerprint"', "1e999", "-1"), longest=2048)
