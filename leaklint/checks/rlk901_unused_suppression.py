"""# unused-suppression (RLK901)

## What it finds

A `# leaklint: ignore[...]` or a `# noqa: RLK...` comment that names an enabled code and silences nothing.

## Why it matters

Suppressions outlive the code they were written for, and then hide the next leak on that line.

## What counts as released

Nothing: this is about comments.

## Example

A `# noqa: RLK101` on a line without a finding.

## Better

Remove the comment.

## Limits

A bare `# noqa` is never reported: it may be meant for another linter.

## Fix

The comment is removed.
"""

from leaklint.checks.contract import Check

CHECK = Check("RLK901", "unused-suppression", "a suppression that silences nothing", __doc__ or "")
