"""Formats for programs."""

import json
import xml.etree.ElementTree as ElementTree
from typing import Any

import msgspec
import pytest

from leaklint.model import Diagnostic
from leaklint.output import format_names, renderer
from leaklint.output._escape import json_text, printable
from leaklint.output._place import relative, uri
from tests.output.samples import ACROSS, FILE, FIXABLE, HOSTILE, PLAIN, RULES, SOURCES, SUGGESTED, report

JSON_FORMATS = ["json", "gitlab", "rdjson", "sarif"]


def text(name: str, *diagnostics: Diagnostic) -> str:
    return "".join(renderer(name)(report(*diagnostics)))


def data(name: str, *diagnostics: Diagnostic) -> Any:
    return json.loads(text(name, *diagnostics))


def test_formats_are_found_by_folder_scan() -> None:
    assert format_names() == (
        "concise", "full", "github", "gitlab", "json", "json-lines", "junit", "pylint", "rdjson", "sarif",
    )  # fmt: skip
    with pytest.raises(KeyError):
        renderer("_escape")


def test_json_has_the_documented_fields() -> None:
    (item,) = data("json", PLAIN)
    assert list(item) == [
        "code", "name", "severity", "message", "filename", "location", "end_location", "resource", "category", "symbol",
        "function", "certainty", "trace", "fingerprint", "fix",
    ]  # fmt: skip
    assert item["location"] == {"row": 4, "column": 12}
    assert item["trace"][1] == {
        "kind": "raise", "filename": "src/app.py", "row": 5, "column": 12, "message": "conn.execute() raises",
    }  # fmt: skip
    assert (item["severity"], item["certainty"], item["fix"]) == ("error", "resolved", None)


def test_json_shows_the_fix() -> None:
    fixed, shown = data("json", FIXABLE, SUGGESTED)
    assert fixed["fix"] == {
        "applicability": "safe",
        "message": "close it",
        "edits": [
            {"content": "with closing(", "location": {"row": 4, "column": 5}, "end_location": {"row": 4, "column": 12}},
            {"content": "    ", "location": {"row": 5, "column": 5}, "end_location": {"row": 5, "column": 5}},
        ],
        "reason": "",
        "suggestion": "",
    }
    assert (shown["fix"]["applicability"], shown["fix"]["edits"]) == ("display", [])
    assert shown["fix"]["suggestion"] == "def close(self):\n    self.conn.close()"


def test_json_without_findings() -> None:
    assert text("json") == "[]\n"
    assert text("json-lines") == ""


def test_json_lines_are_the_items_of_json() -> None:
    lines = text("json-lines", PLAIN, ACROSS).splitlines()
    assert [json.loads(line) for line in lines] == data("json", PLAIN, ACROSS)


@pytest.mark.parametrize("name", [*JSON_FORMATS, "json-lines", "junit"])
def test_hostile_text_stays_inside(name: str) -> None:
    shown = text(name, HOSTILE)
    assert not set(shown) & set("\x1b\r\x9b\u202e\u2028\udcff")
    assert not any(line.startswith("::") for line in shown.splitlines())
    shown.encode()
    if name == "junit":
        ElementTree.fromstring(shown)
    else:
        json.loads(shown)


def test_json_keeps_hostile_text_recoverable() -> None:
    (item,) = data("json", HOSTILE)
    assert item["message"] == HOSTILE.message.replace("\udcff", "\\udcff")


def test_gitlab() -> None:
    first, second, third = data("gitlab", PLAIN, PLAIN, FILE)
    assert first["description"].startswith("RLK103 sqlite3 connection 'conn' stays open")
    assert (first["check_name"], first["severity"]) == ("not-released-on-exception", "major")
    assert first["location"] == {
        "path": "src/app.py", "positions": {"begin": {"line": 4, "column": 12}, "end": {"line": 4, "column": 33}},
    }  # fmt: skip
    assert len({first["fingerprint"], second["fingerprint"], third["fingerprint"]}) == 3
    assert third["severity"] == "minor"
    assert data("gitlab") == []


def test_gitlab_fingerprints_do_not_move() -> None:
    moved = msgspec.structs.replace(PLAIN, location=PLAIN.end_location)
    assert data("gitlab", PLAIN)[0]["fingerprint"] == data("gitlab", moved)[0]["fingerprint"]


def test_rdjson() -> None:
    found = data("rdjson", PLAIN, ACROSS)
    assert (found["source"], found["severity"]) == ({"name": "leaklint"}, "ERROR")
    first, second = found["diagnostics"]
    assert first["code"] == {"value": "RLK103"}
    assert first["location"]["range"] == {"start": {"line": 4, "column": 12}, "end": {"line": 4, "column": 33}}
    assert second["severity"] == "WARNING"
    assert second["relatedLocations"][1]["location"]["path"] == "src/db.py"
    assert data("rdjson") == {"source": {"name": "leaklint"}, "severity": "INFO", "diagnostics": []}


def test_rdjson_counts_bytes() -> None:
    column = SOURCES["src/db.py"][1].index("er") + 1
    step = msgspec.structs.replace(ACROSS.trace[1], column=column)
    found = data("rdjson", msgspec.structs.replace(ACROSS, trace=(step,)))
    # Before it stand an ö and an ß, each two bytes long.
    assert found["diagnostics"][0]["relatedLocations"][0]["location"]["range"]["start"]["column"] == column + 2


def test_junit() -> None:
    root = ElementTree.fromstring(text("junit", PLAIN, ACROSS, FILE))
    assert root.attrib == {"name": "leaklint", "tests": "3", "failures": "3", "errors": "0"}
    assert [(suite.get("name"), suite.get("failures")) for suite in root] == [("src/app.py", "2"), ("src/none.py", "1")]
    case = root[0][0]
    assert (case.get("file"), case.get("line"), case.get("classname")) == ("src/app.py", "4", "src/app.py")
    failure = case[0]
    assert failure.get("type") == "RLK103"
    assert failure.text is not None
    assert failure.text.splitlines()[1:] == [
        "1. line 4: sqlite3 connection is acquired into 'conn'",
        "2. line 5: conn.execute() raises",
        "3. line 5: the exception leaves while it is still held",
    ]


def test_junit_without_findings_has_a_passed_case() -> None:
    root = ElementTree.fromstring(text("junit"))
    assert (root.get("tests"), root.get("failures")) == ("1", "0")
    assert len(root[0][0]) == 0


def test_sarif() -> None:
    found = data("sarif", PLAIN, PLAIN, FILE)
    assert (found["version"], found["$schema"]) == ("2.1.0", "https://json.schemastore.org/sarif-2.1.0.json")
    (run,) = found["runs"]
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("leaklint", "1.2.3")
    assert [rule["id"] for rule in driver["rules"]] == [rule.code for rule in RULES]
    assert driver["rules"][1]["help"]["markdown"] == RULES[1].page
    assert driver["rules"][1]["name"] == "NotReleasedOnException"
    first, second, third = run["results"]
    assert (first["ruleId"], first["ruleIndex"], first["level"]) == ("RLK103", 1, "error")
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "src/app.py"},
        "region": {"startLine": 4, "startColumn": 12, "endLine": 4, "endColumn": 33},
    }
    assert first["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "load", "kind": "function"}]
    flow = first["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["executionOrder"] for step in flow] == [1, 2, 3]
    assert [step["location"]["message"]["text"] for step in flow] == [step.message for step in PLAIN.trace]
    assert [location["id"] for location in first["relatedLocations"]] == [1, 2]
    assert first["partialFingerprints"]["primaryLocationLineHash"] == f"{PLAIN.fingerprint}:1"
    assert second["partialFingerprints"]["primaryLocationLineHash"] == f"{PLAIN.fingerprint}:2"
    assert (third["ruleIndex"], "codeFlows" in third) == (-1, False)
    assert run["columnKind"] == "unicodeCodePoints"


def test_sarif_shows_the_fix() -> None:
    first, second, third = data("sarif", FIXABLE, SUGGESTED, PLAIN)["runs"][0]["results"]
    [fix] = first["fixes"]
    assert (fix["description"], fix["properties"]) == ({"text": "close it"}, {"applicability": "safe"})
    [change] = fix["artifactChanges"]
    assert change["artifactLocation"] == {"uri": "src/app.py"}
    assert change["replacements"][0] == {
        "deletedRegion": {"startLine": 4, "startColumn": 5, "endLine": 4, "endColumn": 12},
        "insertedContent": {"text": "with closing("},
    }
    assert "fixes" not in second
    assert second["properties"]["suggestion"] == "def close(self):\n    self.conn.close()"
    assert not {"fixes", "suggestion"} & {*third, *third["properties"]}


def test_rdjson_shows_the_fix_as_one_suggestion() -> None:
    first, second = data("rdjson", FIXABLE, SUGGESTED)["diagnostics"]
    assert first["suggestions"] == [
        {
            "range": {"start": {"line": 4, "column": 5}, "end": {"line": 5, "column": 5}},
            "text": "with closing(sqlite3.connect(path)\n        ",
        }
    ]
    assert "suggestions" not in second


def test_sarif_without_findings_says_so() -> None:
    assert data("sarif")["runs"][0]["results"] == []


@pytest.mark.parametrize(
    ("filename", "path", "link"),
    [
        ("src/a.py", "src/a.py", "src/a.py"),
        ("/project/src/a.py", "src/a.py", "src/a.py"),
        ("src/../b.py", "b.py", "b.py"),
        ("../other/a.py", "../other/a.py", "file:///other/a.py"),
        ("/other/a b.py", "/other/a b.py", "file:///other/a%20b.py"),
        ("a:b.py", "a:b.py", "a%3Ab.py"),
        ("ä#?%.py", "ä#?%.py", "%C3%A4%23%3F%25.py"),
        ("\udcff.py", "\\udcff.py", "%FF.py"),
        ("-", "-", "-"),
    ],
)
def test_places(filename: str, path: str, link: str) -> None:
    assert relative(filename, "/project") == path
    assert uri(filename, "/project") == link


def test_places_below_the_root_of_the_file_system() -> None:
    assert relative("/etc/a.py", "/") == "etc/a.py"
    assert uri("/etc/a.py", "/") == "etc/a.py"


def test_escapes() -> None:
    assert printable("a\tb\nc\x1b\x7f\u202e\U000e0041ü日") == "a\\x09b\\nc\\x1b\\x7f\\u202e\\U000e0041ü日"
    assert json.loads(json_text("\x9b\u2028\U000e0041ü")) == "\x9b\u2028\U000e0041ü"
    assert json_text("\x9b\u2028\U000e0041ü") == '"\\u009b\\u2028\\udb40\\udc41ü"'
