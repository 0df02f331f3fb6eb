"""Makes a name of the standard library usable in a file: as it is imported already, or by one more import."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import libcst as cst

from leaklint.fixes.contract import Edit
from leaklint.fixes.page import Page
from leaklint.syntax.walk import walk

_ROW = re.compile(r"(?P<before>from \w+ import )(?P<name>\w+)(?P<after>\r?\n|\r)")
"""What `usable` adds where nothing is imported from the module yet."""

Imported = tuple[cst.SimpleStatementLine | cst.BaseCompoundStatement, cst.Import | cst.ImportFrom]


class Usable(NamedTuple):
    """How to write the name, and what must be added for that."""

    name: str
    edits: tuple[Edit, ...]


def usable(page: Page, module: str, name: str) -> Usable | None:
    """`module.name` as this file would write it; None if there is no way without touching other meanings of the name."""
    for statement in _small(page):
        if isinstance(statement, cst.ImportFrom) and _from(statement) == module and isinstance(statement.names, Sequence):
            for alias in statement.names:
                if alias.name.value == name:
                    return Usable(_known_as(alias), ())
    for statement in _small(page):
        if isinstance(statement, cst.Import):
            for alias in statement.names:
                if page.code(alias.name) == module:
                    return Usable(f"{_known_as(alias)}.{name}", ())
    return _added(page, module, name) if not _taken(page, name) else None


def merged(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """The edits with one row for all names that would be imported from one module at one place, and each edit once."""
    found: dict[tuple[int, str], list[str]] = {}
    others: dict[Edit, None] = {}
    for edit in edits:
        row = _ROW.fullmatch(edit.replacement) if edit.start == edit.end else None
        if row is None:
            others[edit] = None
        else:
            found.setdefault((edit.start, row["before"] + "{}" + row["after"]), []).append(row["name"])
    rows = (Edit(at, at, text.format(", ".join(sorted(set(names))))) for (at, text), names in found.items())
    return (*rows, *others)


def _taken(page: Page, name: str) -> bool:
    """Whether the file uses the name for anything else."""
    return any(isinstance(node, cst.Name) and node.value == name for node in walk(page.tree))


def _small(page: Page) -> list[cst.BaseSmallStatement]:
    return [small for line in page.tree.body if isinstance(line, cst.SimpleStatementLine) for small in line.body]


def _from(statement: cst.ImportFrom) -> str:
    if statement.relative or statement.module is None:
        return ""
    module = statement.module
    return module.value if isinstance(module, cst.Name) else ""


def _known_as(alias: cst.ImportAlias) -> str:
    name = alias.asname.name if alias.asname is not None else alias.name
    return name.value if isinstance(name, cst.Name) else ""


def _added(page: Page, module: str, name: str) -> Usable | None:
    """One more name in `from module import a`, else a line of its own behind the last import, or before the first."""
    for statement in _small(page):
        if isinstance(statement, cst.ImportFrom) and _from(statement) == module and isinstance(statement.names, Sequence):
            start, _ = page.range(statement.names[0])
            return Usable(name, (Edit(start, start, f"{name}, "),))
    row = _row_for_import(page, module)
    if row is None:
        return None
    at = page.starts[row - 1] if row <= len(page.starts) else len(page.text)
    return Usable(name, (Edit(at, at, f"from {module} import {name}{page.newline}"),))


def _row_for_import(page: Page, module: str) -> int | None:
    """Sorted among the imports that begin the file; else behind its docstring and `__future__` imports."""
    imports: list[Imported] = []
    behind = 1
    for line in page.tree.body:
        small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
        if isinstance(small, cst.Import | cst.ImportFrom):
            imports.append((line, small))
        elif imports or not _is_docstring(small):
            break
        behind = page.last_row(line) + 1
    plain = [(line, small) for line, small in imports if not (isinstance(small, cst.ImportFrom) and _from(small) == "__future__")]
    first = plain[:1]
    later = [line for line, small in first_group(page, plain) if _sorts_behind(page, small, module)]
    if later:
        return page.span(later[0]).row
    if first:
        return page.last_row(first_group(page, plain)[-1][0]) + 1
    return behind if behind <= len(page.starts) else None


def first_group(page: Page, imports: list[Imported]) -> list[Imported]:
    """The imports up to the first blank line between them: by custom those of the standard library."""
    group = imports[:1]
    for item in imports[1:]:
        if page.span(item[0]).row != page.last_row(group[-1][0]) + 1:
            break
        group.append(item)
    return group


def _sorts_behind(page: Page, small: cst.BaseSmallStatement, module: str) -> bool:
    if isinstance(small, cst.ImportFrom):
        return (_from(small) or "~") > module
    return False


def _is_docstring(small: cst.BaseSmallStatement | None) -> bool:
    return isinstance(small, cst.Expr) and isinstance(small.value, cst.SimpleString | cst.ConcatenatedString)
