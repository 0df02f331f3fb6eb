"""# never-released (RLK101)

## What it finds

A resource is acquired and no path through the function releases it or hands it to anyone.

## Why it matters

CPython frees some of these when the last reference dies; PyPy later, reference cycles and tracebacks later still, and a pool
slot or a file descriptor number never. Under load "later" is when the pool is empty.

## What counts as released

A release method, a `with` that releases, passing it to a function that releases it; returning it, storing it in something
that outlives the function, or registering its release (`atexit`, `ExitStack`, `addCleanup`) hands it over.

## Example

```python
def tail(path):
    handle = open(path)  # RLK101
    return handle.read()[-10:]
```

## Better

```python
def tail(path):
    with open(path) as handle:
        return handle.read()[-10:]
```

## Limits

A resource that is given to a function whose body is unknown is not reported: it may have taken over.

## Fix

The uses are wrapped in `with`; it is unsafe where the value is used afterwards.
"""

from leaklint.checks.contract import Check, Finding
from leaklint.flow.findings import Judged
from leaklint.flow.outcome import Leak


def find(judged: Judged) -> Leak | None:
    """No path at all releases it or hands it over."""
    outcome = judged.outcome
    return None if outcome.released or outcome.transferred or not judged.leaks else (judged.normal or judged.leaks)[0]


def wording(finding: Finding) -> str:
    """The message."""
    return f"{finding.subject} {finding.stays}: no path releases it; {finding.advice}"


CHECK = Check("RLK101", "never-released", "no path releases or transfers it", __doc__ or "", 60, find, wording)
