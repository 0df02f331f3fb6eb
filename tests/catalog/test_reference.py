"""The JSON Schema and `rules/README.md` say what the loader accepts."""

import json
import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from leaklint.catalog.build import build_catalog
from leaklint.catalog.load import parse_rules
from leaklint.catalog.reference import _ENTRIES, JSON_SCHEMA, json_schema, main, meanings, summary, with_tables

RULES = Path(__file__).parent.parent.parent / "rules"
README = (RULES / "README.md").read_text(encoding="utf-8")


def example() -> str:
    (text,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    return text


def test_json_schema_is_up_to_date() -> None:
    assert JSON_SCHEMA.read_text(encoding="utf-8") == json_schema(), "run: python -m leaklint.catalog.reference"


def test_tables_are_up_to_date() -> None:
    assert with_tables(README) == README, "run: python -m leaklint.catalog.reference rules/README.md"


def test_every_table_of_the_format_is_in_the_readme() -> None:
    assert re.findall(r"<!-- keys: ([a-z-]+) -->", README) == list(_ENTRIES)


@pytest.mark.parametrize("name", _ENTRIES)
def test_every_key_is_described_in_its_order(name: str) -> None:
    keys = [field.encode_name for field in msgspec.structs.fields(_ENTRIES[name])]
    assert list(meanings(_ENTRIES[name])) == keys
    assert summary(_ENTRIES[name]).endswith(".")
    assert all(meanings(_ENTRIES[name]).values())


def test_the_example_is_valid_and_means_what_the_text_says() -> None:
    catalog = build_catalog([parse_rules(example(), "example.toml")])
    slot = catalog.kind("exampledb:slot")
    assert (slot.release, slot.wrong_release, slot.with_exit) == ((), ("close",), "commits")
    assert catalog.releasers("exampledb:slot") == {"exampledb:pool.put"}
    cursors = catalog.method_acquires("exampledb:slot", "cursor")
    assert [entry.kind for entry in cursors] == ["exampledb:server-cursor", "exampledb:cursor"]
    assert catalog.kind_of_type("exampledb.core.Connection") == "exampledb:connection"


def test_json_schema_accepts_all_rules_and_refuses_misspelt_keys() -> None:
    validator = pytest.importorskip("jsonschema").Draft202012Validator(json.loads(json_schema()))
    texts = [path.read_text(encoding="utf-8") for path in sorted(RULES.glob("*.toml"))]
    for text in [example(), *texts]:
        assert validator.is_valid(tomllib.loads(text)), text[:200]
    for wrong in ("with-exit", "category = "):
        assert not validator.is_valid(tomllib.loads(example().replace(wrong, "x" + wrong)))


def test_the_command_rewrites_schema_and_tables(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("leaklint.catalog.reference.JSON_SCHEMA", tmp_path / "schema.json")
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- keys: methods -->\nstale\n<!-- end -->\nb\n")
    assert main([str(page)]) == 0
    assert (tmp_path / "schema.json").read_text() == json_schema()
    assert "stale" not in page.read_text()
    assert page.read_text().startswith("a\n<!-- keys: methods -->\n| key | value | meaning |\n")
    assert page.read_text().endswith("<!-- end -->\nb\n")
