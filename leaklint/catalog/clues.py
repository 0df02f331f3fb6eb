"""Clues: what the text of a file must show before a rule can find an acquisition in it.

A *root* is the first part of a module's name; "" stands for "no import needed".
"""

import msgspec

NO_IMPORT = ""
NO_KEYWORD = ""

Roots = frozenset[str]
Ways = dict[str, dict[str, Roots]]
"""Name -> keyword argument that the text must show ("stream", "stream=True", or NO_KEYWORD) -> roots, one of them imported."""


class Evidence(msgspec.Struct, frozen=True):
    """Evidence by use: one of the methods `called`, and one of the methods `needed`, are called somewhere."""

    called: frozenset[str]
    needed: frozenset[str]


class Clues(msgspec.Struct, frozen=True, kw_only=True):
    """What to look for.

    functions: last names of functions and classes that acquire; methods: of methods of typed receivers; carriers: of functions
    and classes that acquire nothing and give what others acquire from (`create_engine`). held_in_with: names -> roots from
    which something of that name can come that leaving a `with` block does not release (held_in_async_with: an `async with`).
    """

    functions: Ways = {}
    methods: Ways = {}
    carriers: Ways = {}
    evidence: tuple[Evidence, ...] = ()
    held_in_with: dict[str, Roots] = {}
    held_in_async_with: dict[str, Roots] = {}
