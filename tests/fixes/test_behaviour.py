"""Mended functions do the same on every path that did not leak: both versions are run, with resources that write a diary."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).with_name("pairs") / "safe"

CALLS: dict[str, list[tuple[str, tuple[Any, ...]]]] = {
    "release_in_block": [
        ("plain", ("a",)), ("comments", ("a",)), ("odd", ("a",)), ("early", ("a", "two")), ("early", ("a", "none")),
        ("annotated", ("a",)), ("parenthesised", ("a",)), ("lambdas", ("a",)),
    ],
    "release_in_finally": [("taken_up", ("a",)), ("with_handlers", ("a",))],
    "held_across_yield": [("lines", ("a",))],
    "parts": [("item", (b"x",)), ("receiver", (lambda: None,))],
}  # fmt: skip
"""File -> functions with arguments that lead to the release in the version before."""


class Diary:
    """What happens to the resources of one run, in order."""

    def __init__(self) -> None:
        self.entries: list[str] = []

    def open(self, path: str, *arguments: str, **_: str) -> "Resource":
        self.entries.append(f"open {path}")
        return Resource(self)


class Resource:
    """A file and a connection in one. Leaving `with` is written down as the release that it is."""

    name = "a"
    LINES = ("one\n", "two\n")

    def __init__(self, diary: Diary) -> None:
        self.diary = diary

    def _did(self, what: str) -> None:
        self.diary.entries.append(what)

    def read(self) -> str:
        self._did("read")
        return "".join(self.LINES)

    def readline(self) -> str:
        self._did("readline")
        return self.LINES[0]

    def write(self, text: str) -> None:
        self._did(f"write {text!r}")

    def __iter__(self) -> Any:
        for line in self.LINES:
            self._did(f"line {line!r}")
            yield line

    def cursor(self) -> "Resource":
        self._did("cursor")
        return self

    def execute(self, query: str) -> None:
        self._did(f"execute {query!r}")

    def fetchall(self) -> list[int]:
        self._did("fetchall")
        return [1]

    def close(self) -> None:
        self._did("close")

    def __enter__(self) -> "Resource":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def outcome(source: str, function: str, arguments: tuple[Any, ...]) -> tuple[str, list[str]]:
    """What a function of a module answers, and the diary."""
    diary = Diary()
    names: dict[str, Any] = {"open": diary.open, "__name__": "pairs"}
    exec(compile(source, "pairs", "exec", dont_inherit=True), names)
    if "sqlite3" in names:
        names["sqlite3"] = type("sqlite3", (), {"connect": staticmethod(diary.open)})
    called: Callable[..., Any] = names[function]
    answer = called(*arguments)
    shown = list(answer) if function == "lines" else answer
    return ("a path" if function == "item" else repr(shown)), diary.entries


@pytest.mark.parametrize(
    ("name", "function", "arguments"),
    [(name, function, arguments) for name, calls in CALLS.items() for function, arguments in calls],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_same_answer_same_diary(name: str, function: str, arguments: tuple[Any, ...]) -> None:
    before, after = ((FOLDER / f"{name}.{which}").read_text("utf-8") for which in ("before", "after"))
    answer, diary = outcome(before, function, arguments)
    assert outcome(after, function, arguments) == (answer, diary)
    assert function in ("item", "receiver") or diary[-1] == "close"


def test_a_path_that_leaked_is_mended() -> None:
    before, after = ((FOLDER / f"release_in_block.{which}").read_text("utf-8") for which in ("before", "after"))
    assert "close" not in outcome(before, "early", ("a", ""))[1]
    assert outcome(after, "early", ("a", ""))[1] == ["open a", "close"]


class Log:
    """What the functions of `exit_stack` are given."""

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet

    def info(self, _: object) -> None:
        """Nothing."""

    def __repr__(self) -> str:
        return "log"


@pytest.mark.parametrize("path", ["a", ""])
def test_a_stack_releases_once_and_at_the_same_moment(path: str) -> None:
    before, after = ((FOLDER.parent / "unsafe" / f"exit_stack.{which}").read_text("utf-8") for which in ("before", "after"))
    answer, diary = outcome(before, "connection", (path, Log(quiet=False)))
    assert outcome(after, "connection", (path, Log(quiet=False))) == (answer, diary)
    assert diary.count("close") == (1 if path else 0)


def test_a_stack_mends_what_leaked() -> None:
    before, after = ((FOLDER.parent / "unsafe" / f"exit_stack.{which}").read_text("utf-8") for which in ("before", "after"))
    assert outcome(before, "connection", ("a", Log(quiet=True)))[1] == ["open a"]
    assert outcome(after, "connection", ("a", Log(quiet=True)))[1] == ["open a", "close"]
