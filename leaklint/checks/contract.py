"""What a check is: a value with a code, a name, a priority and a pure function. One module per check, found by folder scan."""

from collections.abc import Callable
from typing import NamedTuple

from leaklint.flow.findings import Judged
from leaklint.flow.outcome import Leak


class Check(NamedTuple):
    """One check. page: its documentation (Markdown); priority: the decision list of DESIGN section 1, lowest first;
    find: the leak that it reports, or None; wording: the message from a Finding."""

    code: str
    name: str
    summary: str
    page: str
    priority: int = 100
    find: Callable[[Judged], Leak | None] | None = None
    wording: Callable[["Finding"], str] | None = None


class Finding(NamedTuple):
    """What a message may speak of.

    what: the kind in words; symbol: the variable; where: the text and row of the step that loses it ("" and 0 if none);
    exit: how the path ends; advice: what to write instead; row: the row of the acquisition; category: the kind's category;
    release: the release as the reader would write it; parts: what is left, if only its parts are.
    """

    what: str
    symbol: str
    trigger: str
    trigger_row: int
    exit: str
    exit_row: int
    advice: str
    category: str
    release: str
    cancelled: bool = False
    parts: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """`sqlite3 connection 'conn'`."""
        return f"{self.what} '{self.symbol}'" if self.symbol else self.what

    @property
    def stays(self) -> str:
        """What a resource of that category does when nobody releases it."""
        if self.parts:
            return f"keeps its {'/'.join(self.parts)} open"
        return _STAYS.get(self.category, "stays open")


_STAYS = {
    "pool": "stays open",
    "process": "is not waited for",
    "executor": "keeps its workers",
    "temporary": "is not removed",
    "lock": "stays locked",
    "transaction": "stays open",
}
