"""The rule format described for editors and readers, both made from the docstrings of `schema`.

`python -m leaklint.catalog.reference` rewrites `rules.schema.json` in this package; names of Markdown files given to it
have the tables between `<!-- keys: X -->` and `<!-- end -->` rewritten.
"""

import inspect
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from leaklint.catalog import schema
from leaklint.catalog.load import allowed_values

JSON_SCHEMA = Path(__file__).with_name("rules.schema.json")

_ENTRIES: dict[str, type[msgspec.Struct]] = {
    "file": schema.RuleFile,
    "library": schema.Library,
    "kind": schema.Kind,
    "acquire": schema.Acquire,
    "call": schema.Call,
    "not-acquire": schema.Not,
    "use": schema.Use,
    "hook": schema.Hook,
    "methods": schema.Methods,
}
_KEY = re.compile(r"(?P<key>[a-z]+(?:-[a-z]+)*): (?P<meaning>.*)")
_TABLE = re.compile(r"(<!-- keys: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def summary(entry: type[msgspec.Struct]) -> str:
    """The first paragraph of an entry type's docstring, as one line."""
    return " ".join(inspect.getdoc(entry).partition("\n\n")[0].split())  # type: ignore[union-attr]


def meanings(entry: type[msgspec.Struct]) -> dict[str, str]:
    """Key -> what it means, in the order of the docstring; indented lines continue the one above."""
    found: dict[str, str] = {}
    key = ""
    for line in (inspect.getdoc(entry) or "").partition("\n\n")[2].splitlines():
        match = _KEY.fullmatch(line.strip())
        if match and not line.startswith("        "):
            key = match["key"]
            found[key] = match["meaning"]
        else:
            found[key] += f" {line.strip()}"
    return found


def json_schema() -> str:
    """The JSON Schema of rule files."""
    (_, components) = msgspec.json.schema_components([schema.RuleFile])
    definitions: dict[str, Any] = dict(sorted(components.items()))
    for entry in _ENTRIES.values():
        _describe(definitions[entry.__name__], entry)
    root = definitions.pop("RuleFile")
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", **root, "title": "leaklint rule file"}
    text = json.dumps({**head, "$defs": definitions}, indent=2, ensure_ascii=False)
    return text.replace("#/components/schemas/", "#/$defs/") + "\n"


def _describe(definition: dict[str, Any], entry: type[msgspec.Struct]) -> None:
    definition["description"] = summary(entry)
    for key, meaning in meanings(entry).items():
        definition["properties"][key] = {**definition["properties"][key], "description": meaning}


def key_table(name: str) -> str:
    """The keys of that table as Markdown."""
    entry = _ENTRIES[name]
    told = meanings(entry)
    rows = [_row(entry, field, told[field.encode_name]) for field in msgspec.structs.fields(entry)]
    return "\n".join(["| key | value | meaning |", "| --- | --- | --- |", *rows]) + "\n"


def _row(entry: type[msgspec.Struct], field: msgspec.structs.FieldInfo, meaning: str) -> str:
    key = f"`{field.encode_name}`" + (" (required)" if field.required else "")
    return " | ".join([f"| {key}", _escaped(_value(entry, field)), f"{_escaped(meaning)} |"])


def _escaped(cell: str) -> str:
    return cell.replace("|", r"\|")


def _value(entry: type[msgspec.Struct], field: msgspec.structs.FieldInfo) -> str:
    allowed = allowed_values(entry, field.encode_name)
    if allowed:
        return ", ".join(f"`{value}`" for value in allowed)
    return _type_in_words(msgspec.inspect.type_info(field.type))


def _type_in_words(info: msgspec.inspect.Type) -> str:
    match info:
        case msgspec.inspect.StrType():
            return "text"
        case msgspec.inspect.IntType():
            return "number"
        case msgspec.inspect.BoolType():
            return "`true`, `false`"
        case msgspec.inspect.NoneType():
            return ""
        case msgspec.inspect.VarTupleType(item_type=item):
            return "tables" if isinstance(item, msgspec.inspect.StructType) else "list"
        case msgspec.inspect.DictType() | msgspec.inspect.StructType():
            return "table"
        case msgspec.inspect.UnionType(types=types):
            return " or ".join(dict.fromkeys(filter(None, map(_type_in_words, types))))
    raise AssertionError(f"a rule key of type {info} can't be described yet")


def with_tables(text: str) -> str:
    """The Markdown text with every marked table made anew."""
    return _TABLE.sub(lambda match: match[1] + key_table(match[2]) + match[3], text)


def main(arguments: Sequence[str]) -> int:
    """Rewrites the JSON Schema and the tables of the named Markdown files."""
    JSON_SCHEMA.write_text(json_schema(), encoding="utf-8")
    for name in arguments:
        path = Path(name)
        path.write_text(with_tables(path.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
