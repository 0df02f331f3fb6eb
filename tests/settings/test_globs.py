"""File patterns mean what they mean to ruff."""

import pytest

from leaklint.settings.globs import Pattern, matches, matches_any

ROOT = "/project"


@pytest.mark.parametrize(
    ("path", "glob"),
    [
        ("/project/build", "build"),
        ("/project/deep/build", "build"),
        ("/project/build", "build/"),
        ("/project/tests/a/b.py", "tests/*"),
        ("/project/x/test_a.py", "test_*.py"),
        ("/project/gen/x.py", "**/gen/*"),
        ("/project/a/b/gen/x.py", "**/gen/*"),
        ("/project/a.pyi", "*.{py,pyi}"),
        ("/project/a1.py", "a[0-9].py"),
        ("/project/ab.py", "a[!0-9].py"),
        ("/project/a[1].py", r"a\[1\].py"),
        ("/project/x{.py", "x{.py"),
        ("/project/}{", "}{"),
        ("/project/a+b(c).py", "a+b(c).py"),
        ("/project/x.py", "./x.py"),
        ("/elsewhere/x.py", "/elsewhere/*.py"),
        ("/other.py", "../other.py"),
        ("/project/a.txt", "!*.py"),
    ],
)
def test_means(path: str, glob: str) -> None:
    assert matches(path, Pattern(glob, ROOT))


@pytest.mark.parametrize(
    ("path", "glob"),
    [
        ("/project/rebuild", "build"),
        ("/project/src/tests.py", "tests/*"),
        ("/elsewhere/tests/a.py", "tests/*"),
        ("/project/a.txt", "*.{py,pyi}"),
        ("/project/aa.py", "a[0-9].py"),
        ("/project/a.py", "!*.py"),
        ("/project/a1.py", r"a\[1\].py"),
        ("/projectx/a/b.py", "a/*"),
        ("/project/xz", "x[z-a]"),
        ("/project/a\nb.py", "a.b.py"),
    ],
)
def test_does_not_mean(path: str, glob: str) -> None:
    assert not matches(path, Pattern(glob, ROOT))


@pytest.mark.parametrize(
    ("path", "glob", "meant"),
    [
        ("/project/ac", "{a,{b,d}}c", True),
        ("/project/dc", "{a,{b,d}}c", True),
        ("/project/ec", "{a,{b,d}}c", False),
        ("/project/ab", "*{ab,a}*b", True),
        ("/project/a,b}", r"{a\,b\}}", True),
        ("/project/{a}", r"\{a\}", True),
        ("/project/a/x", "**/**/x", True),
        ("/project/b", "[^a]", True),
        ("/project/a", "[^a]", False),
        ("/project/é", "\\é", True),
    ],
)
def test_braces_sets_and_escapes(path: str, glob: str, meant: bool) -> None:
    assert matches(path, Pattern(glob, ROOT)) is meant


@pytest.mark.parametrize(
    "glob", ["*a" * 40 + "b", "{a,b}" * 30, "**/x/" * 30, "{" * 5000, "{a," * 3000, "[" * 5000], ids=lambda glob: glob[:5]
)
def test_hostile_patterns_take_no_time(glob: str) -> None:
    assert not matches("/project/" + "a" * 200, Pattern(glob, ROOT))


def test_any_of_several_with_different_roots() -> None:
    patterns = (Pattern("a/*", "/one"), Pattern("b/*", "/two"), Pattern("*.gen", "/one"))
    assert [matches_any(path, patterns) for path in ("/one/a/x", "/two/b/x", "/two/a/x", "/three/x.gen")] == [
        True, True, False, True,
    ]  # fmt: skip


def test_no_patterns_mean_nothing() -> None:
    assert not matches_any("/project/a.py", ())
