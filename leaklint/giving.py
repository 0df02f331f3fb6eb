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
from leaklint.syntax.outline import Outline
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
        self._by_use = frozenset(name for use in summaries.catalog.uses for name in use.acquire)
        """Methods whose value may turn out to be a resource by what is done with it."""

    def any_of(self, nodes: Iterable[Node]) -> bool:
        """Whether one of these names gives."""
        return any(self._gives(node) for node in nodes)

    def by_region(self, module: str, outline: Outline, number: int, name: str) -> bool:
        """Whether a region gives something through a name that it defines."""
        region = outline.regions[number]
        if outline.text.find("leaklint:", region.start, region.end) >= 0:
            return True
        if region.kind == "function" and region.name == name:
            return self._is_fresh(FunctionRef(module, name))
        if region.kind == "method" and region.name == name:
            return self._is_fresh(FunctionRef(module, ".".join((*region.chain, name))))
        if name == _class_of(region):
            return self._owns(module, outline, name)
        return True

    def _gives(self, node: Node) -> bool:
        if node not in self._known:
            self._known[node] = True  # what asks for itself is in doubt
            self._known[node] = self._asked(*node)
        return self._known[node]

    def _asked(self, module: str, name: str) -> bool:
        outline = self._active.outline(module)
        imported = self._files.imports(module).names.get(name, ())
        if outline is None or (imported and self._active.acquires((module, name))):
            return True
        numbers = outline.defining.get(name, ())
        if not numbers and not imported:
            return True
        by_import = self.any_of(target for origin in imported for target in self._active.targets(origin))
        return by_import or any(self.by_region(module, outline, number, name) for number in numbers)

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
        if self._summaries.derived(FunctionRef(module, name)) is not None:
            return True
        methods = (m for m, numbers in outline.members.get(name, {}).items() if self._may_start(module, outline, m, numbers))
        if any(self._summaries.started(FunctionRef(module, f"{name}.{method}")) is not None for method in methods):
            return True
        heads = (i for i, r in enumerate(outline.regions) if r.kind in ("class", "class-header") and r.name == name)
        return self.any_of(node for number in heads for node in self._active.uses(module, number, name))

    def _may_start(self, module: str, outline: Outline, method: str, numbers: Iterable[int]) -> bool:
        """Whether a method may acquire and assign an attribute, as far as its text says."""
        if method.startswith("__"):
            return False
        return any(
            outline.writes(n) != frozenset() and (n in outline.hits or self._active.reach(self._active.uses(module, n, method)))
            for n in numbers
        )


def _class_of(region: Region) -> str:
    """The class that a region is, or is part of."""
    return region.name if region.kind in ("class", "class-header") else region.chain[-1] if region.chain else ""
