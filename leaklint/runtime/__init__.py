"""The rules at run time: what a running program acquired and has not released.

Nothing of the linter imports this package, and importing it loads nothing else: `monitor()`, the pytest plugin and
`leaklint confirm` load what they need when they are used.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leaklint.runtime.monitoring import Monitor


def monitor(**options: Any) -> "Monitor":
    """Start watching this process; `leaklint.runtime.monitoring.start` says which options there are."""
    from leaklint.runtime.monitoring import start

    return start(**options)
