"""# held-across-yield (RLK107)

## What it finds

A generator or `@contextmanager` function that holds a resource while it is suspended at a `yield` and releases it only if it
is resumed normally.

## Why it matters

An exception in the `with` body is thrown in at the `yield`; a generator that is not exhausted is closed there. Both skip
the release that follows.

## What counts as released

`try/finally` or `with` around the `yield`. Pytest fixtures are always resumed and not reported.

## Example

```python
from contextlib import contextmanager

@contextmanager
def opened(path):
    handle = open(path)  # RLK107
    yield handle
    handle.close()
```

## Better

```python
from contextlib import contextmanager

@contextmanager
def opened(path):
    handle = open(path)
    try:
        yield handle
    finally:
        handle.close()
```

## Limits

A generator that yields the resource and never releases it has handed it over.

## Fix

`try/finally` around the `yield`.
"""

from leaklint.checks.contract import Check, Finding
from leaklint.flow.findings import Judged, leaves_at_yield
from leaklint.flow.outcome import Leak


def find(judged: Judged) -> Leak | None:
    """Every leaking path leaves at a `yield`."""
    leaks = judged.leaks
    return leaks[0] if leaks and all(leaves_at_yield(k) for k in leaks) else None


def wording(finding: Finding) -> str:
    """The message."""
    return (
        f"{finding.subject} {finding.stays} if the consumer raises or stops at the 'yield' on line {finding.trigger_row}; "
        f"put the 'yield' into try/finally or 'with'"
    )


CHECK = Check("RLK107", "held-across-yield", "held across a yield outside try/finally", __doc__ or "", 80, find, wording)
