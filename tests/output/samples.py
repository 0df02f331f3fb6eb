"""Findings for the tests of output formats: an ordinary one, one across files, and a hostile one."""

import msgspec

from leaklint.model import Diagnostic, Location, Repair, Replacement, Severity, Step
from leaklint.output import Report
from leaklint.output._report import Rule

SOURCES = {
    "src/app.py": (
        "import sqlite3",
        "",
        "def load(path):",
        "    conn = sqlite3.connect(path)",
        "    rows = conn.execute(QUERY)",
        "",
        "    if not rows:",
        "        return None",
        "    conn.close()",
    ),
    "src/db.py": ("def connect():", "\treturn psycopg2.connect(DSN)  # größer", ""),
}

PLAIN = Diagnostic(
    code="RLK103",
    name="not-released-on-exception",
    severity=Severity.ERROR,
    message="sqlite3 connection 'conn' stays open if conn.execute() on line 5 raises",
    filename="src/app.py",
    location=Location(4, 12),
    end_location=Location(4, 33),
    resource="sqlite3 connection",
    category="connection",
    symbol="conn",
    function="load",
    trace=(
        Step("acquire", "src/app.py", 4, 12, "sqlite3 connection is acquired into 'conn'"),
        Step("raise", "src/app.py", 5, 12, "conn.execute() raises"),
        Step("exit", "src/app.py", 5, 12, "the exception leaves while it is still held"),
    ),
    fingerprint="0123456789abcdef01234567",
    statement_rows=(4, 4),
)

ACROSS = msgspec.structs.replace(
    PLAIN,
    code="RLK102",
    name="not-released-on-path",
    severity=Severity.WARNING,
    message="it stays open where the function leaves",
    trace=(
        Step("acquire", "src/app.py", 4, 12, "acquired by connect()"),
        Step("call", "src/db.py", 2, 9, "which acquires it here"),
        Step("branch", "src/app.py", 7, 8, "rows is false"),
        Step("exit", "src/app.py", 8, 9, "the function returns"),
    ),
)

FILE = Diagnostic(
    code="RLK900",
    name="cannot-analyse",
    severity=Severity.WARNING,
    message="is not UTF-8",
    filename="src/none.py",
    location=Location(1, 1),
    end_location=Location(1, 1),
    fingerprint="fedcba98",
)

# What a hostile file name, variable or source line may hold: terminal commands, line breaks, workflow commands, markup,
# text that reorders itself, and bytes that are no UTF-8.
EVIL = "a\x1b[31m\n::error file=x::gotcha\r<b>&\"'\u202e\x9b1m\udcff%0A,b:\u2028]]>"
HOSTILE = msgspec.structs.replace(
    PLAIN,
    message=EVIL,
    filename=f"src/{EVIL}.py",
    symbol=EVIL,
    function=EVIL,
    resource=EVIL,
    trace=(Step("acquire", f"src/{EVIL}.py", 1, 1, EVIL),),
    location=Location(1, 1),
    end_location=Location(1, 3),
    fingerprint="hostile",
)

FIXABLE = msgspec.structs.replace(PLAIN, fingerprint="f1")
SUGGESTED = msgspec.structs.replace(PLAIN, fingerprint="f2")
REPAIRS = {
    "f1": Repair(
        "safe",
        "close it",
        (
            Replacement("with closing(", Location(4, 5), Location(4, 12)),
            Replacement("    ", Location(5, 5), Location(5, 5)),
        ),
    ),
    "f2": Repair("display", "release it", (), "its callers have to use it", "def close(self):\n    self.conn.close()"),
    "hostile": Repair("unsafe", EVIL, (Replacement(EVIL, Location(1, 1), Location(1, 3)),), EVIL, EVIL),
}

RULES = (
    Rule("RLK102", "not-released-on-path", "a path skips the release", "# not-released-on-path\n\nSome *text*."),
    Rule("RLK103", "not-released-on-exception", "a call may raise", "# not-released-on-exception\n\nMore `text`."),
)


def report(*diagnostics: Diagnostic, color: bool = False) -> Report:
    """A report on findings of the sample sources, in the folder /work."""

    def lines(filename: str) -> tuple[str, ...]:
        return (EVIL,) if filename == HOSTILE.filename else SOURCES.get(filename, ())

    return Report(diagnostics, lines, RULES, "1.2.3", color, "/project", lambda diagnostic: REPAIRS.get(diagnostic.fingerprint))
