"""One parsed module: its names, and its functions lowered on demand."""

from collections.abc import Iterator

import libcst as cst

from leaklint.catalog.catalog import Catalog
from leaklint.source import Source
from leaklint.syntax.attributes import Releases
from leaklint.syntax.contract import Flags, Unparsable
from leaklint.syntax.inference.model import Project
from leaklint.syntax.lower import Lowered, lower_function, lower_module
from leaklint.syntax.parse import parse
from leaklint.syntax.positions import Positions
from leaklint.syntax.reduce import Reduced, complete
from leaklint.syntax.scopes import Scope, Unread, all_functions, all_lambdas
from leaklint.syntax.stubs import Stubs, home
from leaklint.syntax.types import ModuleNames


class Module:
    """A module of the project or a file on its own. `name` is its dotted name ("" if unknown); idle: qualified names of
    functions that need no analysis."""

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
        self.idle: frozenset[str] = frozenset()
        self.part = part or complete(source.text)
        self.tree = self._parsed()
        self.stubs = Stubs(self.part)
        self.names = ModuleNames(self.tree, source.filename, name, package, catalog, project, self.stubs)
        self.names.declares = "leaklint:" in source.text
        self._lowered: dict[int, Lowered] = {}
        self._positions: Positions | None = None
        self.releases = Releases(self.names)

    def _parsed(self) -> cst.Module:
        """The tree of the skeleton; if that does not parse, of the whole file."""
        try:
            return parse(self.part.text)
        except Unparsable:
            self.part = complete(self.source.text)
            return parse(self.part.text)

    @property
    def positions(self) -> Positions:
        """Where the nodes of the skeleton stand; computed at the first question."""
        if self._positions is None:
            self._positions = Positions(self.tree, self.part.row)
        return self._positions

    @property
    def size(self) -> int:
        """How many characters have been parsed."""
        return len(self.part.text) + self.stubs.size

    def place(self, scope: Scope) -> tuple[cst.Module, Positions]:
        """The tree in which the nodes of a scope lie, and where they stand in the file."""
        number = home(scope)
        return (self.tree, self.positions) if number is None else (self.stubs.tree(number), self.stubs.positions(number))

    def scopes(self) -> Iterator[Scope]:
        """What is to be analysed, in a fixed order: the module body and functions."""
        if self.part.body or not self.part.stubs:
            yield self.names.scope
        yield from filter(self._is_busy, all_functions(self.names.scope, self._wanted))
        yield from filter(self._is_busy, all_lambdas(self.names.scope, self._wanted))

    def _is_busy(self, scope: Scope) -> bool:
        return scope.qualname.partition(".<locals>")[0] not in self.idle

    @property
    def doubtful(self) -> bool:
        """Whether a function that is to be analysed does not parse on its own: the file has to be parsed as a whole."""
        return not self.stubs.refused.isdisjoint(self.part.wanted)

    def _wanted(self, unread: Unread) -> bool:
        return unread.number in self.part.wanted

    def misread(self) -> Iterator[tuple[int, str]]:
        """(row, problem) of comments on functions that can't be read."""
        for scope in all_functions(self.names.scope) if self.names.declares else ():
            said = self.names.declared(scope)
            for problem in said.problems if said is not None else ():
                yield self.place(scope)[1].span(scope.node).row, problem

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
