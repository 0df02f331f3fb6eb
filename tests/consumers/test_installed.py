"""What needs files beside the modules, or an extra, works or says so when it is installed from a wheel."""

from pathlib import Path

import pytest

from tests.cli.conftest import LEAK
from tests.consumers.environment import Environment

pytestmark = pytest.mark.consumers


def test_the_audit_page_is_complete(plain: Environment, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(LEAK)
    ran = plain.run("leaklint", "audit", cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "Wrote 1 finding to leaklint-audit.html.\n")
    page = (tmp_path / "leaklint-audit.html").read_text("utf-8")
    assert "JSON.parse(" in page
    assert "color-scheme" in page


@pytest.mark.parametrize(("arguments", "extra"), [(("server",), "lsp"), (("--watch", "."), "watch")])
def test_a_missing_extra_is_named(plain: Environment, tmp_path: Path, arguments: tuple[str, ...], extra: str) -> None:
    ran = plain.run("leaklint", *arguments, cwd=tmp_path)
    assert ran.code == 2
    assert f"pip install 'resource-leaklint[{extra}]'" in ran.err


def test_completion(plain: Environment, tmp_path: Path) -> None:
    ran = plain.run("leaklint", cwd=tmp_path, _LEAKLINT_COMPLETE="bash_source")
    assert "complete" in ran.out
    words = plain.run("leaklint", cwd=tmp_path, _LEAKLINT_COMPLETE="bash_complete", COMP_WORDS="leaklint ", COMP_CWORD="1")
    assert {"plain,check", "plain,audit", "plain,server"} <= set(words.out.split())
