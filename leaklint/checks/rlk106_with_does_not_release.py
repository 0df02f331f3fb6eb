"""# with-does-not-release (RLK106)

## What it finds

A `with` statement on a value whose `__exit__` does something else than release it: `sqlite3` and `psycopg2` connections
commit or roll back and stay open.

## Why it matters

The code looks finished. Every call leaves one more open connection behind.

## What counts as released

`contextlib.closing(...)`, a `close()` in `finally`, or a `with` on a type that releases.

## Example

```python
import sqlite3

def insert(path, row):
    with sqlite3.connect(path) as conn:  # RLK106
        conn.execute("insert into t values (?)", row)
```

## Better

```python
import sqlite3
from contextlib import closing

def insert(path, row):
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("insert into t values (?)", row)
```

## Limits

What `with` does is read from the rules; a type without a rule is never reported.

## Fix

`closing(...)` around the acquisition; the transaction is kept.
"""

from leaklint.checks.contract import Check, Finding
from leaklint.flow.findings import Judged
from leaklint.flow.outcome import Leak
from leaklint.flow.world import Flag


def find(judged: Judged) -> Leak | None:
    """Every normal leaking path goes through a `with` on it that does not release."""
    leaks = judged.normal
    return leaks[0] if leaks and all(k.has(Flag.WITH) for k in leaks) else None


def wording(finding: Finding) -> str:
    """The message."""
    return f"'with' does not release {finding.subject}: leaving the block only ends a transaction or waits; {finding.advice}"


CHECK = Check(
    "RLK106",
    "with-does-not-release",
    "`with` is used, but this type's exit does not release",
    __doc__ or "",
    40,
    find,
    wording,
)
