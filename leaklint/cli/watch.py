"""`--watch`: checks again whenever a file changes, until interrupted."""

import os
from collections.abc import Callable, Sequence

import click

_MEANT = (".py", ".pyi", ".toml", ".gitignore")


def watch(paths: Sequence[str], check: Callable[[], int]) -> int:
    """Checks, then again after every change below the paths. Ends by KeyboardInterrupt only."""
    try:
        import watchfiles
    except ModuleNotFoundError as error:
        raise click.UsageError("--watch needs an extra: pip install 'resource-leaklint[watch]'") from error
    if "-" in paths:
        raise click.UsageError("--watch needs files, not stdin")
    check()
    folders = sorted({path if os.path.isdir(path) else os.path.dirname(path) or "." for path in paths})
    for _ in watchfiles.watch(*folders, watch_filter=lambda _, path: meant(path), debounce=200, step=50):
        click.clear()
        check()
    return 0


def meant(path: str) -> bool:
    """Whether a change of that file may change what is found. Scripts without a suffix are not watched."""
    return path.endswith(_MEANT)
