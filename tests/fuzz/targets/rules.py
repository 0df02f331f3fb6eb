"""Rule files: TOML becomes a catalog, or an error that names the file."""

from pathlib import Path

from leaklint.catalog.build import extended
from leaklint.catalog.compile import default_catalog
from leaklint.catalog.load import Problem, RuleError, parse_rules
from tests.fuzz.contract import Target

_RULES = Path(__file__).parents[3] / "rules"
_HEAD = b'schema = 1\n[library]\nname = "own"\nmodules = ["own"]\n'


def run(data: bytes) -> None:
    """Whatever is wrong is a RuleError, whose problems name the file."""
    problems = _problems(data)
    assert all(problem.filename == "own.toml" and problem.message for problem in problems)


def _problems(data: bytes) -> tuple[Problem, ...]:
    try:
        extended(default_catalog(), [parse_rules(data, "own.toml")])
    except RuleError as error:
        return error.problems
    return ()


def seeds() -> list[bytes]:
    """The short shipped files, and tables by themselves."""
    shipped = [path.read_bytes() for path in sorted(_RULES.glob("*.toml"))]
    return [_HEAD, *(content for content in shipped if len(content) < 2048)]


_WORDS = (
    "[[kind]]\n", "[[acquire]]\n", "[[call]]\n", "[[use]]\n", "[[hook]]\n", "[[not-acquire]]\n", "[aliases]\n", "[methods]\n",
    'id = "connection"\n', 'what = "x"\n', 'category = "database"\n', 'call = "own.f"\n', 'kind = "connection"\n',
    'release = ["close"]\n', 'base = ["connection"]\n', 'types = ["own.T"]\n', 'when = ["stream=True"]\n', 'with-exit = "none"\n',
    '"*.open"', '"@connection.m"', "item = 0\n", "= []\n", "= true\n", '= """', "= {", "}", "[a.b.c]\n", "1979-05-27", "'''",
    "\\u0000", "nan", "0x", "0|fd!=-1", "name=*", "!timeout",
)  # fmt: skip
TARGET = Target(run, seeds, _WORDS)
