"""What comments silence, and which of them silence nothing."""

import pytest

from leaklint.model import Diagnostic, Location, Severity
from leaklint.suppress import directives, skips_file, suppress

NAMES = {
    "RLK101": "never-released",
    "RLK103": "not-released-on-exception",
    "RLK900": "cannot-analyse",
    "RLK901": "unused-suppression",
}
ALL = frozenset(NAMES)


def finding(row: int, code: str = "RLK103", last_row: int | None = None) -> Diagnostic:
    return Diagnostic(
        code=code, name=NAMES[code], severity=Severity.ERROR, message="m", filename="a.py", location=Location(row, 1),
        end_location=Location(row, 9), statement_rows=(row, last_row or row),
    )  # fmt: skip


def codes(text: str, *found: Diagnostic, enabled: frozenset[str] = ALL) -> list[tuple[str, int]]:
    return sorted((d.code, d.location.row) for d in suppress(text, "a.py", found, enabled, NAMES))


@pytest.mark.parametrize(
    ("comment", "kind", "rules"),
    [
        ("# noqa", "noqa", ()),
        ("#noqa", "noqa", ()),
        ("# NOQA", "noqa", ()),
        ("# noqa: RLK103", "noqa", ("RLK103",)),
        ("# noqa:RLK103,E501", "noqa", ("RLK103", "E501")),
        ("# noqa: RLK103, E501 because", "noqa", ("RLK103", "E501")),
        ("# noqa: E501 RLK103", "noqa", ("E501", "RLK103")),
        ("# noqa: never-released", "noqa", ("never-released",)),
        ("# noqa : rlk103", "noqa", ("rlk103",)),
        # As flake8 reads it, what is no list of codes makes a bare one.
        ("# noqa: because", "noqa", ()),
        ("# some words # noqa: RLK101", "noqa", ("RLK101",)),
        ("# leaklint: ignore", "ignore", ()),
        ("# leaklint: ignore because", "ignore", ()),
        ("# leaklint:ignore[RLK103]", "ignore", ("RLK103",)),
        ("# leaklint: ignore[RLK103, never-released] a reason", "ignore", ("RLK103", "never-released")),
        ("# type: ignore # leaklint: ignore [RLK1]", "ignore", ("RLK1",)),
    ],
)
def test_directives(comment: str, kind: str, rules: tuple[str, ...]) -> None:
    (found,) = directives(f"x = 1  {comment}\n")
    assert (found.kind, found.rules, found.row) == (kind, rules, 1)


@pytest.mark.parametrize(
    "text", ["x = '# noqa'", "# noqaxyz", "# nothing", "# leaklint: ignored", "# leaklint: takes(conn)", "noqa = 1"]
)
def test_no_directives(text: str) -> None:
    assert directives(text) == []


def test_two_in_one_comment() -> None:
    found = directives("x = 1  # noqa: E501  # leaklint: ignore[RLK103]")
    assert [(d.kind, d.column, d.text) for d in found] == [
        ("noqa", 8, "# noqa: E501"),
        ("ignore", 22, "# leaklint: ignore[RLK103]"),
    ]


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa", "# noqa: RLK103", "# noqa: E501, rlk103", "# noqa: RLK1", "# noqa: not-released-on-exception",
        "# leaklint: ignore", "# leaklint: ignore[RLK103]", "# leaklint: ignore[RLK]",
        "# leaklint: ignore[not-released-on-exception]",
    ],
)  # fmt: skip
@pytest.mark.parametrize("row", [1, 2, 3])
def test_silences_on_any_row_of_the_statement(comment: str, row: int) -> None:
    rows = ["x = connect(", "  dsn,", ")"]
    rows[row - 1] += f"  {comment}"
    assert codes("\n".join(rows), finding(1, last_row=3)) == []


@pytest.mark.parametrize("comment", ["# noqa: RLK101", "# leaklint: ignore[RLK101]", "# noqa: E501", "# noqa: R103"])
def test_other_codes_stay(comment: str) -> None:
    found = codes(f"x = connect(dsn)  {comment}", finding(1), enabled=ALL - {"RLK901"})
    assert ("RLK103", 1) in found


def test_other_rows_stay() -> None:
    text = "x = connect(dsn)\ny = 1  # noqa\n"
    assert codes(text, finding(1)) == [("RLK103", 1)]


def test_a_comment_in_a_string_silences_nothing() -> None:
    assert codes("x = connect('# noqa')", finding(1)) == [("RLK103", 1)]


def test_without_rows_of_the_statement_those_of_the_call_count() -> None:
    found = Diagnostic(
        code="RLK103",
        name="",
        severity=Severity.ERROR,
        message="",
        filename="a.py",
        location=Location(1, 1),
        end_location=Location(2, 1),
    )
    assert codes("x = connect(\n)  # noqa\n", found) == []


# --- unused -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("# noqa: RLK103", "'# noqa: RLK103' silences nothing; remove it"),
        ("# noqa: E501, RLK103", "'RLK103' silences nothing; remove it"),
        ("# noqa: never-released", "'# noqa: never-released' silences nothing; remove it"),
        ("# leaklint: ignore", "'# leaklint: ignore' silences nothing; remove it"),
        ("# leaklint: ignore[RLK101, RLK103] why", "'# leaklint: ignore[RLK101, RLK103]' silences nothing; remove it"),
    ],
)
def test_unused(comment: str, message: str) -> None:
    (found,) = suppress(f"x = 1  {comment}\n", "a.py", [], ALL, NAMES)
    assert (found.code, found.name, found.message) == ("RLK901", "unused-suppression", message)
    assert (found.location, found.statement_rows) == (Location(1, 8), (1, 1))


@pytest.mark.parametrize("comment", ["# noqa", "# noqa: E501", "# noqa: whatever", "# noqa: RLK777", "# leaklint: ignore[E501]"])
def test_never_called_unused(comment: str) -> None:
    assert codes(f"x = 1  {comment}\n") == []


def test_part_of_a_list_is_unused() -> None:
    (found,) = suppress("x = 1  # leaklint: ignore[RLK101, RLK103]\n", "a.py", [finding(1)], ALL, NAMES)
    assert found.message == "'RLK101' silences nothing; remove it"


def test_disabled_codes_are_not_called_unused() -> None:
    assert codes("x = 1  # noqa: RLK103\n", enabled=ALL - {"RLK103"}) == []
    assert codes("x = 1  # noqa: RLK103\n", finding(1), enabled=ALL - {"RLK103"}) == []


def test_nothing_is_called_unused_where_something_could_not_be_analysed() -> None:
    broken = finding(1, "RLK900")
    assert codes("x = (\n# noqa: RLK103\n", broken) == [("RLK900", 1)]


@pytest.mark.parametrize(
    "comment", ["# noqa: RLK103, RLK901", "# noqa: RLK103  # noqa", "# leaklint: ignore[RLK103, unused-suppression]"]
)
def test_unused_ones_can_be_silenced(comment: str) -> None:
    assert codes(f"x = 1  {comment}\n") == []


def test_what_silences_no_unused_one_is_unused_itself() -> None:
    assert codes("x = 1  # noqa: RLK901\n") == [("RLK901", 1)]
    assert codes("x = 1  # noqa: RLK901\n", enabled=ALL - {"RLK901"}) == []


def test_equal_comments_have_different_fingerprints_that_do_not_move() -> None:
    text = "a = 1  # noqa: RLK103\nb = 1  # noqa: RLK103\n"
    before = [d.fingerprint for d in suppress(text, "a.py", [], ALL, NAMES)]
    after = [d.fingerprint for d in suppress("\n\n" + text, "a.py", [], ALL, NAMES)]
    assert len(set(before)) == 2
    assert before == after


# --- whole files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["# leaklint: skip-file\n", "x = 1\n\n  #leaklint:skip-file generated\n", "x = 1  # leaklint: skip-file"]
)
def test_skips_file(text: str) -> None:
    assert skips_file(text)


@pytest.mark.parametrize(
    "text", ["", "x = '# leaklint: skip-file'\n", "# leaklint: skip-files\n", '"""\n# leaklint: skip-file\n"""\n']
)
def test_does_not_skip_file(text: str) -> None:
    assert not skips_file(text)
