"""Real functions that acquire something, drawn by their text and a seed from the packages of this interpreter.

A specimen is a module of its own: the imports of the file it comes from, and the function. What the linter makes of it plays
no part in the drawing.
"""

import ast
import copy
import functools
import random
import re
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.oracle.sites import FUNCTIONS, Function

RELEASES = {
    "open": "close",
    "io.open": "close",
    "codecs.open": "close",
    "tokenize.open": "close",
    "gzip.open": "close",
    "bz2.open": "close",
    "lzma.open": "close",
    "tarfile.open": "close",
    "zipfile.ZipFile": "close",
    "socket.socket": "close",
    "socket.create_connection": "close",
    "sqlite3.connect": "close",
    "tempfile.NamedTemporaryFile": "close",
    "tempfile.TemporaryFile": "close",
    "tempfile.TemporaryDirectory": "cleanup",
    "os.scandir": "close",
    "urllib.request.urlopen": "close",
    "smtplib.SMTP": "quit",
    "concurrent.futures.ThreadPoolExecutor": "shutdown",
}
"""Callables whose name in the text tells what they are, and the method that releases what they return."""

_TEXT = re.compile(r"\b(" + "|".join(re.escape(name) for name in RELEASES) + r")\(")
_ROWS = 60  # the longest function


class Specimen(NamedTuple):
    """A function with the imports that it needs. origin: file and function, for messages."""

    origin: str
    imports: tuple[ast.stmt, ...]
    function: Function

    def text(self, function: Function | None = None, *more: ast.stmt) -> str:
        """The module, with another version of the function if one is given, and more statements before it."""
        body = [*copy.deepcopy(self.imports), *more, function or self.function]
        return ast.unparse(ast.fix_missing_locations(ast.Module(body, []))) + "\n"


@functools.cache
def files() -> tuple[Path, ...]:
    """All Python files of the standard library and of installed packages, in a fixed order."""
    roots = {Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib")}
    return tuple(sorted({path for root in roots for path in root.rglob("*.py")}))


def draw(seed: int, wanted: str) -> Iterator[Specimen]:
    """All functions whose text matches the pattern `wanted`, at most three of a file, in an order that the seed decides."""
    order = list(files())
    random.Random(seed).shuffle(order)
    pattern = re.compile(wanted)
    for path in order:
        yield from _specimens(path, pattern, seed)


def acquires(node: ast.AST) -> str:
    """The name of the callable, if the expression is a call of one that acquires; else ""."""
    if not isinstance(node, ast.Call):
        return ""
    name = ast.unparse(node.func)
    lends = any(keyword.arg in {"fileobj", "fileno", "closefd"} for keyword in node.keywords)
    return name if name in RELEASES and not lends else ""


def _specimens(path: Path, pattern: re.Pattern[str], seed: int) -> list[Specimen]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    if not pattern.search(text) or not _TEXT.search(text):
        return []
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return []
    if _shadows(tree):
        return []
    lines = text.splitlines()
    functions = [node for node in _functions(tree) if pattern.search("\n".join(lines[node.lineno - 1 : node.end_lineno]))]
    random.Random(seed).shuffle(functions)
    imports = tuple(node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom)))
    return [Specimen(f"{path.name}:{node.name}", imports, _alone(node)) for node in functions[:3]]


def _shadows(tree: ast.Module) -> bool:
    """Whether the file means something else by the names."""
    roots = {name.split(".")[0] for name in RELEASES}
    defined = {node.name for node in ast.walk(tree) if isinstance(node, (*FUNCTIONS, ast.ClassDef))}
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    from_other = {
        alias.asname or alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    renamed = {
        alias.asname
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.asname and alias.asname != alias.name
    }
    arguments = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    unimported = _mentioned(tree) - _imported(tree)
    return bool(roots & (defined | stored | from_other | renamed | arguments) or unimported)


def _mentioned(tree: ast.Module) -> set[str]:
    """The modules of whose callables the file makes use."""
    return {node.value.id for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)} & {
        name.split(".")[0] for name in RELEASES if "." in name
    }


def _imported(tree: ast.Module) -> set[str]:
    """Top-level imports only: others are not in the specimen."""
    return {alias.name.split(".")[0] for node in tree.body if isinstance(node, ast.Import) for alias in node.names}


def _functions(tree: ast.Module) -> Iterator[Function]:
    """Functions and methods that are short enough and contain no others."""
    for node in ast.walk(tree):
        if isinstance(node, FUNCTIONS) and (node.end_lineno or 0) - node.lineno < _ROWS:
            inner = [child for child in ast.walk(node) if isinstance(child, (*FUNCTIONS, ast.ClassDef, ast.Lambda))]
            if inner == [node]:
                yield node


def _alone(node: Function) -> Function:
    """The function without decorators, which other modules define."""
    alone = copy.deepcopy(node)
    alone.decorator_list = []
    alone.returns = None
    return alone
