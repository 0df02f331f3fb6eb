"""Settings files: what is read, and what errors say."""

from pathlib import Path
from typing import Any

import pytest

from leaklint.model import Severity
from leaklint.settings.load import SettingsError, convert, merged, parse_assignment, read_config, read_requires_python
from leaklint.settings.schema import Config


def test_every_key() -> None:
    config = convert(
        {
            "select": ["RLK1"],
            "extend-select": ["RLK2"],
            "ignore": ["RLK101"],
            "per-file-ignores": {"tests/*": ["RLK103"]},
            "extend-per-file-ignores": {"a.py": ["RLK1"]},
            "exceptions": "own",
            "min-severity": "warning",
            "category": ["connection", "cursor"],
            "src": ["lib"],
            "extend-rules": ["rules.toml"],
            "resource": [{"acquire": "app.connect", "release": ["close"]}],
            "exclude": ["gen"],
            "extend-exclude": ["more"],
            "force-exclude": True,
            "respect-gitignore": False,
            "output-format": "concise",
            "baseline": "known.json",
            "overrides": [{"files": ["tests/*"], "exceptions": "none"}],
        },
        "leaklint.toml",
    )
    assert config.min_severity is Severity.WARNING
    assert config.overrides[0].exceptions == "none"
    assert config.resource[0].release == ("close",)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"selct": []}, 'leaklint.toml: unknown key "selct", did you mean "select"?; known keys: select, '),
        ({"min_severity": "info"}, 'unknown key "min_severity", did you mean "min-severity"?'),
        ({"zzz": 1}, 'leaklint.toml: unknown key "zzz"; known keys: '),
        ({"select": "RLK1"}, "leaklint.toml: select: expected `array | null`, got `str`"),
        (
            {"min-severity": "wrning"},
            'min-severity: "wrning" is not allowed, did you mean "warning"?; allowed: info, warning, error',
        ),
        ({"exceptions": "all"}, 'exceptions: "all" is not allowed'),
        ({"category": ["file", "conection"]}, 'category[1]: "conection" is not allowed, did you mean "connection"?'),
        ({"overrides": [{"fles": []}]}, 'overrides[0]: unknown key "fles", did you mean "files"?'),
        ({"overrides": [{}]}, "overrides[0]: object missing required field `files`"),
        ({"overrides": [{"files": [], "exclude": []}]}, 'overrides[0]: "exclude" holds for all files and can\'t be overridden'),
        ({"overrides": {"files": []}}, "overrides: expected `array`, got `object`"),
        ({"resource": [{"acquire": "a", "releas": []}]}, 'resource[0]: unknown key "releas", did you mean "release"?'),
        ({"resource": [{"acquire": "a", "form": "cal"}]}, 'resource[0].form: "cal" is not allowed, did you mean "call"?'),
        ({"resource": [{"release": ["close"]}]}, "resource[0]: object missing required field `acquire`"),
        ({"overrides": [{"files": [], "resource": [{"aquire": ""}]}]}, 'overrides[0].resource[0]: unknown key "aquire"'),
    ],
)
def test_errors_name_file_key_and_what_is_allowed(table: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError) as raised:
        convert(table, "leaklint.toml")
    assert message in str(raised.value)
    assert str(raised.value).startswith("leaklint.toml: ")


def test_place_within_pyproject(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text('[tool.leaklint]\nselct = ["RLK1"]\n')
    with pytest.raises(SettingsError, match=r'pyproject\.toml: tool\.leaklint: unknown key "selct"'):
        read_config(str(path))
    path.write_text('[tool.leaklint]\nexceptions = "x"\n')
    with pytest.raises(SettingsError, match=r"pyproject\.toml: tool\.leaklint\.exceptions: "):
        read_config(str(path))


@pytest.mark.parametrize(
    "text", ["", "[project]\nname = 'x'\n", "[tool.ruff]\n", "tool = 3\n", "[tool]\nleaklint = 3\n", "{{ cookiecutter.x }}\n"]
)
def test_pyproject_that_does_not_speak_of_us(tmp_path: Path, text: str) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text(text)
    assert read_config(str(path)) is None


@pytest.mark.parametrize("name", ["pyproject.toml", "leaklint.toml"])
def test_broken_toml_that_does(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("[tool.leaklint\n")
    with pytest.raises(SettingsError, match=rf"{name}: is not valid TOML: .*line 1"):
        read_config(str(path))


def test_other_broken_files(tmp_path: Path) -> None:
    path = tmp_path / "leaklint.toml"
    path.write_bytes(b"# \xff")
    with pytest.raises(SettingsError, match="is not UTF-8"):
        read_config(str(path))
    with pytest.raises(SettingsError, match="can't be read"):
        read_config(str(tmp_path / "none.toml"))


def test_empty_files_are_settings(tmp_path: Path) -> None:
    (tmp_path / "leaklint.toml").write_text("")
    (tmp_path / "pyproject.toml").write_text("\ufeff[tool.leaklint]\n")
    assert read_config(str(tmp_path / "leaklint.toml")) == Config()
    assert read_config(str(tmp_path / "pyproject.toml")) == Config()


def test_assignment() -> None:
    assert parse_assignment("exceptions = 'own'") == {"exceptions": "own"}
    with pytest.raises(SettingsError, match=r"--config exceptions=own: neither a file nor TOML"):
        parse_assignment("exceptions=own")
    with pytest.raises(SettingsError, match='unknown key "exceptons", did you mean "exceptions"'):
        parse_assignment("exceptons='own'")


def test_merged() -> None:
    tables = [
        {"select": ["a"], "ignore": ["b"], "extend-per-file-ignores": {"x": ["c"]}},
        {"select": ["d"], "ignore": ["e"], "extend-per-file-ignores": {"y": ["f"]}},
    ]
    assert merged(tables) == {"select": ["d"], "ignore": ["b", "e"], "extend-per-file-ignores": {"x": ["c"], "y": ["f"]}}
    assert tables[0]["ignore"] == ["b"]


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ('[project]\nrequires-python = ">=3.9"\n', ">=3.9"),
        ("[project]\nrequires-python = 3\n", None),
        ("project = 'requires-python'\n", None),
        ("[project\nrequires-python = '>=3'\n", None),
        ("[project]\n", None),
    ],
)
def test_requires_python(tmp_path: Path, text: str, stated: str | None) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text(text)
    assert read_requires_python(str(path)) == stated
