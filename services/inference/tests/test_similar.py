"""Neighbours of a face, a picture and a moment: filtered, paged, by declared models, and by right."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from onnx import TensorProto, helper

from framewell.chunk.v1.chunk_pb2 import ChunkTranscoded
from framewell.face.v1.face_pb2 import FaceSearched
from framewell.inference.v1 import inference_service_pb2 as api
from framewell.inference.v1.inference_service_pb2 import (
    FACE_LIKENESS_FAR,
    FACE_LIKENESS_NEAR,
    FACE_LIKENESS_UNSPECIFIED,
)
from framewell.media.v1.media_pb2 import ObservationRef, Span, Work
from framewell.rights.v1.rights_pb2 import PURPOSE_ANALYSIS, PURPOSE_SHARING, PurposeDecision, RightsDecided
from framewell_inference.domain.pictures import Picture
from framewell_inference.domain.registrations import EVERYWHERE
from framewell_inference.testing import IN_PROCESS, TIMELINE, InferenceBench, frame_bundle
from framewell_inference.testing.graphs import model_of
from framewell_kit.outcome_messages import done
from framewell_kit.outcomes import NotFound, Rejected
from framewell_kit.testing.ids import asset_called
from framewell_models.manifest_reader import read

WHY = "who is beside the minister"
FACE = ObservationRef(asset_id=asset_called(0), observation_id="faces/0/0/0")


async def show(
    bench: InferenceBench, number: int, pictures: Sequence[Picture], *, series: str = "", day: int = 1
) -> None:
    """Analyse an asset of one chunk that was asked for on a day of 1970."""
    asset_id = asset_called(number)
    await bench.decide(asset_id)
    work = Work(asset_id=asset_id, generation=1, timeline=TIMELINE, series=series)
    work.requested_at.FromSeconds(day * 86_400)
    length = 10 * len(pictures)
    fact = ChunkTranscoded(
        work=work,
        chunk_id=f"{asset_id}/0/0",
        span=Span(end_pts=length, frames=length),
        outcome=done(),
        frames=await bench.objects.put(frame_bundle(pictures), media_type="application/arrow"),
    )
    await bench.deliver(fact, group="inference.analyse_chunk")


NUMBERS = {asset_called(number): number for number in range(10)}


async def found(bench: InferenceBench, **asked: Any) -> list[str]:
    """Return asset and place of each neighbour in its asset, nearest first."""
    if not {"image", "moment"} & asked.keys():
        asked.setdefault("observation", FACE)
    asked.setdefault("reason", WHY)
    answer = await bench.call("FindSimilar", api.FindSimilarRequest(**asked))
    distances = [one.distance for one in answer.neighbours]
    assert distances == sorted(distances)
    return [f"{NUMBERS[one.asset_id]}:{one.observation.span.start_pts}" for one in answer.neighbours]


def day(number: int) -> Timestamp:
    return Timestamp(seconds=number * 86_400)


async def test_faces_are_found_by_face_picture_and_moment_and_filtered(
    bench: InferenceBench, man_in_car: list[Picture], astronaut: Picture
) -> None:
    await show(bench, 0, man_in_car[:1])
    await show(bench, 1, man_in_car[1:3], series="Abendschau", day=2)
    await show(bench, 2, [astronaut, man_in_car[3]], series="Magazin", day=3)
    everything = await found(bench)
    assert (everything[0], everything[-1]) == ("0:0", "2:0")
    assert sorted(everything) == ["0:0", "1:0", "1:10", "2:0", "2:10"]
    image = cv2.imencode(".png", man_in_car[0])[1].tobytes()
    assert await found(bench, image=image) == everything
    assert await found(bench, moment=api.MomentRef(asset_id=asset_called(0), pts=5)) == everything
    assert (await found(bench, moment=api.MomentRef(asset_id=asset_called(2), pts=0)))[0] == "2:0"
    with pytest.raises(NotFound, match="at pts 70"):
        await found(bench, moment=api.MomentRef(asset_id=asset_called(0), pts=70))
    for wanted, left in (
        ({"series": ["Magazin"]}, {"2:0", "2:10"}),
        ({"asset_ids": [asset_called(1)]}, {"1:0", "1:10"}),
        ({"other_than": [asset_called(0), asset_called(1)]}, {"2:0", "2:10"}),
        ({"asked_from": day(2), "asked_until": day(3)}, {"1:0", "1:10"}),
        ({"span": Span(start_pts=10, end_pts=20)}, {"1:10", "2:10"}),
        ({"kinds": ["picture"]}, set()),
        ({"least_score": 1.0}, set()),
    ):
        nearest = await found(bench, filter=api.SimilarFilter(**wanted))
        assert set(nearest) == left, wanted
    assert await found(bench, offset=1, limit=2) == everything[1:3]
    assert await found(bench, offset=9) == []
    assert "2:0" not in await found(bench, largest_distance=0.6)
    with pytest.raises(Rejected, match="makes no vectors; ask for faces or labels"):
        await found(bench, analyser="safety")
    with pytest.raises(Rejected, match="asked_until must be later"):
        await found(bench, filter=api.SimilarFilter(asked_from=day(3), asked_until=day(2)))
    with pytest.raises(Rejected, match="one of `image`, `observation`"):
        await bench.call("FindSimilar", api.FindSimilarRequest())


async def test_who_looks_for_a_face_says_why_and_is_recorded(
    bench: InferenceBench, man_in_car: list[Picture], astronaut: Picture
) -> None:
    await show(bench, 0, man_in_car[:2])
    await show(bench, 1, [astronaut])
    image = cv2.imencode(".png", man_in_car[0])[1].tobytes()
    like: list[dict[str, Any]] = [
        {"image": image},
        {"observation": FACE},
        {"moment": api.MomentRef(asset_id=asset_called(0), pts=5)},
    ]
    for reason in ("", " \t"):
        for one in like:
            with pytest.raises(Rejected, match="says why") as refused:
                await bench.call("FindSimilar", api.FindSimilarRequest(**one, reason=reason))
            assert refused.value.code == "reason_required"
    with pytest.raises(Rejected, match="at most 500"):
        await bench.call("FindSimilar", api.FindSimilarRequest(image=image, reason="x" * 501))
    assert bench.facts.of(FaceSearched) == []

    for one in like:
        asked = api.FindSimilarRequest(**one, reason=f" {WHY} ")
        answer = await bench.call("FindSimilar", asked, by="anna", authority="viewer")
        assert [each.likeness for each in answer.neighbours][::2] == [FACE_LIKENESS_NEAR, FACE_LIKENESS_FAR]
        assert answer.neighbours[0].sentence.startswith("Near: at distance 0.0")
    kept = bench.facts.of(FaceSearched)
    said = {(one.actor.principal, one.actor.authority, one.reason, one.neighbour_count) for one in kept}
    assert said == {("anna", "viewer", WHY, 3)}
    assert sorted(one.shown_in_id for one in kept) == ["", asset_called(0), asset_called(0)]
    assert len({one.search_id for one in kept}) == 3
    assert all(one.actor.HasField("decided_at") for one in kept)
    stored = await bench.documents.find("face_searches", {})
    assert WHY not in str(stored)


async def test_what_may_not_be_used_any_more_is_no_neighbour_though_it_is_indexed(
    bench: InferenceBench, man_in_car: list[Picture]
) -> None:
    """Indexed while it was allowed; withheld since, whole or for a passage; asked for another purpose."""

    def decided(asset_id: str, revision: int, *withheld: Span, allowed: bool = True) -> RightsDecided:
        sharing = PurposeDecision(purpose=PURPOSE_SHARING, allowed=allowed, withheld=withheld)
        analysis = PurposeDecision(purpose=PURPOSE_ANALYSIS, allowed=True)
        return RightsDecided(asset_id=asset_id, revision=revision, purposes=[analysis, sharing])

    for number in range(3):
        await show(bench, number, man_in_car[number : number + 2])
        await bench.deliver(decided(asset_called(number), 2))
    shared = {"filter": api.SimilarFilter(purposes=[PURPOSE_SHARING])}
    assert len(await found(bench, **shared)) == 6
    await bench.deliver(decided(asset_called(1), 3, allowed=False))
    await bench.deliver(decided(asset_called(2), 3, Span(start_pts=0, end_pts=10)))
    assert sorted(await found(bench, **shared)) == ["0:0", "0:10", "2:10"]
    assert len(await found(bench, limit=2, **shared)) == 2, "what is left out makes room for what is farther"
    assert len(await found(bench)) == 6, "nobody asked for sharing"


async def test_pictures_are_found_by_the_vectors_of_a_declared_model(
    bench: InferenceBench, man_in_car: list[Picture], astronaut: Picture
) -> None:
    value = helper.make_tensor_value_info
    graph = model_of(
        helper.make_graph(
            [
                helper.make_node("GlobalAveragePool", ["x"], ["pooled"]),
                helper.make_node("Flatten", ["pooled"], ["y"]),
            ],
            "colour",
            [value("x", TensorProto.FLOAT, ["N", 3, 8, 8])],
            [value("y", TensorProto.FLOAT, ["N", 3])],
        )
    )
    manifest = read(
        f"""
        name: house/colours
        version: "1.0"
        task: embedding
        intended_use: The mean colour of a picture.
        licence: {{code: MIT, weights: MIT}}
        files: [{{name: model.onnx, sha256: {hashlib.sha256(graph).hexdigest()}}}]
        preprocessing: {{name: stretch, parameters: {{side: 8}}}}
        postprocessing: {{name: vector}}
        """
    )
    bench.registry.put(IN_PROCESS.load_bytes(manifest, graph), in_force=True)
    bench.registry.enable("house/colours", [EVERYWHERE])
    red, green = (np.full((90, 160, 3), colour, np.uint8) for colour in ((10, 10, 200), (10, 200, 10)))
    await show(bench, 0, [red, green])
    await show(bench, 1, [green])
    await show(bench, 2, [astronaut])
    by_model = {"analyser": "house.colours"}
    assert (await found(bench, moment=api.MomentRef(asset_id=asset_called(0), pts=10), **by_model))[:3] == [
        "0:10", "1:0", "2:0",
    ]  # fmt: skip
    image = cv2.imencode(".png", red)[1].tobytes()
    assert (await found(bench, image=image, limit=1, **by_model)) == ["0:0"]
    picture = ObservationRef(asset_id=asset_called(1), observation_id="house.colours/0/0/0")
    nearest = await found(bench, observation=picture, filter=api.SimilarFilter(kinds=["picture"]), **by_model)
    assert set(nearest[:2]) == {"0:10", "1:0"}
    asked = api.FindSimilarRequest(image=image, limit=1, **by_model)  # type: ignore[arg-type]
    (like,) = (await bench.call("FindSimilar", asked)).neighbours
    assert (like.likeness, like.sentence) == (FACE_LIKENESS_UNSPECIFIED, "")
    assert bench.facts.of(FaceSearched) == [], "only whoever looks for a face says why, and is recorded"
