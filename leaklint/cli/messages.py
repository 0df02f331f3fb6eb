"""What is said on stderr, beside the findings."""

import os
import traceback

import click


def complain(message: str) -> None:
    """One line on stderr; what comes from files and names can't command the terminal."""
    from leaklint.output._escape import printable

    click.echo(f"leaklint: {printable(message)}", err=True)


def described(error: BaseException) -> str:
    """The exception on one line, with the place in our code where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({os.path.basename(frames[-1].filename)}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{place}"


def counted(count: int, noun: str, plural: str = "") -> str:
    """`1 file`, `2 files`."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"
