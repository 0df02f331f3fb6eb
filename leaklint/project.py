"""The project: other files that a file's imports reach, read on demand, and what their functions and classes do.

Nothing is imported or executed. A module is parsed only when a question about it can't be answered by its text alone.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from leaklint.active import Active, Node
from leaklint.catalog.catalog import Catalog
from leaklint.catalog.schema import Kind
from leaklint.files import FOLLOWED, Files, Read, dotted_name, levels, package_of
from leaklint.flow.ir import FlowGraph, FunctionRef, Obligation
from leaklint.flow.summaries import FunctionSummaries
from leaklint.giving import Giving
from leaklint.source import Source, read
from leaklint.syntax.contract import NEUTRAL, Flags, Unparsable

if TYPE_CHECKING:
    from leaklint.syntax.module import Module
    from leaklint.syntax.outline import Outline
    from leaklint.syntax.reduce import Reduced
    from leaklint.syntax.scopes import Scope
    from leaklint.syntax.types import ModuleNames

FEW = 10
"""From so many files on it pays to find out what the functions that they use do. It changes no verdict."""

Resolved = tuple["ModuleNames", "Scope | None", str]


class Project:
    """Modules by dotted name. `roots` are import roots (absolute paths); each analysed file adds its own."""

    def __init__(
        self, catalog: Catalog, flags: Flags, roots: Sequence[str] = (), reader: Read = read, reach: bool = True
    ) -> None:
        self.catalog = catalog
        self.flags = flags
        self.reach = reach
        self._roots = roots
        self.files = Files(roots, reader, reach)
        self.active = Active(self.files, catalog)
        self.summaries = FunctionSummaries(catalog, self.graph, self, self.near)
        self.giving = Giving(self.files, self.active, self.summaries, self._function)
        self._begun = self._depth = 0
        self._modules: dict[str, Module | None] = {}
        self._resolved: dict[str, Resolved | None] = {}

    def afresh(self) -> "Project":
        """A project that asks the same reader and knows nothing yet."""
        return Project(self.catalog, self.flags, self._roots, self.reader, self.reach)

    @property
    def reader(self) -> Read:
        """What reads other files."""
        return self.files.reader

    @reader.setter
    def reader(self, reader: Read) -> None:
        self.files.reader = reader

    @property
    def size(self) -> int:
        """How many characters have been parsed."""
        return sum(module.size for module in self._modules.values() if module is not None)

    @property
    def consulted(self) -> dict[str, bool]:
        """Every path that was asked for, in order, and whether there was a file: what a cache has to watch."""
        return self.files.consulted

    # --- modules ----------------------------------------------------------------------------------------------------

    def open(self, source: Source, whole: bool = False) -> "Module | None":
        """The module of a file that is being analysed, None if nothing in it can matter; Unparsable if it has no tree.

        whole: nothing of this file is left out, whatever the flags say: who rewrites it must see all of it.
        """
        name, package = self._begin(source)
        if not whole and self.flags.regions:
            return self._opened(source, name, package)
        module = self._modules[name or source.filename] = _module(source, name, package, self, _complete(source.text))
        if self.flags.regions:
            module.idle = self._idle(source, name)
        return module

    def _begin(self, source: Source) -> tuple[str, str]:
        """Name and package of a file that is being analysed."""
        self._begun += 1
        if not self.reach:
            return "", ""
        name, package, root = dotted_name(source.filename, levels(source.text))
        self.files.begin(root, source.filename)
        self.files.opened(name, source)
        return name, package

    def open_regions(self, source: Source, numbers: frozenset[int]) -> "Module":
        """The module of a file of which only these regions are to be analysed; Unparsable if it has no tree."""
        from leaklint.syntax.reduce import reduced

        name, package = self._begin(source)
        outline = (self.active.outline(name) if name else None) or self.active.plain(source.text)
        module = self._modules[name or source.filename] = _module(source, name, package, self, reduced(outline, numbers))
        return module

    def _opened(self, source: Source, name: str, package: str) -> "Module | None":
        """What of a file is worth analysing; None if nothing is: most files end here."""
        found = self.active.wanted(name, source.text)
        if found is None:
            return None
        outline, received = found
        start = outline.hits or self._receiving(outline, received)
        if not start:
            return None
        from leaklint.syntax.reduce import reduced

        module = _module(source, name, package, self, reduced(outline, start))
        self._modules[name or source.filename] = module
        module.part = module.part.wanting(self._acquiring(name, outline, received))
        return module

    def _acquiring(self, name: str, outline: "Outline", received: dict[str, set[Node]]) -> frozenset[int]:
        """The regions of a file that has been opened in which something may be acquired."""
        start = outline.hits | self._receiving(outline, received)
        return outline.spread(start, lambda number, word: self._spreads(name, outline, number, word))

    def _idle(self, source: Source, name: str) -> frozenset[str]:
        """The functions of a file, opened as a whole, in which nothing is acquired."""
        found = self.active.wanted(name, source.text)
        outline = found[0] if found is not None else self.active.plain(source.text)
        wanted = self._acquiring(name, *found) if found is not None else frozenset()
        busy = {outline.qualname(number) for number in wanted}
        return frozenset(q for i in range(len(outline.regions)) if (q := outline.qualname(i)) not in busy) - {""}

    def _receiving(self, outline: "Outline", received: dict[str, set[Node]]) -> frozenset[int]:
        """The regions that get something from other files."""
        found: set[int] = set()
        for word in sorted(received):
            users = [number for number in outline.users(word, elsewhere=True) if number not in found]
            if users and (self._few or self.giving.any_of(sorted(received[word]))):
                found.update(users)
        return frozenset(found)

    def _spreads(self, name: str, outline: "Outline", number: int, word: str) -> bool:
        return not name or self._few or self.giving.by_region(name, outline, number, word)

    @property
    def _few(self) -> bool:
        """Whether so few files have been opened that to analyse what their texts name costs less than to ask who gives."""
        return self._begun <= FEW

    def module(self, name: str) -> "Module | None":
        """The module of that name; None if there is none or it can't be read."""
        if name not in self._modules:
            self._modules[name] = None  # a cycle finds nothing, not itself
            self._modules[name] = self._load(name)
        return self._modules[name]

    def _load(self, name: str) -> "Module | None":
        source = self.files.source(name)
        if source is None:
            return None
        try:
            return _module(source, name, package_of(name, source.filename), self, self._part(name, source.text))
        except Unparsable:
            return None

    def _part(self, name: str, text: str) -> "Reduced":
        """What of another file is parsed in any case."""
        from leaklint.syntax.reduce import reduced

        outline = self.active.outline(name) if self.flags.regions else None
        return reduced(outline, frozenset()) if outline is not None else _complete(text)

    # --- names ------------------------------------------------------------------------------------------------------

    def locate(self, qualified: str) -> tuple[str, str] | None:
        """(module, rest) of a name that lies in the project, without reading the module."""
        return self.files.locate(qualified)

    def reexported(self, qualified: str) -> tuple[str, ...]:
        """The names outside the project that a name of the project stands for. Nothing is parsed."""
        return self.files.reexported(qualified)

    def exports(self, module: str, name: str) -> bool:
        """Whether `from module import *` may bind a name; True for modules outside the project."""
        return self.files.exports(module, name)

    def resolve(self, qualified: str) -> Resolved | None:
        """What a qualified name means in the project."""
        if qualified not in self._resolved:
            self._resolved[qualified] = None  # a name that stands for itself finds nothing
            self._depth += 1
            try:
                self._resolved[qualified] = self._resolve(qualified, 0)
            finally:
                self._depth -= 1
        return self._resolved[qualified]

    @property
    def resolving(self) -> bool:
        """Whether a name is being resolved just now."""
        return self._depth > 0

    def _resolve(self, qualified: str, depth: int) -> Resolved | None:
        place = self.locate(qualified)
        if place is None or not place[1] or depth > FOLLOWED:
            return None
        module = self.module(place[0])
        return self._within(module, place[1], depth) if module is not None else None

    def _within(self, module: "Module", rest: str, depth: int) -> Resolved | None:
        names, first = module.names, rest.partition(".")[0]
        scope: Scope | None = names.scope
        for part in rest.split("."):
            scope = (scope.method(part) or scope.classes.get(part)) if scope is not None else None
        if scope is not None:
            return names, scope, rest
        if first in names.scope.imports:
            tail = rest[len(first) :]
            found = (self._resolve(q + tail, depth + 1) for q in names.scope.imports[first])
            return next((f for f in found if f is not None), None)
        if first in names.scope.assigned or first in names.scope.annotations:
            return self._alias(names, first, rest) or (names, None, rest)
        starred = (self._resolve(f"{star}.{rest}", depth + 1) for star in names.scope.stars)
        return next((f for f in starred if f is not None), None)

    def _alias(self, names: "ModuleNames", first: str, rest: str) -> Resolved | None:
        """`link = connect` in a module: what `link` means."""
        values = [a.value for a in names.scope.assigned.get(first, ()) if a.how == "value"]
        if len(values) != 1 or first != rest:
            return None
        place = names.function(values[0], names.scope)
        return (place[0], place[1], rest) if place is not None else None

    def near(self, ref: FunctionRef) -> bool:
        """Whether a function may give a resource, as far as its text says."""
        if not self.flags.regions or not self.reach or "<" in ref.qualname:
            return True
        return self.active.answers(ref.module, ref.qualname)

    # --- functions and classes --------------------------------------------------------------------------------------

    def scope_of(self, ref: FunctionRef) -> "tuple[Module, Scope] | None":
        """The function that a reference means; for a class its `__init__`."""
        module = self.module(ref.module)
        if module is None:
            return None
        scope: Scope | None = module.names.scope
        for part in ref.qualname.split("."):
            if part != "<locals>" and scope is not None:
                scope = scope.method(part) or scope.classes.get(part)
        if scope is None and (elsewhere := self.resolve(f"{ref.module}.{ref.qualname}")) is not None:
            home = self.module(elsewhere[0].name or elsewhere[0].filename)
            module, scope = (home, elsewhere[1]) if home is not None else (module, None)
        if scope is not None and scope.kind == "class":
            return self._constructor(module, scope)
        return (module, scope) if scope is not None and scope.kind == "function" else None

    def _function(self, ref: FunctionRef) -> "Scope | None":
        found = self.scope_of(ref)
        return found[1] if found is not None else None

    def _constructor(self, module: "Module", klass: "Scope") -> "tuple[Module, Scope] | None":
        found = module.names.method(module.names.class_type(klass), "__init__")
        if found is None:
            return None
        names, scope = found
        home = self.module(names.name or names.filename) if names is not module.names else module
        return (home, scope) if home is not None else None

    def graph(self, ref: FunctionRef) -> FlowGraph | None:
        """The flow graph of a function of the project."""
        found = self.scope_of(ref)
        return found[0].lowered(found[1]).graph if found is not None else None

    def derived(self, ref: FunctionRef) -> Kind | None:
        """The kind of instances of a class that owns a resource."""
        found = self.scope_of(ref)
        if found is None or found[1].owner is None:
            return None
        module, init = found
        klass = self._class(ref)
        if klass is None or init.owner is not klass[1]:
            return None
        from leaklint.derived import derived_kind

        return derived_kind(module, klass[1], module.lowered(init).graph, self.summaries)

    def started(self, ref: FunctionRef) -> Kind | None:
        """The kind that an object is after that method of it has returned."""
        found = self.scope_of(ref)
        if found is None or found[1].owner is None or found[1].qualname.rpartition(".")[2].startswith("__"):
            return None
        from leaklint.derived import derived_kind

        module, method = found
        assert method.owner is not None
        return derived_kind(module, method.owner, module.lowered(method).graph, self.summaries)

    def _class(self, ref: FunctionRef) -> "tuple[Module, Scope] | None":
        module = self.module(ref.module)
        scope: Scope | None = module.names.scope if module is not None else None
        for part in ref.qualname.split("."):
            scope = scope.classes.get(part) if scope is not None else None
        if module is not None and scope is not None:  # the same tree as that of its methods
            return module, scope
        resolved = self.resolve(f"{ref.module}.{ref.qualname}")
        if resolved is None or resolved[1] is None or resolved[1].kind != "class":
            return None
        home = self.module(resolved[0].name or resolved[0].filename)
        return (home, resolved[1]) if home is not None else None

    def keeps(self, target: FunctionRef, attribute: str) -> bool:
        """Whether the class of a method never releases an attribute: whoever made the object still owns what that holds."""
        found = self.scope_of(target)
        if found is None or found[1].owner is None:
            return False
        module, method = found
        assert method.owner is not None
        if any(base not in NEUTRAL for base in module.names.outside_bases(module.names.class_type(method.owner))):
            return False
        return not module.releases.class_could(method.owner, attribute, _ANY_KIND, direct=True)

    def lends(self, callee: FunctionRef, position: int | None, name: str | None, kind_id: str) -> bool:
        """Whether a function of the project leaves that argument alone, or only stores what nobody releases there."""
        if kind_id not in self.catalog.kinds:
            return False
        effect = self.summaries.parameter(callee, position, name, kind_id, (), True)
        return effect is not None and effect.effect in ("borrows", "keeps")

    def wrapper(self, target: FunctionRef, attribute: str, obligation: Obligation) -> Kind | None:
        """The kind of instances of the class of a method, if a method of it releases what the attribute was given."""
        found = self.scope_of(target)
        if found is None or found[1].owner is None:
            return None
        from leaklint.derived import wrapper_kind

        return wrapper_kind(found[0], found[1].owner, obligation, attribute, self.summaries)


def _complete(text: str) -> "Reduced":
    """All of a text; what divides files is imported here and not before."""
    from leaklint.syntax.reduce import complete

    return complete(text)


def _module(source: Source, name: str, package: str, project: Project, part: "Reduced") -> "Module":
    """Parses; LibCST is imported here and not before: most files never get this far."""
    from leaklint.syntax.module import Module

    return Module(source, name, package, project.catalog, project.flags, project if project.reach else None, part)


_ANY_KIND = Kind(
    id="any", what="anything", category="handle", with_exit="releases", async_with_exit="releases",
    release=("close", "aclose", "release", "shutdown", "stop", "disconnect", "terminate", "quit"),
)  # fmt: skip
