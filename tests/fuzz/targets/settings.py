"""Settings: TOML becomes settings for files, or an error that names the file and the key."""

import contextlib
import tomllib

from leaklint.catalog.load import RuleError
from leaklint.pipeline import rule_names
from leaklint.settings import SettingsError, SettingsTree, catalog_for
from leaklint.settings.globs import matches_any
from leaklint.settings.layers import Origin
from leaklint.settings.load import convert, parse_assignment
from leaklint.settings.schema import Config
from tests.fuzz.contract import Target
from tests.fuzz.texts import text_of

_PATHS = ("/project/src/a.py", "/project/a/b/c/test_long_name_of_a_file.py", "/project/" + "a" * 200 + ".py", "/other/x.py")


def run(data: bytes) -> None:
    """What is wrong is a SettingsError or RuleError; what is right gives settings for every file."""
    text = text_of(data)
    with contextlib.suppress(SettingsError):
        parse_assignment(text)
    try:
        config = convert(tomllib.loads(data.decode("utf-8", "replace")), "leaklint.toml")
    except (SettingsError, tomllib.TOMLDecodeError, RecursionError):
        return
    with contextlib.suppress(SettingsError, RuleError):
        tree = SettingsTree(rule_names(), Config(), "/project", Origin(config, "/project", "/project/leaklint.toml"))
        walk = tree.walk("/project")
        for path in _PATHS:
            matches_any(path, walk.exclude)
            catalog_for(tree.file(path).rules)


_WORDS = (
    "select = [", '"RLK1"', '"ALL"', '"never-released"', "]\n", "ignore = [", "extend-select", "per-file-ignores = {", "}\n",
    "[[overrides]]\n", 'files = ["', "exclude = [", '"**/x/*.py"', '"{a,b,{c,d}}"', '"[a-"', '"!x"', '"\\\\"', '"../../x"',
    "[[resource]]\n", 'acquire = "app.connect"\n', 'release = ["close"]\n', 'exceptions = "calls"\n', 'src = ["src"]\n',
    'min-severity = "error"\n', 'category = ["file"]\n', 'extend-rules = ["rules.toml"]\n', 'baseline = "b.json"\n',
    'output-format = "json"\n', "respect-gitignore = false\n", "force-exclude = true\n", "?", "*", "**/", "{,}", "a=", "nan",
)  # fmt: skip


def seeds() -> list[bytes]:
    """Short settings with everything in them once."""
    return [
        b'select = ["RLK1", "RLK2"]\nignore = ["rebound-while-held"]\nsrc = ["src", "."]\nexceptions = "own"\n',
        b'exclude = ["**/gen/{a,b}*.py", "!x"]\n[per-file-ignores]\n"tests/*" = ["RLK101"]\n',
        b'[[overrides]]\nfiles = ["tests/**"]\nexceptions = "none"\nmin-severity = "error"\ncategory = ["file"]\n',
        b'[[resource]]\nacquire = ["app.db.connect"]\nrelease = ["close"]\nwhat = "x"\nfalsy = true\n',
    ]


TARGET = Target(run, seeds, _WORDS, longest=1024)
