"""One module per output format, found by folder scan: `json_lines.py` is `--output-format json-lines`.

Each module has a constant `SUMMARY` (one line for `--help` pages) and one function, `render(report) -> Iterator[str]`: the
pieces of the document in order, each with its line ends. File names and source text are untrusted there: `leaklint.output`
modules starting with an underscore hold the escapes that formats share.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import cast

from leaklint.output._report import Report

__all__ = ["Report", "format_names", "renderer"]

Renderer = Callable[[Report], Iterator[str]]


def format_names() -> tuple[str, ...]:
    """The formats there are, sorted; no format's module is imported for this."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name.replace("_", "-") for name in found if not name.startswith("_")))


def renderer(name: str) -> Renderer:
    """The `render` function of that format; KeyError if there is none."""
    if name not in format_names():
        raise KeyError(name)
    module = importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
    return cast(Renderer, module.render)
