"""A resource that is handed over at the end, and lost if something before that raises.

    conn = connect(dsn)                 conn = connect(dsn)
    conn.login()                        try:
    return conn                   ->        conn.login()
                                        except BaseException:
                                            conn.close()
                                            raise
                                        return conn

The same for `self.conn = connect(dsn)` in an initialiser, where the rest of it is enclosed.
"""

from collections.abc import Iterator, Sequence

import libcst as cst

from leaklint.fixes.contract import Edit, Fix, Remedy
from leaklint.fixes.page import Page, Place, Statement
from leaklint.fixes.region import target_name
from leaklint.fixes.releases import releases_below, written
from leaklint.fixes.site import Site, mentions, uses
from leaklint.syntax.walk import dotted, walk


def propose(site: Site) -> Iterator[Fix]:
    """`try/except` around what stands between the acquisition and the handing over."""
    acquired = site.call() if not site.state else None
    statement = site.page.statement(acquired.value) if acquired is not None else None
    place = site.page.place(statement) if statement is not None else None
    if acquired is None or place is None or not _is_value(place.statement, acquired.value):
        return
    name = site.diagnostic.symbol if site.partial else _target(place.statement)
    text = written(site, name) if name else None
    if not name or text is None:
        return
    handled = any(isinstance(n, cst.Try) and n.handlers for n in site.page.around(place.statement))
    reason = f"where the exception is caught, '{name}' is closed now" if handled else ""
    for inner in dict.fromkeys((_before_handing_over(site, place, name), _before_passing_on(place, name))):
        if inner and not any(_taken(s, name) or any(True for _ in releases_below(s, site, name)) for s in inner):
            edits = tuple(protected(site.page, place, inner, text))
            yield Fix(f"release '{name}' if what follows fails", edits, "unsafe" if reason else "safe", reason)


def _is_value(statement: Statement, value: cst.CSTNode) -> bool:
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1 else None
    return isinstance(small, cst.Assign | cst.AnnAssign) and small.value is value


def _target(statement: Statement) -> str | None:
    """`x` or `self.x`."""
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    if isinstance(small, cst.Assign) and len(small.targets) == 1 and isinstance(small.targets[0].target, cst.Attribute):
        return dotted(small.targets[0].target)
    return target_name(statement)


def _before_passing_on(place: Place, name: str) -> tuple[Statement, ...]:
    """The statements before the first that does more with the resource than to call its methods."""
    rest = place.siblings[place.number + 1 :]
    if "." in name:
        return ()
    ends = next((number for number, statement in enumerate(rest) if _passes_on(statement, name)), 0)
    return tuple(rest[:ends])


def _passes_on(statement: Statement, name: str) -> bool:
    receivers = {id(n.value) for n in walk(statement) if isinstance(n, cst.Attribute)}
    return any(id(n) not in receivers for n in uses(statement, frozenset({name})))


def _before_handing_over(site: Site, place: Place, name: str) -> tuple[Statement, ...]:
    """The statements that may fail while nobody else knows the resource: for an attribute all that follow."""
    rest = tuple(place.siblings[place.number + 1 :])
    if "." in name:
        return rest
    ends = next((number for number, statement in enumerate(rest) if _hands_over(statement, name)), None)
    return rest[:ends] if ends is not None else (rest if _returned_behind(site, place, name) else ())


def _returned_behind(site: Site, place: Place, name: str) -> bool:
    """Whether the first statement behind the block that speaks of the resource, and the only one, returns it."""
    end = site.page.last_row(place.siblings[-1])
    later = [n for n in uses(site.body(), frozenset({name})) if site.page.span(n).row > end]
    return len(later) == 1 and isinstance(site.page.parents.get(id(later[0])), cst.Return)


def _hands_over(statement: Statement, name: str) -> bool:
    """Whether the statement itself can't fail before the resource has its new owner: `return x`, `self.x = x`."""
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    match small:
        case cst.Return(value=cst.BaseExpression() as value):
            return mentions(value, frozenset({name}))
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Attribute() | cst.Subscript())], value=value):
            return mentions(value, frozenset({name}))
    return False


def _taken(statement: Statement, name: str) -> bool:
    """Whether somebody else may own the resource before the statement ends, or the name may mean another one."""
    names = frozenset({name})
    for node in walk(statement):
        match node:
            case cst.Return(value=cst.BaseExpression() as value) if mentions(value, names) and not isinstance(value, cst.Name):
                return True
            case cst.AssignTarget(target=target) | cst.NamedExpr(target=target) | cst.AnnAssign(target=target):
                if dotted(target) == name:
                    return True
            case cst.Assign(value=cst.Name(value=value)) if value == name:
                return True
            case cst.Yield():
                return True
    return False


def protected(page: Page, place: Place, inner: Sequence[Statement], text: str) -> Iterator[Edit]:
    """`try` around the statements behind a place, with a handler that releases and raises again."""
    indent, unit, line_end = place.indent, place.unit, page.newline
    first, last = page.last_row(place.statement) + 1, page.last_row(inner[-1])
    yield page.inserted(first, f"{indent}try:")
    yield from page.indented(first, last, indent, unit)
    handler = f"except BaseException:{line_end}{indent}{unit}{text}{line_end}{indent}{unit}raise"
    yield page.inserted(last + 1, indent + handler)


REMEDY = Remedy("release-on-failure", frozenset({"RLK103", "RLK203"}), 40, propose)
