"""`leaklint library`: what the rules know about a library, each fact with its source."""

import difflib
import os
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from leaklint.output._escape import printable

if TYPE_CHECKING:
    from leaklint.catalog.catalog import Catalog
    from leaklint.catalog.schema import Acquire, Call, Kind, Library

_EXITS = {
    "releases": "releases it",
    "commits": "ends the transaction; it stays open",
    "waits": "waits; it stays open",
    "none": "does nothing",
    "unsupported": "is not supported",
}


def library_command(name: str | None) -> int:
    """Show what is known about a library.

    NAME is a library, one of its modules, or its distribution. Without NAME: lists the libraries that rules speak of. The
    rules of the settings that hold in the current folder count as well.
    """
    catalog = _catalog()
    if name is None:
        for library in sorted(catalog.libraries, key=lambda library: library.name):
            click.echo(f"{library.name:<28}{printable(library.version)}".rstrip())
        return 0
    found = [library for library in catalog.libraries if name in (library.name, *library.modules, *library.distributions)]
    if not found:
        raise click.UsageError(f"no rule speaks of '{printable(name)}'{_near(name, catalog)}")
    for library in found:
        for line in described(library, catalog):
            click.echo(printable(line))
    return 0


command = click.Command(
    "library",
    params=[click.Argument(["name"], required=False)],
    callback=library_command,
    help=library_command.__doc__,
)


def _catalog() -> "Catalog":
    """The catalog with the user rules of the current folder."""
    from leaklint.pipeline import rule_names
    from leaklint.settings import Config, SettingsTree, catalog_for

    cwd = os.getcwd()
    return catalog_for(SettingsTree(rule_names(), Config(), cwd).file(os.path.join(cwd, "-")).rules)


def _near(name: str, catalog: "Catalog") -> str:
    known = [known for library in catalog.libraries for known in (library.name, *library.modules, *library.distributions)]
    near = difflib.get_close_matches(name, known, n=1)
    return f", did you mean '{near[0]}'?" if near else ""


def described(library: "Library", catalog: "Catalog") -> Iterator[str]:
    """What the rules say about a library, line by line."""
    yield library.name
    yield from _field("version", library.version)
    yield from _field("modules", ", ".join(library.modules))
    yield from _field("note", library.note)
    for gid, kind in sorted(catalog.kinds.items()):
        if gid.startswith(f"{library.name}:"):
            yield ""
            yield from _kind(gid, kind, catalog)
    calls = [call for call in catalog.call_entries if any(_belongs(name, library) for name in call.call)]
    if calls:
        yield ""
        yield "calls"
        for call in calls:
            yield from _call(call)
    excluded = sorted(name for name in catalog.not_acquisitions if _belongs(name, library))
    if excluded:
        yield ""
        yield "acquires nothing"
        yield from (f"  {_name(name)}" for name in excluded)


def _kind(gid: str, kind: "Kind", catalog: "Catalog") -> Iterator[str]:
    yield f"{kind.what} ({kind.category}, {kind.severity if kind.severity else 'no resource of its own'})"
    yield from _field("types", ", ".join(kind.types))
    acquisitions = [entry for entry in catalog.acquire_entries if entry.kind == gid]
    for entry in acquisitions:
        yield from _field("acquired by", _acquired(entry))
        yield from _field("", entry.source)
    for how, names in _releases(kind):
        yield from _field(how, ", ".join(names))
    if acquisitions or kind.severity:
        yield from _field("with", _EXITS[kind.with_exit])
        yield from _field("async with", _EXITS[kind.async_with_exit])
    yield from _field("held by", ", ".join(f"its {_name(parent)}" for parent in kind.parents))
    yield from _field("before use", "holds nothing" if kind.lazy else "")
    yield from _field("why", kind.why)
    yield from _field("source", kind.source)


def _releases(kind: "Kind") -> Iterator[tuple[str, list[str]]]:
    """(label, calls) of everything that is or looks like a release."""
    yield "released by", [f".{name}()" for name in kind.release] + [f"await .{name}()" for name in kind.release_await]
    yield "given to", [f"{_name(name)}(...)" for name in kind.release_by]
    yield "used up by", [f".{name}" for name in kind.consume]
    yield "wrong release", [f".{name}()" for name in kind.wrong_release]
    yield "no release", [f".{name}()" for name in kind.not_release]


def _acquired(entry: "Acquire") -> str:
    """The calls, their form and conditions."""
    text = ", ".join(f"{_name(call)}()" for call in entry.call)
    notes = [*entry.when]
    if entry.form != "call":
        notes.append(f"form: {entry.form}")
    if entry.item is not None:
        notes.append(f"item {entry.item} of the result")
    if entry.holds != "always":
        notes.append(f"if the result is {entry.holds}")
    if entry.not_acquire:
        notes.append("acquires nothing then")
    return text + (f" [{'; '.join(notes)}]" if notes else "")


def _call(call: "Call") -> Iterator[str]:
    facts = [f"{label} {', '.join(values)}" for label, values in _arguments(call) if values]
    facts += [f"{label} {_name(value)}" for label, value in _single(call) if value]
    if call.raises is False:
        facts.append("does not raise in practice")
    elif call.raises is not True:
        facts.append(f"raises {', '.join(call.raises)}")
    if call.no_return:
        facts.append("never returns")
    yield from textwrap.wrap(", ".join(f"{_name(name)}()" for name in call.call), 98, initial_indent="  ", subsequent_indent="  ")
    yield from textwrap.wrap("; ".join([*facts, *call.when]), 98, initial_indent="      ", subsequent_indent="      ")
    yield from _field("", call.source)


def _arguments(call: "Call") -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "takes", call.takes
    yield "borrows", call.borrows
    yield "releases", call.releases


def _single(call: "Call") -> Iterator[tuple[str, str | None]]:
    yield "wraps", call.wraps
    yield "closes", call.closes
    yield "returns", call.returns
    yield "calling the result acquires as", call.factory
    yield "passes through", call.pass_through


def _belongs(name: str, library: "Library") -> bool:
    return name.startswith((f"{library.name}:", *(f"{module}." for module in library.modules)))


def _name(reference: str) -> str:
    """A resolved reference as people write it: `sqlite3:connection.cursor` is `connection.cursor`."""
    return reference.rpartition(":")[2]


def _field(label: str, text: str) -> Iterator[str]:
    """A labelled text, wrapped; nothing for an empty one."""
    if text:
        yield from textwrap.wrap(text, 98, initial_indent=f"  {label:<14}", subsequent_indent=" " * 16)
