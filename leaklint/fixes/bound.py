"""Whether the names that a file uses are still bound after a fix, by Python's own tables of symbols.

Statements are only enclosed in blocks that swallow no exception, so that a name is bound on the same paths as before. What
could go wrong is a name that lost its binding, one that is used and has none (an import that was forgotten), or one whose
scope is another now: this is what is compared, function by function.
"""

import builtins
import symtable
from collections.abc import Iterator
from typing import NamedTuple


class Symbol(NamedTuple):
    """A name in a scope. scope: the names of the scopes around it, numbered where siblings have the same name."""

    scope: tuple[str, ...]
    name: str


_BUILTINS = frozenset(dir(builtins))

Symbols = dict[Symbol, str]
"""What a name is where: local, free, global."""


def unbound_names(before: str, after: str) -> tuple[str, ...] | None:
    """Names that were bound and are not any more, or are new and have no binding; None if the text after is not Python."""
    new = _symbols(after)
    if new is None:
        return None
    old = _symbols(before) or {}
    bound = {symbol.name for symbol, where in new.items() if where == "local" and symbol.scope == ()} | _BUILTINS
    lost = [symbol.name for symbol, where in old.items() if where != "global" and new.get(symbol) != where]
    loose = [symbol.name for symbol, where in new.items() if where == "global" and symbol not in old and symbol.name not in bound]
    return tuple(sorted({*lost, *loose}))


def _symbols(text: str) -> Symbols | None:
    """Every name of every scope; None if the text can't be compiled."""
    try:
        table = symtable.symtable(text, "fixed", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return dict(_below(table, ()))


def _below(table: symtable.SymbolTable, scope: tuple[str, ...]) -> Iterator[tuple[Symbol, str]]:
    for symbol in table.get_symbols():
        yield Symbol(scope, symbol.get_name()), _where(symbol)
    seen: dict[str, int] = {}
    for child in table.get_children():
        name = child.get_name()
        seen[name] = seen.get(name, 0) + 1
        yield from _below(child, (*scope, f"{name}:{seen[name]}"))


def _where(symbol: symtable.Symbol) -> str:
    if symbol.is_free():
        return "free"
    return "local" if symbol.is_local() else "global"
