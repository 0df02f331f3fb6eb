"""The page itself: data, style and script in one HTML file that may load nothing, by its own content security policy.

Findings are data to the script, which writes them as text only: what source code and file names say is never markup.
"""

import base64
import hashlib
import re
from html import escape
from importlib import resources

import msgspec

from leaklint.audit.model import Audit
from leaklint.audit.trend import trend

_SLOT = re.compile(r"\{\{(\w+)\}\}")


def page(audit: Audit) -> str:
    """The HTML document."""
    style, script = _part("report.css"), _part("report.js")
    drawing = trend(audit.history)
    filled = {
        "policy": f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'",
        "title": escape(audit.title),
        "state": escape(audit.state),
        "version": escape(audit.version),
        "style": style,
        "script": script,
        "trend": f'<section class="card"><h2>Trend</h2>{drawing}</section>' if drawing else "",
        "data": embedded(audit),
    }
    return _SLOT.sub(lambda slot: filled[slot[1]], _part("report.html"))


def embedded(audit: Audit) -> str:
    """The data as JSON that can't end the element it stands in."""
    text = msgspec.json.encode(audit).decode()
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _part(name: str) -> str:
    return resources.files("leaklint.audit").joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
