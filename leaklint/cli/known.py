"""`--baseline` and `--write-baseline`."""

import os

import click

from leaklint.baseline import DEFAULT_NAME, Baseline, encode, key, new_findings, read_baseline, stale, updated
from leaklint.cli.messages import complain, counted
from leaklint.cli.run import Run
from leaklint.rewrite import NotReplaced, write_file


def without_known(run: Run, path: str) -> Run:
    """The run without the findings that the baseline lists; entries that no longer occur are told on stderr."""
    baseline, folder = read_baseline(path), _folder(path)
    keys = _keys(run, folder)
    fresh = new_findings(run.diagnostics, keys, baseline)
    old = list(stale(run.diagnostics, keys, baseline, _gone(baseline, folder)))
    for name, known in old:
        complain(f"{path}: {name}: {known.code} no longer occurs: {known.message}")
    if old:
        complain(f"{path}: --write-baseline drops what no longer occurs ({counted(len(old), 'entry', 'entries')})")
    return run._replace(diagnostics=tuple(fresh))


def write_baseline(run: Run, stated: str | None) -> int:
    """Lists the findings of the run as known; those of files that were not checked stay. The exit code."""
    path = stated or DEFAULT_NAME
    folder = _folder(path)
    before = read_baseline(path) if os.path.exists(path) else Baseline()
    keys, gone = _keys(run, folder), _gone(before, folder)
    dropped = len(list(stale(run.diagnostics, keys, before, gone)))
    try:
        write_file(path, encode(updated(run.diagnostics, keys, before, gone)))
    except NotReplaced as error:
        raise click.FileError(path, str(error)) from error
    for failure in run.failures:
        complain(failure)
    listed = counted(len(run.diagnostics), "finding")
    click.echo(f"Listed {listed} as known in {path}, dropped {counted(dropped, 'entry', 'entries')}.", err=True)
    return 2 if run.failures else 0


def _folder(path: str) -> str:
    return os.path.dirname(os.path.abspath(path))


def _keys(run: Run, folder: str) -> dict[str, str]:
    """File name in diagnostics -> name in the baseline, for every file that was checked."""
    return {file.filename: key(file.path, folder) for file in run.files}


def _gone(baseline: Baseline, folder: str) -> frozenset[str]:
    return frozenset(name for name in baseline.findings if not os.path.lexists(os.path.join(folder, name)))
