"""Packages whose modules import each other: what a name means is found without walking every way to it."""

import time
from pathlib import Path

from leaklint.files import Files

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
