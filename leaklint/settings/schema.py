"""The keys of `[tool.leaklint]` and `leaklint.toml`. None means that a key was not given."""

from typing import Literal

import msgspec

from leaklint.catalog.schema import Category, ExitEffect, Form
from leaklint.model import Severity

Exceptions = Literal["none", "explicit", "own", "calls", "everything"]


class Resource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab", omit_defaults=True):
    """`[[tool.leaklint.resource]]`: a kind of resource and the calls that acquire it, in one table.

    acquire: call references, "app.db.connect". The other keys mean what they mean in `[[kind]]` and `[[acquire]]` of rule
    files. `what` defaults to the name of the first call; unlike there, `with` and `async with` release by default.
    """

    acquire: str | tuple[str, ...]
    what: str = ""
    category: Category = "handle"
    severity: Severity = Severity.WARNING
    types: tuple[str, ...] = ()
    release: tuple[str, ...] = ()
    release_await: tuple[str, ...] = ()
    release_by: tuple[str, ...] = ()
    wrong_release: tuple[str, ...] = ()
    not_release: tuple[str, ...] = ()
    consume: tuple[str, ...] = ()
    with_exit: ExitEffect = "releases"
    async_with_exit: ExitEffect = "releases"
    lazy: bool = False
    configure: tuple[str, ...] = ()
    raises: tuple[str, ...] = ()
    no_raise: tuple[str, ...] = ()
    falsy: bool = False
    queries: dict[str, bool] = {}
    fluent: tuple[str, ...] = ()
    singleton: bool = False
    why: str = ""
    form: Form = "call"
    item: int | str | None = None
    when: tuple[str, ...] = ()
    holds: Literal["always", "truthy", "not-none", "none"] = "always"
    state: bool = False
    takes: tuple[str, ...] = ()


class Judgement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """What decides the verdict on a file. Each of these keys may also stand in `[[tool.leaklint.overrides]]`.

    select, extend-select, ignore: rules by code, prefix of codes, or name.
    per-file-ignores, extend-per-file-ignores: rules to ignore, by file pattern.
    exceptions: which calls may raise. min-severity, category: which findings are reported.
    src: import roots. extend-rules: rule files. resource: rules stated here.
    """

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: dict[str, tuple[str, ...]] | None = None
    extend_per_file_ignores: dict[str, tuple[str, ...]] = {}
    exceptions: Exceptions | None = None
    min_severity: Severity | None = None
    category: tuple[Category, ...] | None = None
    src: tuple[str, ...] | None = None
    extend_rules: tuple[str, ...] = ()
    resource: tuple[Resource, ...] = ()


class Override(Judgement, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """Settings for some files.

    files: patterns; one of them must match.
    """

    files: tuple[str, ...]


class Config(Judgement, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """Everything a settings file may say.

    exclude, extend-exclude, force-exclude, respect-gitignore: which files are looked at.
    output-format, baseline: how findings are reported; read from the settings of the working folder.
    overrides: settings for some files.
    """

    exclude: tuple[str, ...] | None = None
    extend_exclude: tuple[str, ...] = ()
    force_exclude: bool | None = None
    respect_gitignore: bool | None = None
    output_format: str | None = None
    baseline: str | None = None
    overrides: tuple[Override, ...] = ()
