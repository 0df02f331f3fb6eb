"""One input: what it does wrong is written down once for each place where it goes wrong, with the input."""

import hashlib
import re
import signal
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from tests.fuzz.contract import Target

LIMIT = 20.0
"""Seconds of processor time for one input."""
_OWN = re.compile(r"[\\/]leaklint[\\/]leaklint[\\/]|[\\/](?:leaklint|tests)[\\/]")


class Hang(BaseException):
    """The input takes too long. Not an Exception: nobody is to catch it on the way."""


class Defects:
    """What went wrong in a campaign: `<name>.txt` and `<name>.bin` in a folder, one pair per place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, error: BaseException, data: bytes) -> None:
        """Keeps the first input for each place."""
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if _OWN.search(frame.filename)]
        last = own[-1] if own else frames[-1]
        # A hang may be interrupted anywhere: it is known by where it came from.
        where = f"{last.filename}:{last.name}" if not isinstance(error, Hang) else "hang"
        name = f"{type(error).__name__}-{hashlib.blake2b(where.encode(), digest_size=4).hexdigest()}"
        if not (self._folder / f"{name}.txt").exists():
            (self._folder / f"{name}.bin").write_bytes(data)
            (self._folder / f"{name}.txt").write_text("".join(traceback.format_exception(error)), errors="backslashreplace")


def guarded(target: Target, defects: Defects, limit: float = LIMIT) -> Callable[[bytes], None]:
    """A function that runs one input and never raises: defects are written down. For the main thread."""

    def late(number: int, frame: FrameType | None) -> None:
        raise Hang(f"more than {limit:g} seconds of processor time")

    signal.signal(signal.SIGPROF, late)

    def once(data: bytes) -> None:
        data = data[: target.longest]
        signal.setitimer(signal.ITIMER_PROF, limit)
        try:
            target.run(data)
        except (Exception, Hang) as error:
            signal.setitimer(signal.ITIMER_PROF, 0)
            defects.write(error, data)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    return once
