"""The judge of the fixtures: it must see what is missing, what is too much, and what was mended."""

import pytest

from tests.expectations import differences, settings
from tests.verdicts import check_text

LEAK = "def f(p):\n    file = open(p){}\n    return file.read()\n"


def judged(comment: str) -> list[str]:
    text = LEAK.format(comment)
    return differences(text, check_text(text))


@pytest.mark.parametrize("comment", ["  # expect: RLK101", "  # note  # expect: RLK101", "  # wrong: RLK101"])
def test_agreement(comment: str) -> None:
    assert judged(comment) == []


@pytest.mark.parametrize(
    ("comment", "problems"),
    [
        ("", ["RLK101 is found and not expected"]),
        ("  # expect: RLK102", ["RLK101 is found and not expected", "RLK102 is not found"]),
        ("  # expect: RLK101, RLK104", ["RLK104 is not found"]),
        ("  # expect-todo: RLK101", ["RLK101 is found: write `expect:`"]),
        ("  # wrong: RLK103  # expect: RLK101", ["RLK103 is mended"]),
    ],
)
def test_disagreement(comment: str, problems: list[str]) -> None:
    found = judged(comment)
    assert len(found) == len(problems)
    assert all(problem in line for problem, line in zip(problems, found, strict=True))


def test_the_row_counts() -> None:
    text = LEAK.format("") + "# expect: RLK101\n"
    assert [line.split(":")[0] for line in differences(text, check_text(text))] == ["line 2", "line 4"]


def test_settings_are_read() -> None:
    assert settings('# settings: exceptions = "own"\n# settings: src = ["x"]\n') == {"exceptions": "own", "src": ["x"]}
