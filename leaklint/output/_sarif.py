"""The part of SARIF 2.1.0 that is written, under its own names."""

from typing import Literal

import msgspec

Level = Literal["error", "warning", "note"]


class _Object(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """An object of the format: camelCase keys, nothing that has its default value."""


class Text(_Object, frozen=True):
    text: str


class Help(_Object, frozen=True):
    text: str
    markdown: str


class Descriptor(_Object, frozen=True, kw_only=True):
    id: str
    name: str
    short_description: Text
    full_description: Text
    help: Help
    properties: dict[str, object]


class Driver(_Object, frozen=True):
    name: str
    version: str
    rules: tuple[Descriptor, ...]


class Tool(_Object, frozen=True):
    driver: Driver


class Region(_Object, frozen=True):
    start_line: int
    start_column: int
    end_line: int | None = None
    end_column: int | None = None


class ArtifactLocation(_Object, frozen=True):
    uri: str


class PhysicalLocation(_Object, frozen=True):
    artifact_location: ArtifactLocation
    region: Region


class LogicalLocation(_Object, frozen=True):
    fully_qualified_name: str
    kind: str


class Location(_Object, frozen=True):
    physical_location: PhysicalLocation
    message: Text | None = None
    id: int | None = None
    logical_locations: tuple[LogicalLocation, ...] = ()


class FlowStep(_Object, frozen=True):
    """A `threadFlowLocation`."""

    location: Location
    execution_order: int
    kinds: tuple[str, ...]


class ThreadFlow(_Object, frozen=True):
    locations: tuple[FlowStep, ...]


class CodeFlow(_Object, frozen=True):
    thread_flows: tuple[ThreadFlow, ...]


class Content(_Object, frozen=True):
    """An `artifactContent`."""

    text: str


class Replaced(_Object, frozen=True):
    """A `replacement`."""

    deleted_region: Region
    inserted_content: Content


class ArtifactChange(_Object, frozen=True):
    artifact_location: ArtifactLocation
    replacements: tuple[Replaced, ...]


class Fix(_Object, frozen=True, kw_only=True):
    description: Text
    artifact_changes: tuple[ArtifactChange, ...]
    properties: dict[str, str]


class Result(_Object, frozen=True, kw_only=True):
    rule_id: str
    rule_index: int
    level: Level
    message: Text
    locations: tuple[Location, ...]
    code_flows: tuple[CodeFlow, ...] = ()
    related_locations: tuple[Location, ...] = ()
    fixes: tuple[Fix, ...] = ()
    partial_fingerprints: dict[str, str]
    properties: dict[str, str]


class Run(_Object, frozen=True, kw_only=True, omit_defaults=False):
    tool: Tool
    results: tuple[Result, ...]
    column_kind: str = "unicodeCodePoints"


class Log(_Object, frozen=True, kw_only=True, omit_defaults=False):
    schema: str = msgspec.field(name="$schema", default="https://json.schemastore.org/sarif-2.1.0.json")
    version: str = "2.1.0"
    runs: tuple[Run, ...]
