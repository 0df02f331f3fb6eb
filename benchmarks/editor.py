"""How long an editor waits: `python benchmarks/editor.py FILE...` types a comment into every third function of each file.

Prints the lines of the file, the seconds that checking all of it takes, and the median and the longest time until the answer
to one edit, as the language server gives it; and how many times less that is.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from leaklint.integrations.documents import Documents
from leaklint.syntax.lexer import first_line
from leaklint.syntax.outline import BODIES
from leaklint.syntax.regions import regions

EDITS = 25


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def edits(text: str) -> Iterator[str]:
    """The text with a comment in one of its functions."""
    for region in [region for region in regions(text) if region.kind in BODIES][::3][:EDITS]:
        at = first_line(text, region.header, region.end)[0]
        yield f"{text[:at]}# typed\n{text[at:]}"


def measured(path: str) -> str:
    """The row of a file."""
    text = Path(path).read_text("utf-8")
    documents = Documents(os.path.dirname(path))
    documents.edited(path, text)
    whole = seconds(lambda: documents.check(path))
    times: list[float] = []
    for typed in edits(text):
        documents.edited(path, typed)
        times.append(seconds(lambda: documents.check_edit(path)))
    middle = statistics.median(times)
    numbers = f"{len(text.splitlines())} | {whole:.2f} | {middle * 1000:.0f} | {max(times) * 1000:.0f} | {whole / middle:.0f}"
    return f"| {Path(path).name} | {numbers} |"


def main() -> None:
    """Prints the table."""
    print("| file | lines | whole file, s | edit p50, ms | edit max, ms | ratio |\n| --- | ---: | ---: | ---: | ---: | ---: |")
    for path in sys.argv[1:]:
        print(measured(os.path.abspath(path)))


if __name__ == "__main__":
    main()
