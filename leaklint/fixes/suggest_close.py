"""A class that never releases what it stores: the text of a `close()` to add. Nothing is changed: who calls it is not known."""

from collections.abc import Iterator

from leaklint.fixes.contract import Fix, Remedy
from leaklint.fixes.releases import written
from leaklint.fixes.site import Site


def propose(site: Site) -> Iterator[Fix]:
    """Methods that would release the attribute."""
    attribute, kind = site.diagnostic.symbol, site.kind
    text = written(site, attribute) if attribute and kind is not None else None
    if text is None and kind is not None and kind.release_await:
        text = f"await {attribute}.{kind.release_await[0]}()"
    if text is None or "." not in attribute:
        return
    lines = _awaiting(text) if text.startswith("await ") else _plain(text)
    yield Fix(f"release '{attribute}' in a method", (), "display", "its callers have to use it", page_lines(lines, site))


def page_lines(lines: tuple[str, ...], site: Site) -> str:
    """The lines with the file's own indentation and line ends."""
    unit = site.page.tree.default_indent
    return site.page.newline.join(line.replace("    ", unit) for line in lines)


def _plain(text: str) -> tuple[str, ...]:
    return (
        "def close(self):", f"    {text}", "", "def __enter__(self):", "    return self", "",
        "def __exit__(self, *exc_info):", "    self.close()",
    )  # fmt: skip


def _awaiting(text: str) -> tuple[str, ...]:
    return (
        "async def aclose(self):", f"    {text}", "", "async def __aenter__(self):", "    return self", "",
        "async def __aexit__(self, *exc_info):", "    await self.aclose()",
    )  # fmt: skip


REMEDY = Remedy("suggest-close", frozenset({"RLK201"}), 10, propose)
