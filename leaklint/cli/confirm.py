"""`leaklint confirm`: the findings of a report, beside what the tests showed."""

import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import click

ORDER = ("confirmed", "refuted", "not reached")


def confirm_command(report: str, output_file: str | None, command: tuple[str, ...]) -> int:
    """Run tests and mark each finding of REPORT (`--output-format json`): confirmed, refuted or not reached.

    COMMAND runs pytest, in the folder that the report's names are relative to. A finding is confirmed if a test ran its
    path and the resource was not released, refuted if its exact path ran and the resource was released. The report is
    written with a key `observed` more; `leaklint audit --observed` takes it. Exits with what COMMAND exits with.
    """
    findings = _read(report)
    with tempfile.TemporaryDirectory(prefix="leaklint-") as folder:
        code = _tested(command, os.path.abspath(report), folder)
        observed = _joined(Path(folder))
    marked = [{**one, "observed": observed.get(one["fingerprint"], _nothing())} for one in findings]
    _write(json.dumps(marked, indent=2, ensure_ascii=False) + "\n", output_file)
    counts = Counter(one["observed"]["verdict"] for one in marked)
    click.echo(", ".join(f"{counts[verdict]} {verdict}" for verdict in ORDER) + ".", err=True)
    return code


command = click.Command(
    "confirm",
    params=[
        click.Argument(["report"], type=click.Path(exists=True, dir_okay=False)),
        click.Argument(["command"], nargs=-1, required=True, type=click.UNPROCESSED),
        click.Option(["-o", "--output-file"], type=click.Path(dir_okay=False), help="Write the report to this file."),
    ],
    callback=confirm_command,
    help=confirm_command.__doc__,
    short_help="Mark findings by what tests show.",
)


def _read(report: str) -> list[dict[str, Any]]:
    try:
        content = json.loads(Path(report).read_bytes())
    except ValueError as error:
        raise click.UsageError(f"{click.format_filename(report)} is no JSON: {error}") from error
    if not isinstance(content, list) or not all(isinstance(one, dict) and "fingerprint" in one for one in content):
        raise click.UsageError(f"{click.format_filename(report)} is no report of `--output-format json`")
    return content


def _tested(command: tuple[str, ...], report: str, folder: str) -> int:
    """Run the tests; what they exit with. Each process of pytest writes a file of its own to `folder`."""
    options = shlex.join([f"--leaklint-findings={report}", f"--leaklint-observed={folder}"])
    environment = os.environ | {"PYTEST_ADDOPTS": f"{os.environ.get('PYTEST_ADDOPTS', '')} {options}".strip()}
    try:
        # The tests' words are not the report: they go to stderr.
        return subprocess.run(command, env=environment, stdout=sys.stderr.fileno(), check=False).returncode
    except OSError as error:
        raise click.UsageError(f"can't run {command[0]}: {error.strerror}") from error


def _joined(folder: Path) -> dict[str, dict[str, Any]]:
    """What all processes observed: the strongest verdict, counts added."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.json")):
        for fingerprint, one in json.loads(path.read_bytes()).items():
            before = found.get(fingerprint, _nothing())
            found[fingerprint] = {
                "verdict": min(before["verdict"], one["verdict"], key=ORDER.index),
                "runs": before["runs"] + one["runs"],
                "acquired": before["acquired"] + one["acquired"],
                "tests": [*before["tests"], *one["tests"]],
            }
    return found


def _nothing() -> dict[str, Any]:
    return {"verdict": "not reached", "runs": 0, "acquired": 0, "tests": []}


def _write(text: str, output_file: str | None) -> None:
    if output_file is None:
        click.echo(text, nl=False)
        return
    try:
        Path(output_file).write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.FileError(output_file, error.strerror or str(error)) from error
