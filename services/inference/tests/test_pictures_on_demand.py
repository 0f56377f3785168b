"""AnalyseImage and AnalyseFrames: verdicts in words, tracks along a stream, errors, priorities."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from framewell.face.v1.face_pb2 import FaceSearched
from framewell.inference.v1 import inference_service_pb2 as api
from framewell.media.v1.media_pb2 import WITHOUT_VECTOR_TOO_SMALL
from framewell.mesh.v1.mesh_pb2 import LANE_LIVE
from framewell_inference.adapters.face_search_documents import FaceSearchDocuments
from framewell_inference.domain.pictures import Picture
from framewell_inference.ports.calls import Call, ModelBusyError, Priority, current_call
from framewell_inference.testing import InferenceBench
from framewell_kit.outcomes import Busy, Rejected
from framewell_kit.testing.ids import asset_called

KNOWN, REVIEW, UNKNOWN = (
    api.IDENTITY_VERDICT_KNOWN,
    api.IDENTITY_VERDICT_REVIEW,
    api.IDENTITY_VERDICT_UNKNOWN,
)

WHY = "Who stands beside the minister?"


def png(picture: Picture) -> bytes:
    return cv2.imencode(".png", picture)[1].tobytes()


async def looked(bench: InferenceBench, picture: Picture, reason: str = WHY) -> api.AnalyseImageResponse:
    asked = api.AnalyseImageRequest(image=png(picture), analysers=["faces"], reason=reason)
    answer = await bench.call("AnalyseImage", asked, by="anna", authority="viewer")
    assert isinstance(answer, api.AnalyseImageResponse)
    return answer


async def test_a_face_is_answered_with_verdict_distance_and_nearest(
    bench: InferenceBench, man_in_car: list[Picture], astronaut: Picture
) -> None:
    (unjudged,) = (await looked(bench, astronaut)).identities
    assert (unjudged.verdict, unjudged.sentence) == (0, "Not judged: no identity model is in force.")
    vectors = await bench.vectors(await bench.analyse([astronaut], f"{asset_called(1)}/0/0"))
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
    found = await looked(bench, small)
    (face,) = found.identities
    assert face.sentence == "Not judged: the face is too small to tell people apart."
    assert not face.HasField("distance")
    assert found.observations[0].face_attributes.without_vector == WITHOUT_VECTOR_TOO_SMALL
    await bench.analyse([small], f"{asset_called(1)}/0/0")
    (person,) = (await bench.call("ListPeople", api.ListPeopleRequest(asset_id=asset_called(1)))).people
    assert person.class_id == ""
    assert person.appearances[0].sentence.startswith("Not judged: its faces are too small")


async def test_nobody_is_named_twice_in_a_picture(bench: InferenceBench, astronaut: Picture) -> None:
    """A mirror image of a face is a little farther from it than the face itself."""
    beside = np.concatenate([astronaut, astronaut[:, ::-1]], axis=1)
    vectors = await bench.vectors(await bench.analyse([astronaut], f"{asset_called(1)}/0/0"))
    await bench.promote({"class-1": vectors[0]}, "1", 1)
    await bench.relabel()
    found = await looked(bench, beside)
    left, right = sorted(
        found.identities,
        key=lambda one: next(each.box.x for each in found.observations if each.id == one.observation_id),
    )
    assert (left.verdict, left.class_id) == (KNOWN, "class-1")
    assert (right.verdict, right.class_id, right.nearest_class_id) == (REVIEW, "", "class-1")
    assert right.distance < 0.52
    assert right.sentence.endswith("it is near to somebody who is named in this picture already.")
    await bench.analyse([beside], f"{asset_called(2)}/0/0")
    people = (await bench.call("ListPeople", api.ListPeopleRequest(asset_id=asset_called(2)))).people
    appearances = [one for person in people for one in person.appearances]
    assert sorted(one.verdict for one in appearances) == [KNOWN, REVIEW]
    assert {one.nearest_class_id for one in appearances} == {"class-1"}
    assert [one.sentence for one in appearances if one.verdict == REVIEW] == [right.sentence]


async def test_a_drawn_face_is_said_to_be_none(bench: InferenceBench, media: Callable[[str], Path]) -> None:
    with av.open(str(media("big-buck-bunny.mp4"))) as container:
        rabbit = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)][30]
    (face,) = (await looked(bench, rabbit)).identities
    assert face.sentence.startswith("Not judged: it is drawn")


async def streamed(
    bench: InferenceBench, images: Sequence[bytes], reasons: Sequence[str] = ()
) -> list[api.AnalyseFramesResponse]:
    async def requests() -> AsyncIterator[api.AnalyseFramesRequest]:
        for number, image in enumerate(images):
            reason = reasons[number] if reasons else ""
            yield api.AnalyseFramesRequest(sequence=number, image=image, analysers=["faces"], reason=reason)

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


async def known_as(bench: InferenceBench, picture: Picture, class_id: str) -> None:
    """Have an identity model know who is in a picture."""
    vectors = await bench.vectors(await bench.analyse([picture], f"{asset_called(1)}/0/0"))
    await bench.promote({class_id: vectors[0]}, "1", 1)
    await bench.relabel()


async def test_nobody_is_named_without_a_reason_and_whoever_gives_one_is_recorded(
    bench: InferenceBench, astronaut: Picture, man_in_car: list[Picture]
) -> None:
    await known_as(bench, astronaut, "class-1")
    for reason in ("", " \t"):
        found = await looked(bench, astronaut, reason)
        assert [one.id for one in found.observations] == [one.observation_id for one in found.identities]
        (face,) = found.identities
        assert face.wording.template == "verdict.no_reason"
        assert "says why" in face.sentence
        bare = api.FaceIdentity(
            observation_id=face.observation_id, sentence=face.sentence, wording=face.wording
        )
        assert face == bare, "nothing else is said of who it is"
    with pytest.raises(Rejected, match="at most 500"):
        await looked(bench, astronaut, "x" * 501)
    assert bench.facts.of(FaceSearched) == []

    (face,) = (await looked(bench, astronaut, f" {WHY} ")).identities
    assert face.class_id == "class-1"
    await looked(bench, np.zeros_like(astronaut))
    (kept,) = bench.facts.of(FaceSearched)
    assert (kept.actor.principal, kept.actor.authority, kept.reason) == ("anna", "viewer", WHY)
    assert (kept.neighbour_count, kept.shown_in_id) == (1, "")


async def test_what_cannot_be_recorded_names_nobody(
    bench: InferenceBench, astronaut: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    await known_as(bench, astronaut, "class-1")

    async def busy(*_: object) -> None:
        raise Busy("the database does not answer", retry_after=1.0)

    monkeypatch.setattr(FaceSearchDocuments, "keep", busy)
    with pytest.raises(Busy, match="does not answer"):
        await looked(bench, astronaut)
    (answer,) = await streamed(bench, [png(astronaut)], [WHY])
    assert (answer.failed.code, len(answer.observations), len(answer.identities)) == ("busy", 0, 0)


async def test_of_a_stream_each_face_that_comes_into_view_is_recorded_once_a_reason(
    bench: InferenceBench, man_in_car: list[Picture], astronaut: Picture
) -> None:
    await known_as(bench, astronaut, "class-1")
    sent = [astronaut, astronaut, astronaut, man_in_car[0], astronaut, astronaut]
    reasons = ["", WHY, WHY, WHY, WHY, "Another"]
    answers = await streamed(bench, [png(one) for one in sent], reasons)
    assert [[one.class_id for one in each.identities] for each in answers] == [
        [""], ["class-1"], ["class-1"], [""], ["class-1"], ["class-1"],
    ]  # fmt: skip
    assert answers[0].identities[0].wording.template == "verdict.no_reason"
    assert [one.reason for one in bench.facts.of(FaceSearched)] == [WHY, WHY, "Another"]


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
