"""When a document changed, looked up by equality alone: nothing between two moments is left out."""

import pytest

from framewell_gateway.adapters.change_ticks import TICK_MICROS, changed_within, marks_at
from framewell_kit.documents.matching import matches


@pytest.mark.parametrize("ticks", [0, 1, 23, 24, 25, 499, 500, 501, 720, 10_000, 300_000])
def test_whatever_changed_between_two_moments_is_found(ticks: int) -> None:
    first = 1_234_567
    queries = changed_within(first, first + ticks)
    assert queries is not None
    reached = [end for _, end in queries]
    assert reached == sorted(reached)
    assert reached[-1] >= first + ticks
    for tick in {first, first + ticks // 3, first + ticks // 2, first + ticks}:
        marks = marks_at(tick * TICK_MICROS + 17, "one")
        (found,) = [end for query, end in queries if matches(marks, query)]
        assert found >= tick  # whoever has read up to there has read it


def test_what_would_be_too_many_to_name_is_read_as_a_whole() -> None:
    assert changed_within(0, 720 * 600) is None
