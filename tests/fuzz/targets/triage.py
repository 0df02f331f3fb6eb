"""Triage: what in a text may acquire."""

from leaklint.catalog.compile import default_catalog
from leaklint.syntax.import_text import imports
from leaklint.triage import Triage
from tests.fuzz.contract import Target
from tests.fuzz.texts import PYTHON, python_seeds, text_of

_TRIAGE = Triage(default_catalog().clues)


def run(data: bytes) -> None:
    """Candidates lie in the text, in order, and bytes give as many as their text if they are ASCII."""
    text = text_of(data)
    spans = _TRIAGE.candidates(text, "a.b")
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert list(spans) == sorted(set(spans))
    if data.isascii():
        assert _TRIAGE.candidates(data, "a.b") == spans
    imports(text)


TARGET = Target(run, python_seeds, (*PYTHON, "sqlite3.connect(", "socket", "getconn", "closing(", "Popen", "import os, sys as s"))
