"""Many tracks decided at once are decided as each alone is, and added classes alone are compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from framewell_inference.adapters.onnx_engine import OnnxLoader
from framewell_inference.analysers.recognition import FaceIdentifier
from framewell_inference.domain.identity import NOBODY, Identity, IdentityThresholds
from framewell_inference.domain.observations import FractionBox, FrameSpan
from framewell_inference.domain.one_name_a_frame import losing_names
from framewell_inference.domain.pictures import Float
from framewell_inference.domain.postings import PostingSet, PostingTable
from framewell_inference.domain.tracks import FaceTrack
from framewell_inference.domain.vectors import VectorSet, VectorTable, concatenated
from framewell_inference.testing import centroid_graph, identity_manifest
from framewell_kit.testing.ids import asset_called
from framewell_models.manifest_reader import read

RANDOM = np.random.default_rng(7)


def identifier(
    centroids: Float, names: list[str], version: str = "1.0", margin: float = 0.0
) -> FaceIdentifier:
    graph = centroid_graph(centroids)
    manifest = read(identity_manifest(graph, names, version).decode(), origin="test")
    made = FaceIdentifier.over(OnnxLoader(1).load_bytes(manifest, graph))
    return replace(made, thresholds=IdentityThresholds(0.52, 0.60, margin))


def chunk(number: int, people: Float, tracks: int, faces: int) -> tuple[VectorTable, list[FaceTrack]]:
    """Return a chunk whose tracks show people, or nobody, their faces in turn; some are small."""
    of = RANDOM.integers(0, tracks, faces)
    who = RANDOM.integers(-3, len(people), tracks)
    vectors = np.array(
        [people[who[one]] if who[one] >= 0 else 0.1 * RANDOM.standard_normal(128) for one in of], np.float32
    )
    vectors += (0.03 * RANDOM.standard_normal((faces, 128))).astype(np.float32)
    vectors = vectors.astype(np.float16).astype(np.float32)
    sides = RANDOM.choice([20.0, 39.0, 40.0, 90.0], faces).astype(np.float32)
    rows = np.arange(faces, dtype=np.int32)
    starts = np.sort(RANDOM.integers(0, 1 + faces // 2, faces))
    columns: dict[str, NDArray[Any]] = {
        "row": rows,
        "ordinal": rows,
        "start_pts": starts,
        "end_pts": starts + 1,
        "score": np.ones(faces, np.float32),
        "track": of.astype(np.int32),
        "side": sides,
    }
    sets = (VectorSet(f"set-{number}", asset_called(number // 3), f"chunk-{number}", "key", "face"),)
    table = VectorTable(vectors.astype(np.float16), np.zeros(faces, np.int32), columns, sets)
    found = [
        FaceTrack(
            number=track,
            span=FrameSpan(0, 1, 0, 1),
            ordinal=0,
            moment=(0, 0),
            box=FractionBox(0, 0, 1, 1),
            rows=tuple(np.flatnonzero(of == track).tolist()),
            sides=tuple(sides[of == track].tolist()),
            frames=tuple(starts[of == track].tolist()),
        )
        for track in sorted(set(of.tolist()))
    ]
    return table, found


def same(one: Identity, other: Identity) -> bool:
    return (one.verdict, one.class_id, one.nearest) == (other.verdict, other.class_id, other.nearest) and (
        abs(one.distance - other.distance) < 1e-3 and abs(one.score - other.score) < 2e-3
    )


@pytest.mark.parametrize("margin", [0.0, 0.05])
@pytest.mark.parametrize("classes", [1, 2, 3, 40])
def test_many_tracks_are_decided_as_each_alone(classes: int, margin: float) -> None:
    people = (0.08 * RANDOM.standard_normal((classes, 128))).astype(np.float32)
    model = identifier(people, [f"c{number}" for number in range(classes)], margin=margin)
    assert model.points is not None
    chunks = [
        chunk(number, people, tracks=1 + number % 7, faces=1 + 5 * (number % 5)) for number in range(30)
    ]
    table = model.decide(concatenated([one for one, _ in chunks]))
    verdicts = set()
    for vectors, tracks in chunks:
        alone = model.identify(vectors.vectors.astype(np.float32), tracks)
        together = table.postings(vectors.sets[0].chunk_id)
        assert [one.track for one in together] == [one.number for one in tracks]
        assert all(same(one.identity, other) for one, other in zip(together, alone, strict=True))
        verdicts |= {one.verdict for one in alone}
    assert "known" in verdicts


def face_track(number: int, rows: tuple[int, ...], frames: tuple[int, ...]) -> FaceTrack:
    span, place = FrameSpan(frames[0], frames[-1] + 1, 0, 1), FractionBox(0, 0, 1, 1)
    return FaceTrack(number, span, 0, (0, 0), place, rows, (90.0,) * len(rows), frames)


def test_of_two_faces_in_one_frame_that_are_taken_for_one_person_the_nearer_has_the_name() -> None:
    person = (0.08 * RANDOM.standard_normal((1, 128))).astype(np.float32)
    model = identifier(person, ["c0"])
    away = np.zeros(128, np.float32)
    away[0] = 1
    vectors = np.stack([person[0] + by * away for by in (0.3, 0.1, 0.2)])
    mirrored = [face_track(0, (0,), (5,)), face_track(1, (1,), (5,)), face_track(2, (2,), (6,))]
    found = model.identify(vectors, mirrored)
    assert [(one.verdict, one.class_id, one.nearest) for one in found] == [
        ("review", None, "c0"), ("known", "c0", "c0"), ("known", "c0", "c0"),
    ]  # fmt: skip
    assert found[0].distance == pytest.approx(0.3, abs=1e-3)
    one_after_the_other = [face_track(0, (0,), (5,)), face_track(1, (1,), (6,)), face_track(2, (2,), (7,))]
    assert {one.verdict for one in model.identify(vectors, one_after_the_other)} == {"known"}


def test_a_track_that_loses_its_name_takes_none_from_others() -> None:
    """The second loses to the first; the third shares frames with the second alone."""
    assert losing_names([0.1, 0.2, 0.3], [{1, 2}, {2, 3}, {3, 4}]) == [1]
    assert losing_names([0.2, 0.2], [{1}, {1}]) == [1]
    assert losing_names([0.2, 0.1, 0.3], [{1}, {1}, set()]) == [0]


def test_only_added_classes_are_compared_and_all_comes_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    people = (0.08 * RANDOM.standard_normal((12, 128))).astype(np.float32)
    names = [f"c{number:02d}" for number in range(12)]
    old = identifier(people[:9], names[:9], margin=0.02)
    order = RANDOM.permutation(12)
    new = identifier(people[order], [names[one] for one in order], "2.0", margin=0.02)
    tables = [chunk(number, people, 4, 20)[0] for number in range(20)]
    kept = PostingSet(tuple(old.decide(one) for one in tables))
    compared, squares = list[int](), FaceIdentifier._squares

    def counted(self: FaceIdentifier, vectors: Float, columns: NDArray[np.int32]) -> Float:
        compared.append(len(columns))
        return squares(self, vectors, columns)

    monkeypatch.setattr(FaceIdentifier, "_squares", counted)
    whole = concatenated(tables[::-1])  # packed otherwise since
    added = new.decide(whole, (old, kept))
    assert set(compared) == {3}
    entire = new.decide(whole)
    for name in whole.sets:
        for one, other in zip(added.postings(name.chunk_id), entire.postings(name.chunk_id), strict=True):
            assert same(one.identity, other.identity)


@pytest.mark.parametrize("change", ["moved", "removed", "erased since", "a new chunk"])
def test_where_more_than_classes_was_added_everything_is_compared(change: str) -> None:
    people = (0.08 * RANDOM.standard_normal((5, 128))).astype(np.float32)
    names = [f"c{number}" for number in range(5)]
    old = identifier(people, names)
    table = chunk(1, people, 4, 20)[0]
    kept = old.decide(table)
    moved = people.copy()
    if change == "moved":
        moved[2] += 0.01
    keep = [0, 1, 3, 4] if change == "removed" else list(range(5))
    if change == "erased since":
        kept = kept.without_class("c0")
    tables = () if change == "a new chunk" else (kept,)
    new = identifier(moved[keep], [names[one] for one in keep], "2.0")
    found = new.decide(table, (old, PostingSet(tables)))
    expected = new.decide(table)
    for one, other in zip(found.postings("chunk-1"), expected.postings("chunk-1"), strict=True):
        assert one == other


def test_a_graph_that_is_no_plain_distance_is_run_as_it_is() -> None:
    people = (0.08 * RANDOM.standard_normal((3, 128))).astype(np.float32)
    model = identifier(people, ["a", "b", "c"])
    slow = replace(model, points=None)
    table = chunk(1, people, 4, 20)[0]
    for one, other in zip(
        model.decide(table).postings("chunk-1"), slow.decide(table).postings("chunk-1"), strict=True
    ):
        assert same(one.identity, other.identity)


def test_nobody_is_in_the_place_of_an_erased_class_and_its_id_is_gone() -> None:
    people = (0.08 * RANDOM.standard_normal((3, 128))).astype(np.float32)
    table: PostingTable = identifier(people, ["a", "b", "c"]).decide(chunk(1, people, 9, 60)[0])
    before = {one.track: one.identity for one in table.postings("chunk-1")}
    assert any(one.nearest == "b" for one in before.values())
    after = table.without_class("b")
    assert "b" not in after.classes
    for one in after.postings("chunk-1"):
        assert one.identity == (NOBODY if before[one.track].nearest == "b" else before[one.track])
