"""`--output-format concise`: one line per finding."""

from collections.abc import Iterator

from leaklint.model import Diagnostic
from leaklint.output._escape import printable
from leaklint.output._report import Report
from leaklint.output._style import severity_style, styled

SUMMARY = "path:line:column: code name: message"


def render(report: Report) -> Iterator[str]:
    """The lines; nothing if there is nothing to report."""
    for diagnostic in report.diagnostics:
        yield headline(diagnostic, report.color) + "\n"


def headline(diagnostic: Diagnostic, color: bool) -> str:
    """`path:line:column: code name: message`."""
    row, column = diagnostic.location.row, diagnostic.location.column
    colon = styled(":", color, "cyan")
    place = f"{styled(printable(diagnostic.filename), color, 'bold')}{colon}{row}{colon}{column}{colon}"
    code = styled(diagnostic.code, color, *severity_style(diagnostic.severity))
    return f"{place} {code} {diagnostic.name}: {printable(diagnostic.message)}"
