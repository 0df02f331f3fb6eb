"""Whether the paths of static findings were run, and what became of the resource there.

A trace function looks at the functions with findings only. A run of such a function matches a finding if the rows of its
trace happened in that order, a row that raises by raising. A generator is looked at from one resumption to the next, and a
call that spans rows is known by the row where it starts: both err on the side of "not reached".
"""

import os
import sys
import threading
from collections.abc import Iterator, Sequence
from types import CodeType, FrameType
from typing import Any, NamedTuple

import msgspec

from leaklint.model import Location, Step
from leaklint.runtime.held import Held

Event = tuple[str, int]
"""("line" | "exception" | "return", row)."""


class Finding(msgspec.Struct, frozen=True):
    """The part of a finding of a JSON report that matters here."""

    fingerprint: str
    filename: str
    location: Location
    end_location: Location
    trace: tuple[Step, ...] = ()


class Verdict(msgspec.Struct, frozen=True):
    """What was observed. verdict: "confirmed", "refuted" (the path ran and the resource was released) or "not reached";
    runs: how often the path ran; acquired: how often the line acquired; tests: those in which the path ran."""

    verdict: str
    runs: int = 0
    acquired: int = 0
    tests: tuple[str, ...] = ()


class Run:
    """One run of a function with findings."""

    def __init__(self, findings: Sequence[Finding], test: str) -> None:
        self.findings = findings
        self.test = test
        self.events: list[Event] = []
        self.held: list[Held] = []


class Seen(NamedTuple):
    """One acquisition on a finding's line. path: whether the run it happened in took the finding's path."""

    finding: Finding
    held: Held
    path: bool
    test: str


class Paths:
    """Observes from `start` to `stop`. `test` names what runs now."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.test = ""
        self._findings = findings
        self._seen: list[Seen] = []
        self._running: dict[int, Run] = {}
        self._by_file: dict[str, list[Finding]] = {}
        self._of_code: dict[CodeType, tuple[Finding, ...]] = {}
        for one in findings:
            self._by_file.setdefault(os.path.abspath(one.filename), []).append(one)

    def start(self) -> None:
        """Begin, in this thread and in those that are started from now on."""
        threading.settrace(self._called)
        sys.settrace(self._called)

    def stop(self) -> None:
        """End."""
        sys.settrace(None)
        threading.settrace(None)

    def acquired(self, held: Held, frame: FrameType) -> None:
        """A resource was acquired by the code of that frame."""
        run = self._running.get(id(frame))
        if run is not None:
            run.held.append(held)

    def _called(self, frame: FrameType, event: str, _argument: Any) -> Any:
        code = frame.f_code
        found = self._of_code.get(code)
        if found is None:
            found = self._of_code[code] = tuple(self._in(code))
        if not found:
            return None
        run = self._running[id(frame)] = Run(found, self.test)

        def local(frame: FrameType, event: str, _argument: Any) -> Any:
            run.events.append((event, frame.f_lineno))
            if event == "return":
                self._running.pop(id(frame), None)
                self._ended(run)
            return local

        return local

    def _in(self, code: CodeType) -> Iterator[Finding]:
        """The findings whose acquisition lies in that code; a nested function's rows are its own code's as well."""
        mine = self._by_file.get(os.path.abspath(code.co_filename), ())
        if mine:
            rows = {row for _start, _end, row in code.co_lines()}
            yield from (one for one in mine if one.location.row in rows)

    def _ended(self, run: Run) -> None:
        for held in run.held:
            site = held.site
            for one in run.findings:
                if one.location.row <= site.row <= one.end_location.row:
                    self._seen.append(Seen(one, held, took(run.events, one), run.test))

    def verdicts(self) -> dict[str, Verdict]:
        """Fingerprint -> what was observed, for every finding."""
        return {one.fingerprint: _verdict([seen for seen in self._seen if seen.finding is one]) for one in self._findings}


def took(events: Sequence[Event], finding: Finding) -> bool:
    """Whether the steps of a finding's trace happened in their order; steps in other files are not looked at."""
    steps = [step for step in finding.trace if step.filename == finding.filename]
    position = 0
    for step in steps:
        wanted = "exception" if step.kind == "raise" else None
        found = next((at for at in range(position, len(events)) if _is(events[at], step.row, wanted)), None)
        if found is None:
            return False
        position = found
    return True


def _is(event: Event, row: int, wanted: str | None) -> bool:
    return event[1] == row and wanted in (None, event[0])


def _verdict(seen: Sequence[Seen]) -> Verdict:
    on_path = [one for one in seen if one.path]
    tests = tuple(dict.fromkeys(one.test for one in on_path))
    if not on_path:
        return Verdict("not reached", 0, len(seen))
    leaked = any(one.held.fate != "released" for one in on_path)
    return Verdict("confirmed" if leaked else "refuted", len(on_path), len(seen), tests)
