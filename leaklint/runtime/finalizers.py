"""Files tell when they are collected unclosed.

Methods of the interpreter's file types can't be wrapped, and a weak reference dies in the same way after `close()` and
without. But a file that its finalizer closes asks its raw file to warn (`_dealloc_warn`, which makes the
ResourceWarning), and a raw file has a namespace of its own.
"""

import io
from typing import Any

from leaklint.runtime.held import Held
from leaklint.runtime.ledger import Ledger


def tell_of_collection(value: Any, held: Held, ledger: Ledger) -> None:
    """Let the ledger know when `value` is collected open, if it is a buffered or text file over a raw one.

    The finalizer speaks before the weak reference dies, so that a death of which nothing was said means that it was closed.
    """
    raw = getattr(getattr(value, "buffer", value), "raw", None)
    if type(raw) is not io.FileIO:
        return

    def warn(source: Any) -> None:
        ledger.settle(held, "collected")
        still = getattr(getattr(source, "buffer", source), "raw", None)
        if still is not None:
            io.FileIO._dealloc_warn(still, source)  # type: ignore[attr-defined]

    vars(raw)["_dealloc_warn"] = warn
