"""Packages whose modules import each other: what a name means is found without walking every way to it."""

import time
from pathlib import Path

import pytest

from leaklint.catalog.compile import default_catalog
from leaklint.engine import Options, analyse
from leaklint.files import Files
from leaklint.source import Source, read

WAYS = 12


def test_a_name_that_is_reached_in_many_ways(tmp_path: Path) -> None:
    """Each module takes the name from every other; one has it from a library."""
    for module in range(WAYS):
        lines = "".join(f"from app.m{other} import Thing\n" for other in range(WAYS) if other != module)
        path = tmp_path / "app" / f"m{module}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(lines + ("from sqlite3 import Thing\n" if module == WAYS - 1 else ""))
    (tmp_path / "app" / "__init__.py").touch()
    files = Files([str(tmp_path)])
    start = time.process_time()
    found = files.reexported("app.m0.Thing")
    assert time.process_time() - start < 2
    assert "sqlite3.Thing" in found
    assert len(found) == len(set(found)) <= WAYS + 1


@pytest.mark.parametrize("last", ["", "a0 = a40\nb0 = b40\n"])
def test_names_that_are_assigned_to_each_other(last: str) -> None:
    """Twice as many ways with each line; in a circle, too."""
    lines = "".join(f"a{n} = a{n - 1}\na{n} = b{n - 1}\nb{n} = a{n - 1}\nb{n} = b{n - 1}\n" for n in range(1, 41))
    head = "import sqlite3 as a0\nimport sqlite3 as b0\n"
    text = f"{head}{lines}{last}def f(p):\n    conn = a40.connect(p)\n    conn.execute(p)\n"
    start = time.process_time()
    found = analyse(Source("x.py", text), default_catalog(), Options())
    assert time.process_time() - start < 5
    assert [diagnostic.code for diagnostic in found] == ["RLK101"]


def test_a_module_that_imports_itself_by_star(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    path.write_text("from own import *\n\n\ndef f(p):\n    file = open(p)\n    thing.use(file)\n    file.read()\n")
    found = analyse(read(str(path)), default_catalog(), Options())  # type: ignore[arg-type]
    assert "RLK900" not in [diagnostic.code for diagnostic in found]
