"""Regions tile every text, and cut where the parser of CPython cuts."""

import ast
import sys
import sysconfig
import warnings
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from leaklint.syntax.lexer import shallow_lines
from leaklint.syntax.regions import MEMBERS, Region, method_source, regions, regions_at, source

LIBRARY = Path(sysconfig.get_path("stdlib"))
CLASS_KINDS = frozenset({"class", "class-header"})


def parse(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def row_spans(body: Sequence[ast.stmt]) -> Iterator[tuple[int, int]]:
    """First and last row of the statements, those that share a row together."""
    last: tuple[int, int] | None = None
    for node in body:
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
        end = node.end_lineno or first
        if last and first <= last[1]:
            last = (last[0], max(last[1], end))
            continue
        if last:
            yield last
        last = (first, end)
    if last:
        yield last


def assert_tiles(text: str, divided: Sequence[Region]) -> None:
    assert "".join(text[region.start : region.end] for region in divided) == text
    assert all(region.start < region.end for region in divided)
    for before, after in pairwise(divided):
        assert before.end == after.start
        assert after.row == before.end_row + 1
    assert not divided or divided[0].row == 1


def assert_cuts_as_parser(text: str, tree: ast.Module) -> int:
    """Each region holds exactly one statement (or several in one row). Returns how many regions there are."""
    divided = regions(text)
    assert not [region.doubt for region in divided if region.doubt]
    assert_tiles(text, divided)
    if not tree.body:
        return 0
    top = [region for region in divided if region.kind not in MEMBERS]
    spans = list(row_spans(tree.body))
    ends = [region.row - 1 for region in top[1:]] + [divided[-1].end_row]
    assert len(top) == len(spans)
    for region, end, span in zip(top, ends, spans, strict=True):
        assert region.row <= span[0] <= span[1] <= end, region
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            assert_members_as_parser(divided, node)
    return len(divided)


def assert_members_as_parser(divided: Sequence[Region], node: ast.ClassDef) -> None:
    header = next(region for region in divided if region.kind in CLASS_KINDS and region.row <= node.lineno <= region.end_row)
    if header.kind == "class":
        assert node.body[0].lineno <= header.end_row
        return
    at = divided.index(header) + 1
    spans = list(row_spans(node.body))
    members = divided[at : at + len(spans)]
    assert [region.chain for region in members] == [(node.name,)] * len(spans)
    assert all(region.row <= first <= last <= region.end_row for region, (first, last) in zip(members, spans, strict=True))
    methods = [child.name for child in node.body if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [region.name for region in members if region.kind == "method"] == methods


def library_files() -> list[Path]:
    return sorted(path for path in LIBRARY.rglob("*.py") if "site-packages" not in path.parts)


NESTED_QUOTES = sys.version_info >= (3, 12)
"""From then on the library nests quotes in format strings (PEP 701), which is doubt by design."""


def library_texts(files: Sequence[Path]) -> Iterator[tuple[Path, str, ast.Module]]:
    """Those that CPython parses (the library holds test data that it refuses), and that are not in doubt by design."""
    for path in files:
        try:
            text = path.read_bytes().decode("utf-8-sig")
            tree = parse(text)
        except (SyntaxError, ValueError):
            continue
        if not (NESTED_QUOTES and any(region.doubt for region in regions(text))):
            yield path, text, tree


def test_boundaries_are_the_parsers_on_the_standard_library() -> None:
    seen = sum(assert_cuts_as_parser(text, tree) for _, text, tree in library_texts(library_files()))
    assert seen > 20_000


def test_members_parse_inside_a_class_at_the_rows_they_stand_in() -> None:
    for _, text, tree in library_texts(library_files()[::15]):
        rows = {
            (child.name, child.lineno)
            for node in tree.body
            if isinstance(node, ast.ClassDef)
            for child in node.body
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        found = set()
        for region in regions(text):
            code = source(text, region)
            module = parse(code.text)
            if region.kind == "method":
                method = module.body[0].body[0]
                found.add((method.name, method.lineno + code.shift))
        assert found == rows


# -- any text ---------------------------------------------------------------------------------------------------------

SNIPPETS = st.sampled_from(
    [
        "\n", "\r\n", "\r", "    ", "\t", "\f", "\\", "\\\n", "'", '"', "'''", '"""', "f'", 'rf"', "{", "}", "(", ")", "[", "]",
        "#", "def f():", "class A:", "@d", "else:", "x = 1", "pass", ";", "\ufeff", "\0", "\u2028", "\x85", "é", "if x:",
    ]
)  # fmt: skip


@given(st.lists(SNIPPETS, max_size=40).map("".join) | st.text(max_size=80))
def test_regions_tile_any_text(text: str) -> None:
    assert_tiles(text, regions(text))


@settings(max_examples=500, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.lists(SNIPPETS, max_size=25).map("".join))
@example("class A:\n    \\\n    x = 1\n")
@example("x = 1 \\\n\ny = 2\n")
@example("def f():\n    \f    x = 1\n\f    y = 2\n")
@example("if x:\n\tpass\n        \nelse:\r    pass\rx = 2")
def test_no_statement_is_split_in_text_that_parses(text: str) -> None:
    try:
        tree = parse(text.removeprefix("\ufeff"))
    except (SyntaxError, ValueError):
        assume(False)
    divided = regions(text)
    for first, last in row_spans(tree.body):
        holder = next(region for region in divided if region.row <= first <= region.end_row)
        members_end = max([holder.end_row, *(region.end_row for region in divided if region.kind in MEMBERS)])
        assert last <= members_end if holder.kind == "class-header" else last <= holder.end_row


# -- generated code ---------------------------------------------------------------------------------------------------

SIMPLE = st.sampled_from(
    [
        "x = 1", "x = (1,\n2)", "f(a,\n# odd ' quote\nb)", "s = '''\nclass Fake:\n'''", "x = 1; y = 2", "x = 'a\\\nb'",
        "x = 1 + \\\n  2", 'x = f"{a[0]!r:>{w}} {{}}"', 'x = rb"\\""', "x = u'#'  # it's", "elsewhere = 1", "def_ = 1",
        "x = {'a': [1, (2, {3: [4]})]}", 'x = f"{d[\'}\']}"', 'x = f"""{a}\nelse:\n"""', "@d\ndef g(): pass", "classy = 2",
    ]
)  # fmt: skip
HEADERS = st.sampled_from(
    [
        "if x:", "while x:", "for a in b:", "with a as b:", "def f(a=(1,\n2)):", "async def g() -> None:", "class A:",
        "class B(C,\n   D):  # note", "@d(\n1)\n# why\nclass E:", "@d\n\n@e\ndef h():", "try:\n pass\nfinally:",
    ]
)  # fmt: skip
GAPS = st.sampled_from(["", "", "\n", "# c\n", "  # odd\n", "\f\n", "\n\n    \n"])


def block(lines: str, indent: str) -> str:
    """Indent the code, but not what lies inside strings, brackets or after a continuation."""
    out, open_until = [], ""
    for line in lines.splitlines(keepends=True):
        out.append(line if open_until or not line.strip() else indent + line)
        open_until = _still_open(line, open_until)
    return "".join(out)


def _still_open(line: str, before: str) -> str:
    if before:
        closes = before in line if before != "\\" else not line.rstrip("\n").endswith("\\")
        return "" if closes else before
    for opener, closer in (("'''", "'''"), ('f"""', '"""')):
        if line.count(closer) == 1 and opener in line:
            return closer
    return "\\" if line.rstrip("\n").endswith("\\") else ""


def compound(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def build(header: str, body: list[str], indent: str, tail: bool) -> str:
        inner = block("".join(body), indent)
        alternative = f"\nelse:\n{inner}" if tail and header == "if x:" else ""
        return f"{header}\n{inner}{alternative}"

    indents = st.sampled_from(["    ", " ", "\t", "  "])
    return st.builds(
        build, HEADERS, st.lists(st.builds(str.__add__, GAPS, children), min_size=1, max_size=4), indents, st.booleans()
    )


STATEMENTS = st.recursive(SIMPLE.map("{}\n".format), compound, max_leaves=12)
ENDINGS = st.sampled_from(["\n", "\r\n", "\r"])


@given(st.lists(st.builds(str.__add__, GAPS, STATEMENTS), max_size=6), ENDINGS, st.booleans())
def test_boundaries_are_the_parsers_on_generated_code(parts: list[str], ending: str, cut: bool) -> None:
    text = "".join(parts).replace("\n", ending)
    text = text.rstrip("\r\n") if cut else text
    try:
        tree = parse(text)
    except SyntaxError:
        assume(False)
    assert_cuts_as_parser(text, tree)


# -- single facts -----------------------------------------------------------------------------------------------------


def kinds(text: str) -> list[tuple[str, str]]:
    return [(region.kind, region.name) for region in regions(text)]


def test_kinds_and_names() -> None:
    text = (
        "import a\n\n# about f\n@d\nasync def f(): pass\nclass A(B):\n    '''doc'''\n    x = 1\n\n    @p\n    def m(self):\n"
        "        def inner(): pass\n\n    class N:\n        def o(self): pass\nclass S: pass\nif x:\n    class T: pass\n"
    )
    assert kinds(text) == [
        ("statement", ""), ("function", "f"), ("class-header", "A"), ("class-statement", ""), ("class-statement", ""),
        ("method", "m"), ("class-statement", "N"), ("class", "S"), ("statement", ""),
    ]  # fmt: skip
    assert [region.row for region in regions(text)] == [1, 2, 6, 7, 8, 9, 13, 16, 17]


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("x = (1\ny = 2\n", "unbalanced brackets"),
        ("x = 1)\ny = 2\n", "unbalanced brackets"),
        ("x = 'a\ny = 2\n", "unterminated string"),
        ('x = """a\ny = 2\n', "unterminated string"),
        ("x = $\\ 1\n", "stray backslash"),
        ("\\\nx = 1\n", "continued indentation"),
        ('x = f"{a["b"]}"\n', "format string with its own quotes inside"),
        ("x = f\"{a['}']['b'\" \n", "format string with its own quotes inside"),
        ('x = t"{f"{1}"}"\n', "format string with its own quotes inside"),
        ("x = Rf'}'\n", "format string with its own quotes inside"),
    ],
)
def test_doubt_leaves_the_file_whole(text: str, doubt: str) -> None:
    (region,) = regions(text)
    assert (region.kind, region.start, region.end, region.doubt) == ("file", 0, len(text), doubt)


@pytest.mark.parametrize(
    "text",
    [
        "x = f'{{'\n",
        "x = f'{a:{b}}'\n",
        "x = f\"{a['}']}\"\n",
        "x = f'}}{a}{{'\n",
        "x = f'''{a!r}\n'''\n",
        "x = rb'{'\n",
        "x = if'{'\n",
        "x = f'{ {1: 2}[1] }'\n",
        "x = F''\n",
        "x = f''''''\n",
        "x = f\"it's {a} and it's {b}\"\n",
        "x = '\\\r\n'\n",
    ],
)
def test_no_doubt(text: str) -> None:
    assert [region.doubt for region in regions(text)] == [""]


def test_class_with_unlike_indentation_stays_whole() -> None:
    text = "class A:\n\tdef f(self): pass\n        \n        def g(self): pass\nx = 1\n"
    assert kinds(text) == [("class", "A"), ("statement", "")]


def test_files_without_statements() -> None:
    assert regions("") == ()
    assert kinds("# only\n") == [("file", "")]
    assert kinds("\ufeff# only\nx = 1") == [("statement", "")]


def test_the_source_of_a_member_is_its_own_lines() -> None:
    text = "class A:\r\n    def f(self):\r\n        return '''\r\n  x'''\r\n\r\n    y = 1\r\n"
    method = regions(text)[1]
    assert method_source(text, method) == "class _:\r\n    def f(self):\r\n        return '''\r\n  x'''\r\n"
    assert source(text, method).shift == 0


def test_the_source_of_a_header_has_an_empty_body() -> None:
    text = "x = 1\n@d\nclass A(B):  # why\n    y = 1\n"
    header = regions(text)[1]
    assert source(text, header) == ("@d\nclass A(B):  # why\n pass", 1)


def test_regions_at_offsets() -> None:
    text = "a = 1\nb = 2\nc = 3\n"
    assert [region.row for region in regions_at(regions(text), [13, 0, 1])] == [1, 3]


def test_lines_are_as_deep_as_asked() -> None:
    text = "  if x:\n    y\n  z\n w\n"
    assert [text[line.first] for line in shallow_lines(text, indent="  ").lines] == ["i", "z", "w"]


def test_a_huge_line_takes_linear_time_and_little_memory() -> None:
    text = "x = [" + "'a', (1, [2]), " * 300_000 + "]\ny = 1\n"
    assert kinds(text) == [("statement", ""), ("statement", "")]


if sys.version_info < (3, 12):  # later versions know PEP 701
    FIELDS = st.lists(st.sampled_from(["{", "}", "'", '"', "a", "[", "]", ":", "\\", "{{", "}}"]), max_size=12).map("".join)
else:
    FIELDS = st.lists(st.sampled_from(["{", "}", "'", '"', "a", "[", "]", ":", "\n", "{{", "}}"]), max_size=14).map("".join)


@settings(max_examples=500, suppress_health_check=[HealthCheck.filter_too_much])
@given(FIELDS, st.sampled_from(["f'", 'f"', "f'''", 'rf"""']))
def test_format_strings_never_split_a_statement(inner: str, opener: str) -> None:
    text = f"x = {opener}{inner}{opener.lstrip('rf')}\ny = 1\n"
    try:
        tree = parse(text)
    except (SyntaxError, ValueError):
        assume(False)
    divided = regions(text)
    if not divided[0].doubt:
        assert len(divided) == len(list(row_spans(tree.body)))
