"""Reads rule files: TOML text -> `RuleSource`, or problems that name file, table, key and the allowed values.

`python -m leaklint.catalog.load rules/*.toml` prints the problems of these files, read together.
"""

import difflib
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from leaklint.catalog import schema
from leaklint.source import read_regular

Tables = Mapping[str, Any]

_ITEMS: dict[str, type[msgspec.Struct]] = {
    "kind": schema.Kind,
    "acquire": schema.Acquire,
    "call": schema.Call,
    "not-acquire": schema.Not,
    "use": schema.Use,
    "hook": schema.Hook,
}
_TABLES: dict[str, type[msgspec.Struct]] = {"library": schema.Library, "methods": schema.Methods}
_LARGEST = 1_000_000
_PLACE = re.compile(r"(?P<what>.*?)(?: - at `\$(?P<path>.*)`)?", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<key>.*)`")
_MISSING = re.compile(r"Object missing required field `(?P<key>.*)`")


class Problem(NamedTuple):
    """What is wrong with a rule file. `place` is the table ('[[kind]] "connection"'), `key` may be empty."""

    filename: str
    place: str
    key: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in self if part)


class RuleError(Exception):
    """Rule files that can't be used; `problems` says why, one entry per mistake."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class RuleSource(NamedTuple):
    """A rule file as read: `rules` is the checked content, `tables` the raw TOML, which knows the stated keys."""

    filename: str
    tables: Tables
    rules: schema.RuleFile


def read_rules(path: Path, filename: str | None = None) -> RuleSource:
    """The rule file at `path`, called `filename` in messages; RuleError if it can't be read or has problems."""
    name = str(path) if filename is None else filename
    try:
        content = read_regular(str(path), _LARGEST)
    except OSError as error:
        raise RuleError([Problem(name, "", "", f"can't be read: {error.strerror}")]) from error
    return parse_rules(content, name)


def read_all(paths: Iterable[Path]) -> list[RuleSource]:
    """The rule files at `paths`; RuleError with the problems of all that can't be used."""
    sources, problems = _readable(paths)
    if problems:
        raise RuleError(problems)
    return sources


def _readable(paths: Iterable[Path]) -> tuple[list[RuleSource], list[Problem]]:
    sources: list[RuleSource] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            sources.append(read_rules(path))
        except RuleError as error:
            problems += error.problems
    return sources, problems


def parse_rules(content: bytes | str, filename: str) -> RuleSource:
    """The rule file with that TOML text."""
    try:
        tables = tomllib.loads(content if isinstance(content, str) else content.decode())
    except UnicodeDecodeError as error:
        raise RuleError([Problem(filename, "", "", f"is not UTF-8 (byte {error.start})")]) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise RuleError([Problem(filename, "", "", f"is not valid TOML: {error}")]) from error
    return convert_rules(tables, filename)


def inline_rules(tables: Tables, filename: str, library: str = "project") -> RuleSource:
    """Rules given as tables of another file (pyproject.toml): `schema` and `library` may be left out there."""
    return convert_rules({"schema": 1, "library": {"name": library}, **tables}, filename)


def convert_rules(tables: Tables, filename: str) -> RuleSource:
    """Checks the structure of parsed TOML: keys, types and allowed values. Every entry's first mistake is reported."""
    problems = [Problem(filename, *problem) for problem in _mistakes(tables)]
    if problems:
        raise RuleError(problems)
    return RuleSource(filename, tables, msgspec.convert(tables, schema.RuleFile))


def place(table: str, index: int, entry: object) -> str:
    """How messages name an entry: '[[kind]] "connection"', '[[acquire]] #3 "sqlite3.connect"' (counted from 1)."""
    fields = entry if isinstance(entry, Mapping) else {}
    if table == "kind" and isinstance(fields.get("id"), str):
        return f'[[kind]] "{fields["id"]}"'
    named = next((fields[key] for key in ("call", "decorator", "base", "shape") if fields.get(key)), "")
    first = named[0] if isinstance(named, list | tuple) else named
    return f"[[{table}]] #{index + 1}" + (f' "{first}"' if first else "")


_Mistake = tuple[str, str, str]


def _mistakes(tables: Tables) -> Iterator[_Mistake]:
    """(place, key, message) of every structural mistake."""
    for table, entry_type in _ITEMS.items():
        yield from _array_mistakes(table, tables.get(table, []), entry_type)
    for table, table_type in _TABLES.items():
        if table in tables:
            yield from _mistake(f"[{table}]", tables[table], table_type)
    # The rest (unknown tables, schema, aliases): what was judged above is left out, so that no mistake is told twice.
    rest = {key: value for key, value in tables.items() if key not in _ITEMS and key not in _TABLES}
    if "library" in tables:
        rest["library"] = {"name": "judged above"}
    yield from _mistake("", rest, schema.RuleFile)


def _array_mistakes(table: str, entries: object, entry_type: type[msgspec.Struct]) -> Iterator[_Mistake]:
    if not isinstance(entries, list | tuple):
        yield "", table, f"must be written [[{table}]], one table per entry"
        return
    for index, entry in enumerate(entries):
        yield from _mistake(place(table, index, entry), entry, entry_type)


def _mistake(where: str, value: object, wanted: type[msgspec.Struct]) -> Iterator[_Mistake]:
    try:
        msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        yield where, *_explained(str(error), value, wanted)


def _explained(error: str, value: object, wanted: type[msgspec.Struct]) -> tuple[str, str]:
    """(key, message) for msgspec's error text."""
    match = _PLACE.fullmatch(error)
    assert match is not None, error
    what, path = match["what"], (match["path"] or "").lstrip(".")
    if unknown := _UNKNOWN.fullmatch(what):
        return path, _unknown_key(unknown["key"], wanted)
    if missing := _MISSING.fullmatch(what):
        return path, f'the key "{missing["key"]}" is missing'
    allowed = allowed_values(wanted, re.split(r"[.\[]", path)[0])
    given = value.get(path) if isinstance(value, Mapping) else None
    if allowed and what.startswith("Invalid enum value"):
        return path, f'"{given}" is not allowed{_suggestion(str(given), allowed)}; allowed: {_quoted(allowed)}'
    return path, f"{what[:1].lower()}{what[1:]}" + (f"; allowed: {_quoted(allowed)}" if allowed else "")


def _unknown_key(key: str, wanted: type[msgspec.Struct]) -> str:
    known = [field.encode_name for field in msgspec.structs.fields(wanted)]
    return f'unknown key "{key}"{_suggestion(key, known)}; known keys: {", ".join(known)}'


def _suggestion(given: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(given.replace("_", "-"), known, n=1)
    return f', did you mean "{near[0]}"?' if near else ""


def _quoted(values: Iterable[str]) -> str:
    return ", ".join(f'"{value}"' for value in values)


def allowed_values(wanted: type[msgspec.Struct], key: str) -> tuple[str, ...]:
    """The values that `key` of that entry type is limited to, () if it takes any."""
    types = [field.type for field in msgspec.structs.fields(wanted) if field.encode_name == key]
    return tuple(_limited(msgspec.inspect.type_info(types[0]))) if types else ()


def _limited(info: msgspec.inspect.Type) -> Iterator[str]:
    match info:
        case msgspec.inspect.LiteralType(values=values):
            yield from map(str, values)
        case msgspec.inspect.EnumType(cls=cls):
            yield from (str(member.value) for member in cls)
        case msgspec.inspect.UnionType(types=types):
            for part in types:
                yield from _limited(part)


def main(arguments: Sequence[str]) -> int:
    """Checks the named rule files together; prints every problem and a count. Exit code 1 if there are problems."""
    from leaklint.catalog.verify import verify

    sources, problems = _readable(map(Path, arguments))
    problems += verify(sources, shipped=True)
    for problem in problems:
        print(problem)
    print(f"{len(arguments)} files, {len(problems)} problems", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
