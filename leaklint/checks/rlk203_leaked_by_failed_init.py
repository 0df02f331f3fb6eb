"""# leaked-by-failed-init (RLK203)

## What it finds

`__init__` or `__aenter__` stores a resource on `self` and then does something that fails: a second acquisition, a method of
the resource itself, a `raise`.

## Why it matters

The caller never receives the object, and `__exit__` never runs: nobody can release what was acquired.

## What counts as released

A handler that releases it (or calls a method of the class that does) and raises again.

## Example

```python
import socket

class Link:
    def __init__(self, path, address):
        self.log = open(path, "a")  # RLK203
        self.sock = socket.create_connection(address)

    def close(self):
        self.log.close()
        self.sock.close()
```

## Better

```python
import socket

class Link:
    def __init__(self, path, address):
        self.log = open(path, "a")
        try:
            self.sock = socket.create_connection(address)
        except BaseException:
            self.log.close()
            raise

    def close(self):
        self.log.close()
        self.sock.close()
```

## Limits

Calls of unknown functions are not taken to fail here, unless `exceptions = "everything"`.

## Fix

None.
"""

from leaklint.checks.contract import Check, Finding
from leaklint.flow.findings import Judged
from leaklint.flow.outcome import Leak


def find(judged: Judged) -> Leak | None:
    """An initialiser raises after it stored the resource on `self`."""
    return judged.failed[0] if judged.failed else None


def wording(finding: Finding) -> str:
    """The message."""
    return (
        f"{finding.subject} {finding.stays} if {finding.trigger} on line {finding.trigger_row} raises: the caller never gets an "
        f"object to close; release it in an 'except' that raises again"
    )


CHECK = Check("RLK203", "leaked-by-failed-init", "the constructor acquires, then may raise", __doc__ or "", 120, find, wording)
