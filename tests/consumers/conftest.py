"""Programs that consume our output are installed once per run."""

from pathlib import Path

import pytest

from tests.consumers.environment import copy_checkout


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository as it is now, in a git repository of its own."""
    folder = tmp_path_factory.mktemp("checkout") / "leaklint"
    copy_checkout(folder)
    return folder
