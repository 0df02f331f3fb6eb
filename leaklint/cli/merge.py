"""`leaklint merge`: the JSON reports of the parts of a run, joined to the report of the whole."""

import sys

import click

from leaklint.merge import MergeError, merged


def merge_command(reports: tuple[str, ...], output_file: str | None) -> int:
    """Join JSON reports (`--output-format json`) of the parts of a run (`--shard`) to one, byte for byte that of one run.

    Exits like a check: with 1 if there are findings.
    """
    try:
        content, count = merged(reports)
    except MergeError as error:
        raise click.UsageError(str(error)) from error
    if output_file is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    else:
        try:
            with open(output_file, "wb") as file:
                file.write(content)
        except OSError as error:
            raise click.FileError(output_file, error.strerror or str(error)) from error
    return 1 if count else 0


command = click.Command(
    "merge",
    params=[
        click.Argument(["reports"], nargs=-1, required=True, type=click.Path()),
        click.Option(["-o", "--output-file"], type=click.Path(dir_okay=False), help="Write the report to this file."),
    ],
    callback=merge_command,
    help=merge_command.__doc__,
)
