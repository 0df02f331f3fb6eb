"""The words that messages share: what to write instead, how a path ends."""

from leaklint.catalog.schema import Kind

_PLAIN = ("close", "aclose", "release")


def advice(kind: Kind, symbol: str, given_back: tuple[str, ...], by_functions: tuple[str, ...]) -> str:
    """What to write instead."""
    name = f" as {symbol}" if symbol.isidentifier() else ""
    if kind.with_exit == "releases":
        return f"use 'with ...{name}'"
    if kind.async_with_exit == "releases":
        return f"use 'async with ...{name}'"
    release = release_call(kind, symbol, given_back, by_functions)
    if kind.with_exit in ("commits", "waits", "none") and "close" in kind.release:
        return f"use 'with closing(...){name}'"
    return f"call {release} in a 'finally'" if release else "release it in a 'finally'"


def release_call(kind: Kind, symbol: str, given_back: tuple[str, ...], by_functions: tuple[str, ...]) -> str:
    """The release as the reader would write it, "" if none is known."""
    name = symbol or "it"
    if given_back:
        return f"{given_back[0]}({name})"
    methods = kind.release or kind.release_await
    if methods and (not by_functions or any(m in _PLAIN for m in methods)):
        return f"{name}.{min(methods, key=_plainness)}()"
    if by_functions:
        first = by_functions[0]
        owner, _, method = first.rpartition(".")
        return f"{owner.rpartition(':')[2]}.{method}({name})"
    return ""


def _plainness(method: str) -> int:
    """`close` reads better than `detach`."""
    return _PLAIN.index(method) if method in _PLAIN else len(_PLAIN)
