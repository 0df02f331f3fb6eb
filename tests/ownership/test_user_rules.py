"""Rules of a project speak of its own functions, and win over what is inferred from their bodies."""

from pathlib import Path

import pytest

from leaklint.engine import make_project
from leaklint.pipeline import options
from leaklint.settings import catalog_for
from tests.verdicts import check_path, codes, settings_of

RULES = """
schema = 1
[library]
name = "app"

[[kind]]
id = "link"
what = "link"
category = "connection"
severity = "warning"
release = ["close"]
release-by = ["app.db.give_back"]

[[acquire]]
call = ["app.db.dial", "app.db.Pool.take"]
kind = "link"

[[call]]
call = "app.db.swallow"
takes = ["0"]

[[call]]
call = "app.db.look"
borrows = ["0"]

[[call]]
call = "app.db.lend"
returns = "borrowed"

[[call]]
call = "app.db.calm"
raises = false

[[call]]
call = "app.db.stop"
no-return = "raise"
"""

DB = """
def dial(): return opaque()
def give_back(link): opaque()[0](link)
def swallow(link): link.flush()
def look(link): registry["x"] = link
def lend(path): return open(path)
def calm(): opaque()
def stop(): opaque()
class Pool:
    def take(self): return opaque()
"""

CASES = {
    "leaks what a rule acquires": ("def f():\n    x = dial()\n    x.send()\n", ["RLK101"]),
    "releases": ("def f():\n    x = dial()\n    x.close()\n", []),
    "given back": ("def f():\n    x = dial()\n    give_back(x)\n", []),
    "method": ("def f(pool: Pool):\n    x = pool.take()\n    x.send()\n", ["RLK101"]),
    "takes": ("def f(p):\n    x = open(p)\n    swallow(x)\n", []),
    "borrows": ("def f(p):\n    x = open(p)\n    look(x)\n", ["RLK101"]),
    "borrowed": ("def f(p):\n    x = lend(p)\n    x.read()\n", []),
    "never raises": ("def f(p):\n    x = open(p)\n    calm()\n    x.close()\n", []),
    "no return": ("def f(p):\n    x = open(p)\n    if not p:\n        x.close()\n        stop()\n    x.close()\n", []),
}


@pytest.mark.parametrize("imported", ["from app.db import *", "from .db import *"], ids=["absolute", "relative"])
@pytest.mark.parametrize("case", CASES)
def test_rules_about_imported_functions(case: str, imported: str, tmp_path: Path) -> None:
    body, expected = CASES[case]
    names = imported.replace("*", "Pool, calm, dial, give_back, lend, look, stop, swallow")
    assert found(tmp_path, f"{names}\n{body}", "user.py") == expected


@pytest.mark.parametrize("case", CASES)
def test_rules_about_functions_of_the_same_file(case: str, tmp_path: Path) -> None:
    body, expected = CASES[case]
    assert found(tmp_path, body, "db.py") == expected


def test_rules_about_a_module_without_a_package(tmp_path: Path) -> None:
    (tmp_path / "tools.py").write_text("def dial(): return opaque()\n\ndef f():\n    x = dial()\n    x.send()\n")
    (tmp_path / "rules.toml").write_text(RULES.replace("app.db", "tools"))
    settings = settings_of({"src": [str(tmp_path)], "extend-rules": [str(tmp_path / "rules.toml")]}, tmp_path)
    project = make_project(catalog_for(settings.rules), options(settings))
    assert codes(check_path(tmp_path / "tools.py", settings, project)) == ["RLK101"]


def found(folder: Path, text: str, name: str) -> list[str]:
    """The codes that a file of the package gives, its module `db` with it."""
    package = folder / "app"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "db.py").write_text(DB)
    path = package / name
    path.write_text(DB + text if name == "db.py" else text)
    (folder / "rules.toml").write_text(RULES)
    settings = settings_of({"src": [str(folder)], "extend-rules": [str(folder / "rules.toml")]}, folder)
    project = make_project(catalog_for(settings.rules), options(settings))
    return codes(check_path(path, settings, project))
