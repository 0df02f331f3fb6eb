"""# not-released-on-path (RLK102)

## What it finds

Some paths release the resource, but an early `return`, a branch, `continue` or the end of a loop goes past the release.

## Why it matters

The leak shows only for the inputs that take this path, so tests rarely see it and production does.

## What counts as released

The same as for never-released; conditions are followed, so `if conn is not None: conn.close()` and flags are understood.

## Example

```python
def scan(path):
    handle = open(path)  # RLK102
    if not handle.readable():
        return 0
    size = len(handle.read())
    handle.close()
    return size
```

## Better

```python
def scan(path):
    with open(path) as handle:
        if not handle.readable():
            return 0
        return len(handle.read())
```

## Limits

Conditions that call unknown functions are taken to be independent of each other.

## Fix

`with` around the uses, the release removed.
"""

from leaklint.checks.contract import Check, Finding
from leaklint.flow.findings import Judged
from leaklint.flow.outcome import Leak


def find(judged: Judged) -> Leak | None:
    """Some path without an exceptional edge leaves without the release."""
    return judged.normal[0] if judged.normal else None


def wording(finding: Finding) -> str:
    """The message."""
    return f"{finding.subject} {finding.stays} on the path that {finding.exit}; {finding.advice}"


CHECK = Check("RLK102", "not-released-on-path", "a normal path skips the release", __doc__ or "", 70, find, wording)
