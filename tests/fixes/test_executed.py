"""Safe fixes change no path that did not leak: generated functions are run before and after."""

import pytest

from tests.fixes.executed import compared
from tests.oracle.generate import module


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(500, 520))
def test_paths_that_did_not_leak(seed: int) -> None:
    seen = compared(module(seed, 20))
    assert seen.differences == ()


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(520, 524))
def test_unsafe_fixes_change_none_of_these_either(seed: int) -> None:
    seen = compared(module(seed, 20), "unsafe")
    assert any(m.fix.applicability == "unsafe" for m in seen.fixed.mended)
    assert seen.differences == ()


@pytest.mark.parametrize("seed", [0])
def test_a_few_of_them(seed: int) -> None:
    seen = compared(module(seed, 8))
    assert seen.mended.total()
    assert seen.paths
    assert seen.differences == ()
