"""# acquired-and-dropped (RLK104)

## What it finds

A resource that is never bound to a name: `json.load(open(path))`, `connect(dsn).cursor()`, `open(path).read()`.

## Why it matters

Only garbage collection can release it. In a traceback, a cycle, or on PyPy that is late; on Windows the file can't be
deleted; a pooled connection is gone for good.

## What counts as released

A release in the same expression (`open(path, "w").close()`), a `with`, or handing it to something that takes it over.

## Example

```python
import json

def settings(path):
    return json.load(open(path))  # RLK104
```

## Better

```python
import json

def settings(path):
    with open(path) as source:
        return json.load(source)
```

## Limits

Passing it to a function whose body is unknown is not reported.

## Fix

The acquisition is hoisted into a `with`.
"""

from leaklint.checks.contract import Check, Finding
from leaklint.flow.findings import Judged
from leaklint.flow.outcome import Leak


def find(judged: Judged) -> Leak | None:
    """Nothing ever held it."""
    outcome = judged.outcome
    if outcome.named or outcome.transferred or outcome.released_itself or not judged.leaks:
        return None  # `return open(a), open(b)` hands it out, unless the second one fails
    return (judged.normal or judged.leaks)[0]


def wording(finding: Finding) -> str:
    """The message."""
    return f"{finding.what} is acquired and dropped: nothing holds it, so nothing can release it; {finding.advice}"


CHECK = Check("RLK104", "acquired-and-dropped", "acquired without ever being bound to a name", __doc__ or "", 10, find, wording)
