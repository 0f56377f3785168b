"""How an asset is parted into segments that are small enough to be looked at as a whole."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from framewell.media.v1.media_pb2 import Shot, Span
from framewell_dataset.rules.segments import Segment, segments

LENGTH = 100


def chunks(count: int) -> list[Span]:
    return [Span(start_pts=place * LENGTH, end_pts=(place + 1) * LENGTH) for place in range(count)]


def shots(*starts: int) -> list[Shot]:
    return [Shot(span=Span(start_pts=start)) for start in starts]


def test_a_short_asset_is_one_segment() -> None:
    assert segments(chunks(3), shots(0, 150), 3) == [Segment(0, 0, 3)]


def test_a_long_asset_is_cut_where_a_shot_begins() -> None:
    assert segments(chunks(4), shots(0, 150, 250), 3) == [
        Segment(0, 0, 3, None, 250),
        Segment(1, 2, 4, 250, None),
    ]


def test_a_shot_that_begins_with_a_chunk_shares_none() -> None:
    assert segments(chunks(4), shots(0, 200), 3) == [Segment(0, 0, 2), Segment(1, 2, 4)]


def test_a_shot_longer_than_a_segment_is_cut_inside() -> None:
    assert segments(chunks(5), shots(0), 2) == [Segment(0, 0, 2), Segment(1, 2, 4), Segment(2, 4, 5)]


def test_a_segment_ends_where_the_clock_starts_anew() -> None:
    restarted = [*chunks(2), *chunks(2)]
    assert segments(restarted, shots(0), 3) == [Segment(0, 0, 2), Segment(1, 2, 4)]


@given(st.integers(1, 40), st.lists(st.integers(0, 400), max_size=30), st.integers(1, 8))
def test_every_picture_is_in_one_segment_which_ends_inside_a_shot_only_where_no_other_begins(
    count: int, starts: list[int], most: int
) -> None:
    begun = sorted({0, *(10 * start for start in starts if 10 * start < count * LENGTH)})
    planned = segments(chunks(count), shots(*begun), most)
    pictures = [list(_pictures(segment)) for segment in planned]
    assert [pts for each in pictures for pts in each] == list(range(0, count * LENGTH, 10))
    for segment, mine, following in zip(planned, pictures, pictures[1:], strict=False):
        assert segment.last - segment.first <= most
        if following[0] not in begun:
            assert not [start for start in begun if mine[0] < start <= following[0]]


def _pictures(segment: Segment) -> Iterator[int]:
    """Yield the pts of the segment's pictures, ten ticks apart."""
    for pts in range(segment.first * LENGTH, segment.last * LENGTH, 10):
        after = segment.start_pts is None or pts >= segment.start_pts
        if after and (segment.end_pts is None or pts < segment.end_pts):
            yield pts
