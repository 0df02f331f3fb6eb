"""Triage keeps whatever the engine could find something in: shown on single forms, on the fixtures, on real files."""

import random
import re
import sysconfig
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaklint import engine
from leaklint.catalog.build import extended
from leaklint.catalog.compile import default_catalog
from leaklint.catalog.load import read_rules
from leaklint.source import Source, read
from leaklint.syntax.import_text import imports
from leaklint.syntax.regions import regions, regions_at
from leaklint.triage import Span, Triage, places

CATALOG = default_catalog()
CLUES = CATALOG.clues
TRIAGE = Triage(CLUES)
FIXTURES = sorted(path for path in (Path(__file__).parent / "fixtures").rglob("*.py") if "projects" not in path.parts)
LIBRARY = Path(sysconfig.get_path("stdlib"))


def words(text: str, triage: Triage = TRIAGE, package: str = "") -> list[str]:
    return [text[span.start : span.end] for span in triage.candidates(text, package)]


def findings(text: str) -> list[str]:
    options = engine.Options()
    found = engine.analyse(Source("file.py", text), CATALOG, options, engine.make_project(CATALOG, options, reach=False))
    return [finding.code for finding in found if finding.code != "RLK900"]


KEPT = {
    "import": "import sqlite3\nc = sqlite3.connect(p)\n",
    "import as": "import sqlite3 as s\nc = s.connect(p)\n",
    "from": "from sqlite3 import connect\nc = connect(p)\n",
    "from as": "from sqlite3 import connect as c\nx = c(p)\n",
    "from, brackets": "from sqlite3 import (  # why (not)\n    Row,\n    connect,\n)\nc = connect(p)\n",
    "from, continued": "from \\\n  sqlite3 \\\n  import Row, \\\n  connect\nc = connect(p)\n",
    "star": "from sqlite3 import *\nc = connect(p)\n",
    "star, dotted": "from os import *\nfd = fdopen(0)\n",
    "after semicolon": "x = 1; import sqlite3; c = sqlite3.connect(p)\n",
    "after colon": "if x: import sqlite3\nc = sqlite3.connect(p)\n",
    "in function": "def f():\n    import sqlite3\n    c = sqlite3.connect(p)\n",
    "carriage returns": "import sqlite3\rc = sqlite3.connect(p)\r",
    "either import": "try:\n    import psycopg2 as db\nexcept ImportError:\n    import sqlite3 as db\nc = db.connect(p)\n",
    "submodule": "import concurrent.futures\ne = concurrent.futures.ThreadPoolExecutor()\n",
    "submodule from": "from concurrent import futures\ne = futures.ThreadPoolExecutor()\n",
    "alias in the catalog": "import pymysql.connections\nc = pymysql.connections.Connection()\n",
    "builtin": "f = open(p)\n",
    "builtin, spaces": "f = open \\\n (p)\n",
    "builtin in an argument": "json.load(open(p))\n",
    "builtin as a value": "opener = open\nf = opener(p)\n",
    "builtin in a format string": "x = f'{open(p).read()}'\n",
    "builtin, nested quotes": 'x = f"{d["a"] + open("b").read()}"\n',
    "with, not released": "import sqlite3\nwith sqlite3.connect(p) as c: pass\n",
    "with, second item": "with a as b, open(p): pass\n",
    "with, part": "with open(p).detach() as f: pass\n",
    "with, condition": "with open(p) if x else y: pass\n",
    "with, another open": "from os import open\nwith open(p, 0) as f: pass\n",
    "with, open set anew": "import os\nopen = os.open\nwith open(p, 0) as f: pass\n",
    "with, inner call": "with closing(open(p)) as f: pass\n",
    "assigned alias": "import sqlite3\nopen_it = sqlite3.connect\ndef f():\n    c = open_it(p)\n",
    "assigned module": "import sqlite3\nlib = sqlite3\nc = lib.connect(p)\n",
    "assigned tuple": "import sqlite3\nlib, x = sqlite3, 1\nc = lib.connect(p)\n",
    "assigned with the same name": "import sqlite3\nconnect = sqlite3.connect\nc = connect(p)\n",
    "assigned after others": "import sqlite3\nx = 0; y, lib = 1, sqlite3\nc = lib.connect(p)\n",
    "assigned over lines": "import sqlite3\n(a,\n lib) = (1,\n  sqlite3)\nc = lib.connect(p)\n",
    "default": "import sqlite3\ndef f(lib=sqlite3):\n    c = lib.connect(p)\n",
    "walrus": "import sqlite3\nif (lib := sqlite3): c = lib.connect(p)\n",
    "factory": "from sqlalchemy.orm import sessionmaker\nSession = sessionmaker(e)\ndef f():\n    s = Session()\n",
    "partial": "import functools, sqlite3\nmaker = functools.partial(sqlite3.connect, p)\nc = maker()\n",
    "method": "import psycopg2.pool\ndef f(pool: psycopg2.pool.ThreadedConnectionPool):\n    c = pool.getconn()\n",
    "method, over lines": "import sqlalchemy\nc = (sqlalchemy.create_engine(u)  # x\n  .connect())\n",
    "module, over lines": "import sqlite3\nc = (sqlite3\n  # why\n  .connect(p))\n",
    "method on self": "import threading\nclass A:\n  def f(self):\n    self.lock.acquire()\n",
    "keyword": "import requests\nr = requests.get(u, stream = True)\n",
    "cursor by use": "def f(c):\n    k = c.cursor()\n    k.execute(q)\n",
    "slot by use": "def f(p):\n    c = p.getconn()\n    p.putconn(c)\n",
    "connection by use": "def f():\n    c = make()\n    c.cursor()\n    c.close()\n",
    "suppression": "x = 1  # leaklint: ignore[RLK103]\n",
    "noqa": "x = 1  # noqa: E501, RLK103\n",
    "string in doubt": "x = 'a\nf = open(p)\n",
    "two definitions": "def open(): pass\nf = open(p)\n",
}

DROPPED = {
    "empty": "",
    "no library": "c = sqlite3.connect(p)\n",
    "library only in prose": "'''We could import it or use sqlite3.connect.'''\nsqlite3.connect(p)\n",
    "other name": "import sqlite3\nx = sqlite3.Row\n",
    "longer name": "import sqlite3\nsqlite3.connect_all(p); reopen(p); sqlite3.reconnect(p)\n",
    "with": "with open(p) as f: pass\nwith open(p, encoding='utf-8', mode=m(')')): pass\n",
    "with, several lines": "with open(\n    p,\n    'w',\n) as f:\n    pass\n",
    "with, library": "import gzip\nwith gzip.open(p) as f: pass\n",
    "comment": "x = 1  # open(p)\n",
    "string": "x = 'open(p)' + r\"open(q)\" + '''\nopen(p)'''\n",
    "keyword argument": "f(open=1)\n",
    "definition": "class A:\n    def open(self): pass\n",
    "own method": "import sqlite3\nclass A:\n    def f(self): self.connect(p)\n",
    "own method, defaults": "import sqlite3\nclass A:\n    def f(self, x=y): self.connect(p)\n",
    "value's method": "import sqlite3\ndef f(x): x.connect(p)\n",
    "method not called": "import psycopg2\ndef f(pool): return pool.getconn\n",
    "import only": "from sqlite3 import connect\n",
    "keyword missing": "import requests\nr = requests.get(u)\n",
    "keyword of another value": "import requests\nr = requests.get(u, stream=False)\n",
    "half a pair": "def f(p):\n    c = p.getconn()\n",
    "bare noqa": "x = 1  # noqa\n",
    "noqa of others": "x = 1  # noqa: E501\n",
}


@pytest.mark.parametrize("name", KEPT)
def test_kept(name: str) -> None:
    assert TRIAGE.candidates(KEPT[name])
    assert TRIAGE.candidates(KEPT[name].encode())


@pytest.mark.parametrize("name", DROPPED)
def test_dropped_and_the_engine_finds_nothing(name: str) -> None:
    assert TRIAGE.candidates(DROPPED[name]) == ()
    assert TRIAGE.candidates(DROPPED[name].encode()) == ()
    assert findings(DROPPED[name]) == []


@pytest.mark.parametrize("name", KEPT)
def test_findings_lie_in_regions_with_a_candidate(name: str) -> None:
    text = KEPT[name]
    options = engine.Options()
    found = engine.analyse(Source("file.py", text), CATALOG, options, engine.make_project(CATALOG, options, reach=False))
    hit = regions_at(regions(text), [span.start for span in TRIAGE.candidates(text)])
    for finding in found:
        if finding.code != "RLK900":
            assert any(region.row <= finding.location.row <= region.end_row for region in hit)


def test_spans_are_where_the_names_stand() -> None:
    text = "from sqlite3 import connect as c\n# connect\nx = c(p)\ny = open(q)\n"
    assert words(text) == ["c", "open"]
    assert TRIAGE.candidates(text)[0] == Span(text.index("c(p)"), text.index("c(p)") + 1)


def test_spans_in_bytes_are_offsets_in_bytes() -> None:
    text = "x = 'ééé'; y = open(q)\n"
    (span,) = TRIAGE.candidates(text.encode())
    assert text.encode()[span.start : span.end] == b"open"


def test_places_of_names_that_an_analysis_found() -> None:
    text = "from x import make\n# make\nf = make\ny = remake('make', make())\n"
    assert [span.start for span in places(text, ["make"])] == [text.index("make\ny"), text.index("make()")]


def test_relative_imports_lead_to_the_package() -> None:
    text = "from .dbapi2 import connect\nc = connect(p)\n"
    assert words(text) == []
    assert words(text, package="sqlite3") == ["connect"]
    assert words("from . import x\nx.connect(p)\n", package="sqlite3.inner") == ["connect"]


def test_rules_of_the_user_about_any_receiver(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'schema = 1\nlibrary.name = "mine"\n[[acquire]]\ncall = ["*.openbin", "größe.öffne"]\nkind = "io:file"\n', "utf-8"
    )
    triage = Triage(extended(CATALOG, [read_rules(path)]).clues)
    assert words("x = fs.openbin(p)\n", triage) == ["openbin"]
    text = "import größe\nx = größe.öffne(p)\n"
    assert words(text, triage) == ["öffne"]
    assert triage.candidates(text.encode()) == (Span(0, len(text.encode())),)


def test_every_acquisition_of_the_catalog_is_known() -> None:
    for reference, positions in CATALOG.acquire_index.items():
        kinds = [CATALOG.kind(CATALOG.acquire_entries[at].kind) for at in positions]
        if all(kind.severity is None for kind in kinds):
            continue
        receiver, _, name = reference.rpartition(".")
        ways = (CLUES.methods if ":" in reference else CLUES.functions).get(name)
        if ways is None:  # entries that say "acquires nothing"
            assert all(CATALOG.acquire_entries[at].not_acquire for at in positions)
            continue
        roots = frozenset().union(*ways.values())
        if ":" in reference:
            library = next(found for found in CATALOG.libraries if found.name == receiver.partition(":")[0])
            assert roots & {module.partition(".")[0] for module in library.modules}, reference
        else:
            assert (receiver.partition(".")[0] if receiver else "") in roots, reference


# -- against the engine ---------------------------------------------------------------------------------------------------


def test_every_fixture_with_findings_is_kept() -> None:
    expecting = [path for path in FIXTURES if re.search(r"# expect: RLK[12]", path.read_text("utf-8"))]
    assert len(expecting) > 20
    assert [path.name for path in expecting if not TRIAGE.candidates(path.read_bytes())] == []


def library_sample(count: int) -> list[Path]:
    """Small files of the standard library: the same ones every time."""
    files = sorted(path for path in LIBRARY.rglob("*.py") if "site-packages" not in path.parts)
    small = [path for path in files if 500 < path.stat().st_size < 6000]
    return random.Random(7).sample(small, count)


def test_the_engine_finds_nothing_in_dropped_files() -> None:
    dropped = [path for path in library_sample(150) if not TRIAGE.candidates(path.read_bytes())]
    assert len(dropped) > 60
    sources = (source for source in map(read, map(str, dropped)) if isinstance(source, Source))
    assert [source.filename for source in sources if findings(source.text)] == []


def test_bytes_and_text_give_the_same() -> None:
    for path in library_sample(300):
        source = read(str(path))
        if isinstance(source, Source) and source.text.isascii():
            assert TRIAGE.candidates(source.text) == TRIAGE.candidates(path.read_bytes())


IMPORTS = st.sampled_from(["import sqlite3", "import sqlite3 as s", "from sqlite3 import connect", "from sqlite3 import *"])
WRAPS = st.sampled_from(
    ["{}", "try:\n    {}\nexcept ImportError: pass", "if x: {}", "x = 1; {}", "def g():\n    {}\n    return 1"]
)
CALLS = st.sampled_from(["sqlite3.connect", "s.connect", "connect", "alias", "self.connect", "y.connect"])
USES = st.sampled_from(["x = {}(p)", "with {}(p) as x: pass", "{}(p).cursor()", "x = f'{{{}(p)}}'", "alias = {}", "'''{}(p)'''"])
NOISE = st.sampled_from(["", "# it's\n", "x = '''\n'''\n", 'x = f"{a!r}"\n', "connect = None\n", "alias = 1\n", "\f\n"])


@given(
    st.lists(st.builds(str.format, WRAPS, IMPORTS), max_size=2), NOISE, st.lists(st.builds(str.format, USES, CALLS), max_size=4)
)
def test_whatever_the_engine_finds_is_kept(imported: list[str], noise: str, uses: list[str]) -> None:
    body = "".join(f"    {use}\n" for use in uses)
    text = "\n".join(imported) + f"\n{noise}def f(self, y, p):\n    pass\n{body}"
    if not TRIAGE.candidates(text):
        assert findings(text) == []


@pytest.mark.parametrize(
    "part",
    [
        "open(p);",
        "open, ",
        "import a;",
        "import (",
        "from ",
        "x.open\\\n",
        "# noqa ",
        "#",
        "open = ",
        "'",
        "with open(",
        "(((open",
        "a.b.c.",
        "import sqlite3, ",
        "x = f'{open(",
        "\n\topen(p)",
        " . open",
    ],
)
def test_time_grows_with_the_text_only(part: str) -> None:
    small, large = (took(part, length) for length in (30_000, 300_000))
    assert large < 30 * small + 1  # ten times the text; quadratic would be a hundred times as long


def took(part: str, length: int) -> float:
    """CPU seconds for a text of that many characters."""
    text = "import sqlite3, os\n" + part * (length // len(part)) + "\nopen(p).connect(q)  # noqa\n"
    begin = time.process_time()
    TRIAGE.candidates(text)
    return time.process_time() - begin


# -- imports --------------------------------------------------------------------------------------------------------------


def test_import_statements() -> None:
    text = "import a.b as c, d\nfrom .e import (f, # (g\n h)\nx = 'y'; from i \\\n  import *\nz = important(j.import_it)\n"
    found = imports(text)
    assert found.words >= {"a", "b", "c", "d", "e", "f", "h", "i"}
    assert not found.words & {"x", "z", "j", "important", "import_it"}
    assert [text[start:end].split()[0] for start, end in found.spans] == ["import", "from", "from"]
    assert (found.renamed, found.starred, found.relative) == ({"c": "b"}, True, True)


def test_code_before_the_word_import_is_no_import() -> None:
    text = "open(p).write('import x')\n"
    assert imports(text).spans == []
    assert words(text) == ["open"]
