"""What is said on stderr, beside the findings."""

import click

from leaklint.errors import described as described


def complain(message: str) -> None:
    """One line on stderr; what comes from files and names can't command the terminal."""
    from leaklint.output._escape import printable

    click.echo(f"leaklint: {printable(message)}", err=True)


def counted(count: int, noun: str, plural: str = "") -> str:
    """`1 file`, `2 files`."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"
