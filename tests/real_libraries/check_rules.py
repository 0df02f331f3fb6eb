"""Compares rule files with the libraries that are installed: names, context managers, coroutines, argument names.

    python check_rules.py rules/redis.toml [...]

prints one JSON line per file: {"file", "missing": distributions that are not installed, "problems": what the library
contradicts, "notes": what could not be judged here}. Needs nothing but the standard library and the libraries themselves.
Only what is certain is a problem: a name whose module can't be imported here, a method that compiled code or `__getattr__`
hides, is a note. Silence is therefore no proof, a problem is one.
"""

import importlib.metadata
import inspect
import json
import sys
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from arguments import argument_problem, argument_references, parameters
from kinds import Rules, Table, calls, classes, complete, name_of, read, resolve_or_none, targets
from lookup import Hidden, Missing, has_member, is_coroutine, member, resolve

SUPPORTED = ("releases", "commits", "waits", "none")
ELSEWHERE = {  # names of other platforms and of newer Python versions than the oldest that we support
    "asyncio.ProactorEventLoop", "hashlib._Hash", "os.add_dll_directory", "os.grantpt", "os.posix_openpt", "os.ptsname",
    "os.setns", "os.startfile",
    "os.timerfd_create", "os.unlockpt", "os.unshare", "select.devpoll", "select.epoll", "select.kqueue",
    "selectors.DevpollSelector", "selectors.EpollSelector", "selectors.KqueueSelector", "socket.fromshare",
    "dbm.sqlite3.open", "typing.override", "warnings.deprecated",
}  # fmt: skip
MEMBERS = ("not-release", "wrong-release", "consume", "configure", "no-raise", "fluent", "queries")


class Verdict(NamedTuple):
    """A sentence about a rule; `certain` if the library contradicts it, else it could not be judged."""

    place: str
    message: str
    certain: bool

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


# --- the checks ---------------------------------------------------------------------------------------------------------


def verdicts(rules: Rules) -> Iterator[Verdict]:
    """Everything there is to say about one rule file."""
    for kind in rules.entries("kind"):
        place = f'kind "{kind["id"]}"'
        yield from name_verdicts(place, [*kind.get("types", ()), *kind.get("raises", ())])
        yield from call_verdicts(rules, place, kind.get("release-by", ()))
        owners = classes(rules, kind["id"])
        yield from release_verdicts(place, kind, owners)
        yield from member_verdicts(place, kind, owners, complete(rules, kind["id"]))
        yield from query_verdicts(place, kind, owners)
        yield from manager_verdicts(rules, place, kind, owners)
    for table in ("acquire", "call", "not-acquire"):
        for entry in rules.entries(table):
            place = f'{table} "{calls(entry)[0]}"'
            yield from call_verdicts(rules, place, calls(entry))
            if table == "acquire" and not entry.get("not-acquire"):
                yield from form_verdicts(rules, place, entry)
            yield from argument_verdicts(rules, place, entry)
    for alias, target in rules.tables.get("aliases", {}).items():
        yield from alias_verdicts(alias, target)


def name_verdicts(place: str, names: Iterable[str]) -> Iterator[Verdict]:
    for name in names:
        try:
            resolve(name)
        except (Missing, Hidden) as error:
            yield Verdict(place, f"{name}: {error}", isinstance(error, Missing) and name not in ELSEWHERE)


def call_verdicts(rules: Rules, place: str, references: Iterable[str]) -> Iterator[Verdict]:
    for call in references:
        try:
            targets(rules, call)
        except (Missing, Hidden) as error:
            yield Verdict(place, f"{call}: {error}", isinstance(error, Missing) and call not in ELSEWHERE)


def release_verdicts(place: str, kind: Table, owners: list[type]) -> Iterator[Verdict]:
    """Release methods exist, the awaited ones are coroutines and the others are not; every class has one of them."""
    plain, awaited = kind.get("release", ()), kind.get("release-await", ())
    for name in (*plain, *awaited):
        having = [cls for cls in owners if has_member(cls, name)]
        if owners and not having and all(has_member(cls, name) is False for cls in owners):
            yield Verdict(place, f"no class has {name}", True)
        for cls in having:
            coroutine = is_coroutine(cls, name)
            if coroutine is None and name in awaited:
                yield Verdict(place, f"{name_of(cls)}.{name}: can't tell whether it is a coroutine", False)
            elif coroutine is not None and coroutine != (name in awaited):
                yield Verdict(place, f"{name_of(cls)}.{name} is {'a' if coroutine else 'no'} coroutine", True)
    for cls in owners if plain or awaited else ():
        if all(has_member(cls, name) is False for name in (*plain, *awaited)):
            yield Verdict(place, f"{name_of(cls)} has none of its release methods", True)


def member_verdicts(place: str, kind: Table, owners: list[type], certain: bool) -> Iterator[Verdict]:
    """What the kind says of its methods and attributes exists on some class."""
    for key in MEMBERS:
        for name in kind.get(key, ()):
            present = [has_member(cls, name.removesuffix("()")) for cls in owners]
            if owners and not any(present):
                yield Verdict(place, f"{key}: no class has {name}", certain and all(answer is False for answer in present))


def query_verdicts(place: str, kind: Table, owners: list[type]) -> Iterator[Verdict]:
    """Queries that are methods are written with "()", attributes without."""
    for query in kind.get("queries", ()):
        name = query.removesuffix("()")
        shapes = {inspect.isroutine(inspect.getattr_static(cls, name)) for cls in owners if hasattr(cls, name)}
        if shapes and query.endswith("()") not in shapes:
            yield Verdict(place, f"queries: {name} is {'a method' if shapes == {True} else 'no method'}", True)


def manager_verdicts(rules: Rules, place: str, kind: Table, owners: list[type]) -> Iterator[Verdict]:
    """`with` is possible exactly if the rule says so. A base's statement counts where the kind makes none."""
    for key, dunder in (("with-exit", "__enter__"), ("async-with-exit", "__aenter__")):
        effect = stated(rules, kind, key) or "unsupported"
        for cls in owners:
            can = has_member(cls, dunder)
            if effect in SUPPORTED and can is False:
                yield Verdict(place, f"{key} = {effect!r}, but {name_of(cls)} has no {dunder}", True)
            elif effect not in SUPPORTED and can and not refuses(cls, dunder):
                yield Verdict(place, f"{name_of(cls)} has {dunder}, but {key} is not stated", True)


def stated(rules: Rules, kind: Table, key: str) -> Any:
    """The value of `key` in the kind or the first base that states it."""
    if key in kind:
        return kind[key]
    return next((value for base in kind.get("bases", ()) if (value := stated(rules, rules.kind(base)[1], key))), None)


def refuses(cls: type, dunder: str) -> bool:
    """Whether a context manager method only raises (the class wants `async with`, or the other way round)."""
    try:
        return "raise " in inspect.getsource(member(cls, dunder))  # type: ignore[arg-type]
    except (OSError, TypeError):
        return False


def form_verdicts(rules: Rules, place: str, entry: Table) -> Iterator[Verdict]:
    """A coroutine function must be awaited; what `async with` takes directly must not be one."""
    form = entry.get("form", "call")
    for call in calls(entry):
        for owner, target in safe_targets(rules, call):
            coroutine = is_coroutine(owner, call.rpartition(".")[2]) if owner else inspect.iscoroutinefunction(target)
            if coroutine and form != "await":
                yield Verdict(place, f'{call} is a coroutine function, so the form is "await"', True)


def safe_targets(rules: Rules, call: str) -> list[tuple[type | None, object]]:
    """`targets`, but empty where it would raise (call_verdicts has said so)."""
    try:
        return targets(rules, call)
    except (Missing, Hidden):
        return []


def argument_verdicts(rules: Rules, place: str, entry: Table) -> Iterator[Verdict]:
    """Positions and keywords exist, and "0|fd" is one parameter. One callable of the entry that has it is enough."""
    known = [pair for call in calls(entry) for pair in safe_targets(rules, call)]
    signatures = [found for owner, target in known if (found := parameters(owner, target)) is not None]
    for reference in argument_references(entry) if signatures else ():
        failures = [argument_problem(reference, signature) for signature in signatures]
        if all(failures):
            yield Verdict(place, f'argument "{reference}": {failures[0]}', True)


def alias_verdicts(alias: str, target: str) -> Iterator[Verdict]:
    """The target exists; the alias, where the installed version has it, is the same class."""
    yield from name_verdicts("aliases", [target])
    one, other = resolve_or_none(alias), resolve_or_none(target)
    if one is None:
        yield Verdict("aliases", f"{alias} is not in the installed version", False)
    elif isinstance(one, type) and isinstance(other, type) and not (issubclass(one, other) or issubclass(other, one)):
        yield Verdict("aliases", f"{alias} is {name_of(one)}, not {name_of(other)}", True)


# --- running ------------------------------------------------------------------------------------------------------------


def missing_distributions(rules: Rules) -> list[str]:
    """The distributions of the library if none of them is installed."""
    wanted = rules.tables["library"].get("distributions", [])
    for name in wanted:
        try:
            importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        return []
    return list(wanted)


def report(path: Path) -> dict[str, Any]:
    """The comparison of one rule file as plain data."""
    rules = read(path)
    missing = missing_distributions(rules)
    found = list(dict.fromkeys(verdicts(rules))) if not missing else []
    return {
        "file": path.name,
        "missing": missing,
        "problems": [str(verdict) for verdict in found if verdict.certain],
        "notes": [str(verdict) for verdict in found if not verdict.certain],
    }


def main(arguments: list[str]) -> int:
    """Reports every file; exit code 1 if a library contradicts its rules."""
    warnings.simplefilter("ignore")
    reports = [report(Path(name).resolve()) for name in arguments]
    for entry in reports:
        print(json.dumps(entry), flush=True)
    return 1 if any(entry["problems"] for entry in reports) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
