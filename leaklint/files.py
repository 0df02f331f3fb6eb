"""The files of a project: where modules lie, their texts, and what their import statements bind. Nothing is parsed."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from leaklint.source import Problem, Source, read

Read = Callable[[str], Source | Problem]
FOLLOWED = 8
"""How many re-exports are followed."""

_FROM = re.compile(
    r"^[ \t]*from[ \t]+(?P<dots>\.*)[ \t]*(?P<module>[\w.]*)[ \t]+import[ \t]+"
    r"(?P<names>\([^)]*\)|(?:\\\r?\n|[^\n#])*)",
    re.MULTILINE,
)
_NAMES = re.compile(r"(\w+)(?:\s+as\s+(\w+))?")
_PLAIN = re.compile(r"^[ \t]*import[ \t]+([\w.]+[^\n#;]*)", re.MULTILINE)
_MODULE = re.compile(r"([\w.]+)(?:[ \t]+as[ \t]+(\w+))?")
_ALL = re.compile(r"^__all__[ \t]*+(?::[^=\n]*+)?=[ \t]*+[\[(]", re.MULTILINE)
_ALL_END = re.compile(r"[\])]")


class Imported(NamedTuple):
    """What the import statements of a file bind. names: local name -> qualified names; modules: of `from m import *`; whole:
    local name -> modules that `import a.b` makes reachable through it."""

    names: dict[str, tuple[str, ...]]
    stars: tuple[str, ...]
    whole: dict[str, tuple[str, ...]]


NOTHING = Imported({}, (), {})


class Files:
    """Modules by dotted name. `roots` are import roots (absolute paths); without `reach` there is no other file."""

    def __init__(self, roots: Sequence[str], reader: Read = read, reach: bool = True) -> None:
        self.roots = list(roots)
        self.reach = reach
        self.consulted: dict[str, bool] = {}
        """Every path that was asked for, in order, and whether there was a file: what a cache has to watch."""
        self.reader = reader
        self._paths: dict[str, str | None] = {}
        self._tops: dict[str, bool] = {}
        self._sources: dict[str, Source | None] = {}
        self._imports: dict[str, Imported] = {}
        self._reexports: dict[str, tuple[str, ...]] = {}

    def path(self, name: str) -> str | None:
        """The file of a module, if it lies under an import root."""
        if name not in self._paths:
            self._paths[name] = self._find(name) if self.reach else None
        return self._paths[name]

    def begin(self, root: str, filename: str) -> None:
        """A file is going to be analysed: its import root is one of the roots."""
        if root and root not in self.roots:
            self.roots.append(root)
            self._paths = {name: path for name, path in self._paths.items() if path is not None}
            self._tops = {name: True for name, found in self._tops.items() if found}
        self.consulted[os.path.abspath(filename)] = True

    def opened(self, name: str, source: Source) -> None:
        """A file that is being analysed is the module of its name, whatever the roots say."""
        self._paths[name] = source.filename
        self._sources[source.filename] = source
        self._tops[name.partition(".")[0]] = True

    def _find(self, name: str) -> str | None:
        parts = name.split(".")
        if not all(parts) or not self._top(parts[0]):
            return None
        for root in self.roots:
            base = os.path.join(root, *parts)
            for candidate in (f"{base}.py", os.path.join(base, "__init__.py")):
                if self._is_file(candidate):
                    return candidate
        return None

    def _top(self, name: str) -> bool:
        """Whether a package or module of that name lies under a root: most imports end here."""
        if name not in self._tops:
            self._tops[name] = any(
                self._is_file(os.path.join(root, f"{name}.py")) or self._is_folder(os.path.join(root, name))
                for root in self.roots
            )
        return self._tops[name]

    def _is_file(self, path: str) -> bool:
        self.consulted[path] = os.path.isfile(path)
        return self.consulted[path]

    def _is_folder(self, path: str) -> bool:
        self.consulted[path] = False
        return os.path.isdir(path)

    def text(self, path: str | None) -> Source | None:
        """The text of a file, read once."""
        if path is None:
            return None
        if path not in self._sources:
            found = self.reader(path)
            self._sources[path] = found if isinstance(found, Source) else None
        return self._sources[path]

    def source(self, name: str) -> Source | None:
        """The text of a module."""
        return self.text(self.path(name))

    def imports(self, name: str) -> Imported:
        """What the import statements of a module bind."""
        if name not in self._imports:
            source = self.source(name)
            package = package_of(name, source.filename) if source is not None else ""
            self._imports[name] = imported(source.text, package) if source is not None else NOTHING
        return self._imports[name]

    def locate(self, qualified: str) -> tuple[str, str] | None:
        """(module, rest) of a qualified name: the longest module of the project that begins it."""
        parts = qualified.split(".")
        if not self.reach or not self._top(parts[0]):
            return None
        for end in range(len(parts), 0, -1):
            name = ".".join(parts[:end])
            if self.path(name) is not None:
                return name, ".".join(parts[end:])
        return None

    def reexported(self, qualified: str) -> tuple[str, ...]:
        """The names outside the project that a name of the project stands for, by its import statements."""
        if qualified not in self._reexports:
            self._reexports[qualified] = ()
            self._reexports[qualified] = tuple(dict.fromkeys(self._follow(qualified, 0, {})))
        return self._reexports[qualified]

    def _follow(self, qualified: str, depth: int, seen: dict[str, int]) -> Iterator[str]:
        """What a name leads to. seen: at what depth each name was met. Packages whose modules import each other lead to the same
        name in very many ways: it is followed again only from nearer."""
        if seen.get(qualified, FOLLOWED + 1) <= depth:
            return
        seen[qualified] = depth
        place = self.locate(qualified) if depth < FOLLOWED else None
        if place is None or not place[1]:
            if depth:
                yield qualified
            return
        first, dot, rest = place[1].partition(".")
        for origin in self.imports(place[0]).names.get(first, ()):
            yield from self._follow(origin + dot + rest, depth + 1, seen)

    def exports(self, module: str, name: str) -> bool:
        """Whether `from module import *` may bind a name; True for modules outside the project."""
        source = self.source(module)
        if source is None:
            return True
        listed = _ALL.search(source.text)
        end = _ALL_END.search(source.text, listed.end()) if listed else None
        if listed is None or end is None:
            return not name.startswith("_")
        return name in re.findall(r"\w+", source.text[listed.end() : end.start()])


def imported(text: str, package: str) -> Imported:
    """What import statements bind; `package` resolves relative ones."""
    if "import" not in text:
        return NOTHING
    names: dict[str, list[str]] = {}
    whole: dict[str, list[str]] = {}
    stars: list[str] = []
    for module, alias in (found for listed in _PLAIN.findall(text) for found in _MODULE.findall(listed)):
        root = module.partition(".")[0]
        names.setdefault(alias or root, []).append(module if alias else root)
        whole.setdefault(alias or root, []).append(module)
    for match in _FROM.finditer(text):
        base = absolute(match["dots"], match["module"], package)
        if match["names"].strip() == "*":
            stars.append(base)
        for original, alias in _NAMES.findall(match["names"]):
            names.setdefault(alias or original, []).append(f"{base}.{original}" if base else original)
    frozen = ({name: tuple(found) for name, found in table.items()} for table in (names, whole))
    return Imported(next(frozen), tuple(stars), next(frozen))


def absolute(dots: str, module: str, package: str) -> str:
    """The module that `from ..module import` names in a package."""
    parts = package.split(".") if package else []
    kept = parts[: len(parts) - len(dots) + 1] if dots else []
    return ".".join([*kept, *([module] if module else [])])


def package_of(name: str, path: str) -> str:
    """The package that relative imports of a module start from."""
    return name if path.endswith(("__init__.py", "__init__.pyi")) else name.rpartition(".")[0]


_RELATIVE = re.compile(r"^[ \t]*from[ \t]+(\.+)", re.MULTILINE)


def levels(text: str) -> int:
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
