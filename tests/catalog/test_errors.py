"""Every mistake in a rule file has a message that names file, table, key and what would be right."""

import pytest

from leaklint.catalog.build import build_catalog, extended
from leaklint.catalog.load import RuleError, inline_rules, main, parse_rules, read_all, read_rules

from .rule_texts import driver, file_text, source

KIND = '[[kind]]\nid = "file"\nwhat = "a file"\ncategory = "file"\n'
ACQUIRE = '[[acquire]]\ncall = "lib.open"\nkind = "file"\n'
CALL = '[[call]]\ncall = "lib.f"\n'

STRUCTURE = {
    "unknown key, near": (
        KIND + 'relase = ["close"]',
        '[[kind]] "file": unknown key "relase", did you mean "release"?; known keys: id, what, category,',
    ),
    "unknown key, snake": (KIND + 'with_exit = "none"', 'unknown key "with_exit", did you mean "with-exit"?'),
    "unknown key, far": (KIND + "zzz = 1", '[[kind]] "file": unknown key "zzz"; known keys: id,'),
    "value of a choice": (
        KIND + 'severity = "eror"',
        '[[kind]] "file": severity: "eror" is not allowed, did you mean "error"?; allowed: "info", "warning", "error"',
    ),
    "type of a choice": (KIND + "severity = 3", "severity: expected `str | null`, got `int`; allowed: "),
    "category": ('[[kind]]\nid = "x"\nwhat = "x"\ncategory = "sokcet"', 'category: "sokcet" is not allowed, did you mean'),
    "text for a list": (KIND + 'release = "close"', '[[kind]] "file": release: expected `array`, got `str`'),
    "number in a list": (KIND + 'release = ["close", 3]', "release[1]: expected `str`, got `int`"),
    "required key": ('[[acquire]]\ncall = "lib.open"', '[[acquire]] #1 "lib.open": the key "kind" is missing'),
    "second entry": (KIND + ACQUIRE + '[[acquire]]\nkind = "file"', '[[acquire]] #2: the key "call" is missing'),
    "form": (KIND + ACQUIRE + 'form = "awaited"', 'form: "awaited" is not allowed'),
    "no-return": (CALL + "no-return = true", '[[call]] #1 "lib.f": no-return: expected'),
    "shape": ('[[use]]\nshape = "slots"\nkind = "x"', '[[use]] #1 "slots": shape: "slots" is not allowed, did you mean "slot"?'),
    "hook": ('[[hook]]\ndecorator = ["a.b"]\nresumes = 1', '[[hook]] #1 "a.b": resumes: expected `bool`, got `int`'),
    "methods": ('[methods]\nnoraise = ["x"]', '[methods]: unknown key "noraise", did you mean "no-raise"?'),
    "table": ("[[aquire]]\nx = 1", 'unknown key "aquire", did you mean "acquire"?'),
    "no array": ("[kind]\nx = 1", "kind: must be written [[kind]], one table per entry"),
    "alias": ("[aliases]\na = 1", "aliases"),
}

MEANING = {
    "id twice": (KIND + KIND, '[[kind]] "file": id: is used 2 times'),
    "id spelling": ('[[kind]]\nid = "a.b"\nwhat = "x"\ncategory = "file"', 'id: "a.b" may only have letters, digits'),
    "kind": (KIND + ACQUIRE.replace('"file"', '"fil"'), '[[acquire]] #1 "lib.open": kind: no kind "fil", did you mean "file"?'),
    "kind elsewhere": (KIND + ACQUIRE.replace('"file"', '"lib:file"'), 'kind: no kind "lib:file", did you mean "file"?'),
    "kind spelling": (KIND + 'enter = "a b"', 'enter: "a b" is not a kind; write "id", or "library:id"'),
    "enter": (KIND + 'enter = "handle"', 'enter: no kind "handle"'),
    "parents": (KIND + 'parents = ["handle"]', 'parents: no kind "handle"'),
    "bases": (KIND + 'bases = ["handle"]', 'bases: no kind "handle"'),
    "bases cycle": (KIND + 'bases = ["file"]', '[[kind]] "file": bases: leads back to the kind itself'),
    "release-by": (KIND + 'release-by = ["@pool.put"]', 'release-by: no kind "pool"'),
    "types": (KIND + 'types = ["lib.File[str]"]', 'types: "lib.File[str]" is not a qualified name'),
    "member": (KIND + 'release = ["a.close"]', 'release: "a.close" is not the name of a method or attribute'),
    "query": (KIND + 'queries = { "is open()" = true }', 'queries: "is open" is not the name of a method'),
    "both releases": (
        KIND + 'release = ["close"]\nwrong-release = ["close"]',
        'wrong-release: "close" is also in release',
    ),
    "call spelling": (KIND + ACQUIRE.replace("lib.open", "lib open"), 'call: "lib open" is not a call; write "module.function"'),
    "call of no kind": (KIND + ACQUIRE.replace("lib.open", "@poool.get"), 'call: no kind "poool"'),
    "no call": (KIND + ACQUIRE.replace('"lib.open"', "[]"), "call: names no call"),
    "any receiver": (KIND + ACQUIRE.replace("lib.open", "*.open"), '"*.open": only user rules may acquire by a method'),
    "condition": (KIND + ACQUIRE + 'when = ["!x=1"]', 'when: "!x=1" is not a condition; write "name", "!name"'),
    "condition value": (KIND + ACQUIRE + 'when = ["x=a b"]', 'when: "a b" is neither a Python literal nor a dotted name'),
    "condition star": (KIND + ACQUIRE + 'when = ["*=1"]', "a condition speaks of one argument"),
    "argument": (KIND + ACQUIRE + 'takes = ["a-b"]', 'takes: "a-b" is not an argument; write a position'),
    "item": (KIND + ACQUIRE + "item = -1", "item: -1 is negative; count from 0"),
    "argument of a call": (CALL + 'pass-through = "0,1"', '[[call]] #1 "lib.f": pass-through: "0,1" is not an argument'),
    "releases": (CALL + 'releases = ["@0"]', 'releases: "@0" is not an argument'),
    "consumes": (CALL + 'consumes = [""]', 'consumes: "" is not an argument'),
    "returns": (CALL + 'returns = "slef"', 'returns: no kind "slef"'),
    "factory": (CALL + 'factory = "@x.y"', 'factory: no kind "x"'),
    "raises": (CALL + 'raises = ["OS Error"]', 'raises: "OS Error" is not a qualified name'),
    "suppresses": (CALL + 'suppresses = ["OS Error"]', 'suppresses: "OS Error" is not a qualified name'),
    "exception": (CALL + 'exception = "X"', "exception: is for calls with no-return"),
    "contradiction": (
        KIND + ACQUIRE + '[[not-acquire]]\ncall = "lib.open"\nwhy = "x"',
        '[[not-acquire]] #1: call: "lib.open" is also in an [[acquire]]',
    ),
    "use lacks": (KIND + '[[use]]\nshape = "slot"\nkind = "file"', '[[use]] #1 "slot": pairs: shape "slot" needs it'),
    "use has": (
        KIND + '[[use]]\nshape = "slot"\nkind = "file"\npairs = [["a", "b"]]\nuse = ["x"]',
        'use: shape "slot" has no such key',
    ),
    "hook of nothing": ("[[hook]]\nresumes = true", "[[hook]] #1: decorator: a hook needs a decorator or a base"),
    "alias spelling": ('[aliases]\n"a b" = "c"', '[aliases]: "a b": "a b" is not a qualified name'),
    "alias cycle": ('[aliases]\na = "b"\nb = "a"', '[aliases]: "a": leads back to itself'),
    "alias growth": ('[aliases]\na = "a.b"', '[aliases]: "a": leads back to itself'),
    "library": ("", '[library]: name: "my lib" may only have letters'),
}


def problems_of(text: str, library: str = "mylib") -> str:
    with pytest.raises(RuleError) as caught:
        build_catalog([parse_rules(file_text(text, library), "rules/my.toml")])
    assert all(problem.filename == "rules/my.toml" for problem in caught.value.problems)
    return str(caught.value)


@pytest.mark.parametrize("case", STRUCTURE)
def test_structure(case: str) -> None:
    body, expected = STRUCTURE[case]
    message = problems_of(body)
    assert message.startswith("rules/my.toml: ")
    assert expected in message
    assert "$" not in message
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize("case", MEANING)
def test_meaning(case: str) -> None:
    body, expected = MEANING[case]
    assert expected in problems_of(body, "my lib" if case == "library" else "mylib")


@pytest.mark.parametrize("body", [KIND + ACQUIRE, KIND + 'queries = { "is_open()" = true, closed = false }', CALL, ""])
def test_noop(body: str) -> None:
    build_catalog([source(body)])


def test_all_mistakes_are_told_at_once() -> None:
    text = KIND + "zzz = 1\n" + KIND + "severity = 1\n" + ACQUIRE + "item = []\n[other]\nx = 1"
    assert len(problems_of(text).splitlines()) == 4


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"schema = ", "x.toml: is not valid TOML: Invalid value (at end of document)"),
        (b"# \xff", "x.toml: is not UTF-8 (byte 2)"),
        (b"", 'x.toml: the key "schema" is missing'),
        (b"schema = 1", 'x.toml: the key "library" is missing'),
        (b'schema = 2\n[library]\nname = "x"', 'x.toml: schema: "2" is not allowed; allowed: "1"'),
    ],
)
def test_unusable_files(content: bytes, expected: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_rules(content, "x.toml")
    assert str(caught.value) == expected


def test_files_that_cannot_be_read_are_told_together(tmp_path) -> None:
    missing = [tmp_path / "a.toml", tmp_path / "b.toml"]
    with pytest.raises(RuleError) as caught:
        read_all(missing)
    assert str(caught.value).splitlines() == [f"{path}: can't be read: No such file or directory" for path in missing]


def test_a_file_is_called_what_the_reader_says(tmp_path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(file_text(KIND))
    assert read_rules(path, "shown").filename == "shown"


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (source(KIND, "mylib", "b.toml"), 'b.toml: [library]: name: "mylib" is already that of a.toml'),
        (source(KIND + 'types = ["lib.File"]', "other", "b.toml"), 'types: "lib.File" is in a.toml too'),
        (source('[aliases]\n"lib.o" = "lib.p"', "other", "b.toml"), 'leads to "lib.p" here and to "lib.open" elsewhere'),
    ],
)
def test_shipped_files_do_not_contradict_each_other(second, expected: str) -> None:
    first = source(KIND + 'types = ["lib.File"]\n[aliases]\n"lib.o" = "lib.open"', filename="a.toml")
    with pytest.raises(RuleError, match=r"b\.toml") as caught:
        build_catalog([first, second])
    assert expected in str(caught.value)


def test_user_rules_may_speak_of_any_receiver_but_not_of_unknown_kinds() -> None:
    body = KIND + ACQUIRE.replace("lib.open", "*.openbin")
    assert extended(driver(), [source(body)]).any_method_acquires("openbin")
    with pytest.raises(RuleError, match=r'no kind "driver:connexion", did you mean "driver:connection"\?'):
        extended(driver(), [source(ACQUIRE.replace('"file"', '"driver:connexion"'))])


def test_inline_tables_need_no_head() -> None:
    rules = inline_rules({"call": [{"call": "app.f", "takes": ["0"]}]}, "pyproject.toml").rules
    assert rules.library.name == "project"
    with pytest.raises(RuleError, match=r'^pyproject.toml: \[\[call\]\] #1 "app.f": unknown key "take", did you mean "takes"'):
        inline_rules({"call": [{"call": "app.f", "take": ["0"]}]}, "pyproject.toml")


def test_the_checker_prints_problems_and_counts_them(tmp_path, capsys) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(file_text(KIND, "good"))
    bad.write_text(file_text(KIND + 'enter = "x"', "bad"))
    assert main([str(good)]) == 0
    assert capsys.readouterr().err == "1 files, 0 problems\n"
    assert main([str(good), str(bad)]) == 1
    shown = capsys.readouterr()
    assert shown.out == f'{bad}: [[kind]] "file": enter: no kind "x"\n'
    assert shown.err == "2 files, 1 problems\n"
