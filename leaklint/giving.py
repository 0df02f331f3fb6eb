"""Who gives a resource to whoever uses its name: asked of what functions and classes do, once the text says that they might.

The words of a text find too many candidates (`active`); each of them would have its users parsed and lowered. A function
gives if its result is fresh, a class if its instances own something or a method of it starts to. Whatever is neither, and
all that is in doubt, gives.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from leaklint.active import Active, Node
from leaklint.files import Files
from leaklint.flow.ir import FunctionRef
from leaklint.flow.summaries import FunctionSummaries
from leaklint.syntax.outline import BODIES, Outline
from leaklint.syntax.regions import Region

if TYPE_CHECKING:
    from leaklint.syntax.scopes import Scope


class Giving:
    """Answers for the modules of one project."""

    def __init__(
        self, files: Files, active: Active, summaries: FunctionSummaries, found: "Callable[[FunctionRef], Scope | None]"
    ) -> None:
        self._files = files
        self._active = active
        self._summaries = summaries
        self._found = found
        self._known: dict[Node, bool] = {}
        self._deciding = False
        self._by_use = frozenset(name for use in summaries.catalog.uses for name in use.acquire)
        """Methods whose value may turn out to be a resource by what is done with it."""

    def any_of(self, nodes: Iterable[Node]) -> bool:
        """Whether one of these names gives."""
        return any(self._gives(node) for node in nodes)

    def perhaps(self, node: Node) -> bool:
        """Whether a name gives, as far as that is known while others are asked."""
        return self._known.get(node) is not False if self._deciding else self._gives(node)

    def by_region(self, module: str, outline: Outline, number: int, name: str) -> bool:
        """Whether a region gives something through a name that it defines."""
        self._decide(self._active.uses(module, number, outline.regions[number].name))
        return self._by_region(module, outline, number, name)

    def _gives(self, node: Node) -> bool:
        self._decide((node,))
        return self._known[node]

    def _decide(self, nodes: Iterable[Node]) -> None:
        """Finds out about names and all that they use. What gives makes those who use it worth asking, and nobody else is."""
        begun = [node for node in nodes if node not in self._known]
        if not begun:
            return
        self._deciding = True
        try:
            self._follow(*self._unknown(begun))
        finally:
            self._deciding = False

    def _follow(self, reached: dict[Node, None], users: dict[Node, list[Node]]) -> None:
        waiting = [node for node in reached if self._may_give(node)]
        while waiting:
            node = waiting.pop()
            if node not in self._known and self._asked(*node):
                self._known[node] = True
                waiting.extend(users.get(node, ()))
        self._known.update(dict.fromkeys((node for node in reached if node not in self._known), False))

    def _unknown(self, begun: list[Node]) -> tuple[dict[Node, None], dict[Node, list[Node]]]:
        """The names on which the answers depend and that are not known yet, and who uses each."""
        reached, users = dict.fromkeys(begun), dict[Node, list[Node]]()
        waiting = list(begun)
        while waiting:
            node = waiting.pop()
            for used in self._active.steps(node):
                users.setdefault(used, []).append(node)
                if used not in reached and used not in self._known:
                    reached[used] = None
                    waiting.append(used)
        return reached, users

    def _may_give(self, node: Node) -> bool:
        """Whether a name acquires by itself, or uses one that gives."""
        return self._active.acquires(node) or any(self._known.get(used) for used in self._active.steps(node))

    def _asked(self, module: str, name: str) -> bool:
        """Whether a name gives, as far as those that it uses are known to."""
        outline = self._active.outline(module)
        origins = self._files.imports(module).names.get(name, ())
        if outline is None or (origins and self._active.acquires((module, name))):
            return True
        numbers = outline.defining.get(name, ())
        if any(self._known.get(target) for origin in origins for target in self._active.targets(origin)):
            return True
        return not numbers or any(self._by_region(module, outline, number, name) for number in numbers)

    def _by_region(self, module: str, outline: Outline, number: int, name: str) -> bool:
        region = outline.regions[number]
        if outline.text.find("leaklint:", region.start, region.end) >= 0:
            return True
        if name == _class_of(region):
            return self._owns(module, outline, name)
        if not self._may_acquire(module, outline, number):
            return False
        own = region.kind in BODIES and region.name == name
        return not own or self._is_fresh(FunctionRef(module, ".".join((*region.chain, name))))

    def _may_acquire(self, module: str, outline: Outline, number: int) -> bool:
        """Whether a region may acquire something, by what its text names."""
        if number in outline.hits:
            return True
        return any(self._known.get(node) for node in self._active.uses(module, number, outline.regions[number].name))

    def _is_fresh(self, ref: FunctionRef) -> bool:
        scope = self._found(ref)
        if scope is None:
            return True
        if scope.is_generator:
            return False
        fresh = self._summaries.fresh(ref, True) or self._summaries.fresh(ref, False)
        return bool(fresh) or not self._by_use.isdisjoint(self._summaries.returned_by(ref))

    def _owns(self, module: str, outline: Outline, name: str) -> bool:
        """Whether making an instance gives something, or a method that is called later does; bases elsewhere count."""
        heads = [i for i, r in enumerate(outline.regions) if r.kind in ("class", "class-header") and r.name == name]
        if any(self._known.get(node) for number in heads for node in self._active.uses(module, number, name)):
            return True
        members = outline.members.get(name, {})
        acquiring = [m for m, numbers in members.items() if any(self._may_acquire(module, outline, n) for n in numbers)]
        plain = (i for i in outline.defining.get(name, ()) if outline.regions[i].kind != "method")
        derives = acquiring or any(self._may_acquire(module, outline, number) for number in plain)
        if derives and self._summaries.derived(FunctionRef(module, name)) is not None:
            return True
        starting = (m for m in acquiring if _may_start(outline, m, members[m]))
        return any(self._summaries.started(FunctionRef(module, f"{name}.{method}")) is not None for method in starting)


def _may_start(outline: Outline, method: str, numbers: Iterable[int]) -> bool:
    """Whether a method may assign an attribute, as far as its text says."""
    return not method.startswith("__") and any(outline.writes(n) != frozenset() for n in numbers)


def _class_of(region: Region) -> str:
    """The class that a region is, or is part of."""
    return region.name if region.kind in ("class", "class-header") else region.chain[-1] if region.chain else ""
