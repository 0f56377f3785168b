"""Where the segments of a recording are laid: in any order they tile the clock, and nothing is moved."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, pairwise, permutations
from random import Random

import pytest

from framewell_transcode.domain.recording_layout import FrameGrid, LaidSegment, Layout, SegmentExtent

GRID = FrameGrid(Fraction(25))
SECONDS = (2, 4, 3, 2, 3)
STARTS = [0, *accumulate(SECONDS)]


def extent(number: int, start: float | Fraction, seconds: float | Fraction) -> SegmentExtent:
    """Return a segment of 25 pictures a second."""
    begin, length = Fraction(start), Fraction(seconds)
    return SegmentExtent(number, begin, begin + length, length, round(length * 25))


def continuous(number: int) -> SegmentExtent:
    """Return a segment of a stream whose clock goes on, from 1000 s."""
    return extent(number, 1000 + STARTS[number], SECONDS[number])


def restarted(number: int) -> SegmentExtent:
    """Return a segment whose clock begins anew."""
    return extent(number, 0, SECONDS[number])


def lay(order: Sequence[SegmentExtent]) -> Layout:
    """Lay segments as they come; one that waits is tried after every other, and at last without waiting."""
    layout, waiting = Layout(GRID), list[SegmentExtent]()
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
    assert (layout.laid[4].end, layout.laid[4].end_frame) == (14, 350)


@pytest.mark.parametrize("order", [order for order in permutations(range(5)) if order[0] == 0], ids=str)
def test_segments_of_one_stream_are_laid_at_once_and_late_ones_fit_exactly(order: tuple[int, ...]) -> None:
    layout = Layout(GRID)
    for number in order:
        laid = layout.lay(continuous(number), waited=False)
        assert laid is not None, number
        layout = layout.with_laid(laid)
    assert starts(layout) == EXPECTED


def test_a_gap_between_segments_of_one_stream_has_the_length_it_had() -> None:
    layout = lay([continuous(0), continuous(3), continuous(4)])
    spans = list(layout.stretches(6))
    assert [(one.sequence, one.start, one.end) for one in spans] == [
        (0, 0, 2),
        (1, 2, Fraction(11, 2)),
        (2, Fraction(11, 2), 9),
        (3, 9, 11),
        (4, 11, 14),
        (5, 14, 17),
        (6, 17, 20),
    ]
    assert [one.first_frame for one in spans][3:5] == [225, 275]
    assert all(before.end_frame == after.first_frame for before, after in pairwise(spans))


def test_what_nobody_knows_the_length_of_is_as_long_as_the_longer_segment_beside_it() -> None:
    layout = lay([restarted(1), restarted(3)])
    assert starts(layout) == [(4, 100), (12, 300)]


def test_a_late_segment_takes_the_place_left_for_it() -> None:
    layout = lay([restarted(0), restarted(1), restarted(3)])
    late = layout.lay(restarted(2), waited=False)
    assert late is not None
    assert (late.start, late.end, late.first_frame, late.end_frame) == (6, 9, 150, 225)
    assert late.is_late


def test_a_late_segment_for_which_there_is_too_little_room_is_laid_with_the_whole_set_only() -> None:
    layout = lay([extent(0, 0, 2), extent(2, 0, 2)])
    assert layout.laid[2].start == 4
    assert layout.lay(extent(1, 0, 3), waited=True) is None
    whole = Layout.of(GRID, [extent(0, 0, 2), extent(2, 0, 2), extent(1, 0, 3)])
    assert whole.laid[2].start == 5


def test_an_outage_between_two_segments_keeps_its_length_though_no_number_is_missing() -> None:
    layout = lay([extent(0, 10, 2), extent(1, 24, 2), extent(2, 26, 2)])
    assert starts(layout) == [(0, 0), (14, 350), (16, 400)]
    gap = [(one.start, one.end) for one in layout.stretches(2) if one.is_gap]
    assert gap == [(2, 14)]


@pytest.mark.parametrize("step", [-1000, -9.4, -2, 301, 10_000])
def test_a_clock_that_steps_back_or_leaps_between_two_segments_leaves_no_gap(step: float) -> None:
    layout = lay(
        [extent(0, 2000, 2), extent(1, 2002 + Fraction(step), 2), extent(2, 2004 + Fraction(step), 2)]
    )
    assert starts(layout) == [(0, 0), (2, 50), (4, 100)]


def test_a_clock_that_begins_again_goes_on() -> None:
    turn = Fraction(2**33, 90_000)
    layout = lay([extent(0, turn - 2, 2), extent(1, 0, 2), extent(2, 12, 2)])
    assert starts(layout) == [(0, 0), (2, 50), (14, 350)]


def test_clocks_that_round_to_their_ticks_leave_every_segment_on_the_grid_of_pictures() -> None:
    rate, ticks = Fraction(24000, 1001), 90_000
    edges = [Fraction(round(Fraction(48 * number) / rate * ticks), ticks) for number in range(2001)]
    extents = [
        SegmentExtent(number, begin, end + Fraction(1, ticks), end + Fraction(1, ticks) - begin, 48)
        for number, (begin, end) in enumerate(pairwise(edges))
    ]
    for known in (extents, [one for one in extents if one.sequence % 3]):
        layout = Layout.of(FrameGrid(rate), known)
        first = known[0].sequence
        assert all(one.first_frame == 48 * one.sequence for one in layout.laid.values()), first
        assert all(one.start == one.first_frame / rate for one in layout.laid.values())


def recording(random: Random) -> list[SegmentExtent]:
    """Return segments of a stream with outages, splices, restarts and odd lengths; some never came."""
    clock, extents = Fraction(random.randrange(2**33), 90_000), []
    for number in range(random.randint(1, 12)):
        seconds = Fraction(random.randint(30, 110), 25)
        clock += random.choice([0, 0, 0, 0, Fraction(random.randint(1, 400), 25)])
        clock = random.choice([clock] * 8 + [Fraction(0), clock - 7, clock + 1000]) % Fraction(2**33, 90_000)
        if random.random() < 0.8:
            extents.append(extent(number, clock, seconds))
        clock += seconds
    return extents or [extent(0, 0, 2)]


@pytest.mark.parametrize("seed", range(200))
def test_the_whole_is_a_function_of_the_set_of_segments(seed: int) -> None:
    random = Random(seed)
    extents = recording(random)
    whole = Layout.of(GRID, extents)
    random.shuffle(extents)
    assert Layout.of(GRID, [*extents, *random.sample(extents, len(extents) // 2)]) == whole
    spans = list(whole.stretches(12))
    assert spans[0].start == 0
    for before, after in pairwise(spans):
        assert before.start <= before.end == after.start
        assert before.first_frame <= before.end_frame == after.first_frame
    assert {one.sequence for one in spans if not one.is_gap} == set(range(13))


@pytest.mark.parametrize("seed", range(200))
def test_what_comes_in_order_is_laid_where_the_whole_has_it(seed: int) -> None:
    extents, layout = recording(Random(seed)), Layout(GRID)
    for one in extents:
        laid = layout.lay(one, waited=True)
        assert laid is not None
        layout = layout.with_laid(laid)
    assert layout == Layout.of(GRID, extents)


@pytest.mark.parametrize("seed", range(200))
def test_nothing_overlaps_whatever_is_missing_or_late(seed: int) -> None:
    random = Random(seed)
    extents = recording(random)
    random.shuffle(extents)
    layout = Layout(GRID)
    for one in extents:
        laid: LaidSegment | None = layout.lay(one, waited=True)
        if laid is not None:
            assert not [
                other for other in layout.laid.values() if laid.start < other.end and other.start < laid.end
            ]
            layout = layout.with_laid(laid)
    spans = list(layout.stretches(12))
    assert {one.sequence for one in spans if not one.is_gap} == set(range(13))
    for before, after in pairwise(spans):
        assert before.start <= before.end == after.start
        assert before.first_frame <= before.end_frame == after.first_frame
