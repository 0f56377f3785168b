"""Inference as it is wired, on the kit's bench, with models that are loaded once for all tests."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence

import cv2
import numpy as np
import onnx
import pyarrow as pa
import yaml
from google.protobuf.message import Message
from onnx import TensorProto, helper, numpy_helper

from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed, ChunkTranscoded
from framewell.inference.v1 import inference_service_pb2 as api
from framewell.media.v1.media_pb2 import Span, Timeline, Work
from framewell.mesh.v1.mesh_pb2 import ModelVersion, Ratio
from framewell.model.v1.model_pb2 import ModelPromoted
from framewell.recognition.v1.recognition_pb2 import RecognitionChanges, RecognitionUpdated
from framewell.rights.v1.rights_pb2 import PURPOSE_ANALYSIS, PurposeDecision, RightsDecided
from framewell_inference.adapters.media_objects import ArrowVectors
from framewell_inference.adapters.model_registry import LoadedModelRegistry
from framewell_inference.adapters.onnx_engine import OnnxLoader
from framewell_inference.domain.pictures import Float, Picture
from framewell_inference.ports.analysers import Analysers
from framewell_inference.settings import InferenceSettings
from framewell_inference.wiring import SANDBOX_JOBS, wire_with
from framewell_kit.clock import Clock
from framewell_kit.documents import Documents
from framewell_kit.facts import Cause
from framewell_kit.objects import Objects
from framewell_kit.outcome_messages import done
from framewell_kit.rights_decisions import RightsDecisions
from framewell_kit.service import Mesh, Service
from framewell_kit.testing.service_bench import ServiceBench
from framewell_media.sandbox import Sandbox
from framewell_models.manifest import ModelRef

IDENTITY = "identity/news"

TIMELINE = Timeline(
    time_base=Ratio(numerator=1, denominator=25),
    frame_rate=Ratio(numerator=25, denominator=1),
    frame_count=250,
)

SANDBOX = Sandbox(SANDBOX_JOBS)
"""One for all benches of a test run: its first job starts it."""

IN_PROCESS = OnnxLoader(1, trusted=["*"])
"""Runs every model inside the process: what runs apart from it has tests of its own, and takes a second."""

NO_ANALYSERS = Analysers(
    pictures=(),
    sounds=(),
    embedding=ModelRef("faces/dlib-resnet", "1.0"),
    features=ModelRef("labels/efficientnet-lite0", "1.0"),
)
"""For tests of what happens around analysers: they need no weights."""


class InferenceBench(ServiceBench):
    """An inference service with these analysers. The Open Inference Protocol is left out."""

    def __init__(
        self,
        analysers: Analysers = NO_ANALYSERS,
        *,
        documents: Documents | None = None,
        objects: Objects | None = None,
        settings: InferenceSettings | None = None,
        loader: OnnxLoader | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.registry = LoadedModelRegistry()

        async def wire(settings: InferenceSettings, mesh: Mesh) -> Service:
            return await wire_with(
                analysers, self.registry, loader or IN_PROCESS, settings, mesh, sandbox=SANDBOX
            )

        super().__init__(
            "inference",
            wire,
            settings or InferenceSettings(),
            documents=documents,
            objects=objects,
            clock=clock,
            parts=False,
        )

    async def analyse(
        self,
        pictures: Sequence[Picture],
        chunk_id: str,
        *,
        start: int = 0,
        generation: int = 1,
        cause: Cause | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> ChunkAnalysed:
        """Analyse a chunk of these pictures, ten frames apart; its asset may be analysed unless decided."""
        asset_id = chunk_id.partition("/")[0]
        if await RightsDecisions(self.documents, self.clock).of(asset_id) is None:
            await self.decide(asset_id)
        frames = await self.objects.put(frame_bundle(pictures, start), media_type="application/arrow")
        length = 10 * len(pictures)
        fact = ChunkTranscoded(
            work=Work(asset_id=asset_id, generation=generation, timeline=TIMELINE, labels=labels),
            chunk_id=chunk_id,
            index=start // 100,
            span=Span(start_pts=start, end_pts=start + length, first_frame=start, frames=length),
            outcome=done(),
            frames=frames,
        )
        analysed, *_ = await self.deliver(fact, cause, group="inference.analyse_chunk")
        assert isinstance(analysed, ChunkAnalysed)
        return analysed

    async def decide(
        self,
        asset_id: str,
        revision: int = 1,
        *withheld: tuple[int, int],
        allowed: bool = True,
        gone: bool = False,
    ) -> list[Message]:
        """Decide about the analysis of an asset, as dataset does; return the facts that follow."""
        analysis = PurposeDecision(
            purpose=PURPOSE_ANALYSIS,
            allowed=allowed,
            withheld=[Span(start_pts=start, end_pts=end) for start, end in withheld],
            sentence=f"Decision {revision}.",
        )
        decided = RightsDecided(asset_id=asset_id, revision=revision, gone=gone, purposes=[analysis])
        return await self.deliver(decided)

    async def vectors(self, analysed: ChunkAnalysed) -> Float:
        """Return the vectors of the chunk's faces, which are the first result."""
        return ArrowVectors().decode(await self.objects.read(analysed.results[0].vectors))

    async def people(self, asset_id: str) -> list[api.Person]:
        """Return who was seen in an asset."""
        answer = await self.call("ListPeople", api.ListPeopleRequest(asset_id=asset_id))
        return list(answer.people)

    async def promote(
        self, centroids: dict[str, Float], version: str, revision: int, *, manifest: bytes = b""
    ) -> ModelPromoted:
        """Promote an identity model of these centroids, as training does; re-labelling waits as a job."""
        graph = centroid_graph(np.stack(list(centroids.values())))
        text = manifest or identity_manifest(graph, list(centroids), version)
        promoted = ModelPromoted(
            model=ModelVersion(name=IDENTITY, version=version),
            manifest=await self.objects.put(text, media_type="application/yaml"),
            artefact=await self.objects.put(graph, media_type="application/octet-stream"),
            revision=revision,
        )
        await self.deliver(promoted)
        return promoted

    async def relabel(self) -> RecognitionUpdated:
        """Do the re-labelling that waits."""
        self.facts.clear()
        await self.run_jobs()
        return self.facts.one(RecognitionUpdated)

    async def changes(self, updated: RecognitionUpdated) -> RecognitionChanges:
        """Return what a re-labelling changed."""
        return RecognitionChanges.FromString(await self.objects.read(updated.changes))


def frame_bundle(pictures: Sequence[Picture], start: int = 0, step: int = 10) -> bytes:
    """Return a frame bundle as transcode writes it, `step` frames from picture to picture."""
    rows = range(len(pictures))
    jpegs = [cv2.imencode(".jpg", picture)[1].tobytes() for picture in pictures]
    table = pa.table(
        {
            "frame": pa.array([start + step * row for row in rows], pa.int64()),
            "pts": pa.array([start + step * row for row in rows], pa.int64()),
            "seconds": pa.array([step * row / 25 for row in rows], pa.float64()),
            "timecode": pa.array([None for _ in rows], pa.string()),
            "shot": pa.array([0 for _ in rows], pa.int32()),
            "why": pa.array(["grid" for _ in rows], pa.string()),
            "width": pa.array([picture.shape[1] for picture in pictures], pa.int32()),
            "height": pa.array([picture.shape[0] for picture in pictures], pa.int32()),
            "jpeg": pa.array(jpegs, pa.binary()),
        }
    )
    sink = io.BytesIO()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def centroid_graph(centroids: Float) -> bytes:
    """Return embedding [N, 128] -> distance [N, K]: Euclidean distance to each centroid."""
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


def identity_manifest(graph: bytes, classes: Sequence[str], version: str) -> bytes:
    """Return the manifest of an identity model of these classes."""
    return yaml.safe_dump(
        {
            "name": IDENTITY,
            "version": version,
            "task": "identity",
            "intended_use": "Names faces in tests.",
            "licence": {"code": "Apache-2.0", "weights": "LicenseRef-own", "attribution": ""},
            "files": [{"name": "model.onnx", "sha256": hashlib.sha256(graph).hexdigest()}],
            "embedding": "faces/dlib-resnet@1.0",
            "classes": list(classes),
            "thresholds": {"hit": 0.52, "review": 0.60},
        }
    ).encode()
