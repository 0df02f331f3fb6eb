"""Which rules layers of selectors enable."""

import pytest

from leaklint.settings.selectors import Layer, enabled, expand, unknown

NAMES = {
    "RLK101": "never-released",
    "RLK102": "not-released-on-path",
    "RLK103": "not-released-on-exception",
    "RLK201": "attribute-never-released",
    "RLK900": "cannot-analyse",
}
ALL = frozenset(NAMES)


@pytest.mark.parametrize(
    ("selector", "codes"),
    [
        ("ALL", ALL),
        ("RLK", ALL),
        ("RLK1", {"RLK101", "RLK102", "RLK103"}),
        ("RLK103", {"RLK103"}),
        ("never-released", {"RLK101"}),
        ("RLK3", set()),
        ("", set()),
        ("released", set()),
    ],
)
def test_expand(selector: str, codes: set[str]) -> None:
    assert expand(selector, NAMES) == codes


@pytest.mark.parametrize(
    ("layers", "codes"),
    [
        ([], ALL),
        ([Layer()], ALL),
        ([Layer(select=("RLK101",))], {"RLK101", "RLK900"}),
        ([Layer(select=())], {"RLK900"}),
        ([Layer(ignore=("RLK1",))], {"RLK201", "RLK900"}),
        ([Layer(ignore=("never-released",))], ALL - {"RLK101"}),
        # The more specific selector wins, whichever way it points.
        ([Layer(select=("RLK103",), ignore=("RLK1",))], {"RLK103", "RLK900"}),
        ([Layer(select=("ALL",), ignore=("RLK1",))], {"RLK201", "RLK900"}),
        ([Layer(select=("RLK1",), ignore=("not-released-on-path",))], {"RLK101", "RLK103", "RLK900"}),
        # At equal specificity what is ignored is ignored.
        ([Layer(select=("RLK103",), ignore=("RLK103",))], {"RLK900"}),
        # A layer with `select` forgets those below, one without changes them.
        ([Layer(ignore=("RLK101",)), Layer(select=("RLK1",))], {"RLK101", "RLK102", "RLK103", "RLK900"}),
        ([Layer(select=("RLK101",)), Layer(extend_select=("RLK201",))], {"RLK101", "RLK201", "RLK900"}),
        ([Layer(select=("RLK1",)), Layer(ignore=("RLK102",))], {"RLK101", "RLK103", "RLK900"}),
    ],
)
def test_layers(layers: list[Layer], codes: set[str]) -> None:
    assert enabled(layers, NAMES) == codes


@pytest.mark.parametrize("selector", ["RLK900", "cannot-analyse"])
def test_only_its_own_name_silences_what_cannot_be_analysed(selector: str) -> None:
    assert "RLK900" in enabled([Layer(ignore=("RLK9", "RLK"))], NAMES)
    assert "RLK900" not in enabled([Layer(ignore=(selector,))], NAMES)
    assert "RLK900" in enabled([Layer(ignore=(selector,)), Layer(select=("RLK1",))], NAMES)


def test_unknown_names_the_nearest() -> None:
    assert unknown(["RLK1", "never-released", "ALL"], NAMES) is None
    assert unknown(["RLK101", "never-relased"], NAMES) == 'unknown rule "never-relased", did you mean "never-released"?'
    assert unknown(["E501"], NAMES) == 'unknown rule "E501"'
