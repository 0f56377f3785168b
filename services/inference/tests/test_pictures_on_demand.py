"""AnalyseImage and AnalyseFrames: verdicts in words, tracks along a stream, errors, priorities."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import cv2
import numpy as np
import pytest

from framewell.inference.v1 import inference_service_pb2 as api
from framewell.mesh.v1.mesh_pb2 import LANE_LIVE
from framewell_inference.domain.pictures import Picture
from framewell_inference.ports.calls import Call, ModelBusyError, Priority, current_call
from framewell_inference.testing import InferenceBench
from framewell_kit.outcomes import Busy, Rejected

KNOWN, REVIEW, UNKNOWN = (
    api.IDENTITY_VERDICT_KNOWN,
    api.IDENTITY_VERDICT_REVIEW,
    api.IDENTITY_VERDICT_UNKNOWN,
)


def png(picture: Picture) -> bytes:
    return cv2.imencode(".png", picture)[1].tobytes()


async def looked(bench: InferenceBench, picture: Picture) -> api.AnalyseImageResponse:
    answer = await bench.call(
        "AnalyseImage", api.AnalyseImageRequest(image=png(picture), analysers=["faces"])
    )
    assert isinstance(answer, api.AnalyseImageResponse)
    return answer


async def test_a_face_is_answered_with_verdict_distance_and_nearest(
    bench: InferenceBench, man_in_car: list[Picture], astronaut: Picture
) -> None:
    (unjudged,) = (await looked(bench, astronaut)).identities
    assert (unjudged.verdict, unjudged.sentence) == (0, "Not judged: no identity model is in force.")
    vectors = await bench.vectors(await bench.analyse([astronaut], "asset-1/0/0"))
    await bench.promote({"class-1": vectors[0]}, "1", 1)
    await bench.relabel()
    (same,) = (await looked(bench, astronaut)).identities
    assert (same.verdict, same.class_id, same.nearest_class_id) == (KNOWN, "class-1", "class-1")
    assert same.distance < 0.05
    assert same.sentence.startswith("Known: at distance 0.0")
    (other,) = (await looked(bench, man_in_car[0])).identities
    assert (other.verdict, other.class_id, other.nearest_class_id) == (UNKNOWN, "", "class-1")
    assert other.distance > 0.6
    assert "too far" in other.sentence


async def test_a_face_that_is_not_judged_says_why(bench: InferenceBench, astronaut: Picture) -> None:
    small = np.asarray(cv2.resize(astronaut, None, fx=0.24, fy=0.24, interpolation=cv2.INTER_AREA), np.uint8)
    (face,) = (await looked(bench, small)).identities
    assert face.sentence == "Not judged: the face is too small to tell people apart."
    assert not face.HasField("distance")


async def streamed(bench: InferenceBench, images: Sequence[bytes]) -> list[api.AnalyseFramesResponse]:
    async def requests() -> AsyncIterator[api.AnalyseFramesRequest]:
        for number, image in enumerate(images):
            yield api.AnalyseFramesRequest(sequence=number, image=image, analysers=["faces"])

    return [answer async for answer in bench.stream("AnalyseFrames", requests())]


async def test_a_face_keeps_its_track_along_a_stream(
    bench: InferenceBench, man_in_car: list[Picture], astronaut: Picture
) -> None:
    answers = await streamed(bench, [png(one) for one in (*man_in_car[:2], astronaut, man_in_car[2])])
    assert [one.observations[0].face_attributes.track for one in answers] == [0, 0, 1, 0]


async def test_a_picture_that_is_none_is_answered_and_the_stream_goes_on(
    bench: InferenceBench, astronaut: Picture
) -> None:
    answers = await streamed(bench, [b"no picture at all" * 10, png(astronaut)])
    assert [(one.sequence, one.failed.code, len(one.observations)) for one in answers] == [
        (0, "unreadable", 0),
        (1, "", 1),
    ]
    assert "picture" in answers[0].failed.detail


async def test_an_unknown_analyser_is_refused_by_name(bench: InferenceBench, astronaut: Picture) -> None:
    with pytest.raises(Rejected, match="'smiles'"):
        await bench.call("AnalyseImage", api.AnalyseImageRequest(image=png(astronaut), analysers=["smiles"]))


async def test_the_lane_is_the_priority_and_a_full_queue_says_when_to_come_back(
    bench: InferenceBench, astronaut: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Call] = []

    def busy(*_: object) -> object:
        calls.append(current_call())
        raise ModelBusyError("faces/yunet has 64 runs waiting", 3.0)

    monkeypatch.setattr("framewell_inference.queries.analyse_picture._look", busy)
    for lane in (LANE_LIVE, 0):
        request = api.AnalyseImageRequest(image=png(astronaut), lane=lane)  # type: ignore[arg-type]
        with pytest.raises(Busy) as refused:
            await bench.call("AnalyseImage", request)
        assert refused.value.retry_after == 3.0
    assert [call.priority for call in calls] == [Priority.LIVE, Priority.ARCHIVE]
    assert not any(call.patient for call in calls)
