"""The handlers together, on real weights and stores in memory: seen, named, finished, forgotten."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import cv2
import numpy as np
import onnx
import pyarrow as pa
import pytest
import yaml
from onnx import TensorProto, helper, numpy_helper

from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetRemoved, AssetTranscoded
from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed, ChunkTranscoded
from framewell.erasure.v1.erasure_pb2 import ErasureRequested
from framewell.media.v1.media_pb2 import Span, Timeline
from framewell.mesh.v1.mesh_pb2 import Ratio
from framewell.model.v1.model_pb2 import ModelPromoted, ModelRetired
from framewell_inference.adapters.asset_parts import StoredAssetParts
from framewell_inference.adapters.face_track_documents import FaceTrackDocuments, PostingDocuments
from framewell_inference.adapters.identity_model_documents import IdentityModelDocuments
from framewell_inference.adapters.media_objects import ArrowFrameBundles, ArrowVectors, FlacSounds
from framewell_inference.adapters.model_registry import LoadedModelRegistry
from framewell_inference.adapters.observation_documents import ObservationDocuments
from framewell_inference.adapters.onnx_engine import OnnxLoader
from framewell_inference.analysers.recognition import FaceIdentifier
from framewell_inference.commands.relabel import Relabel
from framewell_inference.domain.messages import done, failed, observation_set
from framewell_inference.domain.observations import Findings
from framewell_inference.domain.pictures import Float, Picture
from framewell_inference.handlers.analyse_audio import AnalyseAudio
from framewell_inference.handlers.analyse_chunk import AnalyseChunk
from framewell_inference.handlers.complete_asset import CompleteAsset
from framewell_inference.handlers.follow_models import FollowModels
from framewell_inference.handlers.remove_asset import Erase, ForgetAsset
from framewell_inference.queries.find_similar import FindSimilar
from framewell_inference.queries.list_observations import ListObservations
from framewell_inference.queries.list_people import ListPeople
from framewell_inference.steps.name_faces import NameFaces
from framewell_inference.wiring.analysers import Analysers
from framewell_kit.clock import SystemClock
from framewell_kit.documents import MemoryDocuments
from framewell_kit.facts import Cause, Fact
from framewell_kit.fanin import FanIn
from framewell_kit.objects import MemoryObjects
from framewell_kit.outcomes import Rejected
from framewell_models.manifest import ModelRef

CAUSE = Cause(id="c", source="test", type="t", time=datetime(2026, 1, 1, tzinfo=UTC))
ASSET, CHUNK = "asset-1", "asset-1/0/0"
TIMELINE = Timeline(
    time_base=Ratio(numerator=1, denominator=25),
    frame_rate=Ratio(numerator=25, denominator=1),
    frame_count=250,
)


@dataclass
class Rig:
    """The service without broker and database."""

    documents: MemoryDocuments
    objects: MemoryObjects
    observations: ObservationDocuments
    tracks: FaceTrackDocuments
    postings: PostingDocuments
    identities: IdentityModelDocuments
    registry: LoadedModelRegistry
    analyse: AnalyseChunk
    people: ListPeople
    relabel: Relabel
    complete: CompleteAsset
    forget: ForgetAsset

    async def chunk(
        self, pictures: list[Picture], chunk_id: str = CHUNK, start: int = 0, cause: Cause = CAUSE
    ) -> ChunkAnalysed:
        """Analyse a chunk of these pictures, ten frames apart."""
        frames = await self.objects.put(bundle(pictures, start), media_type="application/arrow")
        fact = ChunkTranscoded(
            asset_id=chunk_id.partition("/")[0],
            chunk_id=chunk_id,
            index=start // 100,
            span=Span(
                start_pts=start,
                end_pts=start + 10 * len(pictures),
                first_frame=start,
                frames=10 * len(pictures),
            ),
            outcome=done(),
            frames=frames,
            timeline=TIMELINE,
        )
        (analysed,) = await self.analyse(fact, cause)
        assert isinstance(analysed, ChunkAnalysed)
        return analysed

    async def vectors(self, analysed: ChunkAnalysed) -> Float:
        return self.tracks.encoding.decode(await self.objects.read(analysed.results[0].vectors))

    async def promote(self, classes: dict[str, Float], version: str, revision: int) -> ModelPromoted:
        """Put an identity model of these centroids into the store, as training does."""
        graph = centroid_graph(np.stack(list(classes.values())))
        manifest = identity_manifest(graph, list(classes), version)
        promoted = ModelPromoted(
            name="identity/news",
            version=version,
            manifest=await self.objects.put(manifest, media_type="application/yaml"),
            artefact=await self.objects.put(graph, media_type="application/octet-stream"),
            revision=revision,
        )
        await FollowModels(self.identities)(promoted, CAUSE)
        return promoted


@pytest.fixture
def rig(analysers: Analysers) -> Rig:
    documents, objects, vectors, registry = MemoryDocuments(), MemoryObjects(), ArrowVectors(), LoadedModelRegistry()
    observations = ObservationDocuments(documents, objects, vectors)
    tracks, postings = FaceTrackDocuments(documents, objects, vectors), PostingDocuments(documents)
    identities = IdentityModelDocuments(documents, objects, OnnxLoader(1), registry, FaceIdentifier.over)
    name_faces = NameFaces(identities, tracks, postings)
    parts = StoredAssetParts(FanIn(documents, "analyses"))
    looking = [analysers.pictures[0], analysers.pictures[3]]  # faces and safety: reading text takes longest
    return Rig(
        documents, objects, observations, tracks, postings, identities, registry,
        analyse=AnalyseChunk(looking, ArrowFrameBundles(), objects, observations, tracks, name_faces),
        people=ListPeople(analysers.embedding, identities, tracks, postings, name_faces),
        relabel=Relabel(identities, tracks, postings, name_faces, SystemClock()),
        complete=CompleteAsset(parts),
        forget=ForgetAsset(observations, tracks, postings, parts),
    )  # fmt: skip


def bundle(pictures: list[Picture], start: int) -> bytes:
    """A frame bundle as transcode writes it."""
    rows = range(len(pictures))
    table = pa.table(
        {
            "frame": pa.array([start + 10 * row for row in rows], pa.int64()),
            "pts": pa.array([start + 10 * row for row in rows], pa.int64()),
            "seconds": pa.array([0.4 * row for row in rows], pa.float64()),
            "timecode": pa.array([None for _ in rows], pa.string()),
            "shot": pa.array([0 for _ in rows], pa.int32()),
            "why": pa.array(["grid" for _ in rows], pa.string()),
            "width": pa.array([picture.shape[1] for picture in pictures], pa.int32()),
            "height": pa.array([picture.shape[0] for picture in pictures], pa.int32()),
            "jpeg": pa.array(
                [cv2.imencode(".jpg", picture)[1].tobytes() for picture in pictures], pa.binary()
            ),
        }
    )
    sink = io.BytesIO()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def centroid_graph(centroids: Float) -> bytes:
    """embedding [N, 128] -> distance [N, K]: Euclidean distance to each centroid."""
    constants = [
        numpy_helper.from_array(centroids[None].astype(np.float32), "centroids"),
        numpy_helper.from_array(np.array([1], np.int64), "one"),
    ]
    nodes = [
        helper.make_node("Unsqueeze", ["embedding", "one"], ["rows"]),
        helper.make_node("Sub", ["rows", "centroids"], ["difference"]),
        helper.make_node("ReduceL2", ["difference"], ["distance"], axes=[2], keepdims=0),
    ]
    graph = helper.make_graph(
        nodes,
        "centroids",
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["N", 128])],
        [helper.make_tensor_value_info("distance", TensorProto.FLOAT, ["N", len(centroids)])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def identity_manifest(graph: bytes, classes: list[str], version: str) -> bytes:
    return yaml.safe_dump(
        {
            "name": "identity/news",
            "version": version,
            "task": "identity",
            "intended_use": "Names faces in tests.",
            "licence": {"code": "Apache-2.0", "weights": "LicenseRef-own", "attribution": ""},
            "files": [{"name": "model.onnx", "sha256": hashlib.sha256(graph).hexdigest()}],
            "embedding": "faces/dlib-resnet@1.0",
            "classes": classes,
            "thresholds": {"hit": 0.52, "review": 0.60},
        }
    ).encode()


async def test_a_chunk_delivered_twice_is_stored_once_and_says_the_same(
    rig: Rig, man_in_car: list[Picture]
) -> None:
    first = await rig.chunk(man_in_car[:4])
    stored = await rig.documents.count("observation_sets", {})
    second = await rig.chunk(man_in_car[:4])
    assert first.SerializeToString(deterministic=True) == second.SerializeToString(deterministic=True)
    assert await rig.documents.count("observation_sets", {}) == stored == 2
    assert [result.analyser for result in first.results] == ["faces", "safety"]
    assert first.results[0].observations == 4


async def test_a_promoted_model_names_the_man_and_leaves_the_astronaut_unknown(
    rig: Rig, man_in_car: list[Picture], astronaut: Picture
) -> None:
    """The demo's story in small: learn from the first half, recognise in the second."""
    enrolled = await rig.chunk(man_in_car[:6], "asset-1/0/0")
    await rig.chunk(man_in_car[6:], "asset-2/0/0")
    await rig.chunk([astronaut], "asset-3/0/0")
    (unknown,) = await rig.people("asset-2")
    assert (unknown.class_id, unknown.score) == ("", 0.0)

    await rig.promote({"man": (await rig.vectors(enrolled)).mean(axis=0)}, "1.0", 1)
    assert (await rig.people("asset-2"))[0].class_id == "", "nothing changes before the switch"
    updated = await rig.relabel(ModelRef("identity/news", "1.0"), 1, lambda: None)

    assert (updated.tracks, updated.changed) == (3, 2)
    assert list(updated.asset_ids) == ["asset-1", "asset-2"]
    (man,) = await rig.people("asset-2")
    assert man.class_id == "man"
    assert man.score > 0.5
    assert f"{man.model.name}@{man.model.version}" == "identity/news@1.0"
    assert (man.appearances[0].span.start_pts, man.appearances[0].span.end_pts) == (0, 60)
    assert man.appearances[0].observations[0] == "asset-2/0/0#faces/0"
    (stranger,) = await rig.people("asset-3")
    assert stranger.class_id == ""


async def test_a_second_version_switches_whole_and_reports_what_changed(
    rig: Rig, man_in_car: list[Picture], astronaut: Picture
) -> None:
    man = (await rig.vectors(await rig.chunk(man_in_car[:6], "asset-1/0/0"))).mean(axis=0)
    woman = (await rig.vectors(await rig.chunk([astronaut], "asset-3/0/0"))).mean(axis=0)
    await rig.promote({"man": man}, "1.0", 1)
    await rig.relabel(ModelRef("identity/news", "1.0"), 1, lambda: None)
    await rig.promote({"man": man, "woman": woman}, "2.0", 2)
    updated = await rig.relabel(ModelRef("identity/news", "2.0"), 2, lambda: None)
    assert updated.previous.version == "1.0"
    assert {(row.class_id, row.before, row.after) for row in updated.classes} == {
        ("", 1, 0), ("man", 1, 1), ("woman", 0, 1)
    }  # fmt: skip
    assert list(updated.asset_ids) == ["asset-3"]
    assert (await rig.people("asset-3"))[0].class_id == "woman"
    assert rig.registry.find("identity/news") is not None
    assert rig.registry.find("identity/news").manifest.version == "2.0"  # type: ignore[union-attr]


async def test_a_worker_that_takes_over_after_the_switch_reports_the_same_change(
    rig: Rig, man_in_car: list[Picture], astronaut: Picture
) -> None:
    man = (await rig.vectors(await rig.chunk(man_in_car[:6], "asset-1/0/0"))).mean(axis=0)
    woman = (await rig.vectors(await rig.chunk([astronaut], "asset-3/0/0"))).mean(axis=0)
    await rig.promote({"man": man}, "1.0", 1)
    await rig.relabel(ModelRef("identity/news", "1.0"), 1, lambda: None)
    await rig.promote({"man": man, "woman": woman}, "2.0", 2)
    first = await rig.relabel(ModelRef("identity/news", "2.0"), 2, lambda: None)
    again = await rig.relabel(ModelRef("identity/news", "2.0"), 2, lambda: None)
    first.seconds = again.seconds = 0
    assert list(first.asset_ids) == ["asset-3"]
    assert again == first


async def test_an_older_promotion_never_replaces_a_newer_one(rig: Rig, man_in_car: list[Picture]) -> None:
    man = (await rig.vectors(await rig.chunk(man_in_car[:3]))).mean(axis=0)
    await rig.promote({"man": man}, "2.0", 5)
    await rig.relabel(ModelRef("identity/news", "2.0"), 5, lambda: None)
    late = await rig.promote({"other": man}, "1.0", 4)
    assert not await rig.identities.register(late)
    await rig.relabel(ModelRef("identity/news", "1.0"), 4, lambda: None)
    assert await rig.identities.in_force() == [ModelRef("identity/news", "2.0")]


async def test_a_chunk_analysed_after_a_promotion_is_named_at_once(
    rig: Rig, man_in_car: list[Picture]
) -> None:
    man = (await rig.vectors(await rig.chunk(man_in_car[:6]))).mean(axis=0)
    await rig.promote({"man": man}, "1.0", 1)
    await rig.relabel(ModelRef("identity/news", "1.0"), 1, lambda: None)
    await rig.chunk(man_in_car[6:], "asset-9/0/0")
    assert (await rig.people("asset-9"))[0].class_id == "man"


async def test_a_chunk_that_slipped_through_the_switch_is_named_on_reading(
    rig: Rig, man_in_car: list[Picture]
) -> None:
    man = (await rig.vectors(await rig.chunk(man_in_car[:6]))).mean(axis=0)
    await rig.promote({"man": man}, "1.0", 1)
    await rig.relabel(ModelRef("identity/news", "1.0"), 1, lambda: None)
    await rig.documents.delete_where("postings", {})
    assert (await rig.people(ASSET))[0].class_id == "man"


async def test_a_retired_model_names_nobody(rig: Rig, man_in_car: list[Picture]) -> None:
    man = (await rig.vectors(await rig.chunk(man_in_car[:3]))).mean(axis=0)
    await rig.promote({"man": man}, "1.0", 1)
    await rig.relabel(ModelRef("identity/news", "1.0"), 1, lambda: None)
    await FollowModels(rig.identities)(ModelRetired(name="identity/news", version="1.0", revision=2), CAUSE)
    assert [person.class_id for person in await rig.people(ASSET)] == [""]


async def test_a_lost_lease_stops_the_switch(rig: Rig, man_in_car: list[Picture]) -> None:
    class Lost(Exception):
        pass

    def lost() -> None:
        raise Lost

    man = (await rig.vectors(await rig.chunk(man_in_car[:3]))).mean(axis=0)
    await rig.promote({"man": man}, "1.0", 1)
    with pytest.raises(Lost):
        await rig.relabel(ModelRef("identity/news", "1.0"), 1, lost)
    assert await rig.identities.in_force() == []


async def test_a_chunk_that_was_not_transcoded_ends_as_failed(rig: Rig) -> None:
    fact = ChunkTranscoded(asset_id=ASSET, chunk_id=CHUNK, outcome=failed("unreadable", "no picture decodes"))
    (analysed,) = await rig.analyse(fact, CAUSE)
    assert isinstance(analysed, ChunkAnalysed)
    assert analysed.outcome.failed.detail == "no picture decodes"


class Broken:
    """An analyser that fails on every picture."""

    name = "broken"
    models = (ModelRef("broken/model", "1.0"),)

    def begin(self, *, still: bool = False) -> Broken:
        return self

    def look(self, frame: object) -> None:
        raise ZeroDivisionError("a bug of its own")

    def finish(self) -> Findings:
        raise AssertionError("a pass that failed is not finished")


async def test_an_analyser_that_fails_twice_is_reported_and_the_others_stand(
    rig: Rig, man_in_car: list[Picture]
) -> None:
    rig.analyse = replace(rig.analyse, analysers=[*rig.analyse.analysers, Broken()])
    with pytest.raises(ZeroDivisionError):
        await rig.chunk(man_in_car[:2])
    analysed = await rig.chunk(man_in_car[:2], cause=CAUSE._replace(attempt=2))
    assert analysed.outcome.HasField("done")
    outcomes = {result.analyser: result.outcome.failed.detail for result in analysed.results}
    assert outcomes == {
        "faces": "",
        "safety": "",
        "broken": "broken failed: ZeroDivisionError: a bug of its own",
    }


async def test_a_promoted_model_that_cannot_be_loaded_does_not_stop_seeing(
    rig: Rig, man_in_car: list[Picture]
) -> None:
    man = (await rig.vectors(await rig.chunk(man_in_car[:3]))).mean(axis=0)
    promoted = await rig.promote({"man": man}, "1.0", 1)
    promoted.version, promoted.revision = "2.0", 2
    text = identity_manifest(b"another graph", ["man"], "2.0")
    promoted.manifest.CopyFrom(await rig.objects.put(text, media_type="application/yaml"))
    with pytest.raises(Rejected, match="sha256"):
        await FollowModels(rig.identities)(promoted, CAUSE)
    analysed = await rig.chunk(man_in_car[3:6], "asset-5/0/0")
    assert analysed.outcome.HasField("done")


async def test_the_asset_ends_once_all_parts_are_there_in_any_order(
    rig: Rig, man_in_car: list[Picture]
) -> None:
    chunk = await rig.chunk(man_in_car[:3])
    lost = ChunkAnalysed(
        asset_id=ASSET, chunk_id="asset-1/0/100", index=1, outcome=failed("unreadable", "a hole in the file")
    )
    plan = AssetTranscoded(
        asset_id=ASSET,
        outcome=done(),
        chunk_ids=[CHUNK, "asset-1/0/100"],
        expects_audio=True,
        timeline=TIMELINE,
    )
    audio = AnalyseAudio((), FlacSounds(), rig.objects, rig.observations)
    (silent,) = await audio(AudioExtracted(asset_id=ASSET, outcome=done(), present=False), CAUSE)
    assert await rig.complete(chunk, CAUSE) == []
    assert await rig.complete(plan, CAUSE) == []
    assert await rig.complete(lost, CAUSE) == []
    (last,) = await rig.complete(silent, CAUSE)  # type: ignore[arg-type]
    (again,) = await rig.complete(silent, CAUSE)  # type: ignore[arg-type]
    assert isinstance(last, Fact)
    assert isinstance(again, Fact)
    assert last.id == again.id
    analysed = last.message
    assert isinstance(analysed, AssetAnalysed)
    assert analysed.outcome.HasField("done")
    assert list(analysed.missing) == ["chunk 1: a hole in the file"]
    assert {total.analyser: total.chunks for total in analysed.totals} == {"faces": 1, "safety": 1}


async def test_an_asset_of_which_nothing_could_be_analysed_ends_as_failed(rig: Rig) -> None:
    plan = AssetTranscoded(
        asset_id=ASSET, outcome=failed("unreadable", "nothing decodes"), missing=["everything"]
    )
    (ended,) = await rig.complete(plan, CAUSE)
    assert isinstance(ended, Fact)
    assert isinstance(ended.message, AssetAnalysed)
    assert ended.message.outcome.failed.detail == "everything"


async def test_observations_are_paged_completely_and_in_order(rig: Rig, man_in_car: list[Picture]) -> None:
    await rig.chunk(man_in_car[:4], "asset-1/0/0")
    await rig.chunk(man_in_car[4:8], "asset-1/0/100", start=100)
    listing = ListObservations(rig.observations)
    everything, rest = await listing(ASSET, [], None, 0, "")
    assert rest == ""
    paged, token = [], ""
    while True:
        page, token = await listing(ASSET, [], None, 3, token)
        paged += page
        if not token:
            break
    assert paged == everything
    faces, _ = await listing(ASSET, ["faces"], Span(start_pts=100, end_pts=110), 0, "")
    assert [(one.kind, one.moment.pts) for one in faces] == [("face", 100)]


async def test_the_nearest_stored_face_is_found(
    rig: Rig, man_in_car: list[Picture], astronaut: Picture
) -> None:
    await rig.chunk(man_in_car[:3], "asset-1/0/0")
    await rig.chunk([astronaut], "asset-3/0/0")
    similar = FindSimilar(rig.observations, {"faces": ModelRef("faces/dlib-resnet", "1.0")})
    query = await similar.of_observation("faces", "asset-1/0/0#faces/1")
    found = await similar("faces", query, 3)
    assert (found[0].asset_id, found[0].observation.id) == ("asset-1", "faces/1")
    assert {one.asset_id for one in found} == {"asset-1"}
    assert [one.distance for one in found] == sorted(one.distance for one in found)


async def test_a_removed_asset_leaves_nothing_behind(rig: Rig, man_in_car: list[Picture]) -> None:
    analysed = await rig.chunk(man_in_car[:3])
    kept = await rig.chunk(man_in_car[:3], "asset-2/0/0")
    await rig.forget(AssetRemoved(asset_id=ASSET), CAUSE)
    assert await rig.documents.count("observation_sets", {"asset_id": ASSET}) == 0
    assert await rig.people(ASSET) == []
    assert not await rig.objects.exists(analysed.results[0].observation_set)
    assert await rig.objects.exists(kept.results[0].vectors), "another asset's vectors stay"


async def test_an_erased_class_is_named_no_more_and_the_counts_say_so(
    rig: Rig, man_in_car: list[Picture]
) -> None:
    man = (await rig.vectors(await rig.chunk(man_in_car[:6]))).mean(axis=0)
    await rig.promote({"man": man}, "1.0", 1)
    await rig.relabel(ModelRef("identity/news", "1.0"), 1, lambda: None)
    (answer,) = await Erase(rig.forget, rig.postings)(
        ErasureRequested(erasure_id="e", subject="class:man"), CAUSE
    )
    assert [(count.kind, count.count) for count in answer.counts] == [("postings", 1)]  # type: ignore[union-attr]
    assert (await rig.people(ASSET))[0].class_id == ""


def test_messages_of_the_same_findings_have_the_same_bytes(
    analysers: Analysers, man_in_car: list[Picture], frames: Callable[..., list[object]]
) -> None:
    encoded = []
    for _ in range(2):
        one = analysers.pictures[0].begin()
        for frame in frames(man_in_car[:2]):
            one.look(frame)  # type: ignore[arg-type]
        message = observation_set(one.finish(), asset_id=ASSET, chunk_id=CHUNK)
        encoded.append(message.SerializeToString(deterministic=True))
    assert encoded[0] == encoded[1]
