"""Where the examples are, and what leaklint's command line says of them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

REPOSITORY = Path(__file__).resolve().parents[2]
CHECKOUT = REPOSITORY / "examples" / "checkout"
VARIANTS = REPOSITORY / "examples" / "variants"


class Found(NamedTuple):
    """Where a finding stands, and its code."""

    file: str
    row: int
    code: str


def findings(path: Path) -> set[Found]:
    """All findings in a file or folder."""
    return {Found(Path(one["filename"]).name, one["location"]["row"], one["code"]) for one in report(path)}


def report(path: Path) -> list[dict[str, Any]]:
    """The same, with everything that the JSON output says."""
    command = (sys.executable, "-m", "leaklint", "check", "--isolated", "--output-format", "json", str(path))
    ran = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert ran.returncode in (0, 1), ran.stderr
    found: list[dict[str, Any]] = json.loads(ran.stdout)
    return found
