"""The whole process on the real broker and database: facts in and out, requests, SIGTERM obeyed."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
import struct
import subprocess
import sys
import time
import urllib.request
import zlib
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cv2
import grpc
import numpy as np
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from google.protobuf.message import Message
from onnx import TensorProto

from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetTranscoded
from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed, ChunkTranscoded
from framewell.inference.v1 import inference_service_pb2 as api
from framewell.inference.v1.cluster_service_pb2 import ListClustersRequest
from framewell.inference.v1.cluster_service_pb2_grpc import ClusterServiceStub
from framewell.inference.v1.inference_service_pb2_grpc import InferenceServiceStub
from framewell.media.v1.media_pb2 import ObjectRef, Span, Work
from framewell.mesh.v1.mesh_pb2 import LANE_LIVE, ModelVersion
from framewell.oip.v2 import open_inference_pb2 as oip
from framewell.oip.v2.open_inference_pb2_grpc import GRPCInferenceServiceStub
from framewell.rights.v1.rights_pb2 import PURPOSE_ANALYSIS, PurposeDecision, RightsDecided
from framewell_contracts.cloudevents import Envelope, decode, encode
from framewell_contracts.fact_types import FACTS, fact_type, topics
from framewell_inference.domain.pictures import Picture
from framewell_inference.ports.analysers import Analysers
from framewell_inference.testing import TIMELINE, frame_bundle
from framewell_inference.testing.graphs import STRING, doubling, echo
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.topic_admin import apply
from framewell_kit.outcome_messages import done
from framewell_kit.testing.ports import port_base
from framewell_kit.testing.service_bench import NAME_KEY
from framewell_kit.testing.waiting import PATIENCE, wait_until
from framewell_models.folders import default_root, optional_analysers
from framewell_models.manifest import MANIFEST_NAME

pytestmark = pytest.mark.integration

PREFIX = "inference-test."
ASSET = "6d1f0f3e-0000-5000-8000-000000000001"
WORK = Work(asset_id=ASSET, generation=1, lane=LANE_LIVE, timeline=TIMELINE)


ODD = {"texts": STRING, "small": TensorProto.UINT16, "brain": TensorProto.BFLOAT16, "tiny": TensorProto.INT4}
"""Types of tensors, of which the last two cannot be served."""

GHZ = Path(__file__).resolve().parents[3] / ".tools" / "clients" / "ghz"


@dataclass(frozen=True)
class Running:
    """A started process and where it answers."""

    process: subprocess.Popen[bytes]
    kafka: str
    base: int
    folder: Path

    def rpc(self) -> grpc.Channel:
        return grpc.insecure_channel(f"127.0.0.1:{self.base + 22}")

    def open_inference(self) -> grpc.Channel:
        return grpc.insecure_channel(f"127.0.0.1:{self.base + 29}")


@pytest.fixture(scope="module")
def running(
    broker: str, database: str, analysers: Analysers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("inference")
    declared = [
        topic
        for topic in topics()
        if topic.name.startswith("inference.")
        or any(
            topic.name in fact.topic_names
            for fact in FACTS.values()
            if "inference" in (*fact.read_by, *fact.emitted_by)
        )
    ]
    asyncio.run(apply(BrokerAccess(broker), prefix=PREFIX, declared=declared))
    with started(broker, database, folder, "first") as first:
        yield first


@contextmanager
def started(broker: str, database: str, folder: Path, name: str) -> Iterator[Running]:
    """Run a replica for the block; it ends by itself when it is told to."""
    base = port_base()
    environment = os.environ | {
        "FRAMEWELL_KAFKA": broker,
        "FRAMEWELL_KAFKA_PREFIX": PREFIX,
        "FRAMEWELL_MONGO": database,
        "FRAMEWELL_OBJECTS": str(folder / "objects"),
        "FRAMEWELL_SCRATCH": str(folder / f"scratch-{name}"),
        "FRAMEWELL_PORT_BASE": str(base),
        "FRAMEWELL_NAME_KEY": NAME_KEY,
        "FRAMEWELL_INFERENCE_MODELS": str(_with_odd_models(folder)),
        "FRAMEWELL_INFERENCE_DEVICE": "cuda",
    }
    path = folder / f"log-{name}"
    with path.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "framewell_inference"], env=environment, stdout=log, stderr=log
        )
        try:
            _wait_ready(process, base, path)
            yield Running(process, broker, base, folder)
        finally:
            process.send_signal(signal.SIGTERM)
            code = process.wait(60)
    assert code == 0, path.read_text()[-3000:]


def _with_odd_models(folder: Path) -> Path:
    """Return a folder of models: those that ship, and some whose tensors are of other types."""
    root = folder / "models"
    if root.exists():
        return root
    root.mkdir()
    for shipped in default_root().iterdir():
        (root / shipped.name).symlink_to(shipped)
    for name, kind in ODD.items():
        graph = echo(kind)
        target = root / "odd" / name / "1.0"
        target.mkdir(parents=True)
        (target / "model.onnx").write_bytes(graph)
        (target / MANIFEST_NAME).write_bytes(manifest_text(graph, f"odd/{name}"))
    return root


def manifest_text(graph: bytes, name: str, version: str = "1.0") -> bytes:
    document = {
        "name": name,
        "version": version,
        "task": "classification",
        "intended_use": "Is run in tests.",
        "licence": {"code": "MIT", "weights": "MIT"},
        "files": [{"name": "model.onnx", "sha256": hashlib.sha256(graph).hexdigest()}],
    }
    return json.dumps(document).encode()


def _wait_ready(process: subprocess.Popen[bytes], base: int, log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()[-3000:]
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{base + 42}/ready", timeout=1) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"not ready within two minutes: {log.read_text()[-3000:]}")


def put(folder: Path, data: bytes, suffix: str) -> ObjectRef:
    """An object as the local store lays it."""
    digest = hashlib.sha256(data).hexdigest()
    key = f"{digest[:2]}/{digest}{suffix}"
    target = folder / "objects" / key
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    return ObjectRef(key=key, media_type="application/octet-stream", size=len(data), sha256=digest)


async def publish(kafka: str, *messages: Message) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    try:
        for message in messages:
            envelope = Envelope(
                id=hashlib.sha256(message.SerializeToString()).hexdigest(),
                source="test",
                type=fact_type(message).type,
                time=datetime.now(UTC),
                subject=ASSET,
            )
            record = encode(envelope, message)
            await producer.send_and_wait(
                PREFIX + record.topic, record.value, key=record.key, headers=record.headers
            )
    finally:
        await producer.stop()


async def facts(kafka: str, kind: type[Message]) -> AsyncIterator[Message]:
    consumer = AIOKafkaConsumer(
        *[PREFIX + name for name in fact_type(kind).topic_names],
        bootstrap_servers=kafka,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    try:
        async for record in consumer:
            yield decode(record.topic.removeprefix(PREFIX), record.headers, record.value).message
    finally:
        await consumer.stop()


async def first(kafka: str, kind: type[Message]) -> Message:
    async with asyncio.timeout(120):
        async for message in facts(kafka, kind):
            return message
    raise AssertionError("the stream ended")


async def test_chunk_and_sound_become_an_analysed_asset(running: Running, man_in_car: list[Picture]) -> None:
    frames = put(running.folder, frame_bundle(man_in_car[:5], step=12), ".frames.arrow")
    chunk_id, outcome = f"{ASSET}/0/0", done()
    span = Span(start_pts=0, end_pts=60, first_frame=0, frames=60)
    analysis = PurposeDecision(purpose=PURPOSE_ANALYSIS, allowed=True)
    await publish(
        running.kafka,
        RightsDecided(asset_id=ASSET, revision=1, purposes=[analysis]),
        AssetTranscoded(work=WORK, outcome=outcome, chunk_count=1, expects_audio=True),
        AudioExtracted(work=WORK, outcome=outcome, present=False),
        ChunkTranscoded(work=WORK, chunk_id=chunk_id, span=span, outcome=outcome, frames=frames),
    )
    chunk = await first(running.kafka, ChunkAnalysed)
    assert isinstance(chunk, ChunkAnalysed)
    assert {result.analyser: result.observation_count for result in chunk.results}["faces"] == 5
    asset = await first(running.kafka, AssetAnalysed)
    assert isinstance(asset, AssetAnalysed)
    assert asset.outcome.HasField("done")
    with running.rpc() as channel:
        stub, clusters = InferenceServiceStub(channel), ClusterServiceStub(channel)
        wait_until(lambda: clusters.ListClusters(ListClustersRequest()).clusters)
        (unknown,) = clusters.ListClusters(ListClustersRequest()).clusters
        (person,) = stub.ListPeople(api.ListPeopleRequest(asset_id=ASSET)).people
        listed = stub.ListObservations(api.ListObservationsRequest(asset_id=ASSET, analysers=["faces"]))
    assert (person.class_id, person.cluster_id) == ("", unknown.cluster_id)
    assert (unknown.appearance_count, unknown.cover.asset_id) == (1, ASSET)
    assert len(listed.observations) == 5


def black_png(side: int) -> bytes:
    """Return a black picture of two colours, so many pixels wide and high."""

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))

    packer, row = zlib.compressobj(9), bytes(1 + side // 8)
    rows = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack("!IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", rows) + part(b"IEND", b"")


def test_a_picture_from_outside_is_decoded_in_the_sandbox_and_looked_at(
    running: Running, astronaut: Picture
) -> None:
    png = cv2.imencode(".png", astronaut)[1].tobytes()
    with running.rpc() as channel:
        stub = InferenceServiceStub(channel)
        answer = stub.AnalyseImage(api.AnalyseImageRequest(image=png, analysers=["faces"]))
        with pytest.raises(grpc.RpcError) as refused:
            stub.AnalyseImage(api.AnalyseImageRequest(image=b"no picture at all" * 10))
        bomb = black_png(30_000)
        assert len(bomb) < 200_000
        with pytest.raises(grpc.RpcError) as burst:
            stub.AnalyseImage(api.AnalyseImageRequest(image=bomb), timeout=PATIENCE)
        assert burst.value.code() is grpc.StatusCode.INVALID_ARGUMENT, burst.value.details()
        assert stub.ListAnalysers(api.ListAnalysersRequest()).analysers
    assert [one.kind for one in answer.observations] == ["face"]
    assert len(answer.identities) == 1
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "picture" in refused.value.details()


def test_models_and_analysers_are_listed_with_licences(running: Running) -> None:
    with running.rpc() as channel:
        stub = InferenceServiceStub(channel)
        models = stub.ListModels(api.ListModelsRequest()).models
        analysers = stub.ListAnalysers(api.ListAnalysersRequest()).analysers
    assert {model.model.name for model in models} >= {"faces/yunet", "speech/silero-vad"}
    assert all(model.weights_licence for model in models)
    assert all(bool(model.provider) != bool(model.quarantined) for model in models)
    assert [one.name for one in analysers] == [
        "faces", "labels", "objects", "safety", "sounds", "speech", "text", "transcript",
    ]  # fmt: skip
    lacking = {one.name for one in analysers if one.not_installed}
    assert lacking <= set(optional_analysers())


def test_the_open_inference_protocol_runs_registered_models(running: Running) -> None:
    rows = np.random.default_rng(3).uniform(0, 255, (2, 3, 150, 150)).astype(np.float32)
    request = oip.ModelInferRequest(model_name="faces/dlib-resnet", id="r1")
    request.inputs.add(name="rgb", datatype="FP32", shape=rows.shape)
    request.raw_input_contents.append(rows.tobytes())
    with running.open_inference() as channel:
        stub = GRPCInferenceServiceStub(channel)
        assert stub.ServerLive(oip.ServerLiveRequest()).live
        assert stub.ModelReady(oip.ModelReadyRequest(name="faces/dlib-resnet")).ready
        index = stub.RepositoryIndex(oip.RepositoryIndexRequest())
        config = stub.ModelConfig(oip.ModelConfigRequest(name="faces/dlib-resnet")).config
        answer = stub.ModelInfer(request)
        streamed = list(stub.ModelStreamInfer(iter([request, oip.ModelInferRequest(model_name="none")])))
    assert "faces/yunet" in {model.name for model in index.models}
    assert list(config.input[0].dims) == [-1, 3, 150, 150]
    assert (answer.id, answer.model_version, list(answer.outputs[0].shape)) == ("r1", "1.0", [2, 128])
    assert len(answer.raw_output_contents[0]) == 2 * 128 * 4
    assert streamed[0].infer_response.raw_output_contents[0] == answer.raw_output_contents[0]
    assert "no model none" in streamed[1].error_message


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"model_name": "/etc/passwd"}, grpc.StatusCode.NOT_FOUND),
        ({"shape": [1, 3, 151, 150]}, grpc.StatusCode.INVALID_ARGUMENT),
        ({"datatype": "FP64"}, grpc.StatusCode.INVALID_ARGUMENT),
        ({"name": "rbg"}, grpc.StatusCode.INVALID_ARGUMENT),
        ({"raw": b"123"}, grpc.StatusCode.INVALID_ARGUMENT),
    ],
)
def test_a_request_that_does_not_fit_is_refused_before_it_runs(
    running: Running, change: dict[str, object], code: grpc.StatusCode
) -> None:
    asked = {"model_name": "faces/dlib-resnet", "name": "rgb", "datatype": "FP32", "shape": [1, 3, 150, 150]}
    asked |= {"raw": bytes(3 * 150 * 150 * 4)} | change
    request = oip.ModelInferRequest(model_name=str(asked["model_name"]))
    request.inputs.add(name=asked["name"], datatype=asked["datatype"], shape=asked["shape"])
    request.raw_input_contents.append(asked["raw"])
    with running.open_inference() as channel, pytest.raises(grpc.RpcError) as refused:
        GRPCInferenceServiceStub(channel).ModelInfer(request)
    assert refused.value.code() is code


def test_folders_of_models_with_rare_types_of_tensors_keep_nothing_from_starting(running: Running) -> None:
    with running.rpc() as channel:
        models = InferenceServiceStub(channel).ListModels(api.ListModelsRequest(page_size=100)).models
    state = {one.model.name: one.quarantined for one in models if one.model.name.startswith("odd/")}
    assert (state["odd/texts"], state["odd/small"]) == ("", "")
    assert ("bfloat16" in state["odd/brain"], "int4" in state["odd/tiny"]) == (True, True)
    with running.open_inference() as channel:
        asked = oip.ModelInferRequest(model_name="odd/small")
        asked.inputs.add(name="x", datatype="UINT16", shape=[1]).contents.uint_contents.append(7)
        answer = GRPCInferenceServiceStub(channel).ModelInfer(asked)
    assert answer.raw_output_contents[0] == b"\x07\0"


def test_health_and_metrics_say_that_models_fell_back_to_the_cpu(running: Running) -> None:
    def read(path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{running.base + 42}{path}", timeout=10) as answer:
            return str(answer.read().decode())

    notes = json.loads(read("/ready"))["models"]
    assert "cuda is asked for" in notes[0]
    assert "faces/yunet" in notes[0]
    assert [note.partition(" is")[0] for note in notes[1:]] == ["odd/brain@1.0", "odd/tiny@1.0"]
    metrics = read("/metrics")
    assert "framewell_models_quarantined 2.0" in metrics
    assert 'framewell_models_fallen_back{provider="CPUExecutionProvider"}' in metrics


def upload(running: Running, version: str) -> None:
    graph = doubling()
    parts = [
        api.UploadModelRequest(
            header=api.ModelHeader(manifest=manifest_text(graph, "site/doubling", version))
        ),
        api.UploadModelRequest(piece=api.ModelPiece(file="model.onnx", data=graph)),
    ]
    with running.rpc() as channel:
        InferenceServiceStub(channel).UploadModel(iter(parts))


def in_force(running: Running) -> str:
    with running.rpc() as channel:
        asked = api.ListModelsRequest(name="site/doubling", in_force=True)
        found = InferenceServiceStub(channel).ListModels(asked).models
    return found[0].model.version if found else ""


def test_under_ghz_a_folder_is_dropped_in_promoted_and_removed_on_two_replicas_without_a_failed_request(
    running: Running, database: str
) -> None:
    if not GHZ.exists():
        pytest.skip("ghz is not here: `make clients` installs it (it takes Go)")
    body = {
        "model_name": "site/doubling",
        "inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 2], "contents": {"fp32_contents": [1, 2]}}],
    }
    call = ("--insecure", "--call", "inference.GRPCInferenceService.ModelInfer", "-d", json.dumps(body))
    over: list[bool] = []

    def load(replica: Running) -> list[dict[str, int]]:
        """Return how many requests ended how, of one ghz after another until the change is over."""
        seen: list[dict[str, int]] = []
        while not over or len(seen) < 2:
            line = [str(GHZ), *call, "-n", "500", "-c", "4", "-O", "json", f"127.0.0.1:{replica.base + 29}"]
            done = subprocess.run(line, capture_output=True, text=True, timeout=PATIENCE, check=False)
            seen.append(json.loads(done.stdout)["statusCodeDistribution"])
        return seen

    with started(running.kafka, database, running.folder, "second") as second, ThreadPoolExecutor(2) as pool:
        replicas = (running, second)
        upload(running, "1.0")
        wait_until(lambda: all(in_force(one) == "1.0" for one in replicas))
        loads = [pool.submit(load, one) for one in replicas]
        try:
            upload(second, "2.0")
            with running.rpc() as channel:
                stub = InferenceServiceStub(channel)
                named = [ModelVersion(name="site/doubling", version=version) for version in ("2.0", "1.0")]
                wait_until(lambda: _has(running, "2.0"))
                stub.ChooseVersion(api.ChooseVersionRequest(model=named[0]))
                wait_until(lambda: all(in_force(one) == "2.0" for one in replicas))
                stub.RemoveModel(api.RemoveModelRequest(model=named[1]))
                wait_until(lambda: not any(_has(one, "1.0") for one in replicas))
        finally:
            over.append(True)
        answered = [one.result() for one in loads]
        assert {tuple(part) for parts in answered for part in parts} == {("OK",)}, answered
        for one in replicas:
            assert _runs(one, "2.0") > 0


def _has(running: Running, version: str) -> bool:
    with running.open_inference() as channel:
        asked = oip.ModelReadyRequest(name="site/doubling", version=version)
        return bool(GRPCInferenceServiceStub(channel).ModelReady(asked).ready)


def _runs(running: Running, version: str) -> int:
    with running.open_inference() as channel:
        asked = oip.ModelStatisticsRequest(name="site/doubling", version=version)
        return int(GRPCInferenceServiceStub(channel).ModelStatistics(asked).model_stats[0].inference_count)
