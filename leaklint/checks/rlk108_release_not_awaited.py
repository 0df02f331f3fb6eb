"""# release-not-awaited (RLK108)

## What it finds

`session.close()` without `await` where `close` is a coroutine function.

## Why it matters

Calling a coroutine function runs nothing. Python prints "coroutine was never awaited" when it is collected; the connection
stays open.

## What counts as released

`await`, returning the coroutine, or handing it to anything that may run it (`create_task`, `gather`).

## Example

```python
import aiohttp

async def fetch(url):
    session = aiohttp.ClientSession()  # RLK108
    try:
        return await (await session.get(url)).text()
    finally:
        session.close()
```

## Better

```python
import aiohttp

async def fetch(url):
    async with aiohttp.ClientSession() as session:
        async with session.get(url) as response:
            return await response.text()
```

## Limits

Only coroutines that are provably dropped count.

## Fix

`await` before the release.
"""

from leaklint.checks.contract import Check, Finding
from leaklint.flow.findings import Judged
from leaklint.flow.outcome import Leak
from leaklint.flow.world import Flag


def find(judged: Judged) -> Leak | None:
    """Every normal leaking path makes a release coroutine and drops it."""
    leaks = judged.normal
    return leaks[0] if leaks and all(k.has(Flag.UNAWAITED) for k in leaks) else None


def wording(finding: Finding) -> str:
    """The message."""
    return f"{finding.subject} {finding.stays}: its release is a coroutine that is never awaited; write 'await {finding.release}'"


CHECK = Check(
    "RLK108",
    "release-not-awaited",
    "the release is a coroutine and its value is dropped",
    __doc__ or "",
    20,
    find,
    wording,
)
