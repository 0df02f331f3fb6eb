"""A finding as the JSON formats write it."""

import msgspec

from leaklint.model import Diagnostic, Location, Repair, Replacement, Severity, Step
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
    fix: Repair | None = None


def record(diagnostic: Diagnostic, repair: Repair | None = None) -> Record:
    """The finding without what only suppression needs, its texts as valid Unicode."""
    return Record(
        code=diagnostic.code,
        name=diagnostic.name,
        severity=diagnostic.severity,
        message=unicode(diagnostic.message),
        filename=unicode(diagnostic.filename),
        location=diagnostic.location,
        end_location=diagnostic.end_location,
        resource=unicode(diagnostic.resource),
        category=diagnostic.category,
        symbol=unicode(diagnostic.symbol),
        function=unicode(diagnostic.function),
        certainty=diagnostic.certainty,
        trace=tuple(map(_clean_step, diagnostic.trace)),
        fingerprint=diagnostic.fingerprint,
        fix=_clean_repair(repair) if repair is not None else None,
    )


def _clean_repair(repair: Repair) -> Repair:
    return msgspec.structs.replace(
        repair,
        message=unicode(repair.message),
        edits=tuple(Replacement(unicode(edit.content), edit.location, edit.end_location) for edit in repair.edits),
        reason=unicode(repair.reason),
        suggestion=unicode(repair.suggestion),
    )


def _clean_step(step: Step) -> Step:
    return msgspec.structs.replace(step, filename=unicode(step.filename), message=unicode(step.message))
