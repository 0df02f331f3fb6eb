"""# attribute-never-released (RLK201)

## What it finds

A class acquires a resource, keeps it in an attribute, and no method of the class, its bases or its subclasses in the file
could release it; no other code of the file does either.

## Why it matters

Whoever uses the class has no way to give the connection, session or file back. Each instance holds one until it is
garbage-collected, if that releases it at all.

## What counts as released

Any reference that could release the attribute: a release call, `with`, passing it to a function that is not known to leave
it alone, a loop over it, `getattr(self, name)`, a base class that releases it.

## Example

```python
import requests

class Api:
    def __init__(self):
        self._session = requests.Session()  # RLK201

    def user(self, number):
        return self._session.get(f"https://example.org/{number}", timeout=5).json()
```

## Better

```python
import requests

class Api:
    def __init__(self):
        self._session = requests.Session()

    def user(self, number):
        return self._session.get(f"https://example.org/{number}", timeout=5).json()

    def close(self):
        self._session.close()
```

## Limits

A release by code in other files that reaches into the attribute is not seen.

## Fix

None; the message says what a `close()` would have to call.
"""

from leaklint.checks.contract import Check, Finding
from leaklint.flow.findings import Judged
from leaklint.flow.outcome import Leak


def find(judged: Judged) -> Leak | None:
    """It is stored on `self`, and nothing in the class, its bases or the file releases that attribute."""
    return judged.unreleased


def wording(finding: Finding) -> str:
    """The message."""
    release = finding.release or "the release"
    return f"{finding.subject} is never released: no method of the class does it; add one that calls {release}"


CHECK = Check("RLK201", "attribute-never-released", "stored on self and nothing releases it", __doc__ or "", 110, find, wording)
