"""# wrong-release (RLK109)

## What it finds

A pooled resource that is closed instead of being given back to its pool.

## Why it matters

The pool still counts the slot as taken. After `maxconn` such calls every caller waits or fails.

## What counts as released

The pool's own method (`pool.putconn(conn)`), or what the pool's rule lists.

## Example

```python
from psycopg2.pool import SimpleConnectionPool

POOL = SimpleConnectionPool(1, 5)

def ping():
    conn = POOL.getconn()  # RLK109
    conn.close()
```

## Better

```python
from psycopg2.pool import SimpleConnectionPool

POOL = SimpleConnectionPool(1, 5)

def ping():
    conn = POOL.getconn()
    try:
        return conn.closed
    finally:
        POOL.putconn(conn)
```

## Limits

Only pools with a rule are known.

## Fix

`try/finally` with the pool's method.
"""

from leaklint.checks.contract import Check, Finding
from leaklint.flow.findings import Judged
from leaklint.flow.outcome import Leak
from leaklint.flow.world import Flag


def find(judged: Judged) -> Leak | None:
    """On every normal leaking path it is closed where it must be given back."""
    leaks = judged.normal
    return leaks[0] if leaks and all(k.has(Flag.WRONG) for k in leaks) else None


def wording(finding: Finding) -> str:
    """The message."""
    return f"{finding.subject} is closed but never given back: its slot in the pool stays taken; {finding.advice}"


CHECK = Check("RLK109", "wrong-release", "closed where it must be given back", __doc__ or "", 30, find, wording)
