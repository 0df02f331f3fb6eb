"""Names and source text are untrusted: nothing in them may command a terminal, reorder a line or end a field."""

import re

import msgspec

# Controls (C0, DEL, C1), line and paragraph separators, everything that is invisible or reorders text, lone surrogates
# (how Python spells a file name that is not UTF-8), and the tag characters.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def printable(text: str) -> str:
    """The text on one line, with every unprintable character spelled as Python would escape it."""
    return _UNPRINTABLE.sub(_spelled, text)


def unicode(text: str) -> str:
    """The text as valid Unicode: lone surrogates are spelled out, all else stays."""
    return _SURROGATE.sub(_spelled, text)


def json_text(value: object, indent: int = 0) -> str:
    """`value` as JSON that is safe to print: what JSON leaves alone of the unprintable is `\\uXXXX` as well.

    Every string in `value` must be valid Unicode. Line breaks appear between items only, and only with `indent`.
    """
    data = msgspec.json.encode(value)
    text = (msgspec.json.format(data, indent=indent) if indent else data).decode()
    return _UNPRINTABLE.sub(lambda match: match[0] if match[0] == "\n" else _json_spelled(match[0]), text)


def _spelled(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code == 0x0A:
        return "\\n"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _json_spelled(character: str) -> str:
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
