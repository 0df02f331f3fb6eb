"""Reads settings: TOML -> `Config`, or a `SettingsError` that names file, key and what is allowed there.

Nothing is guessed: an unknown key is an error that names the nearest known one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from leaklint.settings.schema import Config, Override, Resource
from leaklint.source import read_regular

NAMES = (".leaklint.toml", "leaklint.toml", "pyproject.toml")
"""Settings files, in the order in which a folder's are looked at; the first with settings holds."""

_LARGEST = 1_000_000
_FILES_ONLY = frozenset(Config.__struct_fields__) - frozenset(Override.__struct_fields__)


class SettingsError(Exception):
    """Settings that can't be used; the message names the file and the key."""


def read_config(path: str) -> Config | None:
    """The settings in a file; None if it is a pyproject.toml without `[tool.leaklint]`."""
    data = _bytes(path)
    if not is_pyproject(path):
        return convert(_parsed(data, path), path)
    # A pyproject.toml that is broken or a template concerns us only if it speaks of us.
    if b"leaklint" not in data:
        return None
    tool = _parsed(data, path).get("tool")
    table = tool.get("leaklint") if isinstance(tool, dict) else None
    return convert(table, path, "tool.leaklint") if isinstance(table, dict) else None


def read_requires_python(path: str) -> str | None:
    """`project.requires-python` of a pyproject.toml, None if it states none or can't be read."""
    try:
        data = _bytes(path)
        project = _parsed(data, path).get("project", {}) if b"requires-python" in data else {}
    except SettingsError:
        return None
    stated = project.get("requires-python") if isinstance(project, dict) else None
    return stated if isinstance(stated, str) else None


def parse_assignment(text: str) -> dict[str, Any]:
    """The table of `--config 'key = value'`, checked."""
    import tomllib

    origin = f"--config {text}"
    try:
        text.encode()  # what is not UTF-8 reaches us as lone surrogates
        table = tomllib.loads(text)
    except UnicodeEncodeError as error:
        raise SettingsError(f"{origin}: is not UTF-8") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"{origin}: neither a file nor TOML: {error}") from error
    convert(table, origin)
    return table


def merged(tables: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """One table: later values win, keys that extend add up."""
    result: dict[str, Any] = {}
    for table in tables:
        for key, value in table.items():
            adds = key.startswith("extend-") or key in ("ignore", "resource", "overrides")
            if not (adds and key in result):
                result[key] = value
            elif isinstance(value, dict):
                result[key] = {**result[key], **value}
            else:
                result[key] = [*result[key], *value]
    return result


def convert(table: Mapping[str, Any], origin: str, prefix: str = "") -> Config:
    """The checked settings of a table; `prefix` is where it stands in its file."""
    for key, message in _unknown_keys(table):
        raise SettingsError(": ".join(filter(None, (origin, _joined(prefix, key), message))))
    try:
        return msgspec.convert(table, Config)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$")
        key = path.rstrip("`").lstrip(".")
        raise SettingsError(": ".join(filter(None, (origin, _joined(prefix, key), _explained(what, key))))) from error


def is_pyproject(path: str) -> bool:
    """Whether settings stand in a table of that file, not at its top."""
    return path.replace("\\", "/").rpartition("/")[2] == "pyproject.toml"


def _bytes(path: str) -> bytes:
    try:
        return read_regular(path, _LARGEST)
    except OSError as error:
        raise SettingsError(f"{path}: can't be read: {error.strerror}") from error


def _parsed(data: bytes, path: str) -> dict[str, Any]:
    import tomllib  # most runs have no settings to read

    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is not UTF-8 (byte {error.start})") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"{path}: is not valid TOML: {error}") from error


def _joined(prefix: str, key: str) -> str:
    return ".".join(part for part in (prefix, key) if part)


def _unknown_keys(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(key, message) of every key that no table of its kind has."""
    yield from _unknown(table, known_keys(Config), "")
    for name, entry in _entries(table, "resource", "resource"):
        yield from _unknown(entry, known_keys(Resource), name)
    for name, override in _entries(table, "overrides", "overrides"):
        yield from _unknown(override, known_keys(Override), name)
        for inner, entry in _entries(override, "resource", f"{name}.resource"):
            yield from _unknown(entry, known_keys(Resource), inner)


def _entries(table: Mapping[str, Any], key: str, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    found = table.get(key)
    for index, entry in enumerate(found if isinstance(found, list) else ()):
        if isinstance(entry, dict):
            yield f"{name}[{index}]", entry


def known_keys(struct: type[msgspec.Struct]) -> list[str]:
    """The keys of a table as they are written."""
    return [field.encode_name for field in msgspec.structs.fields(struct)]


def _unknown(table: Mapping[str, Any], known: Sequence[str], where: str) -> Iterator[tuple[str, str]]:
    for key in table:
        if key in known:
            continue
        if key.replace("-", "_") in _FILES_ONLY:
            yield where, f'"{key}" holds for all files and can\'t be overridden for some'
        yield where, f'unknown key "{key}"{_near(key, known)}; known keys: {", ".join(known)}'


def _near(key: str, known: Iterable[str]) -> str:
    import difflib

    near = difflib.get_close_matches(key.replace("_", "-"), known, n=1)
    return f', did you mean "{near[0]}"?' if near else ""


def _explained(message: str, key: str) -> str:
    """msgspec's message, with the allowed values where there is a list of them."""
    from leaklint.catalog.load import allowed_values

    if not message.startswith("Invalid enum value"):
        return message[:1].lower() + message[1:]
    name = re.split(r"[.\[]", key.rpartition("].")[2])[0]
    allowed = allowed_values(Config, name) or allowed_values(Resource, name) or _items(name)
    given = message.removeprefix("Invalid enum value ").strip("'")
    return f'"{given}" is not allowed{_near(given, allowed)}; allowed: {", ".join(allowed)}'


def _items(name: str) -> tuple[str, ...]:
    """The values that the items of a list are limited to."""
    from typing import get_args

    from leaklint.catalog.schema import Category

    return get_args(Category) if name == "category" else ()
