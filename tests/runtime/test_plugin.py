"""`pytest --leaklint`: what fails, what doesn't, and what it says."""

import gc
import subprocess
import sys
import textwrap

import pytest

pytest_plugins = ["pytester"]

# The tests leak on purpose, and the interpreter says so to the pytest that runs them.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def run(pytester: pytest.Pytester):
    """Run a test file with the plugin. `apart`: in a process of its own, for leaks that outlive the test in cycles."""

    def run(text: str, *options: str, apart: bool = False, **files: str) -> pytest.RunResult:
        for name, content in files.items():
            pytester.path.joinpath(f"{name}.py").write_text(textwrap.dedent(content))
        pytester.path.joinpath("test_it.py").write_text(textwrap.dedent(text))
        start = pytester.runpytest_subprocess if apart else pytester.runpytest_inprocess
        return start("--leaklint", "-p", "no:unraisableexception", "-p", "no:cacheprovider", *options)

    yield run
    # What leaks is to go while that is ignored: from Python 3.13 on sqlite3 connections say so when they are collected.
    for name in [name for name in vars(sys) if name.startswith("last_")]:  # the failure of the inner pytest
        delattr(sys, name)
    gc.collect()


def test_what_is_held_at_the_end_fails_with_its_line(run) -> None:
    result = run(
        """
        import sqlite3
        kept = []
        def test_leaks():
            kept.append(sqlite3.connect(":memory:"))
        def test_closes():
            connection = sqlite3.connect(":memory:")
            connection.close()
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "leaklint: 1 leak at the end of test_it.py::test_leaks",
            "test_it.py:5: sqlite3 connection is still held (error)",
            '    test_it.py:5 in test_leaks: kept.append(sqlite3.connect(":memory:"))',
        ]
    )


def test_the_calls_that_led_there_are_named(run) -> None:
    result = run(
        "import shop\ndef test_it():\n    shop.connection()\n",
        shop="import sqlite3\nheld = []\ndef connection():\n    held.append(sqlite3.connect(':memory:'))\n    return held[-1]\n",
    )
    result.stdout.fnmatch_lines(
        ["shop.py:4: sqlite3 connection is still held*", "*shop.py:4 in connection:*", "*test_it.py:3 in test_it:*"]
    )


DROPPED = (
    "open(__file__).read()",
    "sqlite3.connect(':memory:').execute('select 1')",
    "socket.socket()",
    "os.open(os.devnull, os.O_RDONLY)",
    "tempfile.TemporaryDirectory()",
    "subprocess.Popen([sys.executable, '-c', ''], stdout=subprocess.PIPE).poll()",
    "concurrent.futures.ThreadPoolExecutor(1).submit(int)",
    "os.pipe()",
    "zipfile.ZipFile(io.BytesIO(), 'w').writestr('a', 'b')",
)
RELEASED = (
    "with open(__file__) as file: file.read()",
    "with contextlib.closing(sqlite3.connect(':memory:')) as c: c.execute('select 1')",
    "with socket.socket() as s: pass",
    "s = socket.socket(); s.close()",
    "fd = os.open(os.devnull, os.O_RDONLY); os.close(fd)",
    "fd = os.open(os.devnull, os.O_RDONLY); os.fdopen(fd).close()",
    "t = tempfile.TemporaryDirectory(); t.cleanup()",
    "p = subprocess.Popen([sys.executable, '-c', ''], stdout=subprocess.PIPE); p.communicate()",
    "subprocess.run([sys.executable, '-c', ''], capture_output=True)",
    "with concurrent.futures.ThreadPoolExecutor(1) as pool: pool.submit(int)",
    "io.StringIO('x').read()",
    "a, b = os.pipe(); os.close(a); os.close(b)",
    "with contextlib.ExitStack() as stack: stack.enter_context(open(__file__))",
    "pathlib.Path(__file__).read_text()",
)
IMPORTS = "import concurrent.futures, contextlib, io, os, pathlib, socket, sqlite3, subprocess, sys, tempfile, zipfile\n"


def test_dropped(run) -> None:
    """What only garbage collection would save fails, too."""
    result = run(IMPORTS + "".join(f"def test_{number}():\n    {text}\n" for number, text in enumerate(DROPPED)))
    result.assert_outcomes(failed=len(DROPPED))
    result.stdout.fnmatch_lines([f"test_it.py:{3 + 2 * number}: *" for number in range(len(DROPPED))])


def test_released(run) -> None:
    run(IMPORTS + "".join(f"def test_{number}():\n    {text}\n" for number, text in enumerate(RELEASED))).assert_outcomes(
        passed=len(RELEASED)
    )


def test_with_that_does_not_release(run) -> None:
    result = run(
        """
        import sqlite3
        def test_it():
            with sqlite3.connect(":memory:") as connection:
                connection.execute("select 1")
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["test_it.py:4: sqlite3 connection was never released: only garbage collection closed it (warning)"]
    )


def test_a_cycle_is_collected_before_it_is_judged(run) -> None:
    result = run(
        """
        import sqlite3
        def test_it():
            class Node: pass
            node = Node()
            node.itself, node.connection = node, sqlite3.connect(":memory:")
        """
    )
    result.stdout.fnmatch_lines(["*only garbage collection closed it (warning)"])


def test_min_severity(run) -> None:
    run("def test_it():\n    open(__file__).read()\n", "--leaklint-min-severity=error").assert_outcomes(passed=1)


def test_a_fixture_that_lives_as_long_as_the_test(run) -> None:
    result = run(
        """
        import pytest, sqlite3
        @pytest.fixture
        def closed():
            connection = sqlite3.connect(":memory:")
            yield connection
            connection.close()
        @pytest.fixture
        def left_open():
            return sqlite3.connect(":memory:")
        def test_closed(closed): pass
        def test_left_open(left_open): pass
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*at the end of test_it.py::test_left_open", "test_it.py:10: *"])


def test_wider_fixtures_own_what_they_acquire(run) -> None:
    """It is judged when the fixture ends, in the teardown that ends it."""
    result = run(
        """
        import pytest, sqlite3
        @pytest.fixture(scope="module")
        def closed():
            connection = sqlite3.connect(":memory:")
            yield connection
            connection.close()
        @pytest.fixture(scope="session")
        def left_open():
            return sqlite3.connect(":memory:")
        def test_first(closed, left_open): pass
        def test_last(closed, left_open): pass
        """
    )
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*at the end of test_it.py::test_last", "test_it.py:10: *"])


def test_what_a_test_stores_in_a_wider_fixture_is_the_tests(run) -> None:
    result = run(
        """
        import pytest, sqlite3
        @pytest.fixture(scope="module")
        def store():
            return []
        def test_it(store):
            store.append(sqlite3.connect(":memory:"))
        def test_other(store): pass
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*at the end of test_it.py::test_it"])


def test_what_was_made_before_is_nobodys(run) -> None:
    run(
        "import sqlite3\nconnection = sqlite3.connect(':memory:')\ndef test_it():\n    connection.execute('select 1')\n"
    ).assert_outcomes(passed=1)


def test_singletons_may_stay(run) -> None:
    """A rule says that a thread pool is normally kept; the test that drops one leaks."""
    result = run(
        """
        import tempfile
        folders = []
        def test_kept():
            folders.append(tempfile.TemporaryDirectory())
        def test_dropped():
            tempfile.TemporaryDirectory()
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*at the end of test_it.py::test_dropped"])


def test_a_failed_test_is_not_judged(run) -> None:
    run("import sqlite3\ndef test_it():\n    c = sqlite3.connect(':memory:')\n    assert 0\n").assert_outcomes(failed=1)


def test_an_expected_exception_keeps_what_its_frames_held(run) -> None:
    result = run(
        """
        import sqlite3, pytest
        def pay():
            connection = sqlite3.connect(":memory:")
            raise ValueError("declined")
        def test_declined():
            with pytest.raises(ValueError):
                pay()
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["test_it.py:4: sqlite3 connection*"])


def test_marker(run) -> None:
    markers = ("ignore=True", "", "ignore='connection'", "ignore=['sqlite3:connection']", "ignore=['file', 'sqlite3 connection']",
               "ignore='test_it.py'", "ignore=['file']")  # fmt: skip
    text = "".join(
        f"@pytest.mark.leaklint({marker})\ndef test_{number}():\n    sqlite3.connect(':memory:')\n"
        for number, marker in enumerate(markers)
    )
    result = run("import pytest, sqlite3\n" + text, "--strict-markers")
    result.assert_outcomes(passed=6, failed=1)
    result.stdout.fnmatch_lines(["leaklint: 1 leak at the end of test_it.py::test_6"])


def test_comments_that_silence_the_linter(run) -> None:
    comments = ("# leaklint: ignore[RLK101] meant", "# noqa: RLK101", "# noqa", "# noqa: E501", "# leak")
    lines = (f"def test_{number}():\n    sqlite3.connect(':memory:')  {comment}\n" for number, comment in enumerate(comments))
    run("import sqlite3\n" + "".join(lines)).assert_outcomes(passed=3, failed=2)


def test_ignored_in_the_settings(run, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nleaklint_ignore =\n    file\n    vendor/*\n")
    run("def test_it():\n    open(__file__).read()\n").assert_outcomes(passed=1)


def test_names_imported_by_conftest_are_watched(run) -> None:
    """The conftest's imports come after the patches, and so do names that it binds."""
    result = run(
        "def test_it(opener):\n    opener(':memory:')\n",
        conftest="import pytest\nfrom sqlite3 import connect\n@pytest.fixture\ndef opener():\n    return connect\n",
    )
    result.assert_outcomes(failed=1)


def test_a_thread_gets_a_moment(run) -> None:
    result = run(
        """
        import sqlite3, threading, time
        kept = []
        def briefly():
            connection = sqlite3.connect(":memory:", check_same_thread=False)
            time.sleep(0.2)
            connection.close()
        def forever():
            kept.append(sqlite3.connect(":memory:", check_same_thread=False))
        def test_briefly():
            threading.Thread(target=briefly).start()
            time.sleep(0.05)
        def test_forever():
            thread = threading.Thread(target=forever)
            thread.start()
            thread.join()
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*at the end of test_it.py::test_forever", "test_it.py:9: *"])


def test_async(run) -> None:
    """The event loop is whichever the test runs; the frames that await are the callers."""
    result = run(
        """
        import asyncio
        async def answer(reader, writer):
            writer.close()
        async def leak():
            server = await asyncio.start_server(answer, "127.0.0.1", 0)
            port = server.sockets[0].getsockname()[1]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            kept.append(writer)
            server.close()
        async def clean():
            server = await asyncio.start_server(answer, "127.0.0.1", 0)
            port = server.sockets[0].getsockname()[1]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            await writer.wait_closed()
            server.close()
        kept = []
        def test_leak():
            asyncio.run(leak())
        def test_clean():
            asyncio.run(clean())
        """,
        apart=True,
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["test_it.py:8: *"])


def test_an_expected_failure_is_not_judged(run) -> None:
    text = "import pytest, sqlite3\n@pytest.mark.xfail\ndef test_it():\n    c = sqlite3.connect(':memory:')\n    assert 0\n"
    run(text).assert_outcomes(xfailed=1)


def test_the_first_leak_stops_the_run(run) -> None:
    """The leak is the failure of the test: `-x` and `--lf` know it."""
    result = run(
        "import sqlite3\nkept = []\ndef test_a():\n    kept.append(sqlite3.connect(':memory:'))\ndef test_b(): pass\n", "-x"
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["FAILED test_it.py::test_a*", "*stopping after 1 failures*"])


def test_another_protocol_is_left_alone(run) -> None:
    """Where another plugin runs the tests, a leak is an error of the teardown."""
    conftest = """
        from _pytest.runner import runtestprotocol
        def pytest_runtest_protocol(item, nextitem):
            runtestprotocol(item, nextitem=nextitem)
            return True
        """
    result = run("import sqlite3\nkept = []\ndef test_it():\n    kept.append(sqlite3.connect(':memory:'))\n", conftest=conftest)
    result.assert_outcomes(passed=1, errors=1)


def test_xdist(run) -> None:
    pytest.importorskip("xdist")
    result = run(
        "import sqlite3\nkept = []\ndef test_it():\n    kept.append(sqlite3.connect(':memory:'))\ndef test_b(): pass\n", "-n", "1"
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*test_it.py:4: sqlite3 connection is still held*"])


def test_what_could_not_be_watched_is_listed(run) -> None:
    result = run("def test_it():\n    import sqlite3\n", "--leaklint-unwatched")
    result.stdout.fnmatch_lines(
        ["leaklint: * acquisitions watched, 0 leaks, * callables of C types not watched", "  io.FileIO: a C type"]
    )


def test_rules_of_the_projects_settings_count(run, pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("leaklint.toml").write_text(
        '[[resource]]\nacquire = "shop.borrow"\nwhat = "shop connection"\ncategory = "connection"\n'
        'severity = "error"\nrelease = ["give_back"]\n'
    )
    result = run(
        """
        import shop
        def test_leak():
            shop.borrow()
        def test_clean():
            shop.borrow().give_back()
        """,
        shop="class Thing:\n    def give_back(self): pass\ndef borrow():\n    return Thing()\n",
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["test_it.py:4: shop connection *"])


def test_without_the_option_nothing_is_imported() -> None:
    script = (
        "import sys, pytest\n"
        "pytest.main(['--fixtures-per-test', '-q', '/nowhere'])\n"
        "print(sorted(name for name in sys.modules if name.startswith(('leaklint', 'libcst', 'msgspec'))))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "['leaklint', 'leaklint.runtime', 'leaklint.runtime.plugin']"
