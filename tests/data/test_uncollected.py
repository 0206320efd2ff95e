"""What makes tables is not interrupted by Python's collector, which is as it was afterwards."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from dsnparse.data.uncollected import uncollected


@pytest.fixture(autouse=True)
def _collector_as_it_was() -> Iterator[None]:
    was_enabled = gc.isenabled()
    yield
    gc.enable() if was_enabled else gc.disable()


@pytest.mark.parametrize("is_enabled", [True, False])
def test_the_collector_rests_meanwhile_and_is_as_before_afterwards(is_enabled: bool) -> None:
    gc.enable() if is_enabled else gc.disable()
    made = uncollected(lambda first, second=2: (first, second, gc.isenabled()))(1)
    assert made == (1, 2, False)
    assert gc.isenabled() is is_enabled


def test_it_is_as_before_after_a_failure_and_within_another() -> None:
    gc.enable()

    @uncollected
    def fails() -> None:
        uncollected(gc.isenabled)()
        assert not gc.isenabled()
        raise ValueError("no table")

    with pytest.raises(ValueError, match="no table"):
        fails()
    assert gc.isenabled()
