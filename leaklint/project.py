"""The project: other files that a file's imports reach, read on demand, and what their functions and classes do.

Nothing is imported or executed. A module is parsed only when a question about it can't be answered by its text alone.
"""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from leaklint.catalog.catalog import Catalog
from leaklint.catalog.schema import Kind
from leaklint.flow.ir import FlowGraph, FunctionRef, Obligation
from leaklint.flow.summaries import FunctionSummaries
from leaklint.source import Problem, Source, read
from leaklint.syntax.contract import NEUTRAL, Flags, Unparsable
from leaklint.syntax.seeds import seeds_of

if TYPE_CHECKING:
    from leaklint.syntax.module import Module
    from leaklint.syntax.reduce import Reduced
    from leaklint.syntax.scopes import Scope
    from leaklint.syntax.types import ModuleNames

Read = Callable[[str], Source | Problem]
Resolved = tuple["ModuleNames", "Scope | None", str]
FOLLOWED = 8
"""How many re-exports are followed."""


class Project:
    """Modules by dotted name. `roots` are import roots (absolute paths); each analysed file adds its own."""

    def __init__(
        self, catalog: Catalog, flags: Flags, roots: Sequence[str] = (), reader: Read = read, reach: bool = True
    ) -> None:
        self.catalog = catalog
        self.flags = flags
        self.roots = list(roots)
        self.reader = reader
        self.reach = reach
        self.seeds = seeds_of(catalog)
        self.summaries = FunctionSummaries(catalog, self.graph, self, lambda ref: self.near(ref))
        self.consulted: dict[str, bool] = {}
        """Every path that was asked for, in order, and whether there was a file: what a cache has to watch."""
        self._modules: dict[str, Module | None] = {}
        self._paths: dict[str, str | None] = {}
        self._active: dict[str, bool] = {}
        self._opened: set[str] = set()
        self._reexports: dict[str, tuple[str, ...]] = {}
        self._gives: dict[str, bool] = {}
        self._resolved: dict[tuple[str, bool], Resolved | None] = {}
        self._giving: dict[str, frozenset[str] | None] = {}
        self._sources: dict[str, Source | None] = {}
        self._tables: dict[str, dict[str, tuple[str, ...]]] = {}

    # --- files ------------------------------------------------------------------------------------------------------

    def open(self, source: Source, whole: bool = False) -> "Module | None":
        """The module of a file that is being analysed, None if nothing in it can matter; Unparsable if it has no tree.

        whole: nothing of this file is left out, whatever the flags say: who rewrites it must see all of it.
        """
        name, package, root = dotted_name(source.filename, _levels(source.text)) if self.reach else ("", "", "")
        if root and root not in self.roots:
            self.roots.append(root)
        if self.reach:
            self.consulted[os.path.abspath(source.filename)] = True
        part = _complete(source.text) if whole else self._wanted(source, package)
        if part is None:
            return None
        module = _module(source, name, package, self, part)
        self._modules[name or source.filename] = module
        self._opened.add(name or source.filename)
        return module

    def _wanted(self, source: Source, package: str) -> "Reduced | None":
        """What of a file is worth parsing when it is analysed; None if nothing is."""
        if not self.flags.regions:
            return _complete(source.text)
        more = self._imported(source.text, package)
        offsets = [m.start() for m in self.seeds.patterns(source.text, more)[0].finditer(source.text)]
        if not offsets:
            return None  # without even dividing it: most files end here
        from leaklint.syntax.reduce import Outline, reduced

        outline = Outline(source.text, offsets)
        return reduced(outline, outline.wanted(more))

    def part(self, text: str) -> "Reduced":
        """What of the text of another file is parsed in any case."""
        from leaklint.syntax.reduce import Outline, reduced

        return reduced(Outline(text, ()), frozenset()) if self.flags.regions else _complete(text)

    def _imported(self, text: str, package: str) -> frozenset[str]:
        """Names imported from project modules that can acquire: their calls may answer with a resource."""
        if not self.reach:
            return frozenset()
        found: set[str] = set()
        if package and _RELATIVE.search(text):  # a library's own modules need not name it
            found.update(self.seeds.by_module.get(package.partition(".")[0], ()))
        for match in _FROM.finditer(text):
            base = absolute(match["dots"], match["module"], package)
            for name, alias in _NAMES.findall(match["names"]):
                if self.gives(f"{base}.{name}" if base else name):
                    found.add(alias or name)
        for module in _starred(text, package):
            found.update(self._public(module))
        for module, alias in _PLAIN.findall(text):
            if self.gives(module):
                found.add(alias or module.partition(".")[0])
        return frozenset(found)

    def _public(self, module: str) -> Iterator[str]:
        """The names that `from module import *` may bind and that may acquire."""
        path = self.path(module)
        source = self.text(path)
        for name in _DEFINED.findall(source.text) if source is not None else ():
            if self.gives(f"{module}.{name}"):
                yield name

    def gives(self, qualified: str) -> bool:
        """Whether a name of the project may acquire: it lies in a module whose text can, or is passed on from one."""
        if qualified not in self._gives:
            self._gives[qualified] = False
            self._gives[qualified] = self._may_give(qualified)
        return self._gives[qualified]

    def _may_give(self, qualified: str) -> bool:
        place = self.locate(qualified)
        if place is None:
            return False
        name, rest = place
        if self.active(name):
            return True
        rest = "" if rest == "*" else rest
        path = self.path(name)
        source = self.text(path)
        if source is None:
            return False
        package = package_of(name, path or "")
        if not rest:
            return any(self.gives(q) for q in _passed_on(source.text, package))
        first, dot, tail = rest.partition(".")
        aliases = re.findall(rf"^{re.escape(first)}[ \t]*=[ \t]*([\w.]+)[ \t]*$", source.text, re.MULTILINE)
        stars = (f"{module}.{rest}" for module in _starred(source.text, package))
        origins = [q + dot + tail for a in (first, *aliases) for q in self.imports(path or "", package).get(a, ())]
        return any(self.gives(q) for q in (*origins, *stars))

    def text(self, path: str | None) -> Source | None:
        """The text of a file, read once."""
        if path is None:
            return None
        if path not in self._sources:
            found = self.reader(path)
            self._sources[path] = found if isinstance(found, Source) else None
        return self._sources[path]

    def imports(self, path: str, package: str) -> dict[str, tuple[str, ...]]:
        """What the import statements of a file bind: local name -> qualified names."""
        if path not in self._tables:
            source = self.text(path)
            self._tables[path] = _import_table(source.text, package) if source is not None else {}
        return self._tables[path]

    def path(self, name: str) -> str | None:
        """The file of a module, if it lies under an import root."""
        if name not in self._paths:
            self._paths[name] = self._find(name) if self.reach else None
        return self._paths[name]

    def _find(self, name: str) -> str | None:
        parts = name.split(".")
        if not all(parts):
            return None
        for root in self.roots:
            base = os.path.join(root, *parts)
            for candidate in (f"{base}.py", os.path.join(base, "__init__.py")):
                self.consulted[candidate] = os.path.isfile(candidate)
                if self.consulted[candidate]:
                    return candidate
        return None

    def module(self, name: str) -> "Module | None":
        """The parsed module of that name; None if there is none or it can't be read."""
        if name not in self._modules:
            self._modules[name] = None  # a cycle finds nothing, not itself
            self._modules[name] = self._load(name)
        return self._modules[name]

    def _load(self, name: str) -> "Module | None":
        path = self.path(name)
        source = self.text(path)
        if path is None or source is None:
            return None
        package = package_of(name, path)
        try:
            return _module(source, name, package, self, self.part(source.text))
        except Unparsable:
            return None

    # --- names ------------------------------------------------------------------------------------------------------

    def locate(self, qualified: str) -> tuple[str, str] | None:
        """(module, rest) of a qualified name: the longest module of the project that begins it. Nothing is parsed."""
        parts = qualified.split(".")
        for end in range(len(parts), 0, -1):
            name = ".".join(parts[:end])
            if name in self._modules or self.path(name) is not None:
                return name, ".".join(parts[end:])
        return None

    def reexported(self, qualified: str) -> tuple[str, ...]:
        """The names outside the project that a name of the project stands for, by its import statements. Nothing is parsed."""
        if qualified not in self._reexports:
            self._reexports[qualified] = ()
            self._reexports[qualified] = tuple(self._follow(qualified, 0))
        return self._reexports[qualified]

    def exports(self, module: str, name: str) -> bool:
        """Whether `from module import *` may bind a name; True for modules outside the project."""
        path = self.path(module)
        source = self.text(path)
        if source is None:
            return True
        listed = _ALL.search(source.text)
        return name in re.findall(r"\w+", listed[1]) if listed else not name.startswith("_")

    def _follow(self, qualified: str, depth: int) -> Iterator[str]:
        place = self.locate(qualified) if self.reach and depth < FOLLOWED else None
        if place is None or not place[1]:
            if depth:
                yield qualified
            return
        first, dot, rest = place[1].partition(".")
        path = self.path(place[0])
        source = self.text(path)
        for origin in self.imports(path or "", package_of(place[0], path or "")).get(first, ()) if source is not None else ():
            yield from self._follow(origin + dot + rest, depth + 1)

    def resolve(self, qualified: str, always: bool = False) -> Resolved | None:
        """What a qualified name means in the project. Unless `always`, modules whose text can't acquire stay unread."""
        key = (qualified, always)
        if key not in self._resolved:
            self._resolved[key] = None  # a name that stands for itself finds nothing
            self._resolved[key] = self._resolve(qualified, always, 0)
        return self._resolved[key]

    def _resolve(self, qualified: str, always: bool, depth: int) -> Resolved | None:
        place = self.locate(qualified)
        if place is None or not place[1] or depth > FOLLOWED:
            return None
        name, rest = place
        if not always and name not in self._opened and not self.gives(qualified):
            return None
        module = self.module(name)
        return self._within(module, rest, always, depth) if module is not None else None

    def _within(self, module: "Module", rest: str, always: bool, depth: int) -> Resolved | None:
        names, first = module.names, rest.partition(".")[0]
        scope: Scope | None = names.scope
        for part in rest.split("."):
            scope = (scope.method(part) or scope.classes.get(part)) if scope is not None else None
        if scope is not None:
            return names, scope, rest
        if first in names.scope.imports:
            tail = rest[len(first) :]
            found = (self._resolve(q + tail, always, depth + 1) for q in names.scope.imports[first])
            return next((f for f in found if f is not None), None)
        if first in names.scope.assigned or first in names.scope.annotations:
            return self._alias(names, first, rest) or (names, None, rest)
        starred = (self._resolve(f"{star}.{rest}", always, depth + 1) for star in names.scope.stars)
        return next((f for f in starred if f is not None), None)

    def _alias(self, names: "ModuleNames", first: str, rest: str) -> Resolved | None:
        """`link = connect` in a module: what `link` means."""
        values = [a.value for a in names.scope.assigned.get(first, ()) if a.how == "value"]
        if len(values) != 1 or first != rest:
            return None
        place = names.function(values[0], names.scope)
        return (place[0], place[1], rest) if place is not None else None

    def near(self, ref: FunctionRef) -> bool:
        """Whether a function may give a resource: its file is analysed or its text says so."""
        if ref.module not in self._opened and not self.gives(f"{ref.module}.{ref.qualname}"):
            return False
        names = self._giving_names(ref.module)
        return names is None or ref.qualname.rpartition(".")[2] in names or self._aliased(ref)

    def _aliased(self, ref: FunctionRef) -> bool:
        """Whether the name is no definition of its module but stands for something else (an import, an alias)."""
        module = self._modules.get(ref.module)
        first = ref.qualname.partition(".")[0]
        return module is None or (first not in module.names.scope.functions and first not in module.names.scope.classes)

    def _giving_names(self, name: str) -> frozenset[str] | None:
        """The names of a module that may give a resource by themselves; None if it passes others on."""
        if name not in self._giving:
            from leaklint.syntax.reduce import Outline

            module = self._modules.get(name)
            source = module.source if module is not None else self.text(self.path(name))
            package = package_of(name, source.filename) if source is not None else ""
            more = self._imported(source.text, package) if source is not None else frozenset()
            passes = source is None or source.filename.endswith("__init__.py") or bool(_starred_any(source.text))
            if passes or source is None:
                self._giving[name] = None
            else:
                seeds = self.seeds.patterns(source.text, more)[0]
                self._giving[name] = Outline(source.text, (m.start() for m in seeds.finditer(source.text))).giving(more)
        return self._giving[name]

    def active(self, name: str) -> bool:
        """Whether the text of a module can hold an acquisition at all."""
        if name not in self._active:
            path = self.path(name)
            source = self.text(path)
            self._active[name] = source is not None and bool(self.seeds.names(source.text))
        return self._active[name]

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
        if scope is None and (elsewhere := self.resolve(f"{ref.module}.{ref.qualname}", always=True)) is not None:
            home = self.module(elsewhere[0].name or elsewhere[0].filename)
            module, scope = (home, elsewhere[1]) if home is not None else (module, None)
        if scope is not None and scope.kind == "class":
            return self._constructor(module, scope)
        return (module, scope) if scope is not None and scope.kind == "function" else None

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
        resolved = self.resolve(f"{ref.module}.{ref.qualname}", always=True)
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
        if any(base not in NEUTRAL for base in module.names.outside_bases(module.names.class_type(method.owner), always=True)):
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


_FROM = re.compile(
    r"^[ \t]*from[ \t]+(?P<dots>\.*)[ \t]*(?P<module>[\w.]*)[ \t]+import[ \t]+"
    r"(?P<names>\([^)]*\)|(?:\\\r?\n|[^\n#])*)",
    re.MULTILINE,
)
_NAMES = re.compile(r"(\w+)(?:\s+as\s+(\w+))?")


_ALL = re.compile(r"^__all__[ \t]*(?::[^=\n]*)?=[ \t]*[\[(]([^\])]*)[\])]", re.MULTILINE)
_DEFINED = re.compile(r"^(?:async[ \t]+)?(?:def[ \t]+|class[ \t]+)?([^\W\d_]\w*)[ \t]*[=(:]", re.MULTILINE)
_PLAIN = re.compile(r"^[ \t]*import[ \t]+([\w.]+)(?:[ \t]+as[ \t]+(\w+))?", re.MULTILINE)


def _starred_any(text: str) -> bool:
    return any(m["names"].strip() == "*" for m in _FROM.finditer(text))


def _passed_on(text: str, package: str) -> Iterator[str]:
    """Everything that from-imports of a text name."""
    for match in _FROM.finditer(text):
        base = absolute(match["dots"], match["module"], package)
        yield from (f"{base}.{original}" for original, _ in _NAMES.findall(match["names"]))
    yield from (f"{module}.*" for module in _starred(text, package))


def _starred(text: str, package: str) -> Iterator[str]:
    """The modules of `from module import *`."""
    for match in _FROM.finditer(text):
        if match["names"].strip() == "*":
            yield absolute(match["dots"], match["module"], package)


def _import_table(text: str, package: str) -> dict[str, tuple[str, ...]]:
    """Local name -> the qualified names that import statements bind to it."""
    found: dict[str, list[str]] = {}
    for module, alias in _PLAIN.findall(text):
        found.setdefault(alias or module.partition(".")[0], []).append(module if alias else module.partition(".")[0])
    for match in _FROM.finditer(text):
        base = absolute(match["dots"], match["module"], package)
        for original, alias in _NAMES.findall(match["names"]):
            found.setdefault(alias or original, []).append(f"{base}.{original}" if base else original)
    return {name: tuple(origins) for name, origins in found.items()}


def absolute(dots: str, module: str, package: str) -> str:
    """The module that `from ..module import` names in a package."""
    parts = package.split(".") if package else []
    kept = parts[: len(parts) - len(dots) + 1] if dots else []
    return ".".join([*kept, *([module] if module else [])])


def package_of(name: str, path: str) -> str:
    """The package that relative imports of a module start from."""
    return name if path.endswith(("__init__.py", "__init__.pyi")) else name.rpartition(".")[0]


_RELATIVE = re.compile(r"^[ \t]*from[ \t]+(\.+)", re.MULTILINE)


def _levels(text: str) -> int:
    """How many packages the relative imports of a text prove to lie around it, even without an `__init__.py` (PEP 420)."""
    return max(map(len, _RELATIVE.findall(text)), default=0)


def dotted_name(filename: str, levels: int = 0) -> tuple[str, str, str]:
    """(module name, package, import root) of a file: the root is the first folder above it without `__init__.py`, but at least
    `levels` folders up."""
    path = os.path.abspath(filename)
    folder, base = os.path.split(path)
    stem = base.removesuffix(".pyi").removesuffix(".py")
    parts: list[str] = []
    while len(parts) < levels or os.path.isfile(os.path.join(folder, "__init__.py")):
        folder, last = os.path.split(folder)
        if not last:
            break
        parts.insert(0, last)
    package = ".".join(parts)
    name = package if stem == "__init__" and parts else ".".join([*parts, stem])
    return name, package, folder
