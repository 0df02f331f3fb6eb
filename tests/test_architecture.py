"""The house shows the pipeline: imports go one way, and LibCST stays where it belongs."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

PACKAGE = Path(__file__).parents[1] / "leaklint"

FLOORS = (
    "__main__", "cli", "integrations", "audit", "output", "explain", "workers", "cache", "tasks", "fixes", "pipeline", "suppress",
    "engine", "diagnose", "project", "derived", "checks", "triage", "syntax", "flow", "discover", "settings", "catalog", "source",
    "model",
)  # fmt: skip
"""The rooms of the pipeline from the highest to the lowest floor: each may import what stands after it. Rooms that are not
named here may stand anywhere, as long as imports don't go in circles."""

PARSING = ("syntax", "fixes")
"""Where LibCST may be imported."""

LATE = (*PARSING, "diagnose", "project", "derived", "integrations", "cli.fixing")
"""What is imported only when a file is to be parsed: these may import modules that need LibCST at their top."""

FILES = sorted(path for path in PACKAGE.rglob("*.py") if path.stat().st_size > 0)


class Import(NamedTuple):
    """One import. module: absolute dotted name."""

    path: Path
    row: int
    module: str
    top: bool

    def __str__(self) -> str:
        return f"{self.path.relative_to(PACKAGE)}:{self.row}: {self.module}"


def floor(path: Path) -> str:
    """The folder or module of the package that a file belongs to."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> Iterator[Import]:
    """Every import of a file, those inside functions and under TYPE_CHECKING too."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        top = node in tree.body
        if isinstance(node, ast.Import):
            yield from (Import(path, node.lineno, alias.name, top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute here"
            yield from (Import(path, node.lineno, f"{node.module}.{alias.name}", top) for alias in node.names)


ALL = [found for path in FILES for found in imports(path)]


def test_every_floor_is_a_room() -> None:
    rooms = {floor(path) for path in FILES}
    assert set(FLOORS) - rooms == set()


def test_imports_go_in_no_circles() -> None:
    """Rooms that import nothing but finished ones are finished; what never is stands in a circle."""
    needs: dict[str, set[str]] = {floor(path): set() for path in FILES}
    for found in ALL:
        package, _, rest = found.module.partition(".")
        if package == "leaklint" and rest.split(".")[0] in needs:
            needs[floor(found.path)].add(rest.split(".")[0])
    finished: set[str] = set()
    while more := {room for room, wanted in needs.items() if wanted <= finished | {room}} - finished:
        finished |= more
    assert {room: sorted(wanted - finished) for room, wanted in needs.items() if room not in finished} == {}


def test_imports_go_down() -> None:
    level = {room: number for number, room in enumerate(FLOORS)}
    up = []
    for found in ALL:
        package, _, rest = found.module.partition(".")
        target, mine = rest.split(".")[0], floor(found.path)
        if package == "leaklint" and target in level and mine in level and level[target] < level[mine]:
            up.append(str(found))
    assert up == []


def test_the_flow_knows_no_syntax() -> None:
    """Stated by itself: this border is what the design stands on."""
    assert [str(found) for found in ALL if floor(found.path) == "flow" and ".syntax" in found.module] == []


def test_libcst_stays_in_its_rooms() -> None:
    outside = [found for found in ALL if found.module.split(".")[0] == "libcst" and floor(found.path) not in PARSING]
    assert [str(found) for found in outside] == []


def test_no_matchers_and_no_providers() -> None:
    """Both cost more than the parse itself; positions are computed once, for what is reported."""
    slow = [found for found in ALL if found.module.startswith(("libcst.matchers", "libcst.metadata", "libcst.codemod"))]
    assert [str(found) for found in slow if found.path != PACKAGE / "syntax" / "positions.py"] == []


def test_the_linter_imports_nothing_of_the_run_time() -> None:
    """The rules at run time are another program: only `leaklint confirm` starts it."""
    outside = [found for found in ALL if found.module.startswith("leaklint.runtime") and floor(found.path) != "runtime"]
    assert [str(found) for found in outside if found.path != PACKAGE / "cli" / "confirm.py"] == []


def heavy_modules() -> set[str]:
    """Modules of ours that import LibCST when they are imported, directly or by others."""
    names = {path: ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__") for path in FILES}
    at_top = [(names[found.path], found.module) for found in ALL if found.top]
    heavy: set[str] = set()
    while True:
        more = {
            importer
            for importer, module in at_top
            if module.split(".")[0] == "libcst" or {module, module.rpartition(".")[0]} & heavy
        }
        if more <= heavy:
            return heavy
        heavy |= more


def test_parsing_is_imported_late() -> None:
    heavy = heavy_modules()
    assert "leaklint.syntax.module" in heavy
    outside = {name for name in heavy if not name.removeprefix("leaklint.").startswith(LATE)}
    assert outside == set(), "import it inside the function that needs it"


def test_nothing_that_runs_code_or_unpickles() -> None:
    forbidden = ("pickle", "marshal", "shelve", "runpy", "imp", "code")
    assert [str(found) for found in ALL if found.module.split(".")[0] in forbidden] == []
    calls = [
        f"{path.name}:{node.lineno}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec", "compile")
    ]
    assert calls == []


def modules_after(*arguments: str) -> set[str]:
    """Top-level packages that a run of the program has imported when it ends."""
    script = (
        "import sys\nfrom leaklint.cli.main import run\n"
        f"code = run({list(arguments)!r})\n"
        "print('\\n'.join(sorted({name.split('.')[0] for name in sys.modules})), file=sys.stderr)\nsys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True, cwd=PACKAGE.parent
    )
    return set(done.stderr.split())


@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        ("--help",),
        ("check", "--help"),
        ("explain", "RLK101"),
        ("explain",),
        ("library", "psycopg2"),
        ("--show-files", "docs"),
    ],
    ids=" ".join,
)
def test_libcst_is_not_imported_without_need(arguments: tuple[str, ...]) -> None:
    loaded = modules_after(*arguments)
    assert "click" in loaded
    assert "libcst" not in loaded


def test_version_is_no_more_than_click() -> None:
    assert not modules_after("--version") & {"msgspec", "tomllib", "pathspec", "libcst", "asyncio", "multiprocessing"}
