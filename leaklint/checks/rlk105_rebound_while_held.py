"""# rebound-while-held (RLK105)

## What it finds

The only name that holds the resource is assigned again or deleted before the resource was released.

## Why it matters

From that line on nothing can release it any more. Retry and reconnect code does this once per attempt.

## What counts as released

The same as for never-released.

## Example

```python
def log_file(path, quiet):
    log = open(path, "a")  # RLK105
    if quiet:
        log = None
    return log
```

## Better

```python
def log_file(path, quiet):
    if quiet:
        return None
    return open(path, "a")
```

## Limits

Names in containers are followed as "any element".

## Fix

None: where to release it is the author's decision.
"""

from leaklint.checks.contract import Check, Finding
from leaklint.flow.findings import Judged
from leaklint.flow.outcome import Leak


def find(judged: Judged) -> Leak | None:
    """On every leaking path the last holder is overwritten or deleted."""
    leaks = judged.leaks
    return leaks[0] if leaks and all(k.how == "rebound" for k in leaks) else None


def wording(finding: Finding) -> str:
    """The message."""
    where = f" on line {finding.exit_row}" if finding.exit_row else ""
    return f"{finding.subject} is lost where its name is bound anew{where} while it is still held; release it first"


CHECK = Check(
    "RLK105",
    "rebound-while-held",
    "the last name is reassigned or deleted while it still holds",
    __doc__ or "",
    50,
    find,
    wording,
)
