"""A finding as the JSON formats write it."""

import msgspec

from leaklint.model import Diagnostic, Location, Severity, Step
from leaklint.output._escape import unicode


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One item of the JSON array; the field list is part of the public interface."""

    code: str
    name: str
    severity: Severity
    message: str
    filename: str
    location: Location
    end_location: Location
    resource: str
    category: str
    symbol: str
    function: str
    certainty: str
    trace: tuple[Step, ...]
    fingerprint: str


def record(diagnostic: Diagnostic) -> Record:
    """The finding without what only suppression needs, its texts as valid Unicode."""
    values = {field: _clean(getattr(diagnostic, field)) for field in Record.__struct_fields__}
    return Record(**{**values, "trace": tuple(map(_clean_step, diagnostic.trace))})


def _clean(value: object) -> object:
    return unicode(value) if type(value) is str else value


def _clean_step(step: Step) -> Step:
    return msgspec.structs.replace(step, filename=unicode(step.filename), message=unicode(step.message))
