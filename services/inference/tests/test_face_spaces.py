"""A second face embedding, exact to check: the shipped one turned and stretched, in another space alone."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import numpy as np
import onnx
import pytest
import yaml
from onnx import helper, numpy_helper

from framewell.asset.v1.asset_pb2 import AssetTranscoded
from framewell.chunk.v1.chunk_pb2 import AnalyserResult, ChunkAnalysed
from framewell.inference.v1 import inference_service_pb2 as api
from framewell.media.v1.media_pb2 import FaceAttributes, ObservationRef, Work
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.model.v1.model_pb2 import ModelScope
from framewell_inference.adapters.media_objects import ArrowVectors
from framewell_inference.analysers.faces.embedding import FaceEmbedding
from framewell_inference.domain.face_spaces import in_force, laid_beside, rows_of
from framewell_inference.domain.observations import Findings, FractionBox, FrameSpan, Observation
from framewell_inference.domain.pictures import Float, Frame, Picture
from framewell_inference.domain.registrations import EVERYWHERE
from framewell_inference.ports.analysers import Analysers
from framewell_inference.testing import (
    IDENTITY,
    IN_PROCESS,
    NO_ANALYSERS,
    TIMELINE,
    InferenceBench,
    centroid_graph,
)
from framewell_kit.documents import Documents, MemoryDocuments
from framewell_kit.documents.protocol import Document
from framewell_kit.objects import MemoryObjects
from framewell_kit.outcome_messages import done
from framewell_kit.outcomes import Busy, Conflict
from framewell_kit.testing.clocks import HeldClock
from framewell_kit.testing.erasures import erasure_plan
from framewell_kit.testing.failing import FailingDocuments, failing
from framewell_kit.testing.ids import asset_called
from framewell_models.folders import default_root
from framewell_models.manifest import Manifest, ManifestError, ModelRef, Step
from framewell_models.manifest_reader import read

SHIPPED, TURNED = ModelRef("faces/dlib-resnet", "1.0"), ModelRef("house/turned", "1.0")
STRETCH = 2.0


@dataclass(frozen=True)
class Turned:
    """The shipped graph with its output turned by `turn` and stretched; its manifest says by how much."""

    graph: bytes
    text: bytes
    turn: Float

    @property
    def manifest(self) -> Manifest:
        return read(self.text.decode())


@pytest.fixture(scope="session")
def turned() -> Turned:
    path = default_root() / SHIPPED.name / SHIPPED.version / "model.onnx"
    if not path.is_file():
        pytest.skip(f"{path} is not here: run `make setup`")
    model = onnx.load(path)
    turn, _ = np.linalg.qr(np.random.default_rng(5).standard_normal((128, 128)))
    output = model.graph.output[0].name
    for node in model.graph.node:
        node.output[:] = ["plain" if name == output else name for name in node.output]
    model.graph.initializer.append(numpy_helper.from_array((STRETCH * turn).astype(np.float32), "turn"))
    model.graph.node.append(helper.make_node("MatMul", ["plain", "turn"], [output]))
    graph = model.SerializeToString()
    text = yaml.safe_dump(
        {
            "name": TURNED.name,
            "version": TURNED.version,
            "task": "face-embedding",
            "analyser": "faces",
            "intended_use": "Describes faces in another space.",
            "licence": {"code": "MIT", "weights": "MIT"},
            "files": [{"name": "model.onnx", "sha256": hashlib.sha256(graph).hexdigest()}],
            "preprocessing": {"name": "dlib-chip", "parameters": {"side": 150, "padding": 0.25}},
            "thresholds": {"same_person": 0.52 * STRETCH},
        }
    ).encode()
    return Turned(graph, text, turn.astype(np.float32))


@pytest.fixture
async def bench(analysers: Analysers) -> AsyncIterator[InferenceBench]:
    """A service that looks for faces alone, by the analyser as it is."""
    async with InferenceBench(replace(analysers, pictures=[analysers.pictures[0]])) as bench:
        yield bench


async def upload(turned: Turned) -> AsyncIterator[api.UploadModelRequest]:
    yield api.UploadModelRequest(header=api.ModelHeader(manifest=turned.text))
    for start in range(0, len(turned.graph), 1 << 20):
        piece = api.ModelPiece(file="model.onnx", data=turned.graph[start : start + (1 << 20)])
        yield api.UploadModelRequest(piece=piece)


def enabled(bench: InferenceBench, turned: Turned) -> None:
    """Have a bench's replica know the embedding, as it does after the import."""
    model = IN_PROCESS.load_bytes(turned.manifest, turned.graph)
    bench.registry.put(model, in_force=True)
    bench.registry.enable(TURNED.name, [EVERYWHERE])


async def arrived(bench: InferenceBench, asset_id: str, pictures: list[Picture]) -> AnalyserResult:
    """Analyse an asset of one chunk to its end; return what was seen of faces."""
    analysed = await bench.analyse(pictures, f"{asset_id}/0/0")
    await bench.deliver(analysed)
    work = Work(asset_id=asset_id, generation=1, timeline=TIMELINE)
    await bench.deliver(AssetTranscoded(work=work, outcome=done(), chunk_count=1))
    return analysed.results[0]


async def vectors_of(bench: InferenceBench, result: AnalyserResult, beside: bool = False) -> Float:
    ref = result.beside[0].vectors if beside else result.vectors
    return ArrowVectors().decode(await bench.objects.read(ref))


def identity(graph: bytes, classes: list[str], version: str, embedding: ModelRef) -> bytes:
    return yaml.safe_dump(
        {
            "name": IDENTITY,
            "version": version,
            "task": "identity",
            "intended_use": "Names faces in tests.",
            "licence": {"code": "Apache-2.0", "weights": "LicenseRef-own", "attribution": ""},
            "files": [{"name": "model.onnx", "sha256": hashlib.sha256(graph).hexdigest()}],
            "embedding": str(embedding),
            "classes": classes,
            "thresholds": {"hit": 0.52, "review": 0.60},
        }
    ).encode()


async def promote(
    bench: InferenceBench, people: dict[str, Float], version: str, revision: int, embedding: ModelRef
) -> None:
    graph = centroid_graph(np.stack(list(people.values())))
    text = identity(graph, list(people), version, embedding)
    await bench.promote(people, version, revision, manifest=text)


async def work_off(bench: InferenceBench, rounds: int = 6) -> None:
    """Do all jobs, and let the time pass that they wait."""
    for _ in range(rounds):
        await bench.run_jobs()
        await bench.deliver_own(ChunkAnalysed)
        assert isinstance(bench.clock, HeldClock)
        bench.clock.advance(16)


async def named(bench: InferenceBench, *asset_ids: str) -> dict[str, list[tuple[str, float, str]]]:
    """Who is in each asset, how near, and by which version."""
    return {
        asset_id: [
            (person.class_id, round(each.distance, 2), person.model.version)
            for person in await bench.people(asset_id)
            for each in person.appearances
        ]
        for asset_id in asset_ids
    }


def without_versions(found: dict[str, list[tuple[str, float, str]]]) -> dict[str, list[tuple[str, float]]]:
    return {asset_id: [one[:2] for one in people] for asset_id, people in found.items()}


async def space(bench: InferenceBench, observation: ObservationRef) -> list[tuple[str, float]]:
    request = api.FindSimilarRequest(observation=observation, limit=20, reason="a test")
    answer = await bench.call("FindSimilar", request)
    return [(one.asset_id, round(one.distance, 2)) for one in answer.neighbours]


async def test_a_better_embedding_comes_into_force_with_its_identity_model_and_goes_with_it(
    bench: InferenceBench, turned: Turned, man_in_car: list[Picture], astronaut: Picture
) -> None:
    """Same names before and after: the second space is the first one, turned."""
    first = await arrived(bench, asset_called(1), man_in_car[:3])
    await arrived(bench, asset_called(2), man_in_car[3:5])
    await arrived(bench, asset_called(3), [astronaut])
    man = (await vectors_of(bench, first)).mean(axis=0)
    await promote(bench, {"man": man}, "1.0", 1, SHIPPED)
    await bench.run_jobs()
    before = await named(bench, asset_called(1), asset_called(2), asset_called(3))
    assert [one[0] for people in before.values() for one in people] == ["man", "man", ""]
    face = ObservationRef(asset_id=asset_called(2), observation_id="faces/0/0/0")
    similar = await space(bench, face)

    taken = await bench.call("UploadModel", upload(turned))
    assert taken.model.in_force
    for_one = api.EnableModelRequest(name=TURNED.name, scopes=[ModelScope(series="Abendschau")])
    with pytest.raises(Conflict, match="every programme, or for none"):
        await bench.call("EnableModel", for_one)
    await bench.call("EnableModel", api.EnableModelRequest(name=TURNED.name))
    new = await arrived(bench, asset_called(4), man_in_car[5:7])
    assert (new.model.name, new.beside[0].model.name) == (SHIPPED.name, TURNED.name)
    plain, there = await vectors_of(bench, new), await vectors_of(bench, new, beside=True)
    np.testing.assert_allclose(there, plain @ turned.turn, atol=2e-3)
    listed = await bench.call(
        "ListObservations", api.ListObservationsRequest(asset_id=asset_called(4), kinds=["face"])
    )
    assert len(listed.observations) == 2, "what lies beside is listed once"
    everybody = await named(bench, *before, asset_called(4))
    assert {version for people in everybody.values() for *_, version in people} <= {"1.0", ""}

    await promote(bench, {"man": man @ turned.turn}, "2.0", 2, TURNED)
    await bench.run_jobs()
    assert await named(bench, *everybody) == everybody, "the archive is described first: nothing changes yet"
    await work_off(bench)
    after = await named(bench, *everybody)
    assert without_versions(after) == without_versions(everybody)
    assert {one[2] for people in after.values() for one in people if one[0]} == {"2.0"}
    assert [one for one in await space(bench, face) if one[0] != asset_called(4)] == similar

    native = await arrived(bench, asset_called(5), man_in_car[7:9])
    assert (native.model.name, list(native.beside)) == (TURNED.name, [])
    assert [one[0] for one in (await named(bench, asset_called(5)))[asset_called(5)]] == ["man"]
    with pytest.raises(Conflict, match="identity models in force read"):
        await bench.call("RemoveModel", api.RemoveModelRequest(model=ModelVersion(name=TURNED.name)))

    await bench.call("DisableModel", api.DisableModelRequest(name=TURNED.name))
    await promote(bench, {"man": man}, "1.0", 3, SHIPPED)
    await work_off(bench)
    back = await named(bench, *everybody, asset_called(5))
    assert without_versions({one: back[one] for one in everybody}) == without_versions(everybody)
    assert [one[::2] for one in back[asset_called(5)]] == [("man", "1.0")], (
        "described again in the space it lacked"
    )
    await bench.call("RemoveModel", api.RemoveModelRequest(model=ModelVersion(name=TURNED.name)))


async def test_who_is_erased_is_gone_in_every_space_and_stays_gone_when_the_archive_is_described(
    bench: InferenceBench, turned: Turned, man_in_car: list[Picture], astronaut: Picture
) -> None:
    late = await arrived(bench, asset_called(1), [*man_in_car[:2], astronaut])
    man = (await vectors_of(bench, late))[:2].mean(axis=0)
    await promote(bench, {"man": man}, "1.0", 1, SHIPPED)
    await bench.run_jobs()
    enabled(bench, turned)
    both = await arrived(bench, asset_called(2), [*man_in_car[2:4], astronaut])
    await bench.deliver(erasure_plan("e", class_ids=["man"]))
    for ref in (late.vectors, both.vectors, both.beside[0].vectors):
        assert not await bench.objects.exists(ref)
    woman = (await vectors_of(bench, await arrived(bench, asset_called(3), [astronaut])))[0]
    await promote(bench, {"woman": woman @ turned.turn}, "2.0", 2, TURNED)
    await work_off(bench)
    for asset_id in (asset_called(1), asset_called(2)):
        for stored in await bench.documents.find(
            "observation_sets", {"asset_id": asset_id, "analyser": "faces"}
        ):
            rows = ArrowVectors().decode(await bench.objects.read(stored["vectors"]))
            assert np.isfinite(rows).all(axis=1).sum() == 1, stored["_id"]
        people = await named(bench, asset_id)
        assert sorted(one[0] for one in people[asset_id]) == ["", "woman"]


async def test_a_chunk_that_was_described_before_the_switch_is_described_when_it_comes_again(
    bench: InferenceBench, turned: Turned, man_in_car: list[Picture]
) -> None:
    """A replica that died between the two sets, and a redelivery after the embedding was enabled."""
    cause = bench.cause(subject=asset_called(1))
    first = await bench.analyse(man_in_car[:2], f"{asset_called(1)}/0/0", cause=cause)
    enabled(bench, turned)
    again = await bench.analyse(man_in_car[:2], f"{asset_called(1)}/0/0", cause=cause)
    assert again.results[0].vectors == first.results[0].vectors
    assert [one.model.name for one in again.results[0].beside] == [TURNED.name]
    sets = await bench.documents.find("observation_sets", {"analyser": "faces"})
    assert sorted((one["model"], one["beside"]) for one in sets) == [
        (str(SHIPPED), False),
        (str(TURNED), True),
    ]
    for one in sets:
        if one["beside"]:
            await bench.documents.delete("observation_sets", one["_id"])
    once_more = await bench.analyse(man_in_car[:2], f"{asset_called(1)}/0/0", cause=cause)
    assert once_more == again


@dataclass(frozen=True)
class InTwoSpaces:
    """Sees two people in every picture, and describes them by two embeddings."""

    name: str = "faces"
    description: str = "Faces."

    @property
    def models(self) -> Sequence[ModelRef]:
        return (SHIPPED, TURNED)

    def begin(self, *, still: bool = False) -> InTwoSpaces:
        return self

    def look(self, frames: Sequence[Frame]) -> None:
        pass

    def finish(self) -> Findings:
        seen = [
            replace(face(0, 0.1 + 0.4 * who, who), attributes=FaceAttributes(track=who, side_pixels=80))
            for who in range(2)
        ]
        vectors = np.eye(2, 128, dtype=np.float32)
        return Findings("faces", SHIPPED, tuple(seen), vectors, beside={TURNED: vectors[:, ::-1].copy()})


MAN: Float = np.eye(1, 128, dtype=np.float32)[0]
GREY: Picture = np.full((36, 64, 3), 90, np.uint8)


async def kept(bench: InferenceBench) -> dict[str, list[Document]]:
    """What is kept of faces, and which objects are held."""
    return {
        name: sorted((one for one in await bench.documents.find(name, {})), key=lambda one: str(one["_id"]))
        for name in ("observation_sets", "face_tracks", "references")
    }


@asynccontextmanager
async def dying(
    documents: Documents, objects: MemoryObjects, at: int, *, after: bool
) -> AsyncIterator[tuple[InferenceBench, FailingDocuments]]:
    """A process over the same stores that dies at this call from now on."""
    mortal, store = failing(documents, 1 << 30, after=after)
    async with InferenceBench(TWO_SPACES, documents=mortal, objects=objects) as bench:
        store.fails_at = store.calls + at
        yield bench, store


TWO_SPACES = replace(NO_ANALYSERS, pictures=[InTwoSpaces()])


async def test_a_worker_that_dies_anywhere_leaves_every_space_as_one_that_does_not() -> None:
    async with InferenceBench(TWO_SPACES) as calm:
        await calm.analyse([GREY], f"{asset_called(1)}/0/0")
        wanted = await kept(calm)
    assert len(wanted["face_tracks"]) == 2
    at, died = 0, True
    while died:
        documents, objects = MemoryDocuments(), MemoryObjects()
        async with InferenceBench(TWO_SPACES, documents=documents, objects=objects) as bench:
            await bench.decide(asset_called(1))
        async with dying(documents, objects, at, after=bool(at % 2)) as (bench, store):
            with contextlib.suppress(Busy):
                await bench.analyse([GREY], f"{asset_called(1)}/0/0")
            died = store.broke
        async with InferenceBench(TWO_SPACES, documents=documents, objects=objects) as bench:
            await bench.analyse([GREY], f"{asset_called(1)}/0/0")
            assert await kept(bench) == wanted, at
        at += 1
    assert at > 20


async def test_an_erasure_that_dies_anywhere_leaves_nothing_in_any_space_once_it_is_done_again() -> None:
    at, died = 0, True
    while died:
        documents, objects = MemoryDocuments(), MemoryObjects()
        async with InferenceBench(TWO_SPACES, documents=documents, objects=objects) as bench:
            analysed = await bench.analyse([GREY], f"{asset_called(1)}/0/0")
            await promote(bench, {"man": MAN}, "1.0", 1, SHIPPED)
            await bench.run_jobs()
        plan = erasure_plan("e", class_ids=["man"])
        async with dying(documents, objects, at, after=bool(at % 2)) as (bench, store):
            with contextlib.suppress(Busy):
                await bench.deliver(plan)
            died = store.broke
        async with InferenceBench(TWO_SPACES, documents=documents, objects=objects) as bench:
            await bench.deliver(plan)
            for name, key in (("observation_sets", "vectors"), ("face_tracks", "vectors")):
                for one in await bench.documents.find(name, {}):
                    rows = ArrowVectors().decode(await bench.objects.read(one[key]))
                    assert np.isfinite(rows).all(axis=1).tolist() == [False, True], (at, one["_id"])
        for ref in (analysed.results[0].vectors, analysed.results[0].beside[0].vectors):
            assert not await objects.exists(ref), at
        at += 5  # at every fifth call, before and after it in turn
    assert at > 20


def face(pts: int, x: float, vector: int | None) -> Observation:
    box = FractionBox(x, 0.2, 0.2, 0.2)
    return Observation("face", FrameSpan(pts, pts + 10, pts, pts + 10), 0.9, (pts, pts), box, vector=vector)


def test_rows_are_found_by_picture_and_box_alone() -> None:
    """Faces come in another order, one is missing, one is new: nothing is compared but places."""
    kept = Findings(
        "faces", SHIPPED, (face(0, 0.1, 0), face(0, 0.6, 1), face(10, 0.1, 2)), np.zeros((3, 4), np.float32)
    )
    vectors = np.arange(9, dtype=np.float32).reshape(3, 3)
    looked = Findings("faces", TURNED, (face(0, 0.62, 0), face(0, 0.11, 1), face(20, 0.1, 2)), vectors)
    rows = rows_of(kept, looked)
    np.testing.assert_array_equal(rows[:2], vectors[[1, 0]])
    assert np.isnan(rows[2]).all()
    beside = laid_beside(kept, TURNED, rows)
    assert [one.vector for one in beside.observations] == [0, 1, None]


def test_what_was_taken_away_in_one_space_is_in_no_other() -> None:
    vectors = np.ones((2, 4), np.float32)
    vectors[1] = np.nan
    kept = Findings("faces", SHIPPED, (face(0, 0.1, 0), face(0, 0.6, None)), vectors)
    beside = laid_beside(kept, TURNED, np.ones((2, 3), np.float32))
    assert beside.vectors is not None
    assert np.isfinite(beside.vectors).all(axis=1).tolist() == [True, False]
    assert [one.vector for one in beside.observations] == [0, None]


def test_findings_with_rows_that_do_not_match_are_refused() -> None:
    with pytest.raises(ValueError, match="1 rows of 2"):
        Findings(
            "faces", SHIPPED, (), np.zeros((2, 4), np.float32), beside={TURNED: np.zeros((1, 3), np.float32)}
        )


def test_the_embedding_in_force_is_what_most_identity_models_read() -> None:
    other = ModelRef("house/other", "1.0")
    assert in_force([], SHIPPED) == SHIPPED
    assert in_force([TURNED], SHIPPED) == TURNED
    assert in_force([SHIPPED, TURNED, TURNED], SHIPPED) == TURNED
    assert in_force([other, TURNED], SHIPPED) == other


def test_an_embedding_that_takes_no_faces_is_refused_with_the_reason(turned: Turned) -> None:
    model = IN_PROCESS.load_bytes(turned.manifest, turned.graph)

    def over(**changes: object) -> FaceEmbedding:
        changed = replace(turned.manifest, **changes)  # type: ignore[arg-type]

        class Other:
            manifest = changed
            inputs, outputs = model.inputs, model.outputs

        return FaceEmbedding.over(Other())  # type: ignore[arg-type]

    assert over().scale == 1 / STRETCH
    for changes, reason in (
        ({"preprocessing": None}, "preprocessing"),
        ({"preprocessing": Step("dlib-chip", {"side": 112})}, r"\[-1, 3, 112, 112\]"),
        ({"preprocessing": Step("dlib-chip", {"padding": 0.1})}, "padding"),
        ({"thresholds": {"same_person": 0.0}}, "same_person"),
        ({"task": "identity"}, "no face embedding"),
    ):
        with pytest.raises(ManifestError, match=reason):
            over(**changes)
