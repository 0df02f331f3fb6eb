"""A baseline: the findings that are known and wait. A finding in it is the file it is in and its fingerprint, so that it
stays known while lines above it move."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from leaklint.model import Diagnostic
from leaklint.source import read_regular

DEFAULT_NAME = "leaklint-baseline.json"
_VERSION = 1
_LARGEST = 100_000_000


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One finding that is known. code and message are for people; count is how many findings are alike."""

    fingerprint: str
    code: str
    message: str
    count: int = 1


class Baseline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Known findings by file; files are relative to the folder of the baseline, with slashes."""

    version: int = _VERSION
    findings: dict[str, tuple[Known, ...]] = {}


class BaselineError(Exception):
    """A baseline that can't be used; the message names the file."""


def read_baseline(path: str) -> Baseline:
    """The baseline in a file."""
    try:
        found = msgspec.json.decode(read_regular(path, _LARGEST), type=Baseline)
    except OSError as error:
        raise BaselineError(f"{path}: can't be read: {error.strerror}") from error
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BaselineError(f"{path}: is no baseline: {error}") from error
    if found.version != _VERSION:
        raise BaselineError(f"{path}: is of version {found.version}, this leaklint reads {_VERSION}")
    return found


def encode(baseline: Baseline) -> bytes:
    """The file's content; equal baselines have equal bytes."""
    ordered = Baseline(findings={name: baseline.findings[name] for name in sorted(baseline.findings)})
    return msgspec.json.format(msgspec.json.encode(ordered), indent=2) + b"\n"


def key(path: str, folder: str) -> str:
    """How a baseline in `folder` names the file at an absolute path."""
    return os.path.relpath(path, folder).replace(os.sep, "/").encode(errors="backslashreplace").decode()


def new_findings(found: Iterable[Diagnostic], keys: Mapping[str, str], baseline: Baseline) -> list[Diagnostic]:
    """The findings that are not known. keys: file name in a diagnostic -> its name in the baseline."""
    left = Counter({(name, known.fingerprint): known.count for name, items in baseline.findings.items() for known in items})
    fresh = []
    for diagnostic in found:
        identity = keys[diagnostic.filename], diagnostic.fingerprint
        if left[identity] > 0:
            left[identity] -= 1
        else:
            fresh.append(diagnostic)
    return fresh


def stale(
    found: Iterable[Diagnostic], keys: Mapping[str, str], baseline: Baseline, gone: frozenset[str]
) -> Iterator[tuple[str, Known]]:
    """(file, entry) of what no longer occurs in the files that were checked, or whose file is `gone`."""
    counts = Counter((keys[diagnostic.filename], diagnostic.fingerprint) for diagnostic in found)
    checked = frozenset(keys.values()) | gone
    for name, items in baseline.findings.items():
        for known in items:
            if name in checked and counts[name, known.fingerprint] < known.count:
                yield name, known


def updated(found: Iterable[Diagnostic], keys: Mapping[str, str], baseline: Baseline, gone: frozenset[str]) -> Baseline:
    """The baseline with these findings, and of its own only those of files that still exist and were not checked."""
    checked = frozenset(keys.values()) | gone
    findings = {name: items for name, items in baseline.findings.items() if name not in checked}
    grouped: dict[str, dict[str, Known]] = {}
    for diagnostic in found:
        entries = grouped.setdefault(keys[diagnostic.filename], {})
        before = entries.get(diagnostic.fingerprint)
        entries[diagnostic.fingerprint] = Known(
            diagnostic.fingerprint, diagnostic.code, _readable(diagnostic.message), before.count + 1 if before else 1
        )
    return Baseline(findings=findings | {name: tuple(entries.values()) for name, entries in grouped.items()})


def _readable(text: str) -> str:
    return text.encode(errors="backslashreplace").decode()
