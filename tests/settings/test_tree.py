"""Which settings hold for a file."""

from pathlib import Path
from typing import Any

import pytest

from leaklint.catalog.load import RuleError
from leaklint.settings import Origin, Settings, SettingsError, SettingsTree, catalog_for
from leaklint.settings.layers import oldest_python
from leaklint.settings.load import convert

NAMES = {"RLK101": "never-released", "RLK103": "not-released-on-exception", "RLK900": "cannot-analyse"}


def tree(cwd: Path, fixed: Origin | None = None, isolated: bool = False, **options: Any) -> SettingsTree:
    table = {key.replace("_", "-"): value for key, value in options.items()}
    return SettingsTree(NAMES, convert(table, "command line"), str(cwd), fixed, isolated)


def settings(path: Path, **options: Any) -> Settings:
    return tree(path.parent, **options).file(str(path))


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    found = settings(tmp_path / "a.py", isolated=True)
    assert found.enabled == set(NAMES)
    assert (found.exceptions, found.min_severity, found.categories, found.origin) == ("calls", "info", (), "")
    assert found.src == (str(tmp_path), str(tmp_path / "src"))


def test_nearest_file_wins_and_nothing_is_inherited(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", '[tool.leaklint]\nexceptions = "own"\nignore = ["RLK101"]\n')
    write(tmp_path / "pkg/leaklint.toml", 'exceptions = "none"\n')
    write(tmp_path / "pkg/inner/pyproject.toml", "[project]\nname = 'no settings here'\n")
    inner = settings(tmp_path / "pkg/inner/deep/a.py")
    assert (inner.exceptions, inner.origin) == ("none", str(tmp_path / "pkg/leaklint.toml"))
    assert "RLK101" in inner.enabled
    assert settings(tmp_path / "a.py").exceptions == "own"


def test_order_within_a_folder(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", '[tool.leaklint]\nexceptions = "own"\n')
    assert settings(tmp_path / "a.py").exceptions == "own"
    write(tmp_path / "leaklint.toml", 'exceptions = "none"\n')
    assert settings(tmp_path / "a.py").exceptions == "none"
    write(tmp_path / ".leaklint.toml", 'exceptions = "explicit"\n')
    assert settings(tmp_path / "a.py").exceptions == "explicit"


def test_command_line_wins_over_overrides_over_the_file(tmp_path: Path) -> None:
    write(
        tmp_path / "leaklint.toml",
        """
        exceptions = "own"
        min-severity = "warning"
        category = ["file"]
        [[overrides]]
        files = ["tests/*", "conftest.py"]
        exceptions = "none"
        min-severity = "error"
        select = ["RLK103"]
        [[overrides]]
        files = ["tests/slow/*"]
        exceptions = "explicit"
        """,
    )
    assert settings(tmp_path / "a.py").exceptions == "own"
    test = settings(tmp_path / "tests/test_a.py")
    assert (test.exceptions, test.min_severity, test.categories) == ("none", "error", ("file",))
    assert test.enabled == {"RLK103", "RLK900"}
    assert settings(tmp_path / "deep/conftest.py").exceptions == "none"
    slow = settings(tmp_path / "tests/slow/test_a.py")
    assert (slow.exceptions, slow.min_severity) == ("explicit", "error")
    assert settings(tmp_path / "tests/test_a.py", exceptions="everything").exceptions == "everything"


def test_per_file_ignores(tmp_path: Path) -> None:
    write(
        tmp_path / "leaklint.toml",
        """
        [per-file-ignores]
        "tests/*" = ["RLK103"]
        "!src/*" = ["never-released"]
        [extend-per-file-ignores]
        "conftest.py" = ["RLK900"]
        """,
    )
    assert settings(tmp_path / "src/a.py").enabled == set(NAMES)
    assert settings(tmp_path / "tests/a.py").enabled == {"RLK900"}
    assert settings(tmp_path / "src/conftest.py").enabled == {"RLK101", "RLK103"}
    # Those of the command line replace the file's; what extends them adds to either.
    given = settings(tmp_path / "src/conftest.py", per_file_ignores={"*.py": ["RLK101"]})
    assert given.enabled == {"RLK103"}


def test_fixed_file_holds_everywhere_from_the_working_folder(tmp_path: Path) -> None:
    write(tmp_path / "sub/leaklint.toml", 'exceptions = "none"\n')
    config = convert({"exceptions": "own", "src": ["lib"]}, "own.toml")
    found = tree(tmp_path, Origin(config, str(tmp_path), "own.toml")).file(str(tmp_path / "sub/a.py"))
    assert (found.exceptions, found.src) == ("own", (str(tmp_path / "lib"),))


def test_isolated_reads_no_file(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", '[project]\nrequires-python = ">=3.8"\n[tool.leaklint]\nexceptions = "own"\n')
    found = settings(tmp_path / "a.py", isolated=True)
    assert (found.exceptions, found.python, found.rules.announced) == ("calls", (3, 11), False)


def test_python_of_the_nearest_project(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", '[project]\nrequires-python = ">=3.9"\n')
    write(tmp_path / "inner/pyproject.toml", "[project]\nname = 'x'\n")
    write(tmp_path / "inner/leaklint.toml", "")
    assert settings(tmp_path / "inner/deep/a.py").python == (3, 9)
    write(tmp_path / "inner/pyproject.toml", '[project]\nrequires-python = "~=3.12"\n')
    assert settings(tmp_path / "inner/deep/a.py").python == (3, 12)


@pytest.mark.parametrize(
    ("specifier", "version"),
    [
        (">=3.9", (3, 9)), (">=3.9,<4", (3, 9)), ("<4,>=3.10.2", (3, 10)), ("~=3.8", (3, 8)), ("==3.12.*", (3, 12)),
        (">3.9", (3, 9)), (">=3", (3, 0)), ("!=3.9", (3, 11)), ("garbage", (3, 11)), (">=3.8, >=3.10", (3, 10)),
    ],
)  # fmt: skip
def test_oldest_python(specifier: str, version: tuple[int, int]) -> None:
    assert oldest_python(specifier) == version


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('select = ["RLK5"]', r'leaklint\.toml: select: unknown rule "RLK5"'),
        ('ignore = ["never-relesed"]', r'ignore: unknown rule "never-relesed", did you mean "never-released"\?'),
        ('[per-file-ignores]\n"a" = ["X"]', r'per-file-ignores: unknown rule "X"'),
        ('[extend-per-file-ignores]\n"a" = ["X"]', r'extend-per-file-ignores: unknown rule "X"'),
        ('[[overrides]]\nfiles = []\nextend-select = ["X"]', r'overrides\[0\]\.extend-select: unknown rule "X"'),
    ],
)
def test_unknown_rules_are_errors(tmp_path: Path, text: str, message: str) -> None:
    write(tmp_path / "leaklint.toml", text)
    with pytest.raises(SettingsError, match=message):
        settings(tmp_path / "a.py")


def test_unknown_rules_in_pyproject_and_on_the_command_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match='command line: --select: unknown rule "X"'):
        settings(tmp_path / "a.py", select=["X"])
    write(tmp_path / "pyproject.toml", '[tool.leaklint]\nselect = ["X"]\n')
    with pytest.raises(SettingsError, match=r'pyproject\.toml: tool\.leaklint\.select: unknown rule "X"'):
        settings(tmp_path / "a.py")


RULES = """
schema = 1
[library]
name = "mine"
[[kind]]
id = "thing"
what = "thing"
category = "handle"
severity = "error"
release = ["close"]
[[acquire]]
call = "mine.open"
kind = "thing"
"""


def test_rule_files_and_inline_resources_reach_the_catalog(tmp_path: Path) -> None:
    write(tmp_path / "rules/mine.toml", RULES)
    write(
        tmp_path / "leaklint.toml",
        """
        extend-rules = ["rules/mine.toml"]
        [[resource]]
        acquire = ["app.db.connect", "app.db.reconnect"]
        what = "app connection"
        category = "connection"
        release = ["close"]
        severity = "error"
        form = "await"
        """,
    )
    catalog = catalog_for(settings(tmp_path / "a.py").rules)
    assert catalog.kinds["mine:thing"].what == "thing"
    kind = catalog.kinds["project:resource-1"]
    assert (kind.what, kind.category, kind.severity, kind.with_exit) == ("app connection", "connection", "error", "releases")
    entry = next(entry for entry in catalog.acquire_entries if entry.kind == "project:resource-1")
    assert (entry.call, entry.form) == (("app.db.connect", "app.db.reconnect"), "await")


def test_overrides_may_add_rules(tmp_path: Path) -> None:
    write(tmp_path / "leaklint.toml", '[[overrides]]\nfiles = ["b.py"]\n[[overrides.resource]]\nacquire = "x.open_it"\n')
    assert not settings(tmp_path / "a.py").rules.resources
    kinds = catalog_for(settings(tmp_path / "b.py").rules).kinds
    assert (kinds["project:resource-1"].what, kinds["project:resource-1"].severity) == ("open_it", "warning")


def test_equal_rules_give_the_same_catalog(tmp_path: Path) -> None:
    write(tmp_path / "rules/mine.toml", RULES)
    write(tmp_path / "leaklint.toml", 'extend-rules = ["rules/mine.toml"]\n')
    one, two = settings(tmp_path / "a.py"), settings(tmp_path / "deep/b.py")
    assert catalog_for(one.rules) is catalog_for(two.rules)


def test_bad_rules_name_the_file_that_states_them(tmp_path: Path) -> None:
    write(tmp_path / "leaklint.toml", '[[resource]]\nacquire = "not a name"\n')
    with pytest.raises(RuleError, match=r"leaklint\.toml: .*not a name"):
        catalog_for(settings(tmp_path / "a.py").rules)


@pytest.mark.parametrize("key", ["src", "extend-rules"])
@pytest.mark.parametrize("path", ["../outside", "/etc", "inside/../../outside", "~/x", "link/x"])
def test_settings_stay_within_the_project(tmp_path: Path, key: str, path: str) -> None:
    project = tmp_path / "project"
    write(project / "leaklint.toml", f'{key} = ["{path}"]\n')
    (project / "link").symlink_to(tmp_path)
    with pytest.raises(SettingsError, match=rf"leaklint\.toml: {key}: .* lies outside the project"):
        settings(project / "a.py")


def test_the_project_is_the_repository_if_there_is_one(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path / "services/a/leaklint.toml", 'src = ["../../lib"]\n')
    assert settings(tmp_path / "services/a/x.py").src == (str(tmp_path / "lib"),)


def test_the_command_line_may_name_any_path(tmp_path: Path) -> None:
    rules = write(tmp_path / "mine.toml", RULES)
    found = tree(tmp_path / "project", extend_rules=[str(rules)], src=["../lib"]).file(str(tmp_path / "project/a.py"))
    assert found.rules.files == (str(rules),)
    assert found.src == (str(tmp_path / "lib"),)


def test_walk(tmp_path: Path) -> None:
    write(tmp_path / "leaklint.toml", 'exclude = ["gen"]\nextend-exclude = ["more"]\nrespect-gitignore = false\n')
    walk = tree(tmp_path).walk(str(tmp_path))
    assert [pattern.glob for pattern in walk.exclude] == ["gen", "more"]
    assert (walk.force_exclude, walk.respect_gitignore) == (False, False)
    given = tree(tmp_path, extend_exclude=["x"], force_exclude=True, respect_gitignore=True).walk(str(tmp_path))
    assert [pattern.glob for pattern in given.exclude] == ["gen", "more", "x"]
    assert (given.force_exclude, given.respect_gitignore) == (True, True)
