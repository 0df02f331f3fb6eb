"""Active names: what a project gives is asked by name, whatever was asked before."""

from itertools import permutations
from pathlib import Path

import pytest

from leaklint.active import Active
from leaklint.catalog.compile import default_catalog
from leaklint.files import Files

CATALOG = default_catalog()
MODULES = {
    "app/__init__.py": "from app.db import connect as link\n",
    "app/db.py": (
        "import sqlite3\nfrom app import ring\n\n\ndef connect(path):\n    return sqlite3.connect(path)\n\n\n"
        "def closes(path):\n    sqlite3.connect(path).close()\n\n\ndef count(rows):\n    return len(rows)\n"
    ),
    "app/ring.py": "from app.turn import turned\n\n\ndef ringed(x):\n    return turned(x)\n",
    "app/turn.py": (
        "from app.ring import ringed\nfrom app.db import connect\n\n\ndef turned(x):\n    return ringed(x) or connect(x)\n\n\n"
        "def plain(x):\n    return x\n"
    ),
    "app/star.py": "from app.db import *\n",
    "app/part.py": "import app.db\n\n\ndef opened(path):\n    return app.db.connect(path)\n\n\nclass Store:\n"
    "    def __init__(self, path):\n        self.link = app.db.connect(path)\n",
    "app/compat.py": "try:\n    from psycopg2 import connect\nexcept ImportError:\n    connect = None\n",
}
GIVES = {
    "app.db.connect": True,
    "app.db.closes": False,
    "app.db.count": False,
    "app.link": True,
    "app.ring.ringed": True,
    "app.turn.turned": True,
    "app.turn.plain": False,
    "app.star.connect": True,
    "app.star.count": False,
    "app.part.opened": True,
    "app.part.Store": True,
    "app.compat.connect": True,
    "other.connect": False,
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in MODULES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_what_gives(root: Path) -> None:
    active = Active(Files((str(root),)), CATALOG)
    assert {name: active.gives(name) for name in GIVES} == GIVES


@pytest.mark.parametrize("order", list(permutations(("app.ring.ringed", "app.turn.turned", "app.turn.plain"))))
def test_the_order_of_questions_does_not_matter(root: Path, order: tuple[str, ...]) -> None:
    active = Active(Files((str(root),)), CATALOG)
    assert {name: active.gives(name) for name in order} == {name: GIVES[name] for name in order}


def test_a_file_gets_what_it_names(root: Path) -> None:
    text = "from app.db import connect, count\nfrom app import ring\n\n\ndef f(p):\n    return ring.ringed(p)\n"
    path = root / "app" / "use.py"
    path.write_text(text)
    found = Active(Files((str(root),)), CATALOG).wanted("app.use", text)
    assert found is not None
    assert set(found[1]) == {"connect", ".ringed"}


def test_without_other_files_nothing_is_received() -> None:
    assert Active(Files((), reach=False), CATALOG).wanted("", "from app.db import connect\nconnect(1)\n") is None
