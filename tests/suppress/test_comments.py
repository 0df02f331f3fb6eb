"""Comments are told from `#` within strings."""

import io
import tokenize
from pathlib import Path

import pytest

from leaklint.comments import comments, rows_without_end


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x = 1  # one\n# two\n", [(1, 8, "# one"), (2, 1, "# two")]),
        ("x = '#'  # one\n", [(1, 10, "# one")]),
        ("x = 'it''s #'\n", []),
        (r"x = 'it\'s # no'" "\n", []),
        (r"x = r'\' # '" "\n", []),
        ('x = """\n# no\n"""  # yes\n', [(3, 6, "# yes")]),
        ("x = '''a'b''c # no'''  # yes", [(1, 24, "# yes")]),
        ('x = "a\\\n# no"\n# yes', [(3, 1, "# yes")]),
        ('x = "a\\\r\n# no"\r\n# yes', [(3, 1, "# yes")]),
        ("x = ''  # empty\n", [(1, 9, "# empty")]),
        ('x = """"""  # empty\n', [(1, 13, "# empty")]),
        ("x = (1,  # one\r\n     2)  # two\r# three", [(1, 10, "# one"), (2, 10, "# two"), (3, 1, "# three")]),
        ("x = 'é'  # é\n", [(1, 10, "# é")]),
        ("f\"{x['#']}\"  # yes", [(1, 14, "# yes")]),
        # An unterminated string ends with its row, an unterminated long one with the file.
        ("x = 'oops  # no\n# yes\n", [(2, 1, "# yes")]),
        ("x = '''oops\n# no\n", []),
        ("#", [(1, 1, "#")]),
        ("", []),
    ],
)
def test_comments(text: str, found: list[tuple[int, int, str]]) -> None:
    assert list(comments(text)) == found


def test_tokenize_agrees() -> None:
    """On our own sources and those of the tests."""
    paths = [*Path(__file__).parents[2].glob("leaklint/**/*.py"), *Path(__file__).parents[1].glob("*/*.py")]
    assert len(paths) > 50
    for path in paths:
        text = path.read_text()
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        expected = [(t.start[0], t.start[1] + 1, t.string) for t in tokens if t.type == tokenize.COMMENT]
        assert list(comments(text)) == expected, path


def test_time_is_linear_on_hostile_text() -> None:
    for text in ("'" * 200_000, '"' * 200_001, "\\" * 200_000, "'''" + "'x" * 100_000, "#" * 200_000, "'\\" * 100_000):
        list(comments(text))
        rows_without_end(text)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('x = """a\nb\nc"""\n', {1, 2}),
        ("x = 1 + \\\n  2\n", {1}),
        ('x = "a\\\nb"\n', {1}),
        ("x = (\n  1)\n", set()),
        ("# comment \\\nx = 1\n", set()),
        ("x = '''\n", {1, 2}),
        ("}'", {1}),
        ("x = 'a\ny = 'b' 'c\\\\'\n", {1}),
        ("x = ''\ny = ''''''\n", set()),
    ],
)
def test_rows_without_end(text: str, rows: set[int]) -> None:
    assert rows_without_end(text) == rows
