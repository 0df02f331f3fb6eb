"""The audit page in headless Chromium, driven over its debugging pipe: what is shown, chosen, searched and stepped through."""

import itertools
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from leaklint.cli.main import run
from tests.cli.conftest import LEAK

pytestmark = pytest.mark.consumers

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--remote-debugging-pipe", "--window-size=1200,1600",
)  # fmt: skip

HOSTILE = """\
def bad(path):
    f = open(path + "</script><img src=x onerror=document.title='broken'>")
    f.write("</script><script>document.title='broken'</script>")
    f.close()
"""


@pytest.fixture(scope="module")
def chromium() -> str:
    """The browser; where CI has none, it is installed from Debian's packages."""
    if not _browser() and os.environ.get("CI") and shutil.which("apt-get") and os.geteuid() == 0:
        quiet = {"stdout": subprocess.DEVNULL, "timeout": 900, "check": True}
        subprocess.run(["apt-get", "update", "-qq"], **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"], **quiet)
    return _browser() or pytest.skip("needs Chromium")


def _browser() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Page:
    """A page in a browser of its own."""

    def __init__(self, chromium: str, profile: Path, url: str) -> None:
        # Without a browser the test run is over, and its descriptors are.
        to_browser, self._write = os.pipe()  # leaklint: ignore[RLK103, RLK203]
        self._read, from_browser = os.pipe()  # leaklint: ignore[RLK103]
        # The browser reads from descriptor 3 and writes to 4.
        command = [
            "bash",
            "-c",
            f'exec "$0" "$@" 3<&{to_browser} 4>&{from_browser}',
            chromium,
            *FLAGS,
            f"--user-data-dir={profile}",
        ]
        self._browser = subprocess.Popen(command, pass_fds=(to_browser, from_browser), stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self._rest, self._ids, self._session = b"", itertools.count(1), ""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.problems: list[str] = []
        self.call("Log.enable")
        self.call("Runtime.enable")
        self.call("Page.enable")
        self.call("Page.navigate", url=url)
        self.js("new Promise(done => document.readyState === 'complete' ? done() : addEventListener('load', done))")

    def call(self, method: str, **params: Any) -> Any:
        """Calls a method of the debugging protocol; its result."""
        number = next(self._ids)
        message = {"id": number, "method": method, "params": params, **({"sessionId": self._session} if self._session else {})}
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            told = self._next()
            if told.get("id") == number:
                assert "error" not in told, told
                return told["result"]
            if told.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown"):
                self.problems.append(json.dumps(told["params"]))

    def _next(self) -> Any:
        while b"\0" not in self._rest:
            piece = os.read(self._read, 65536)
            assert piece, "the browser is gone"
            self._rest += piece
        message, _, self._rest = self._rest.partition(b"\0")
        return json.loads(message)

    def js(self, expression: str) -> Any:
        """The value of an expression in the page."""
        told = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def close(self) -> None:
        self.call("Browser.close")
        self._browser.wait(20)
        os.close(self._write)
        os.close(self._read)


@pytest.fixture
def page(chromium: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """The audit of a small project, opened from its file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "a.py").write_text(LEAK)
    (tmp_path / "hostile <img src=x onerror=alert(1)>.py").write_text(HOSTILE)
    (tmp_path / "CODEOWNERS").write_text("/shop/ @shop\n")
    assert run(["audit", "-o", "audit.html", "--title", "</title><script>document.title='broken'</script>"]) == 0
    opened = Page(chromium, tmp_path / "profile", (tmp_path / "audit.html").as_uri())
    yield opened
    opened.close()


def test_page(page: Page) -> None:
    assert page.js("document.title") == "</title><script>document.title='broken'</script>"
    assert page.js("document.querySelectorAll('.finding').length") == 2
    assert page.js("document.querySelectorAll('img').length") == 0
    assert page.js("document.getElementById('shown').textContent") == "2 of 2"
    choose = "[...document.querySelectorAll('.bar')].find(bar => bar.title === '@shop').click()"
    page.js(choose)
    assert page.js("[...document.querySelectorAll('.where')].map(one => one.textContent)") == [
        "shop/a.py:5 in load · sqlite3 connection · @shop"
    ]
    page.js("document.querySelector('.finding').open = true; new Promise(done => setTimeout(done, 50))")
    here = "[...document.querySelectorAll('tr.here .row')].map(one => one.textContent)"
    assert page.js(here) == ["5"]
    page.js("[...document.querySelectorAll('.walk button')].at(-1).click()")
    assert page.js(here) == ["6"]
    assert page.js("[...document.querySelectorAll('tr.passed .row')].map(one => one.textContent)") == ["5"]
    page.js("document.getElementById('clear').click()")
    search = "document.getElementById('search')"
    page.js(f"{search}.value = 'HOSTILE'; {search}.dispatchEvent(new Event('input'))")
    assert page.js("document.getElementById('shown').textContent") == "1 of 2"
    light = page.js("getComputedStyle(document.body).backgroundColor")
    page.js("document.getElementById('theme').click()")
    assert page.js("getComputedStyle(document.body).backgroundColor") != light
    assert page.js("performance.getEntriesByType('resource').length") == 0
    assert page.problems == []


def test_it_fits_a_telephone(page: Page) -> None:
    page.call("Emulation.setDeviceMetricsOverride", width=390, height=800, deviceScaleFactor=1, mobile=True)
    page.js("document.querySelectorAll('.finding').forEach(one => one.open = true); new Promise(done => setTimeout(done, 50))")
    assert page.js("document.documentElement.scrollWidth") <= 390
