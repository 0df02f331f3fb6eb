"""What fixes make of files: golden pairs in every layout, and again of what they made.

`python -m tests.fixes.test_pairs` writes the `.after` files anew; look at the difference before you commit it.
"""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from leaklint.catalog import default_catalog
from leaklint.fixes.apply import Fixed, Mode, fix_source
from leaklint.pipeline import check_file, rule_names
from leaklint.settings import Settings
from leaklint.source import Source

FOLDER = Path(__file__).with_name("pairs")
SETTINGS = Settings(enabled=frozenset(rule_names()))
MENDED = sorted([*FOLDER.glob("safe/*.before"), *FOLDER.glob("unsafe/*.before")])
LAYOUTS: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "tabs": lambda text: text.replace("    ", "\t"),
    "no line end at the end": lambda text: text.rstrip("\n"),
    "two spaces": lambda text: text.replace("    ", "  "),
}


def fixed(text: str, mode: Mode) -> Fixed:
    return fix_source(Source("pairs.py", text), SETTINGS, default_catalog(), mode)


def mode_of(path: Path) -> Mode:
    return "safe" if path.parent.name == "safe" else "unsafe"


def pair(path: Path) -> tuple[str, str]:
    return path.read_text("utf-8"), path.with_suffix(".after").read_text("utf-8")


def name(value: object) -> str:
    return f"{value.parent.name}/{value.stem}" if isinstance(value, Path) else str(value)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("path", MENDED, ids=name)
def test_every_layout_is_kept(path: Path, layout: str) -> None:
    before, after = pair(path)
    lay_out = LAYOUTS[layout]
    made = fixed(lay_out(before), mode_of(path)).text
    # Where the last row goes, the one before it keeps its line end.
    assert made == lay_out(after) or (made == lay_out(after) + "\n" and layout == "no line end at the end")


@pytest.mark.parametrize("path", MENDED, ids=name)
def test_mended_files(path: Path) -> None:
    before, after = pair(path)
    ast.parse(after)
    seen = check_file(Source("pairs.py", before), SETTINGS, default_catalog())
    left = check_file(Source("pairs.py", after), SETTINGS, default_catalog())
    made = fixed(before, mode_of(path))
    assert made.mended
    assert len(left) == len(made.left) <= len(seen) - len(made.mended)
    assert not fixed(after, mode_of(path)).changed, "the second run changes something"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("unsafe/*.before")), ids=name)
def test_unsafe_fixes_are_not_applied_unasked(path: Path) -> None:
    assert not fixed(pair(path)[0], "safe").changed
    assert all(m.fix.reason for m in fixed(pair(path)[0], "unsafe").mended)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("declined/*.before")), ids=name)
def test_what_cannot_be_proven_is_left_alone(path: Path) -> None:
    made = fixed(path.read_text("utf-8"), "unsafe")
    assert made.left
    assert not made.changed


def bless() -> None:
    """Writes every `.after` file anew."""
    for path in MENDED:
        path.with_suffix(".after").write_text(fixed(path.read_text("utf-8"), mode_of(path)).text, "utf-8")


if __name__ == "__main__":
    bless()
