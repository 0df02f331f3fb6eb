"""What a finding is: the one object that every output is a projection of.

Rows and columns are 1-based; columns count code points; an end column is exclusive.
"""

import enum
from typing import Literal

import msgspec


class Severity(enum.StrEnum):
    """How bad the leak is: lost for good, saved by garbage collection only, or a matter of manners."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 for info, 1 for warning, 2 for error."""
        return _RANK[self]


_RANK = {Severity.INFO: 0, Severity.WARNING: 1, Severity.ERROR: 2}

Certainty = Literal["resolved", "annotated", "by use"]
"""How the type of the resource was known."""

StepKind = Literal["acquire", "branch", "raise", "call", "rebind", "yield", "with", "exit"]
"""What happens at one step of a trace."""


class Location(msgspec.Struct, frozen=True, order=True):
    """A point in a file."""

    row: int
    column: int


class Step(msgspec.Struct, frozen=True):
    """One step of the path that leaks: from the acquisition to the exit."""

    kind: StepKind
    filename: str
    row: int
    column: int
    message: str


class Diagnostic(msgspec.Struct, frozen=True, kw_only=True):
    """One finding. `location` .. `end_location` span the call that acquires (for RLK9xx: the place that is meant).

    `resource` is the kind in words ("sqlite3 connection"), `symbol` the variable that held it last ("" if none),
    `function` the qualified name of the function ("" at module level), `category` the kind's category.
    `statement_rows` is the first and last row of the statement that acquires: where a suppression comment may stand.
    `fingerprint` does not change when lines above move.
    """

    code: str
    name: str
    severity: Severity
    message: str
    filename: str
    location: Location
    end_location: Location
    resource: str = ""
    category: str = ""
    symbol: str = ""
    function: str = ""
    certainty: Certainty = "resolved"
    trace: tuple[Step, ...] = ()
    fingerprint: str = ""
    statement_rows: tuple[int, int] = (0, 0)

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """The total order of all output: path, line, column, code, message."""
        return (self.filename, self.location.row, self.location.column, self.code, self.message)


Applicability = Literal["safe", "unsafe", "display"]
"""safe: every path that did not leak behaves as before; unsafe: a reason says what may differ; display: a text to show, which
nothing applies."""


class Replacement(msgspec.Struct, frozen=True):
    """What stands from `location` up to `end_location` (exclusive) becomes `content`."""

    content: str
    location: Location
    end_location: Location


class Repair(msgspec.Struct, frozen=True):
    """A fix as outputs show it. reason: why it is not safe, "" if it is; suggestion: the text of a display fix.

    The replacements are in the order of the text and don't overlap.
    """

    applicability: Applicability
    message: str
    edits: tuple[Replacement, ...]
    reason: str = ""
    suggestion: str = ""
