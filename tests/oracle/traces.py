"""Whether a trace is a path that an execution took: its rows in order, its conditions as they turned out, its raises."""

import ast
from collections.abc import Iterable

from leaklint.model import Diagnostic, Step
from tests.oracle.execute import Module, Passage, passage
from tests.oracle.instrument import Subject
from tests.oracle.truth import Leaks
from tests.oracle.world import Turn

LIMIT = 600  # executions that are repeated in search of one that took a trace


def trace_text(diagnostic: Diagnostic) -> str:
    return " > ".join(f"{step.kind} {step.row}" for step in diagnostic.trace)


def was_taken(module: Module, subject: Subject, diagnostic: Diagnostic, leaks: Leaks) -> bool:
    """Whether some leaking execution of the sort that the code asks for went that way."""
    wanted = marks(diagnostic.trace, subject.conditions)
    struck = {step.row for step in diagnostic.trace if step.kind in {"raise", "yield"}}
    candidates = [(outcome, decisions) for outcome, decisions in leaks if _is_of(diagnostic.code, outcome.edges)]
    candidates.sort(key=lambda leak: (abs(len(leak[0].edges) - len(struck)), len(leak[1])))  # the likely ones first
    return any(fits(wanted, struck, passage(module, subject, decisions)) for _, decisions in candidates[:LIMIT])


def _is_of(code: str, edges: tuple[str, ...]) -> bool:
    """The sort of path that the decision list asks a trace of this code to show."""
    match code:
        case "RLK102" | "RLK106" | "RLK108" | "RLK109":
            return not edges
        case "RLK103" | "RLK107":
            return bool(edges)
    return True


def marks(trace: Iterable[Step], conditions: frozenset[tuple[int, str]]) -> list[int | Turn]:
    """What an execution must have passed: a condition with its truth where the step tells one, else the step's row."""
    found: list[int | Turn] = []
    row = 0
    for step in trace:
        turn = _turn(step)
        if turn is not None and (turn.row, turn.text) in conditions:
            found.append(turn)
        elif step.row != row:  # several steps of one row are one line
            found.append(step.row)
        row = step.row
    return found


def _turn(step: Step) -> Turn | None:
    for ending, truth in ((" is true", True), (" is false", False)):
        if step.kind == "branch" and step.message.endswith(ending):
            return Turn(step.row, normal(step.message.removesuffix(ending)), truth)
    return None


def normal(text: str) -> str:
    """A condition as `ast.unparse` writes it; text that is no expression stays as it is."""
    try:
        return ast.unparse(ast.parse(f"({text})", mode="eval"))
    except SyntaxError:
        return text


def fits(wanted: Iterable[int | Turn], struck: set[int], taken: Passage) -> bool:
    return struck <= set(taken.raised) and is_subsequence(wanted, taken.rows)


def is_subsequence(wanted: Iterable[object], passed: Iterable[object]) -> bool:
    remaining = iter(passed)
    return all(mark in remaining for mark in wanted)
