"""Whole files of any content, through the pipeline of the command line: broken code, too."""

from leaklint.catalog.compile import default_catalog
from leaklint.engine import Options, make_project
from leaklint.pipeline import check_file, rule_names
from leaklint.settings import Settings
from leaklint.source import decode, lines
from tests.fuzz.contract import Target
from tests.fuzz.texts import PYTHON, python_seeds

_SETTINGS = Settings(enabled=frozenset(rule_names()))


def run(data: bytes) -> None:
    """Every finding lies in the file and has a fingerprint; what can't be read or parsed is RLK900."""
    catalog = default_catalog()
    found = check_file(decode("x.py", data), _SETTINGS, catalog, make_project(catalog, Options(), reach=False))
    rows = len(lines(data.decode("utf-8", "replace")))
    for diagnostic in found:
        assert diagnostic.fingerprint
        assert diagnostic.code == "RLK900" or diagnostic.location.row <= rows
        assert "\n" not in diagnostic.message


TARGET = Target(run, python_seeds, PYTHON)
