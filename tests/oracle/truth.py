"""What all executions of a function say about each of its acquisitions: DESIGN section 1's list, decided by facts."""

from collections.abc import Collection
from typing import NamedTuple

from tests.oracle.execute import LIMIT, Execution, Module, execute
from tests.oracle.instrument import Subject
from tests.oracle.sites import Site
from tests.oracle.world import Outcome

UNREACHED = "unreached"
"""No execution comes to the acquisition: a handler that nothing modelled leads to. Whatever is said of it is right."""


class Truth(NamedTuple):
    """The facts about one function.

    state: "complete", "unfinished" (more executions than the limit) or "ill-formed"; codes: per acquisition, None where
    every execution settled it; leaks: per acquisition, the decisions of executions that leaked it. What an execution lost
    before it was discarded was lost on a path that exists: it tells of traces, though not of codes.
    """

    state: str
    executions: int
    codes: tuple[str | None, ...]
    leaks: tuple[tuple[tuple[Outcome, tuple[int, ...]], ...], ...]
    sites: tuple[Site, ...]


def truth_of(module: Module, subject: Subject, limit: int = LIMIT) -> Truth:
    state, count = "complete", 0
    runs: list[Execution] = []
    discarded: list[Execution] = []
    for run in execute(module, subject, limit):
        count += 1
        if run.ended in {"unfinished", "ill-formed"}:
            state = run.ended
            break
        (discarded if run.ended == "discarded" else runs).append(run)
    found = [_of_site(site, runs, discarded) for site in range(len(subject.sites))]
    return Truth(state, count, tuple(code for code, _ in found), tuple(leaks for _, leaks in found), subject.sites)


Leaks = tuple[tuple[Outcome, tuple[int, ...]], ...]


def _of_site(site: int, runs: list[Execution], discarded: list[Execution]) -> tuple[str | None, Leaks]:
    mine = [(outcome, run.decisions) for run in runs for outcome in run.outcomes if outcome.site == site]
    early = [(o, run.decisions) for run in discarded for o in run.outcomes if o.site == site and o.overwritten]
    outcomes = {outcome for outcome, _ in mine}
    leaking = leaking_of({*outcomes, *(outcome for outcome, _ in early)})
    return code_of(outcomes), tuple((outcome, decisions) for outcome, decisions in (*mine, *early) if outcome in leaking)


def leaking_of(outcomes: Collection[Outcome]) -> set[Outcome]:
    back = taken_back(outcomes)
    return {outcome for outcome in outcomes if outcome.fate == "leaked" and not settled(outcome, back)}


def taken_back(outcomes: Collection[Outcome]) -> frozenset[int]:
    """The yields that only lend: in some execution the function itself releases afterwards what it yielded there."""
    return frozenset(place for outcome in outcomes for place in outcome.taken_back)


def settled(outcome: Outcome, back: frozenset[int]) -> bool:
    """Released, transferred, or yielded for good."""
    return outcome.fate == "settled" or bool(outcome.yields - back)


def code_of(outcomes: Collection[Outcome]) -> str | None:
    """The first code of the list that holds, None without a leak, `UNREACHED` without any instance."""
    if not outcomes:
        return UNREACHED
    leaking, back = leaking_of(outcomes), taken_back(outcomes)
    normal = [outcome for outcome in leaking if not outcome.edges]

    def every_normal(event: str) -> bool:
        return bool(normal) and all(event in outcome.events for outcome in normal)

    decisions = (
        ("RLK104", not any(outcome.held for outcome in outcomes)),
        ("RLK108", every_normal("dropped")),
        ("RLK109", every_normal("wrong")),
        ("RLK106", every_normal("with")),
        ("RLK105", all(outcome.overwritten for outcome in leaking)),
        ("RLK101", not any(settled(outcome, back) for outcome in outcomes)),
        ("RLK102", bool(normal)),
        ("RLK107", all(outcome.edges[-1:] == ("yield",) for outcome in leaking)),
        ("RLK103", True),
    )
    return next((code for code, holds in decisions if holds), None) if leaking else None
