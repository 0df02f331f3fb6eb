"""The pytest plugin: a test fails for what it acquired and still holds when it ends.

A test ends after its teardown, and so do the fixtures that live as long as it. What a fixture of a wider scope acquires
is its own, and is judged when that fixture ends: the test fails for its own leaks, and its teardown is an error for those of the
fixtures that end there. A failed test is not judged: its traceback keeps its variables alive.
"""

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from leaklint.model import Severity
from leaklint.runtime.leaks import Leak, ignored, settled
from leaklint.runtime.paths import Finding, Paths
from leaklint.runtime.protocol import Protocol
from leaklint.runtime.silenced import silenced
from leaklint.runtime.sites import Project
from leaklint.runtime.watch import Watch
from leaklint.runtime.wording import told

NAME = "leaklint-watch"
MARK = "leaklint"


def begin(config: pytest.Config) -> None:
    """Start watching for this run of pytest."""
    options = config.known_args_namespace
    least = Severity.INFO if options.leaklint_findings else Severity(options.leaklint_min_severity)
    watch = Watch(_catalog(str(config.rootpath)), Project(_source(config)), least)
    watch.start()
    protocol = Protocol()
    if options.leaklint:
        config.pluginmanager.register(protocol, f"{NAME}-protocol")
    config.pluginmanager.register(LeakPlugin(config, watch, protocol), NAME)
    if options.leaklint_findings:
        config.pluginmanager.register(PathPlugin(config, watch), f"{NAME}-paths")
    config.add_cleanup(watch.stop)


def _catalog(folder: str) -> Any:
    """The shipped rules and those of the settings that hold in the root folder."""
    from leaklint.pipeline import rule_names
    from leaklint.settings import Config, SettingsTree, catalog_for

    return catalog_for(SettingsTree(rule_names(), Config(), folder).file(os.path.join(folder, "-")).rules)


def _source(config: pytest.Config) -> list[str]:
    return [str(path) for path in config.getini("leaklint_source")] or [str(config.rootpath)]


class Fixture:
    """One instance of a fixture of a wider scope than its test: an owner."""

    def __init__(self, name: str, scope: str) -> None:
        self.name = name
        self.scope = scope


class LeakPlugin:
    """Attributes acquisitions to tests and fixtures, and judges them when these end."""

    def __init__(self, config: pytest.Config, watch: Watch, protocol: Protocol) -> None:
        self._config = config
        self._watch = watch
        self._protocol = protocol
        self._least = Severity(config.known_args_namespace.leaklint_min_severity)
        self._fixtures: dict[Any, Fixture] = {}
        self._ended: list[Fixture] = []
        self._failed = False
        self._leaks = 0

    def pytest_report_header(self) -> str:
        """One line at the top."""
        return f"leaklint: watching {', '.join(self._watch.project.folders)}"

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """From here on acquisitions are this test's."""
        self._watch.recorder.owner, self._failed = item, False
        try:
            return (yield)
        finally:
            self._watch.recorder.owner = None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Remembers whether a phase failed, as expected or not."""
        report = yield
        self._failed = self._failed or report.failed or (report.skipped and hasattr(report, "wasxfail"))
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Generator[None, object, object]:
        """What a fixture of a wider scope acquires while it is set up is its own."""
        before = self._watch.recorder.owner
        if fixturedef.scope != "function":
            self._watch.recorder.owner = self._fixtures[fixturedef] = Fixture(fixturedef.argname, fixturedef.scope)
        try:
            return (yield)
        finally:
            self._watch.recorder.owner = before

    def pytest_fixture_post_finalizer(self, fixturedef: Any) -> None:
        """A fixture has ended; the teardown that it belongs to judges it."""
        fixture = self._fixtures.pop(fixturedef, None)
        if fixture is not None:
            self._ended.append(fixture)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, None, None]:
        """Judge the test, and the fixtures that ended with it."""
        try:
            yield
        except BaseException:
            self._failed = True
            raise
        finally:
            leaks = self._judged(item)
        if self._failed or not self._config.getoption("leaklint"):
            return
        self._leaks += len(leaks)
        own = [leak for leak in leaks if leak.held.owner is item and self._protocol.holds]
        if own:
            self._protocol.text = self._told(own, item)
        if len(own) < len(leaks):
            pytest.fail(self._told([leak for leak in leaks if leak not in own], item), pytrace=False)

    def _told(self, leaks: list[Leak], item: pytest.Item) -> str:
        text = told(leaks, self._watch.project, str(self._config.rootpath))
        return f"leaklint: {_counted(len(leaks))} at the end of {item.nodeid}\n{text}"

    def _judged(self, item: pytest.Item) -> list[Leak]:
        ended, self._ended = self._ended, []
        return [leak for leak in settled(self._watch.ledger, (item, *ended)) if self._counts(leak, item)]

    def _counts(self, leak: Leak, item: pytest.Item) -> bool:
        if leak.severity.rank < self._least.rank or ignored(leak, self._config.getini("leaklint_ignore")):
            return False
        for mark in item.iter_markers(MARK):
            ignore = mark.kwargs.get("ignore", True)
            if ignore is True or ignored(leak, (ignore,) if isinstance(ignore, str) else ignore):
                return False
        return not silenced(leak.site)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """How much was watched, and what could not be."""
        watch = self._watch
        unwatched = len(watch.unwatched)
        terminalreporter.write_line(
            f"leaklint: {watch.ledger.acquired} acquisitions watched, {_counted(self._leaks)}, "
            f"{unwatched} callables of C types not watched" + ("" if self._listing else " (--leaklint-unwatched lists them)")
        )
        for line in self._unwatched():
            terminalreporter.write_line(line)

    @property
    def _listing(self) -> bool:
        return bool(self._config.getoption("leaklint_unwatched"))

    def _unwatched(self) -> Iterator[str]:
        if self._listing:
            yield from (f"  {name}: {reason}" for name, reason in sorted(self._watch.unwatched.items()))


class PathPlugin:
    """Writes what became of the findings of a report."""

    def __init__(self, config: pytest.Config, watch: Watch) -> None:
        options = config.known_args_namespace
        self._folder = Path(options.leaklint_observed)
        self._paths = Paths(msgspec.json.decode(Path(options.leaklint_findings).read_bytes(), type=list[Finding]))
        watch.recorder.told = self._paths.acquired

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Look at the functions with findings while a test runs."""
        self._paths.test = item.nodeid
        self._paths.start()
        try:
            return (yield)
        finally:
            self._paths.stop()

    def pytest_sessionfinish(self) -> None:
        """A file per process: xdist has several."""
        path = self._folder / f"{os.getpid()}.json"
        path.write_bytes(msgspec.json.encode(self._paths.verdicts()))


def _counted(number: int) -> str:
    return f"{number} leak" + ("" if number == 1 else "s")
