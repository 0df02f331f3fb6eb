"""Who could release an attribute: every reference to it in a class, its bases, its subclasses and the rest of the file.

Approximation, erring to silence: any reference that *could* release counts, whatever path it is on.
"""

from collections.abc import Iterator

import libcst as cst

from leaklint.catalog.schema import Kind
from leaklint.flow.ir import Callee
from leaklint.syntax.callees import callee_of
from leaklint.syntax.inference.classes import is_super, scope_class
from leaklint.syntax.inference.model import Type
from leaklint.syntax.scopes import Scope, all_classes, all_functions, mentioning
from leaklint.syntax.types import ModuleNames
from leaklint.syntax.walk import children, dotted, walk

_READS = (cst.Comparison, cst.If, cst.While, cst.UnaryOperation, cst.BooleanOperation, cst.Assert, cst.FormattedStringExpression,
          cst.IfExp, cst.Expr, cst.ComparisonTarget, cst.AssignTarget, cst.AnnAssign, cst.Del, cst.BinaryOperation)  # fmt: skip
_ELEMENTS = frozenset({"pop", "popleft", "popitem", "values", "items", "get", "clear"})


class Releases:
    """Answers for the classes of one module (and, through `names`, of others)."""

    def __init__(self, names: ModuleNames, nested: int = 0) -> None:
        self.names = names
        self.nested = nested
        """How many constructors the resource was followed into."""
        self._derived: dict[int, list[Scope]] = {}
        """The classes of the module by the bases that they have, once that has been asked."""

    def could_release(self, klass: Scope, attribute: str, kind: Kind, direct: bool = False) -> bool:
        """Whether anything that can be seen might release `self.<attribute>` of instances of a class. direct: the attribute is
        the resource, not a container of it."""
        if self.class_could(klass, attribute, kind, direct):
            return True
        related = frozenset(id(c) for c in self.family(klass))
        return _Search(self.names, attribute, kind, related, self.nested, direct).in_scope(self.names.scope)

    def family(self, klass: Scope) -> Iterator[Scope]:
        """The class, its bases, and the classes of the module that derive from it."""
        yield from (c for _, c in self.names.ancestry(self.names.class_type(klass)))
        if not self._derived:
            for other in all_classes(self.names.scope):
                for _, base in self.names.ancestry(self.names.class_type(other)):
                    self._derived.setdefault(id(base), []).append(other)
        yield from self._derived.get(id(klass), ())

    def class_could(self, klass: Scope, attribute: str, kind: Kind, direct: bool = False) -> bool:
        """The same, as far as the class and its bases go."""
        t = self.names.class_type(klass)
        if self._outside_base_releases(t, attribute) or self._promised(t, kind):
            return True
        return any(
            _Search(names, attribute, kind, None, self.nested, direct).in_scope(ancestor)
            for names, ancestor in self.names.ancestry(t)
        )

    def method_could(self, method: Scope, attribute: str, kind: Kind) -> bool:
        """Whether a method of this module might release `self.<attribute>`."""
        return _Search(self.names, attribute, kind).in_function(method)

    def unlocked_later(self, function: Scope, attribute: str, kind: Kind) -> bool:
        """Whether a method names another one of its class that only releases the lock `self.<attribute>`."""
        methods = function.owner.functions if function.owner is not None else {}
        spoken = {n.value for n in walk(function.node) if isinstance(n, cst.Name)} & methods.keys()
        return any(_unlocks(m, attribute, kind) for name in sorted(spoken) for m in methods[name] if m is not function)

    def _promised(self, t: Type, kind: Kind) -> bool:
        """Whether an abstract method has the name of a release: whatever derives from the class is to define it."""
        names = {*kind.release, *kind.release_await, "close", "aclose", "__exit__", "__aexit__"}
        found = (m for _, c in self.names.ancestry(t) for n in names if (m := c.method(n)) is not None)
        return any(name.rpartition(".")[2] == "abstractmethod" for m in found for name in m.decorated)

    def _outside_base_releases(self, t: Type, attribute: str) -> bool:
        catalog = self.names.catalog
        hooks = [h for base in self.names.outside_bases(t) for h in catalog.hooks_of_base(catalog.canonical(base))]
        return any(attribute in h.releases_attributes or h.process_lifetime for h in hooks)


def _unlocks(method: Scope, attribute: str, kind: Kind) -> bool:
    if not method.mentions(frozenset((attribute,))):
        return False
    named = f"{method.self_name}.{attribute}."
    called = {dotted(n.func) or "" for n in walk(method.node) if isinstance(n, cst.Call)}
    methods = {text.removeprefix(named) for text in called if text.startswith(named)}
    return bool(methods) and methods <= set(kind.release)


class _Search:
    """Looks at every reference to one attribute."""

    def __init__(
        self,
        names: ModuleNames,
        attribute: str,
        kind: Kind,
        related: frozenset[int] | None = None,
        nested: int = 0,
        direct: bool = False,
    ) -> None:
        self.names = names
        self.direct = direct
        self.nested = nested
        self.related = related
        self.attribute = attribute
        self.kind = kind
        self.releasing = {*kind.release, *kind.release_await, *kind.wrong_release, *kind.consume, "__exit__", "__aexit__"}

    def in_scope(self, scope: Scope) -> bool:
        """Whether a function of the scope (class or module) could release it."""
        return any(self.in_function(f) for f in all_functions(scope, mentioning(self.attribute, "getattr", "vars", "__dict__")))

    def in_function(self, function: Scope) -> bool:
        node = function.node
        if not isinstance(node, cst.FunctionDef):
            return False
        parents = _parents(node.body)
        stranger = self._stranger(function)
        for inner in list(parents):
            if not stranger and self._dynamic(inner, function.self_name):
                return True
            if stranger and isinstance(inner, cst.Attribute) and dotted(inner.value) == function.self_name:
                continue
            named = isinstance(inner, cst.Attribute) and inner.attr.value == self.attribute
            if named and self._used(inner, parents, function, 0):
                return True
        return False

    def _stranger(self, function: Scope) -> bool:
        """Whether the function is a method of a class that has nothing to do with the one in question: its `self` is another."""
        klass = scope_class(function)
        return self.related is not None and (klass is None or id(klass) not in self.related)

    def _dynamic(self, node: cst.CSTNode, self_name: str | None) -> bool:
        """`getattr(self, name)` with a computed name, `vars(self)`, `self.__dict__`."""
        match node:
            case cst.Call(func=cst.Name("getattr"), args=[_, cst.Arg(value=cst.SimpleString() as literal), *_]):
                return literal.raw_value == self.attribute
            case cst.Call(func=cst.Name("getattr" | "vars"), args=[cst.Arg(value=cst.Name(name)), *_]):
                return name == self_name
            case cst.Attribute(value=cst.Name(name), attr=cst.Name("__dict__")):
                return name == self_name
            case _:
                return False

    def _used(self, node: cst.CSTNode, parents: dict[cst.CSTNode, cst.CSTNode], function: Scope, depth: int) -> bool:
        """Whether this reference could release what it refers to."""
        parent = parents.get(node)
        match parent:
            case cst.Attribute():
                return self._method(parent, parents, function)
            case cst.WithItem():
                return self.kind.with_exit in ("releases", "unsupported") or self.kind.async_with_exit == "releases"
            case cst.Arg():
                return self._argument(parent, parents, function, depth)
            case cst.Return() | cst.Yield():
                return False  # lent to callers: they could close it, but nothing says that they do
            case cst.For() | cst.CompFor():
                return parent.iter is node
            case cst.Subscript():
                return parent.value is node and self._used(parent, parents, function, depth)
            case cst.Assign() | cst.AnnAssign() | cst.NamedExpr():
                return parent.value is node and self._aliased(parent, parents, function, depth)
            case cst.Await():
                return self._used(parent, parents, function, depth)
            case cst.Element() | cst.Tuple() | cst.List() | cst.DictElement() | cst.StarredElement():
                return self._displayed(parent, parents, function, depth)
            case None:
                return False
            case _ if isinstance(parent, _READS):
                return False
            case _:
                return not isinstance(parent, cst.BaseSuite | cst.BaseStatement | cst.BaseSmallStatement)

    def _displayed(self, node: cst.CSTNode, parents: dict[cst.CSTNode, cst.CSTNode], function: Scope, depth: int) -> bool:
        """Part of a display: a tuple target is no use, anything else may go anywhere."""
        top: cst.CSTNode = node
        while isinstance(parents.get(top), (cst.Element, cst.Tuple, cst.List, cst.StarredElement)):
            top = parents[top]
        return not isinstance(parents.get(top), cst.AssignTarget)

    def _method(self, attribute: cst.Attribute, parents: dict[cst.CSTNode, cst.CSTNode], function: Scope) -> bool:
        name = attribute.attr.value
        parent = parents.get(attribute)
        called = isinstance(parent, cst.Call) and parent.func is attribute
        if name in self.releasing:
            return True
        typed = any(t.tag == "kind" for t in self.names.types(attribute.value, function))
        return called and not self.direct and name in _ELEMENTS and not typed

    def _argument(self, arg: cst.Arg, parents: dict[cst.CSTNode, cst.CSTNode], function: Scope, depth: int) -> bool:
        call = parents.get(arg)
        if not isinstance(call, cst.Call):
            return False
        if isinstance(call.func, cst.Name) and call.func.value == "getattr" and call.args[0] is arg:
            return depth > 2 or self._used(call, parents, function, depth + 1)
        callee = callee_of(self.names, call, function)
        if self.names.release_calls.intersection(callee.refs):
            return True
        return not (_borrows(callee) or self._only_kept(arg, call, function) or self._lent(arg, call, callee))

    def _only_kept(self, arg: cst.Arg, call: cst.Call, function: Scope) -> bool:
        """Whether the argument goes to a class of the project that does nothing but keep it, and never releases what it keeps."""
        place = self.names.callee(call.func, function)
        if place is None or place[1].kind != "class" or self.nested > 1:
            return False
        names, klass = place
        found = names.method(names.class_type(klass), "__init__")
        kept = _kept(found, _parameter(arg, call, found[1], 1), 0) if found is not None else None
        releases = Releases(names, self.nested + 1)
        return bool(kept) and not any(releases.class_could(klass, attribute, self.kind, True) for attribute in kept or ())

    def _lent(self, arg: cst.Arg, call: cst.Call, callee: Callee) -> bool:
        """Whether the project function that is called is known to leave the argument alone."""
        project = self.names.project
        if project is None or callee.target is None or arg.star:
            return False
        name = arg.keyword.value if arg.keyword is not None else None
        before = [a for a in call.args[: call.args.index(arg)] if a.keyword is None]
        position = None if name is not None else len(before) + (callee.bound or callee.constructs)
        return project.lends(callee.target, position, name, self.kind.id)

    def _aliased(self, parent: cst.CSTNode, parents: dict[cst.CSTNode, cst.CSTNode], function: Scope, depth: int) -> bool:
        """`x = self.attr`: then what happens to `x`."""
        if depth > 2:
            return True
        targets = [t.target for t in parent.targets] if isinstance(parent, cst.Assign) else [getattr(parent, "target", None)]
        for target in targets:
            if not isinstance(target, cst.Name):
                return True
            if any(self._used(n, parents, function, depth + 1) for n in _uses_of(target.value, parents)):
                return True
        return False


def _parameter(arg: cst.Arg, call: cst.Call, target: Scope, bound: int) -> str | None:
    """The parameter of a function that gets an argument, if that is certain; `bound`: 1 if the call leaves out `self`."""
    if arg.keyword is not None:
        return arg.keyword.value if arg.keyword.value in target.params else None
    position = next((i for i, a in enumerate(call.args) if a is arg), 0) + bound
    starred = any(a.star for a in call.args) or position >= len(target.params)
    return None if starred else target.params[position]


def _kept(place: tuple[ModuleNames, Scope], param: str | None, depth: int) -> list[str] | None:
    """The attributes in which a constructor keeps a parameter, those of base classes' constructors that it passes it to
    included; None if it does anything else with it."""
    names, init = place
    if param is None or depth > 3 or not isinstance(init.node, cst.FunctionDef):
        return None
    kept = [k.partition(".")[2] for k, values in init.assigned.items() for a in values if _is_name(a.value, param) and "." in k]
    calls = [n for n in _parents(init.node.body) if isinstance(n, cst.Call)]
    passed = [(c, a) for c in calls for a in c.args if _is_name(a.value, param) and _is_init(c)]
    if _mentions(init.node.body, param) != len(kept) + len(passed):
        return None
    for call, arg in passed:
        target = names.callee(call.func, init)
        bound = int(isinstance(call.func, cst.Attribute) and is_super(call.func.value))
        inner = _kept(target, _parameter(arg, call, target[1], bound), depth + 1) if target is not None else None
        if inner is None:
            return None
        kept += inner
    return kept


def _is_init(call: cst.Call) -> bool:
    return isinstance(call.func, cst.Attribute) and call.func.attr.value == "__init__"


def _is_name(node: cst.CSTNode, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name


def _mentions(root: cst.CSTNode, name: str) -> int:
    """How often a name (not an attribute of that name) stands below a node."""
    attributes = {id(p.attr) for p in _parents(root).values() if isinstance(p, cst.Attribute)}
    return sum(_is_name(node, name) and id(node) not in attributes for node in _parents(root))


def _uses_of(name: str, parents: dict[cst.CSTNode, cst.CSTNode]) -> Iterator[cst.CSTNode]:
    for node in list(parents):
        if (
            isinstance(node, cst.Name)
            and node.value == name
            and not isinstance(parents.get(node), (cst.AssignTarget, cst.Attribute))
        ):
            yield node
        elif isinstance(node, cst.Name) and node.value == name:
            parent = parents.get(node)
            if isinstance(parent, cst.Attribute) and parent.value is node:
                yield node


def _borrows(callee: Callee) -> bool:
    """Whether the rules say that the callee leaves its arguments alone."""
    fact = callee.fact
    if fact is not None:
        return not (fact.takes or fact.releases or fact.wraps or fact.closes)
    return bool(callee.receiver_kinds) and callee.acquire is None


def _parents(root: cst.CSTNode) -> dict[cst.CSTNode, cst.CSTNode]:
    """child -> parent for everything below a node, nested functions included."""
    found: dict[cst.CSTNode, cst.CSTNode] = {}
    stack = [root]
    while stack:
        node = stack.pop()
        for child in children(node):
            found[child] = node
            stack.append(child)
    return found


def stored_name(path: tuple[str, ...], self_name: str | None) -> str | None:
    """The attribute of `self` that a path stores into; an item of a `self` that is a container is none."""
    named = self_name and len(path) >= 2 and path[0] == self_name and not path[1].startswith("[")
    return path[1] if named else None
