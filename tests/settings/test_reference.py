"""The JSON Schema of the settings says what the program accepts."""

import json
import tomllib

import msgspec
import pytest

from leaklint.settings.load import SettingsError, convert
from leaklint.settings.reference import JSON_SCHEMA, json_schema, meanings
from leaklint.settings.schema import Config, Override, Resource
from tests.documents import ROOT, blocks

jsonschema = pytest.importorskip("jsonschema")


def test_it_is_up_to_date() -> None:
    assert JSON_SCHEMA.read_text("utf-8") == json_schema(), "run: python -m leaklint.settings.reference"


@pytest.mark.parametrize("table", [Config, Override, Resource])
def test_every_key_is_described(table: type[msgspec.Struct]) -> None:
    keys = {field.encode_name for field in msgspec.structs.fields(table)}
    told = meanings(table)
    assert {key for key in keys if not told.get(key)} == set()


TEXTS = [
    ('select = ["RLK1"]\nsrc = ["."]', True),
    ('[per-file-ignores]\n"a/*" = ["RLK101"]', True),
    ('[[overrides]]\nfiles = ["tests/**"]\nexceptions = "explicit"', True),
    ('[[resource]]\nacquire = "a.b"\nrelease = ["c"]', True),
    ('[[resource]]\nacquire = ["a.b", "c.d"]\nseverity = "error"', True),
    ("baseline = 1", False),
    ('selekt = ["RLK1"]', False),
    ('exceptions = "some"', False),
    ('[[overrides]]\nexceptions = "explicit"', False),
    ('[[overrides]]\nfiles = ["a"]\nbaseline = "x"', False),
    ('[[resource]]\nrelease = ["c"]', False),
]


@pytest.mark.parametrize(("text", "valid"), TEXTS)
def test_it_accepts_what_the_program_accepts(text: str, valid: bool) -> None:
    table = tomllib.loads(text)
    assert jsonschema.Draft202012Validator(json.loads(json_schema())).is_valid(table) == valid
    if valid:
        convert(table, "x")
    else:
        with pytest.raises(SettingsError):
            convert(table, "x")


@pytest.mark.parametrize("page", ["README.md", "docs/settings.md"])
def test_settings_shown_in_pages_are_valid(page: str) -> None:
    texts = blocks((ROOT / page).read_text("utf-8"), "toml")
    shown = [table for text in texts if (table := tomllib.loads(text).get("tool", {}).get("leaklint")) is not None]
    assert shown
    for table in shown:
        convert(table, page)
        jsonschema.Draft202012Validator(json.loads(json_schema())).validate(table)
