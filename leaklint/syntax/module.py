"""One parsed module: its names, and its functions lowered on demand."""

import re
from collections.abc import Iterator

import libcst as cst

from leaklint.catalog.catalog import Catalog
from leaklint.source import Source
from leaklint.syntax.attributes import Releases
from leaklint.syntax.contract import Flags, Unparsable
from leaklint.syntax.inference.model import Project
from leaklint.syntax.lower import Lowered, lower_function, lower_module
from leaklint.syntax.positions import Positions
from leaklint.syntax.reduce import Reduced, complete
from leaklint.syntax.scopes import Scope, all_functions, all_lambdas
from leaklint.syntax.types import ModuleNames

_PLACE = re.compile(r"error at (\d+):(\d+)")


def parse(text: str) -> cst.Module:
    """The tree of a source text; Unparsable if it has none."""
    try:
        return cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        place = _PLACE.search(error.message)
        row, column = (int(place[1]), int(place[2])) if place else (error.raw_line, error.raw_column + 1)
        raise Unparsable("is not valid Python", row, column) from error
    except (RecursionError, ValueError, UnicodeError) as error:
        raise Unparsable(f"can't be parsed: {error}") from error


class Module:
    """A module of the project or a file on its own. `name` is its dotted name ("" if unknown)."""

    def __init__(
        self,
        source: Source,
        name: str,
        package: str,
        catalog: Catalog,
        flags: Flags,
        project: Project | None,
        part: Reduced | None = None,
    ) -> None:
        self.source = source
        self.flags = flags
        self.part = part or complete(source.text)
        self.tree = self._parsed()
        self.names = ModuleNames(self.tree, source.filename, name, package, catalog, project)
        self.names.declares = "leaklint:" in source.text
        self._lowered: dict[int, Lowered] = {}
        self._positions: Positions | None = None
        self.releases = Releases(self.names)

    def _parsed(self) -> cst.Module:
        """The tree of the needed part; if that does not parse, of the whole file."""
        try:
            return parse(self.part.text)
        except Unparsable:
            self.part = complete(self.source.text)
            return parse(self.part.text)

    @property
    def positions(self) -> Positions:
        """Where the nodes stand; computed at the first question."""
        if self._positions is None:
            self._positions = Positions(self.tree)
        return self._positions

    def scopes(self) -> Iterator[Scope]:
        """The module body and every function, in a fixed order."""
        yield self.names.scope
        yield from all_functions(self.names.scope)
        yield from all_lambdas(self.names.scope)

    def misread(self) -> Iterator[tuple[int, str]]:
        """(row, problem) of comments on functions that can't be read."""
        for scope in all_functions(self.names.scope) if self.names.declares else ():
            said = self.names.declared(scope)
            for problem in said.problems if said is not None else ():
                yield self.positions.span(scope.node).row, problem

    def lowered(self, scope: Scope) -> Lowered:
        """The flow graph of a function or of the module body."""
        if id(scope) not in self._lowered:
            self._lowered[id(scope)] = self._lower(scope)
        return self._lowered[id(scope)]

    def _lower(self, scope: Scope) -> Lowered:
        if scope.kind != "module":
            return lower_function(self.names, scope, self.flags)
        lowered = lower_module(self.names, self.flags)
        lowered.graph.shared_globals |= self.part.mentioned
        return lowered
