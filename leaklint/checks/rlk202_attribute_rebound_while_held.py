"""# attribute-rebound-while-held (RLK202)

## What it finds

A method stores a fresh resource in an attribute that still holds one: the constructor filled it already, or an earlier call of
the method itself stored it and then failed (`self.sock = socket()` and `self.sock.connect(...)` raises, and the next attempt
starts anew).

## Why it matters

Each reconnect leaves one more connection behind, and reconnects come in bursts.

## What counts as released

A release of the attribute on every path before it is stored, also through another method of the class.

## Example

```python
import socket

class Link:
    def __init__(self, address):
        self.address = address
        self.sock = socket.create_connection(address)

    def reconnect(self):
        self.sock = socket.create_connection(self.address)  # RLK202

    def close(self):
        self.sock.close()
```

## Better

```python
import socket

class Link:
    def __init__(self, address):
        self.address = address
        self.sock = socket.create_connection(address)

    def reconnect(self):
        self.sock.close()
        self.sock = socket.create_connection(self.address)

    def close(self):
        self.sock.close()
```

## Limits

A `connect()` that succeeds and is called again is not judged: closing in between is up to its caller. After a failure (an
exception of the resource's own methods or a `raise`, or one that was swallowed and answered with False) the method is followed
once more with the attributes as it left them; a guard that they don't answer counts as a reason not to overwrite. Nothing is
reported where a caller in the file closes in a handler or in `finally`, nor where nothing shows that it is called again: another
method of the class that calls it, a question for its own state, or False for an answer.

## Fix

None.
"""

from leaklint.checks.contract import Check, Finding
from leaklint.flow.findings import Judged
from leaklint.flow.outcome import Leak


def find(judged: Judged) -> Leak | None:
    """The attribute certainly held another resource, and it is overwritten."""
    return judged.overwritten


def wording(finding: Finding) -> str:
    """The message."""
    release = finding.release or "its release"
    return f"{finding.subject} replaces one that is still held; call {release} before storing the new one"


CHECK = Check(
    "RLK202",
    "attribute-rebound-while-held",
    "an attribute is overwritten while it still holds",
    __doc__ or "",
    130,
    find,
    wording,
)
