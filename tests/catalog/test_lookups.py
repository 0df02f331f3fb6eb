"""What the engine asks the catalog: aliases, kinds, inheritance, order of entries."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leaklint.catalog.build import build_catalog
from leaklint.catalog.catalog import Catalog
from leaklint.catalog.load import RuleError

from .rule_texts import driver, source


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return driver()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("driver.open", "driver.connect"),
        ("driver.core.f", "driver.impl.f"),
        ("driver.core.Connection", "driver.Connection"),
        ("driver.core.Connection.close", "driver.Connection.close"),
        ("driver.coreless", "driver.coreless"),
        ("other.open", "other.open"),
        ("driver", "driver"),
        ("", ""),
    ],
)
def test_canonical(catalog: Catalog, name: str, expected: str) -> None:
    assert catalog.canonical(name) == expected


def test_the_longest_alias_applies() -> None:
    found = build_catalog([source('[aliases]\n"a" = "b"\n"a.x" = "c.y"')])
    assert found.canonical("a.x.z") == "c.y.z"
    assert found.canonical("a.q") == "b.q"
    assert found.reexports == {"a": "b", "a.x": "c.y"}


def test_an_alias_may_leave_out_a_part() -> None:
    found = build_catalog([source('[aliases]\n"a.b" = "a"')])
    assert found.canonical("a.b.b.b.c") == "a.c"


NAMES = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(".".join)


@given(aliases=st.dictionaries(NAMES, NAMES, max_size=4), name=NAMES)
def test_aliases_without_circles_lead_to_an_end(aliases: dict[str, str], name: str) -> None:
    lines = [f'"{alias}" = "{target}"' for alias, target in aliases.items()]
    try:
        found = build_catalog([source("\n".join(["[aliases]", *lines]))])
    except RuleError:
        assume(False)
    canonical = found.canonical(name)
    assert found.canonical(canonical) == canonical
    assert not any(canonical == alias or canonical.startswith(f"{alias}.") for alias in aliases)


def test_kinds_are_resolved(catalog: Catalog) -> None:
    slot = catalog.kind("driver:slot")
    assert slot.id == "driver:slot"
    assert slot.release_by == ("driver:pool.put", "driver.impl.give_back")
    assert catalog.kind("driver:cursor").parents == ("driver:connection",)
    assert catalog.kind("driver:pool").enter == "driver:pool"
    assert catalog.kind("driver:connection").raises == ("driver.impl.Error",)


def test_kinds_inherit_what_they_do_not_state(catalog: Catalog) -> None:
    fast, faster = catalog.kind("driver:fast"), catalog.kind("driver:faster")
    assert (fast.severity, fast.release, fast.raises) == ("error", ("close",), ("driver.impl.Error",))
    assert fast.with_exit == faster.with_exit == "unsupported"  # stated, though it is the default
    assert faster.bases == ("driver:fast", "driver:connection")
    assert faster.what == "faster driver connection"
    assert faster.types == ()
    assert catalog.is_kind("driver:faster", "driver:connection")
    assert not catalog.is_kind("driver:connection", "driver:faster")


def test_a_wrong_release_is_not_inherited_as_a_release(catalog: Catalog) -> None:
    assert catalog.kind("driver:slot").release == ()


def test_bases_may_stand_later_and_in_other_files() -> None:
    other = source('[[kind]]\nid = "k"\nwhat = "k"\ncategory = "file"\nbases = ["a:y"]', "z", "z.toml")
    first = source(
        '[[kind]]\nid = "x"\nwhat = "x"\ncategory = "file"\nbases = ["y"]\n'
        '[[kind]]\nid = "y"\nwhat = "y"\ncategory = "file"\nrelease = ["shut"]',
        "a",
    )
    found = build_catalog([other, first])
    assert found.kind("z:k").release == found.kind("a:x").release == ("shut",)


def test_of_several_bases_the_first_that_says_something_counts() -> None:
    kinds = "".join(
        f'[[kind]]\nid = "{name}"\nwhat = "x"\ncategory = "file"\n{rest}\n'
        for name, rest in [("a", "lazy = true"), ("b", 'release = ["b"]'), ("c", 'release = ["c"]')]
    )
    found = build_catalog([source(kinds + '[[kind]]\nid = "d"\nwhat = "x"\ncategory = "file"\nbases = ["a", "b", "c"]')])
    assert found.kind("mylib:d").release == ("b",)
    assert found.kind("mylib:d").lazy


def test_types(catalog: Catalog) -> None:
    assert catalog.kind_of_type("driver.Connection") == "driver:connection"  # the first kind that names it
    assert catalog.kind_of_type("driver.core.Connection") == "driver:connection"
    assert catalog.kind_of_type("driver.FastConnection") == "driver:fast"
    assert catalog.kind_of_type("driver.Nothing") is None


def kinds_of(entries) -> list[str]:
    return [entry.kind.removeprefix("driver:") for entry in entries]


def test_acquires(catalog: Catalog) -> None:
    assert kinds_of(catalog.acquires("driver.connect")) == ["connection"]
    assert catalog.acquires("driver.open") == catalog.acquires("driver.dial") == catalog.acquires("driver.connect")
    assert catalog.acquires("driver.parse") == ()


def test_entries_with_conditions_come_first(catalog: Catalog) -> None:
    assert kinds_of(catalog.method_acquires("driver:connection", "cursor")) == ["named", "cursor"]


def test_methods_are_inherited_own_entries_first(catalog: Catalog) -> None:
    assert kinds_of(catalog.method_acquires("driver:fast", "cursor")) == ["named", "named", "cursor"]
    assert catalog.method_acquires("driver:fast", "cursor")[0].when == ()
    assert kinds_of(catalog.method_acquires("driver:slot", "cursor")) == ["named", "cursor"]
    assert catalog.method_acquires("driver:pool", "cursor") == ()
    assert catalog.method_acquires("driver:unheard-of", "cursor") == ()


def test_a_method_that_does_not_acquire_hides_the_inherited_one(catalog: Catalog) -> None:
    assert catalog.method_acquires("driver:faster", "cursor") == ()
    assert catalog.is_not_acquisition("driver:faster.cursor")
    assert catalog.is_not_acquisition("driver.parse")
    assert not catalog.is_not_acquisition("driver.connect")


def test_calls(catalog: Catalog) -> None:
    (made,) = catalog.calls("driver.make")
    assert (made.returns, made.factory, made.raises) == ("driver:pool", "driver:pool.get", ("driver.impl.Error",))
    assert catalog.calls("driver.core.same")[0].returns == "borrowed"
    assert catalog.any_method_calls("info")[0].raises is False
    assert catalog.method_calls("driver:faster", "ping")[0].raises is False
    assert catalog.any_method_acquires("cursor") == ()


def test_releasers(catalog: Catalog) -> None:
    assert catalog.releasers("driver:slot") == {"driver:pool.put", "driver:big-pool.put", "driver.impl.give_back"}
    assert catalog.releasers("driver:connection") == frozenset()


def test_conventions(catalog: Catalog) -> None:
    assert catalog.hooks_of_decorator("driver.impl.task")[0].resumes
    assert catalog.hooks_of_decorator("driver.core.task") == catalog.hooks_of_decorator("driver.job")
    assert catalog.hooks_of_base("driver.Model")[0].releases_methods == ("finish",)
    assert catalog.hooks_of_base("driver.job") == ()
    assert catalog.uses[0].kind == "driver:slot"
    assert catalog.no_raise_methods == {"info"}
    assert catalog.pure_methods == {"startswith"}
    assert catalog.modules == {"driver"}
