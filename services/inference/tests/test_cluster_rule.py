"""The rule by which a face track joins a cluster: near enough for the size of the archive, one sighting
once."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from framewell_inference.domain.clusters import (
    CENTRE_TRACKS,
    FARTHEST,
    Centre,
    CentreTable,
    Sighting,
    TrackRef,
    best_to_learn_from,
    joined,
    matched,
    near_by_itself,
    roots_of,
    together,
    track_vector,
)
from framewell_inference.domain.observations import FractionBox, FrameSpan
from framewell_inference.domain.tracks import FaceTrack

LEFT = FractionBox(0.1, 0.2, 0.2, 0.3)
RIGHT = FractionBox(0.6, 0.2, 0.2, 0.3)


def track(number: int, box: FractionBox = LEFT, start: int = 0, end: int = 100, **more: Any) -> FaceTrack:
    fields: dict[str, Any] = {"rows": (number,), "sides": (80.0,), **more}
    return FaceTrack(number, FrameSpan(start, end, start, end), number, (start, start), box, **fields)


def sighting(name: str, of: FaceTrack, asset_id: str = "a", side: float = 80.0) -> Sighting:
    ref = TrackRef("e@1", f"{asset_id}/0/0", of.number)
    return Sighting(
        name, "c", asset_id, ref.chunk_id, of.span, of.moment, of.box, of.ordinal, side, tracks=(ref,)
    )


def test_the_more_people_there_are_the_nearer_a_track_must_be() -> None:
    limits = [near_by_itself(clusters) for clusters in (0, 1, 10, 100, 1_000, 10_000, 100_000)]
    assert limits == sorted(limits, reverse=True)
    assert limits[0] == FARTHEST
    for clusters, limit in ((1_000, limits[4]), (100_000, limits[6])):
        deviations = (0.83 - limit) / 0.095
        nearer = 0.5 * math.erfc(deviations / math.sqrt(2))
        assert clusters * nearer == pytest.approx(0.02, rel=0.05)


def test_a_table_of_centres_finds_what_a_plain_search_finds() -> None:
    random = np.random.default_rng(1)
    table, kept = CentreTable(), dict[str, Centre]()
    for step in range(500):
        name = f"c{random.integers(60)}"
        if random.random() < 0.3:
            table.drop(name)
            kept.pop(name, None)
        else:
            vector = random.standard_normal(8).astype(np.float32)
            kept[name] = Centre(name, vector, int(random.integers(1, 9)))
            table.put(kept[name])
        if step % 25 == 0 and kept:
            query = random.standard_normal(8).astype(np.float32)
            of = Centre("", query, 1)
            plain = sorted((one.distance(of), name) for name, one in kept.items())[:5]
            found = table.nearest(of, 5)
            assert [name for name, _ in found] == [name for _, name in plain]
            assert [away for _, away in found] == pytest.approx([away for away, _ in plain], abs=1e-5)
    assert len(table) == len(kept)


def test_a_centre_stays_where_its_first_tracks_put_it() -> None:
    centre = Centre("c", np.zeros(2, np.float32), CENTRE_TRACKS)
    assert centre.with_vector(np.ones(2, np.float32)) is centre
    young = Centre("c", np.zeros(2, np.float32), 1).with_vector(np.ones(2, np.float32))
    assert (young.count, young.vector.tolist()) == (2, [0.5, 0.5])


def test_a_centre_of_many_pictures_is_as_far_as_one_picture_would_be() -> None:
    """Tried: centres of many lie nearer to strangers, too, and drew them in at a threshold for pairs."""
    random = np.random.default_rng(3)
    spread = 0.40 / np.sqrt(2 * 128)
    pictures = random.normal(0, spread, (64, 128)).astype(np.float32)
    tracks = [Centre("", one, 1) for one in random.normal(0, spread, (50, 128)).astype(np.float32)]
    single = np.mean([one.distance(Centre("", picture, 1)) for one in tracks for picture in pictures])
    centre = Centre("c", pictures.mean(axis=0), 64)
    assert np.mean([one.distance(centre) for one in tracks]) == pytest.approx(single, abs=0.01)


def test_a_track_passes_over_clusters_of_whom_somebody_else_is_seen_at_the_same_time() -> None:
    near = [("merged", 0.1), ("other", 0.3), ("far", 0.7)]
    roots = {"merged": "whole", "other": "other", "far": "far"}
    assert joined(near, 3, set(), roots.__getitem__) == "merged"
    assert joined(near, 3, {"whole"}, roots.__getitem__) == "other"
    assert joined(near, 3, {"whole", "other"}, roots.__getitem__) is None


def test_a_track_that_is_not_near_by_itself_joins_only_whom_it_is_clearly_nearest_to() -> None:
    near = [("own", 0.46), ("part", 0.47), ("other", 0.52), ("far", 0.9)]
    assert near_by_itself(10_000) < 0.46 < near_by_itself(100)
    assert joined(near, 100, set(), str) == "own"
    assert joined(near, 10_000, set(), str) is None
    assert joined([near[0], near[3]], 10_000, set(), str) == "own"
    assert joined(near[:1], 10_000, set(), str) == "own"
    merged = {"own": "own", "part": "own", "other": "other", "far": "far"}
    assert joined([near[0], near[1], near[3]], 10_000, set(), merged.__getitem__) == "own", "both are one"
    assert joined([("own", 0.53), near[3]], 10, set(), str) is None


def test_a_track_is_a_sighting_of_the_same_time_and_place_and_each_once() -> None:
    there = [sighting("left", track(0, LEFT)), sighting("right", track(1, RIGHT))]
    shifted = FractionBox(0.12, 0.21, 0.2, 0.3)
    found = matched([track(7, RIGHT), track(8, shifted), track(9, shifted), track(10, LEFT, 200, 300)], there)
    assert {number: one.id for number, one in found.items()} == {7: "right", 8: "left"}


@pytest.mark.parametrize(
    ("span", "same"),
    [((0, 100), True), ((50, 150), True), ((60, 160), False), ((10, 20), True), ((100, 200), False)],
)
def test_spans_are_together_when_they_share_half_of_the_shorter(span: tuple[int, int], *, same: bool) -> None:
    assert together(FrameSpan(0, 100, 0, 100), FrameSpan(*span, *span)) is same


def test_small_faces_count_only_where_there_are_no_larger_and_what_was_erased_never() -> None:
    vectors = np.array([[1.0], [3.0], [np.nan]], np.float32)
    assert track_vector(track(0, rows=(0, 1), sides=(50.0, 20.0)), vectors) == [1.0]
    assert track_vector(track(0, rows=(0, 1), sides=(30.0, 20.0)), vectors) == [2.0]
    assert track_vector(track(0, rows=(0, 2), sides=(50.0, 60.0)), vectors) == [1.0]
    assert track_vector(track(0, rows=(2,), sides=(60.0,)), vectors) is None
    assert track_vector(track(0, rows=(), sides=()), vectors) is None


def test_mergers_are_followed_to_the_one_that_is_part_of_no_other() -> None:
    merged = {"a": ["b"], "b": ["c"], "c": [], "d": []}
    assert roots_of(merged) == {"a": "c", "b": "c", "c": "c", "d": "d"}


@pytest.mark.parametrize("order", ["abcz", "zcba", "bzac"])
def test_where_mergers_go_in_a_circle_or_two_ways_all_still_end_at_one(order: str) -> None:
    """Tried: each followed a circle of three to where it had begun, so that one was part of a part."""
    circle = {"a": ["b"], "b": ["c"], "c": ["a"], "z": []}
    both = {"a": ["b", "c"], "b": [], "c": [], "z": ["a"]}
    assert roots_of({name: circle[name] for name in order}) == {"a": "a", "b": "a", "c": "a", "z": "z"}
    assert set(roots_of({name: both[name] for name in order}).values()) == {"b"}


def test_large_faces_of_other_assets_are_learned_from_before_more_of_the_same() -> None:
    seen = [
        sighting("a1", track(0), "a", 200.0),
        sighting("a2", track(1), "a", 190.0),
        sighting("b1", track(0), "b", 60.0),
    ]
    assert [one.id for one in best_to_learn_from(seen, 2)] == ["a1", "b1"]
    assert [one.id for one in best_to_learn_from(seen, 9)] == ["a1", "b1", "a2"]


def test_a_track_is_told_from_its_text() -> None:
    ref = TrackRef("faces/dlib-resnet@1.0", "asset/0/900", 3)
    assert TrackRef.parse(str(ref)) == ref
