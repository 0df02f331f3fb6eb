"""JSON reports of the parts of a run -> the report of the whole."""

from collections.abc import Iterable

import msgspec

from leaklint.output._escape import json_text
from leaklint.output._record import Record


class MergeError(Exception):
    """A report can't be read."""


def merged(paths: Iterable[str]) -> tuple[bytes, int]:
    """(the joint report, how many findings it lists), in the order in which one run lists them."""
    records = [record for path in paths for record in _records(path)]
    records.sort(key=_order)
    return (json_text(records, indent=2) + "\n").encode("utf-8", "backslashreplace"), len(records)


def _records(path: str) -> list[Record]:
    try:
        with open(path, "rb") as file:
            return msgspec.json.decode(file.read(), type=list[Record])
    except OSError as error:
        raise MergeError(f"{path}: {error.strerror or error}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise MergeError(f"{path}: is no JSON report: {error}") from error


def _order(record: Record) -> tuple[str, int, int, str, str]:
    return (record.filename, record.location.row, record.location.column, record.code, record.message)
