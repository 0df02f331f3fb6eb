"""A test that leaks fails itself, though what it leaks is known only after its teardown.

The reports of a test are held back until it has been torn down. That is the runner's protocol with another order of telling,
so it stands aside where another plugin brings a protocol of its own (reruns, forks): there, a leak is an error of the teardown.
"""

from collections.abc import Sequence

import pytest
from _pytest import runner


class Protocol:
    """Runs tests. `text` of a test's leaks is set during its teardown."""

    def __init__(self) -> None:
        self.text = ""
        self.holds = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """As `_pytest.runner` does it, but everything is told at the end."""
        self.text, self.holds = "", not _others(item)
        if not self.holds:
            return None
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        reports = runner.runtestprotocol(item, log=False, nextitem=nextitem)
        if self.text:
            _fail(reports, self.text)
        for report in reports:
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True


def _others(item: pytest.Item) -> bool:
    """Whether another plugin runs tests in its own way."""
    implementations = item.ihook.pytest_runtest_protocol.get_hookimpls()
    return any(
        not (one.wrapper or one.hookwrapper or one.plugin is runner or isinstance(one.plugin, Protocol))
        for one in implementations
    )


def _fail(reports: Sequence[pytest.TestReport], text: str) -> None:
    """Let the report of the test, or of its last phase if it was never run, say what it leaked."""
    report = next((one for one in reports if one.when == "call"), reports[-1])
    report.outcome = "failed"
    report.longrepr = text
