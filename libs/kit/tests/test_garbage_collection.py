"""What the garbage collector does for a service once that has started."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from framewell_kit import garbage_collection


class _Knot:
    """An object that refers to itself."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_was_there_at_the_start_is_not_looked_at_again() -> None:
    lasting = [_Knot()]
    garbage_collection.freeze()
    assert gc.get_freeze_count() > 0
    assert not any(one is lasting for one in gc.get_objects())


def test_a_cycle_made_later_is_still_found() -> None:
    garbage_collection.freeze()
    knot = weakref.ref(_Knot())
    for _ in range(garbage_collection.THRESHOLDS[0] + 1000):
        if knot() is None:
            break
        _Kept.append([])
    _Kept.clear()
    assert knot() is None


_Kept: list[list[object]] = []
