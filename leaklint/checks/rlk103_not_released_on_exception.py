"""# not-released-on-exception (RLK103)

## What it finds

Every normal path releases the resource, but something between acquisition and release may raise (or be cancelled at an
`await`), and the way out of the exception does not release it.

## Why it matters

Errors come in bursts: a failing payment provider, a full disk, a timeout. Each of them then takes a connection with it, and
the service runs dry exactly when it is already in trouble.

## What counts as released

`with`, `try/finally`, a handler that releases and raises again. Handlers match by type: `except Exception` does not see a
cancelled task, `except ValueError` does not see an `OSError`.

## Example

```python
def dump(path, rows):
    handle = open(path, "w")  # RLK103
    for row in rows:
        handle.write(row)
    handle.close()
```

## Better

```python
def dump(path, rows):
    with open(path, "w") as handle:
        for row in rows:
            handle.write(row)
```

## Limits

A call may raise unless the rules list it (`len`, `logging`, `settimeout`, ...). `exceptions = "own"` or `"explicit"` narrows
this to the resource's own methods or to `raise`.

## Fix

`with` around the uses, or `try/finally`.
"""

from leaklint.checks.contract import Check, Finding
from leaklint.flow.findings import Judged
from leaklint.flow.outcome import Leak


def find(judged: Judged) -> Leak | None:
    """Only exceptional paths leak."""
    return judged.leaks[0] if judged.leaks else None


def wording(finding: Finding) -> str:
    """The message."""
    event = "is cancelled" if finding.cancelled else "raises"
    return f"{finding.subject} {finding.stays} if {finding.trigger} on line {finding.trigger_row} {event}; {finding.advice}"


CHECK = Check(
    "RLK103",
    "not-released-on-exception",
    "a call between acquisition and release may raise",
    __doc__ or "",
    90,
    find,
    wording,
)
