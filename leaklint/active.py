"""Active names: which names of the project may give a resource to whoever uses them. Answered by texts, nothing is parsed.

A name is active if the region that defines it may acquire, or names something active: reachability in the graph of
(module, name). Only what a question reaches is read, whether one file is asked about or all (DESIGN section 2). Errs to
active: names are compared as words.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from leaklint.catalog.catalog import Catalog
from leaklint.catalog.clues import Clues
from leaklint.files import Files
from leaklint.syntax.import_text import imports
from leaklint.syntax.outline import Outline
from leaklint.triage import Triage

_IMPORT = re.compile(r"^[ \t]*(?:from|import)\b.*", re.MULTILINE)
_CHAIN = re.compile(r"((?:\.\s*\w+)+)")
_WORD = re.compile(r"\w+")

Node = tuple[str, str]
"""A module of the project and a name in it."""


class Active:
    """Answers for the modules of one project."""

    def __init__(self, files: Files, catalog: Catalog) -> None:
        self._files = files
        self._triage, self._clues = triage_of(catalog)
        self._outlines: dict[str, Outline | None] = {}
        self._known: dict[Node, bool] = {}
        self._next: dict[Node, tuple[Node, ...]] = {}

    def outline(self, name: str) -> Outline | None:
        """The regions of a module, and where it may acquire."""
        if name not in self._outlines:
            source = self._files.source(name)
            self._outlines[name] = _outlined(self._triage, source.text, name) if source is not None else None
        return self._outlines[name]

    def wanted(self, name: str, text: str) -> tuple[Outline, dict[str, set[Node]]] | None:
        """(regions, names from elsewhere that may give something, and what they mean there) of a file that is to be analysed;
        None if nothing may. A name with a dot before it is a member of whatever object."""
        received: dict[str, set[Node]] = {}
        for word, node in self._received(name) if self._files.reach else ():
            received.setdefault(word, set()).add(node)
        reached = self._closure({node for nodes in received.values() for node in nodes})
        roots = frozenset[str]().union(*(self._imported(module) for module in {module for module, _ in reached}))
        offsets = [span.start for span in self._triage.candidates(text, name, roots)]
        for node in reached:
            for member in self._members(node):
                received.setdefault(f".{member}", set()).add((node[0], member))
        return (Outline(text, offsets), received) if offsets or received else None

    def gives(self, qualified: str) -> bool:
        """Whether a name of the project may give a resource."""
        return self.reach(self.targets(qualified))

    def reach(self, nodes: Iterable[Node]) -> bool:
        """Whether one of these names may give a resource."""
        return any(self._reaches(node) for node in nodes)

    def answers(self, module: str, qualname: str) -> bool:
        """Whether what a function answers may hold a resource. Of a method that stands in its class only its own text counts,
        not what the class keeps."""
        owner, _, name = qualname.rpartition(".")
        outline = self.outline(module) if owner else None
        own = outline.members.get(owner.rpartition(".")[2], {}).get(name, ()) if outline is not None else ()
        if outline is None or not own:
            return self.gives(f"{module}.{qualname}")
        if not any(outline.answers(number) for number in own):
            return False
        return not outline.hits.isdisjoint(own) or self._reaches((module, name))

    def _received(self, name: str) -> Iterator[tuple[str, Node]]:
        """The words of a module by which it may get a resource from others, and what they mean there."""
        found = self._files.imports(name)
        outline: Outline | None = None
        for local, origins in found.names.items():
            for origin in origins:
                place = self._files.locate(origin)
                if place is None:
                    continue
                if place[1]:
                    yield from ((local, node) for node in self._named(*place) if self._reaches(node))
                    continue
                outline = outline or self._plain(name)
                through = self._through((place[0], *found.whole.get(local, ())), behind(local, outline.code))
                yield from ((f".{node[1]}", node) for node in through if self._reaches(node))
        for star in found.stars:
            outline = outline or self._plain(name)
            yield from ((w, (star, w)) for w in outline.everything if self._defines(star, w) and self._reaches((star, w)))

    def _members(self, node: Node) -> Iterator[str]:
        """The methods of a class that answer anything, as far as they may give something."""
        outline = self.outline(node[0])
        for name, numbers in outline.members.get(node[1], {}).items() if outline is not None else ():
            assert outline is not None
            if any(outline.answers(number) for number in numbers) and self._reaches((node[0], name)):
                yield name

    def _plain(self, name: str) -> Outline:
        source = self._files.source(name)
        return self.plain(source.text if source is not None else "")

    def plain(self, text: str) -> Outline:
        """The regions of a text in which nothing acquires."""
        return Outline(text, ())

    def targets(self, qualified: str) -> Iterator[Node]:
        """The names of the project that a qualified name may mean."""
        place = self._files.locate(qualified)
        if place is not None and place[1]:
            yield from self._named(*place)

    def _named(self, module: str, rest: str) -> Iterator[Node]:
        """`Class` and `method` of `Class.method`."""
        first, _, tail = rest.partition(".")
        yield module, first
        if tail:
            yield module, tail.rpartition(".")[2]

    def _through(self, modules: Iterable[str], words: frozenset[str]) -> Iterator[Node]:
        """The names of modules that somebody who has the modules may use by these words."""
        for module in modules:
            if self._files.path(module) is not None:
                yield from ((module, word) for word in words if self._defines(module, word))

    def _defines(self, module: str, name: str) -> bool:
        outline = self.outline(module)
        return outline is not None and (name in outline.defining or name in self._files.imports(module).names)

    # --- the graph --------------------------------------------------------------------------------------------------

    def _reaches(self, start: Node) -> bool:
        """Whether something that acquires can be reached. Complete searches only are remembered, so that the order of
        questions does not matter."""
        if start in self._known:
            return self._known[start]
        came: dict[Node, Node | None] = {start: None}
        waiting = [start]
        while waiting:
            node = waiting.pop()
            if self.acquires(node) or any(self._known.get(n) is True for n in self._steps(node)):
                self._remember(node, came)
                return True
            for following in self._steps(node):
                if following not in came and following not in self._known:
                    came[following] = node
                    waiting.append(following)
        self._known.update(dict.fromkeys(came, False))
        return False

    def _remember(self, node: Node, came: dict[Node, Node | None]) -> None:
        current: Node | None = node
        while current is not None:
            self._known[current] = True
            current = came[current]

    def acquires(self, node: Node) -> bool:
        """Whether a name may acquire by itself."""
        module, name = node
        outline = self.outline(module)
        if outline is None:
            return False
        if any(self._is_library(origin) for origin in self._files.imports(module).names.get(name, ())):
            return True
        return not outline.hits.isdisjoint(outline.defining.get(name, ()))

    def _steps(self, node: Node) -> tuple[Node, ...]:
        """What a name may stand for or use."""
        if node not in self._next:
            self._next[node] = tuple(dict.fromkeys(self._following(*node)))
        return self._next[node]

    def _following(self, module: str, name: str) -> Iterator[Node]:
        outline, found = self.outline(module), self._files.imports(module)
        if outline is None:
            return
        numbers = outline.defining.get(name, ())
        yield from (target for origin in found.names.get(name, ()) for target in self.targets(origin))
        for number in numbers:
            yield from self.uses(module, number, name)
        if not numbers:
            yield from ((star, name) for star in found.stars if self._files.path(star) is not None)

    def _closure(self, nodes: set[Node]) -> set[Node]:
        """Everything that these names stand for or use: what they give comes from there."""
        waiting, seen = list(nodes), set(nodes)
        while waiting:
            new = [node for node in self._steps(waiting.pop()) if node not in seen]
            seen.update(new)
            waiting.extend(new)
        return seen

    def _imported(self, module: str) -> frozenset[str]:
        source = self._files.source(module)
        return imported_words(source.text) if source is not None else frozenset()

    def uses(self, module: str, number: int, name: str) -> Iterator[Node]:
        """What a region that defines a name uses for it."""
        outline = self.outline(module)
        if outline is None:
            return
        found, words = self._files.imports(module), outline.words[number]
        for word in words:
            if word in found.names:
                yield from (target for origin in found.names[word] for target in self.targets(origin))
                places = (self._files.locate(origin) for origin in found.names[word])
                whole = [place[0] for place in places if place is not None and not place[1]]
                yield from self._through((*whole, *(found.whole.get(word, ()) if whole else ())), words)
            elif word != name and word in outline.defining:
                yield module, word
        for star in found.stars:
            yield from self._through((star,), words)

    def _is_library(self, qualified: str) -> bool:
        """Whether a name that is passed on comes from a library of the rules."""
        if self._files.locate(qualified) is not None:
            return False
        last = qualified.rpartition(".")[2]
        clues = self._clues
        return any(last in known for known in (clues.functions, clues.methods, clues.carriers, self._triage.roots))


@lru_cache(maxsize=256)
def _outlined(triage: Triage, text: str, module: str) -> Outline:
    """The same text is asked about again by the next project."""
    return Outline(text, (span.start for span in triage.candidates(text, module, carriers=True)))


def behind(local: str, code: str) -> frozenset[str]:
    """The words behind a name and dots; every word behind a dot if the name stands somewhere without one."""
    bare = re.search(rf"(?<![\w.]){local}\b(?!\s*\.)", _IMPORT.sub("", code))
    chains = _CHAIN.findall(code) if bare else re.findall(rf"(?<![\w.]){local}((?:\s*\.\s*\w+)+)", code)
    return frozenset(word for chain in chains for word in _WORD.findall(chain))


@lru_cache(maxsize=2048)
def imported_words(text: str) -> frozenset[str]:
    """The words of all import statements of a text."""
    return imports(text).words


_TRIAGES: dict[int, tuple[Catalog, Triage, Clues]] = {}


def triage_of(catalog: Catalog) -> tuple[Triage, Clues]:
    """The triage of a catalog: made once for each of the few that a process uses."""
    if id(catalog) not in _TRIAGES:
        if len(_TRIAGES) > 8:
            _TRIAGES.clear()
        _TRIAGES[id(catalog)] = (catalog, Triage(catalog.clues), catalog.clues)
    return _TRIAGES[id(catalog)][1:]
