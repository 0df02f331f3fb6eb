"""The pages of the documentation that are made from the program: `python -m tests.site` writes them to docs/.

Checks come from the docstrings of their modules, libraries from the rules, options from `--help`, settings from the schema.
"""

import re
from collections.abc import Iterator

import click
import msgspec

from leaklint.catalog import default_catalog
from leaklint.catalog.catalog import Catalog
from leaklint.catalog.schema import Library
from leaklint.checks import all_checks
from leaklint.cli.main import COMMANDS, cli
from leaklint.settings.reference import meanings
from leaklint.settings.schema import Config, Override, Resource
from tests.documents import ROOT

DOCS = ROOT / "docs"
_KEYS = re.compile(r"(<!-- keys: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_TABLES = {"settings": Config, "override": Override, "resource": Resource}


def pages() -> dict[str, str]:
    """Name below docs/ -> text, of every page that is made."""
    made = {f"checks/{check.code}.md": check.page.rstrip() + "\n" for check in all_checks()}
    made["checks/index.md"] = _checks()
    made["libraries.md"] = "".join(_libraries(default_catalog()))
    made["command-line.md"] = "".join(_commands())
    settings = (DOCS / "settings.md").read_text("utf-8")
    made["settings.md"] = _KEYS.sub(lambda found: f"{found[1]}{_keys(_TABLES[found[2]])}{found[3]}", settings)
    return made


def _checks() -> str:
    rows = "".join(f"| [{c.code}]({c.code}.md) | {c.name} | {c.summary} |\n" for c in all_checks())
    return f"# Checks\n\n| code | name | what it finds |\n| --- | --- | --- |\n{rows}"


def _libraries(catalog: Catalog) -> Iterator[str]:
    yield "# Libraries\n\nWhat the shipped rules speak of. `leaklint library NAME` prints every fact, with its source.\n\n"
    yield "| library | modules | resources |\n| --- | --- | --- |\n"
    for library in sorted(catalog.libraries, key=lambda library: library.name):
        yield f"| {library.name} | {', '.join(f'`{m}`' for m in library.modules)} | {_resources(library, catalog)} |\n"


def _resources(library: Library, catalog: Catalog) -> str:
    mine = (kind for gid, kind in catalog.kinds.items() if gid.startswith(f"{library.name}:") and kind.severity)
    return ", ".join(sorted({f"{kind.what} ({kind.severity})".replace("|", "\\|") for kind in mine}))


def _commands() -> Iterator[str]:
    yield "# Command line\n\nWhat `--help` prints.\n"
    settings = {**cli.context_settings, "terminal_width": 100}
    context = click.Context(cli, info_name="leaklint", **settings)
    yield f"\n```text\n{cli.get_help(context)}\n```\n"
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        inner = click.Context(command, parent=context, info_name=name, **settings)
        yield f"\n## leaklint {name}\n\n```text\n{command.get_help(inner)}\n```\n"


def _keys(table: type[msgspec.Struct]) -> str:
    """The keys of a table of settings as Markdown."""
    told = meanings(table)
    rows = (f"| `{field.encode_name}` | {told[field.encode_name]} |\n" for field in msgspec.structs.fields(table))
    return "| key | meaning |\n| --- | --- |\n" + "".join(rows)


def main() -> None:
    """Writes every page."""
    (DOCS / "checks").mkdir(exist_ok=True)
    for name, text in pages().items():
        (DOCS / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
