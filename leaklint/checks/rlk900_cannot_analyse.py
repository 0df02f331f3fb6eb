"""# cannot-analyse (RLK900)

## What it finds

A file that can't be read, decoded or parsed, or code nested so deeply that parsing it is not safe.

## Why it matters

Silence about such a file would look like a clean bill of health. The rest is still analysed.

## What counts as released

Nothing: the file was not judged.

## Example

A file with a NUL byte, with bytes that its encoding does not allow, or Python 2 code.

## Better

Exclude generated and foreign code (`extend-exclude`), or repair it.

## Limits

A region of a file that is not needed for any finding is not looked at, and not reported.

## Fix

None.
"""

from leaklint.checks.contract import Check

CHECK = Check("RLK900", "cannot-analyse", "what the analysis needed can't be read or parsed", __doc__ or "")
