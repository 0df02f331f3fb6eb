"""The catalog that settings ask for: shipped rules, those that libraries announce, then the user's own, which win."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from leaklint.settings.schema import Resource

if TYPE_CHECKING:
    from leaklint.catalog.catalog import Catalog
    from leaklint.catalog.load import RuleSource

# Defaults of `Resource` that are not those of a kind.
_DEFAULTS = {"category": "handle", "severity": "warning", "with-exit": "releases", "async-with-exit": "releases"}
_OF_ACQUIRE = ("form", "item", "when", "holds", "state", "takes")


class Rules(msgspec.Struct, frozen=True):
    """User rules: rule files (absolute paths), then the resources stated in settings. The first wins over the next.

    announced: whether rules that installed libraries announce count. origin: the file that states `resources`.
    """

    files: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    origin: str = ""
    announced: bool = True


def with_resources(files: tuple[str, ...], resources: tuple[Resource, ...], origin: str, announced: bool) -> Rules:
    """The rules of settings. Resources travel as JSON: hashable, and the same bytes for the same meaning."""
    encoded = tuple(msgspec.json.encode(resource).decode() for resource in resources)
    return Rules(files, encoded, origin if encoded else "", announced)


@lru_cache(maxsize=64)
def catalog_for(rules: Rules) -> "Catalog":
    """The catalog with these rules; RuleError if they have problems. Equal rules give the same object."""
    catalog = _base(rules.announced)
    if not (rules.files or rules.resources):
        return catalog
    from leaklint.catalog.build import extended

    return extended(catalog, stated(rules))


def stated(rules: Rules) -> "list[RuleSource]":
    """The rule files of the user, the tables of settings first; RuleError if they have problems."""
    from leaklint.catalog.load import read_all

    return [*_inline(rules), *read_all(map(Path, rules.files))]


@lru_cache(maxsize=2)
def _base(announced: bool) -> "Catalog":
    from leaklint.catalog import default_catalog

    if not announced:
        return default_catalog()
    from leaklint.catalog.build import extended
    from leaklint.catalog.entry_points import entry_point_rules

    return extended(default_catalog(), entry_point_rules())


def _inline(rules: Rules) -> "list[RuleSource]":
    """The rule file that `[[resource]]` tables stand for."""
    from leaklint.catalog.load import inline_rules

    if not rules.resources:
        return []
    kinds, acquires = [], []
    for number, text in enumerate(rules.resources, 1):
        kind, acquire = _tables(msgspec.json.decode(text), f"resource-{number}")
        kinds.append(kind)
        acquires.append(acquire)
    return [inline_rules({"kind": kinds, "acquire": acquires}, rules.origin)]


def _tables(resource: dict[str, Any], kind_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """(`[[kind]]`, `[[acquire]]`) of a resource."""
    calls = resource.pop("acquire")
    first = calls if isinstance(calls, str) else next(iter(calls), "")
    acquire = {key: resource.pop(key) for key in _OF_ACQUIRE if key in resource}
    named = {"id": kind_id, "what": first.rpartition(".")[2].lstrip("@")}
    return {**named, **_DEFAULTS, **resource}, {"call": calls, "kind": kind_id, **acquire}
