"""What a fix is: a value with edits. What proposes fixes: one module per way to mend, found by folder scan.

Offsets count code points of the file's text, from 0; an edit replaces `text[start:end]`. The edits of one fix never overlap.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from leaklint.model import Applicability

if TYPE_CHECKING:
    from leaklint.fixes.site import Site


class Edit(NamedTuple):
    """`text[start:end]` becomes `replacement`."""

    start: int
    end: int
    replacement: str


class Fix(NamedTuple):
    """One way to mend one finding. reason: why it is unsafe, "" for safe fixes; suggestion: the text of a display fix.

    imports: the edits that only make a name usable; several fixes may state the same ones.
    """

    title: str
    edits: tuple[Edit, ...]
    applicability: Applicability = "safe"
    reason: str = ""
    suggestion: str = ""
    imports: tuple[Edit, ...] = ()

    @property
    def changes(self) -> tuple[Edit, ...]:
        """All edits."""
        return (*self.imports, *self.edits)


class Remedy(NamedTuple):
    """One way to mend. codes: the findings it is for; order: lower ones are asked first; propose: its fixes, best first.

    A proposal is a hope: nothing is offered before `leaklint.fixes.verify` has seen it work.
    """

    name: str
    codes: frozenset[str]
    order: int
    propose: Callable[["Site"], Iterator[Fix]]


def applied(text: str, edits: tuple[Edit, ...]) -> str:
    """The text with the edits. Insertions at one place keep their order."""
    pieces, position = [], 0
    for edit in sorted(edits, key=lambda e: (e.start, e.end)):
        assert edit.start >= position, "edits overlap"
        pieces += [text[position : edit.start], edit.replacement]
        position = edit.end
    return "".join([*pieces, text[position:]])


def overlap(one: tuple[Edit, ...], other: tuple[Edit, ...]) -> bool:
    """Whether two fixes touch the same text: then the second waits for the next round."""
    if not one or not other:
        return False
    return min(e.start for e in one) <= max(e.end for e in other) and min(e.start for e in other) <= max(e.end for e in one)
