"""`--shard I/N`: the same N parts on every machine, neighbours together."""

import re
from collections.abc import Sequence

import click

from leaklint.discover import Found


def part(files: Sequence[Found], shard: str | None) -> list[Found]:
    """The files of one part; every file is in exactly one. UsageError if the part makes no sense."""
    if shard is None:
        return list(files)
    stated = re.fullmatch(r"(\d+)/(\d+)", shard)
    number, count = (int(stated[1]), int(stated[2])) if stated else (0, 0)
    if not 1 <= number <= count:
        raise click.UsageError(f"--shard {shard}: must have the form I/N with I from 1 to N, such as 3/16")
    return list(files[len(files) * (number - 1) // count : len(files) * number // count])
