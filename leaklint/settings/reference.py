"""The JSON Schema of the settings, for editors: `python -m leaklint.settings.reference` rewrites it.

It describes `leaklint.toml`; in `pyproject.toml` the same stands below `[tool.leaklint]`.
"""

import inspect
import json
import re
from pathlib import Path
from typing import Any

import msgspec

from leaklint.catalog import reference as rules
from leaklint.catalog.schema import Acquire, Kind
from leaklint.settings.schema import Config, Judgement, Override, Resource

JSON_SCHEMA = Path(__file__).with_name("settings.schema.json")

_DESCRIBED = (Config, Override, Resource)
_NAMES = re.compile(r"(?:[a-z]+(?:-[a-z]+)*)(?:, [a-z]+(?:-[a-z]+)*)*")


def json_schema() -> str:
    """The schema as JSON, the same bytes for the same settings."""
    (_, components) = msgspec.json.schema_components([Config])
    definitions: dict[str, Any] = dict(sorted(components.items()))
    for table in _DESCRIBED:
        _describe(definitions[table.__name__], table)
    root = {**definitions.pop("Config"), "title": "leaklint settings"}
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", **root}
    text = json.dumps({**head, "$defs": definitions}, indent=2, ensure_ascii=False)
    return text.replace("#/components/schemas/", "#/$defs/") + "\n"


def meanings(table: type[msgspec.Struct]) -> dict[str, str]:
    """Key -> what it means: the sentences "key, key: meaning" of the docstring, and what is said where a key comes from."""
    found: dict[str, str] = {}
    if table is Resource:
        found = {**rules.meanings(Kind), **rules.meanings(Acquire), "acquire": "call references"}
    elif issubclass(table, Judgement) and table is not Judgement:
        found = meanings(Judgement)
    for sentence in re.split(r"(?<=\.)\s+", " ".join((inspect.getdoc(table) or "").split())):
        names, colon, meaning = sentence.partition(": ")
        if colon and _NAMES.fullmatch(names):
            found |= dict.fromkeys(names.split(", "), meaning.removesuffix("."))
    return found


def _describe(definition: dict[str, Any], table: type[msgspec.Struct]) -> None:
    definition["description"] = rules.summary(table)
    told = meanings(table)
    for key, value in definition["properties"].items():
        # A key that is not given is None within the program; a settings file can't say so.
        definition["properties"][key] = _given(value) | {"description": told[key]}


def _given(value: dict[str, Any]) -> dict[str, Any]:
    """What a file may state: the schema without null and without the default that stands for "not given"."""
    choices = [choice for choice in value.get("anyOf", ()) if choice != {"type": "null"}]
    kept = {key: item for key, item in value.items() if key != "anyOf" and not (key == "default" and item is None)}
    if not choices:
        return kept
    return {**kept, **choices[0]} if len(choices) == 1 else {**kept, "anyOf": choices}


if __name__ == "__main__":
    JSON_SCHEMA.write_text(json_schema(), "utf-8")
