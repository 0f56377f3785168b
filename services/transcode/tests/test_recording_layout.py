"""Where the segments of a recording are laid: in any order they tile the clock, and nothing is moved."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, pairwise, permutations
from random import Random

import pytest

from framewell_transcode.domain.recordings import LaidSegment, Layout, SegmentExtent

RATE = Fraction(25)
SECONDS = (2, 4, 3, 2, 3)
STARTS = [0, *accumulate(SECONDS)]


def continuous(number: int) -> SegmentExtent:
    """Return a segment of a stream whose clock goes on, from 1000 s."""
    return SegmentExtent(
        number, Fraction(1000 + STARTS[number]), Fraction(SECONDS[number]), SECONDS[number] * 25
    )


def restarted(number: int) -> SegmentExtent:
    """Return a segment whose clock begins anew."""
    return SegmentExtent(number, Fraction(0), Fraction(SECONDS[number]), SECONDS[number] * 25)


def lay(order: Sequence[SegmentExtent]) -> Layout:
    """Lay segments as they come; one that waits is tried after every other, and at last without waiting."""
    layout, waiting = Layout(RATE, {}), list[SegmentExtent]()
    for segment in order:
        waiting.append(segment)
        progress = True
        while progress:
            progress = False
            for one in list(waiting):
                laid = layout.lay(one, waited=False)
                if laid is not None:
                    layout, progress = layout.with_laid(laid), True
                    waiting.remove(one)
    for one in waiting:
        laid = layout.lay(one, waited=True)
        assert laid is not None
        layout = layout.with_laid(laid)
    return layout


def starts(layout: Layout) -> list[tuple[Fraction, int]]:
    return [(layout.laid[number].start, layout.laid[number].first_frame) for number in sorted(layout.laid)]


EXPECTED = [(Fraction(start), start * 25) for start in STARTS[:-1]]


@pytest.mark.parametrize("order", list(permutations(range(5))), ids=str)
def test_segments_that_restart_their_clock_are_laid_in_order_whenever_they_come(
    order: tuple[int, ...],
) -> None:
    layout = lay([restarted(number) for number in order])
    assert starts(layout) == EXPECTED
    assert layout.end == (14, 350)


@pytest.mark.parametrize("order", [order for order in permutations(range(5)) if order[0] == 0], ids=str)
def test_segments_of_one_stream_are_laid_at_once_and_late_ones_fit_exactly(order: tuple[int, ...]) -> None:
    layout = Layout(RATE, {})
    for number in order:
        laid = layout.lay(continuous(number), waited=False)
        assert laid is not None, number
        layout = layout.with_laid(laid)
    assert starts(layout) == EXPECTED


def test_a_gap_between_segments_of_one_stream_has_the_length_it_had() -> None:
    layout = lay([continuous(0), continuous(3), continuous(4)])
    spans = list(layout.spans(6))
    assert [(number, start, end) for number, start, end, _, _ in spans] == [
        (0, 0, 2),
        (1, 2, Fraction(11, 2)),
        (2, Fraction(11, 2), 9),
        (3, 9, 11),
        (4, 11, 14),
        (5, 14, 17),
        (6, 17, 20),
    ]
    assert [first for _, _, _, first, _ in spans][3:5] == [225, 275]
    assert all(before[4] == after[3] for before, after in pairwise(spans))


def test_what_nobody_knows_the_length_of_is_as_long_as_the_longest_segment() -> None:
    layout = lay([restarted(1), restarted(3)])
    assert starts(layout) == [(4, 100), (12, 300)]


def test_a_late_segment_takes_the_place_left_for_it_and_holds_its_last_picture() -> None:
    layout = lay([restarted(0), restarted(1), restarted(3)])
    late = layout.lay(restarted(2), waited=False)
    assert late is not None
    assert (late.start, late.end, late.first_frame, late.end_frame) == (6, 10, 150, 250)
    assert late.segment.frames == 75


@pytest.mark.parametrize("seed", range(50))
def test_nothing_overlaps_whatever_is_missing_or_late(seed: int) -> None:
    random = Random(seed)
    numbers = [number for number in range(5) if random.random() < 0.8] or [2]
    random.shuffle(numbers)
    make = random.choice([continuous, restarted])
    layout = Layout(RATE, {})
    for number in numbers:
        laid: LaidSegment | None = layout.lay(make(number), waited=True)
        assert laid is not None
        layout = layout.with_laid(laid)
    spans = list(layout.spans(5))
    assert [one[0] for one in spans] == list(range(6))
    assert spans[0][1] == 0
    for before, after in pairwise(spans):
        assert before[1] < before[2] == after[1]
        assert before[3] <= before[4] == after[3]
