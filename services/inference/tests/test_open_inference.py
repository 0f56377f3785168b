"""The Open Inference Protocol: complete as announced, and nobody who calls it can wedge it."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import grpc
import numpy as np
import pytest
from google.protobuf.json_format import MessageToJson
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo
from grpc_health.v1 import health_pb2
from grpc_health.v1.health_pb2_grpc import HealthStub
from grpc_status import rpc_status
from onnx import TensorProto

from framewell.oip.v2 import open_inference_pb2 as oip
from framewell.oip.v2.open_inference_pb2_grpc import GRPCInferenceServiceStub
from framewell_inference.adapters.model_registry import LoadedModelRegistry
from framewell_inference.adapters.onnx_engine import OnnxLoader
from framewell_inference.entrypoints.open_inference_server import OpenInferenceServer, OpenInferenceSettings
from framewell_inference.ports.models import Quarantined
from framewell_inference.testing.graphs import STRING, doubling, echo, endless, hungry, manifest_of
from framewell_kit.rpc import Admission
from framewell_kit.testing.waiting import PATIENCE, eventually, wait_until
from framewell_models.manifest import Limits

PROBE_SECONDS = 2.0
"""On a machine that is busy with other things; on a quiet one it is a twentieth of that."""
"""What a probe may take while every model runs without end."""


@pytest.fixture(scope="module")
def registry() -> Iterator[LoadedModelRegistry]:
    loader, registry = OnnxLoader(1, slots=2), LoadedModelRegistry()
    for name, graph, seconds, trusted in (
        ("site/doubling", doubling(), 10, True),
        ("site/isolated", doubling(), 10, False),
        ("site/endless", endless(), 60, False),
        ("site/impatient", endless(), 0.2, True),
        ("site/hungry", hungry(), 10, False),
        ("site/texts", echo(STRING), 10, True),
        ("site/small", echo(TensorProto.UINT16), 10, True),
    ):
        manifest = manifest_of(graph, name=name, limits=Limits(seconds))
        model = loader.load_bytes(manifest, graph, trusted=trusted)
        registry.put(replace(model, labels=("no", "yes")), in_force=True)
    registry.quarantine(Quarantined("site/broken", "1.0", "its graph has no end"))
    yield registry
    for one in registry.all():
        one.model.close()


@contextmanager
def served(
    registry: LoadedModelRegistry,
    *,
    requests: int = 256,
    streams: int = 1000,
    arrival_seconds: float = 10.0,
    tokens: dict[str, str] | None = None,
) -> Iterator[str]:
    server = OpenInferenceServer(
        OpenInferenceSettings("127.0.0.1:0", requests, streams, arrival_seconds),
        registry,
        Admission(tokens or {}),
    )
    asyncio.run(server.start())
    try:
        yield f"127.0.0.1:{server.port}"
    finally:
        asyncio.run(server.stop(0.2))


@pytest.fixture(scope="module")
def address(registry: LoadedModelRegistry) -> Iterator[str]:
    with served(registry) as address:
        yield address


@pytest.fixture
def stub(address: str) -> Iterator[GRPCInferenceServiceStub]:
    with grpc.insecure_channel(address) as channel:
        yield GRPCInferenceServiceStub(channel)


def request(model: str = "site/doubling", rows: int = 1, *, id: str = "") -> oip.ModelInferRequest:  # noqa: A002
    message = oip.ModelInferRequest(model_name=model, id=id)
    message.inputs.add(name="x", datatype="FP32", shape=[rows, 2])
    message.raw_input_contents.append(np.ones((rows, 2), "<f4").tobytes())
    return message


def without_end(model: str = "site/endless") -> oip.ModelInferRequest:
    message = oip.ModelInferRequest(model_name=model)
    message.inputs.add(name="x", datatype="FP32", shape=[1])
    message.raw_input_contents.append(np.zeros(1, "<f4").tobytes())
    return message


def detail(error: grpc.RpcError, kind: type) -> object:
    """Return the detail of that kind that the error carries."""
    status = rpc_status.from_call(error)
    assert status is not None, error
    found = kind()
    assert any(one.Unpack(found) for one in status.details), status
    return found


def test_probes_metadata_and_neighbours_answer_while_callers_without_end_wait(
    address: str, registry: LoadedModelRegistry
) -> None:
    with grpc.insecure_channel(address) as channel, grpc.insecure_channel(address) as other:
        stub = GRPCInferenceServiceStub(channel)
        runs = [stub.ModelInfer.future(without_end(), timeout=2 * PATIENCE) for _ in range(64)]
        wait_until(lambda: _waiting(registry, "site/endless") >= 60)
        probes: list[Callable[[], object]] = [
            lambda: HealthStub(other).Check(health_pb2.HealthCheckRequest()),
            lambda: GRPCInferenceServiceStub(other).ServerLive(oip.ServerLiveRequest()),
            lambda: GRPCInferenceServiceStub(other).ServerReady(oip.ServerReadyRequest()),
            lambda: GRPCInferenceServiceStub(other).ModelMetadata(
                oip.ModelMetadataRequest(name="site/endless")
            ),
        ]
        taken = [_seconds(probe) for _ in range(10) for probe in probes]
        assert sorted(taken)[len(taken) * 9 // 10] <= PROBE_SECONDS, taken
        answer = GRPCInferenceServiceStub(other).ModelInfer(request(), timeout=PATIENCE)
        assert np.frombuffer(answer.raw_output_contents[0], "<f4").tolist() == [2, 2]
        for run in runs:
            run.cancel()
    wait_until(lambda: _waiting(registry, "site/endless") == 0)


def _waiting(registry: LoadedModelRegistry, name: str) -> int:
    model = registry.find(name)
    assert model is not None
    engine = model._resident.engine  # type: ignore[attr-defined]
    return int(engine.queue.waiting) if engine else 0


def _seconds(call: Callable[[], object]) -> float:
    started = time.monotonic()
    call()
    return time.monotonic() - started


def test_64_callers_are_all_answered(stub: GRPCInferenceServiceStub) -> None:
    with ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(lambda at: stub.ModelInfer(request(id=str(at))), range(256)))
    assert [answer.id for answer in answers] == [str(at) for at in range(256)]


def test_300_idle_streams_cost_nobody_anything(address: str) -> None:
    with grpc.insecure_channel(address) as channel, grpc.insecure_channel(address) as other:
        done = threading.Event()

        def idle() -> Iterator[oip.ModelInferRequest]:
            yield request(id="first")
            done.wait()

        streams = [GRPCInferenceServiceStub(channel).ModelStreamInfer(idle()) for _ in range(300)]
        assert {next(stream).infer_response.id for stream in streams} == {"first"}
        before = time.process_time()
        taken = [_seconds(lambda: GRPCInferenceServiceStub(other).ModelInfer(request())) for _ in range(20)]
        assert sorted(taken)[10] < PROBE_SECONDS
        idle_cpu, started = time.process_time(), time.monotonic()
        time.sleep(0.5)  # time: what is measured is the CPU of streams that say nothing
        assert time.process_time() - idle_cpu < 0.25 * (time.monotonic() - started)
        assert before <= idle_cpu
        done.set()
        for stream in streams:
            assert list(stream) == []


def _median_of_probes(address: str) -> float:
    """Return the median of the seconds that probes and runs take."""
    with grpc.insecure_channel(address) as other:
        stub = GRPCInferenceServiceStub(other)
        calls: list[Callable[[], object]] = [
            lambda: HealthStub(other).Check(health_pb2.HealthCheckRequest(), timeout=PATIENCE),
            lambda: stub.ServerLive(oip.ServerLiveRequest(), timeout=PATIENCE),
            lambda: stub.ModelInfer(request(), timeout=PATIENCE),
        ]
        return sorted(_seconds(call) for _ in range(10) for call in calls)[15]


def test_of_ten_thousand_streams_as_many_as_may_are_open_and_the_others_are_refused(
    registry: LoadedModelRegistry,
) -> None:
    with served(registry, streams=100) as address:

        async def storm() -> None:
            async with grpc.aio.insecure_channel(address) as channel:
                opened = channel.stream_stream("/inference.GRPCInferenceService/ModelStreamInfer")
                streams = [opened() for _ in range(10_000)]
                codes = [asyncio.ensure_future(stream.code()) for stream in streams]
                await eventually(lambda: sum(code.done() for code in codes) >= 9_900)
                assert {code.result() for code in codes if code.done()} == {
                    grpc.StatusCode.RESOURCE_EXHAUSTED
                }
                assert sum(code.done() for code in codes) == 9_900
                assert await asyncio.to_thread(_median_of_probes, address) < PROBE_SECONDS
                for stream in streams:
                    stream.cancel()

        asyncio.run(storm())
        with grpc.insecure_channel(address) as channel:
            stub = GRPCInferenceServiceStub(channel)
            wait_until(lambda: _streams_again(stub))


def _streams_again(stub: GRPCInferenceServiceStub) -> bool:
    try:
        return len(list(stub.ModelStreamInfer(iter([request()])))) == 1
    except grpc.RpcError:
        return False


def test_calls_that_are_opened_and_send_nothing_hold_nobody_up(registry: LoadedModelRegistry) -> None:
    with served(registry, requests=20, arrival_seconds=1.0) as address:

        async def silent() -> None:
            async with grpc.aio.insecure_channel(address) as channel:
                calls = [
                    channel.stream_unary(method)()
                    for method in (
                        "/inference.GRPCInferenceService/ModelInfer",
                        "/inference.GRPCInferenceService/ModelMetadata",
                        "/inference.GRPCInferenceService/ServerLive",
                        "/grpc.health.v1.Health/Check",
                        "/grpc.health.v1.Health/Watch",
                    )
                    for _ in range(20)
                ]
                stub = GRPCInferenceServiceStub(channel)
                assert (await stub.ServerLive(oip.ServerLiveRequest(), timeout=PATIENCE)).live  # type: ignore[misc]
                # Twenty silent callers take all threads of runs: until they are ended, for a second.
                await eventually(lambda: all(call.done() for call in calls[:80]))
                assert {await call.code() for call in calls[:60]} <= {
                    grpc.StatusCode.OK, grpc.StatusCode.CANCELLED, grpc.StatusCode.RESOURCE_EXHAUSTED,
                }  # fmt: skip
                assert await asyncio.to_thread(_median_of_probes, address) < PROBE_SECONDS
                for call in calls:
                    call.cancel()

        asyncio.run(silent())


def test_streams_and_runs_over_their_bound_are_refused_with_a_time_and_probes_are_not(
    registry: LoadedModelRegistry,
) -> None:
    with served(registry, requests=2, streams=2) as address, grpc.insecure_channel(address) as channel:
        stub, done = GRPCInferenceServiceStub(channel), threading.Event()

        def idle() -> Iterator[oip.ModelInferRequest]:
            yield request()
            done.wait()

        streams = [stub.ModelStreamInfer(idle()) for _ in range(2)]
        for stream in streams:
            next(stream)
        with pytest.raises(grpc.RpcError) as refused:
            list(stub.ModelStreamInfer(iter([request()])))
        assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        runs = [stub.ModelInfer.future(without_end()) for _ in range(2)]
        wait_until(lambda: _refused(stub))
        with pytest.raises(grpc.RpcError) as full:
            stub.ModelInfer(request())
        assert detail(full.value, RetryInfo).retry_delay.ToMilliseconds() > 0  # type: ignore[attr-defined]
        assert stub.ServerLive(oip.ServerLiveRequest()).live
        for run in runs:
            run.cancel()
        done.set()
        wait_until(lambda: not _refused(stub))


def _refused(stub: GRPCInferenceServiceStub) -> bool:
    try:
        stub.ModelInfer(request())
    except grpc.RpcError as error:
        return error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    return False


def test_over_a_models_queue_a_request_is_refused_with_the_time_to_wait() -> None:
    loader, registry, graph = OnnxLoader(1, slots=1, waiting=1), LoadedModelRegistry(), endless()
    model = loader.load_bytes(manifest_of(graph, limits=Limits(30)), graph)
    registry.put(model, in_force=True)
    with served(registry) as address, grpc.insecure_channel(address) as channel:
        stub = GRPCInferenceServiceStub(channel)
        runs = [stub.ModelInfer.future(without_end("site/tried")) for _ in range(2)]
        wait_until(lambda: _waiting(registry, "site/tried") == 1)
        with pytest.raises(grpc.RpcError, match="wait for site/tried") as refused:
            stub.ModelInfer(without_end("site/tried"))
        (answer,) = stub.ModelStreamInfer(iter([without_end("site/tried")]))
        for run in runs:
            run.cancel()
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert detail(refused.value, RetryInfo).retry_delay.ToMilliseconds() >= 50  # type: ignore[attr-defined]
    assert answer.infer_response.parameters["status"].string_param == "RESOURCE_EXHAUSTED"
    assert answer.infer_response.parameters["retry_after_ms"].int64_param >= 50
    model.close()


def test_a_run_ends_at_its_models_limit_the_deadline_and_the_timeout_parameter(
    stub: GRPCInferenceServiceStub,
) -> None:
    with pytest.raises(grpc.RpcError, match=r"0\.2 s") as limit:
        stub.ModelInfer(without_end("site/impatient"))
    assert limit.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert detail(limit.value, ErrorInfo).reason == "time_limit"  # type: ignore[attr-defined]
    asked = without_end()
    asked.parameters["timeout"].int64_param = 100_000
    started = time.monotonic()
    with pytest.raises(grpc.RpcError) as late:
        stub.ModelInfer(asked)
    assert late.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert time.monotonic() - started < PATIENCE
    with pytest.raises(grpc.RpcError) as past:
        stub.ModelInfer(without_end(), timeout=0.2)
    assert past.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_stream_goes_on_after_every_kind_of_failure_and_each_answer_has_its_id(
    stub: GRPCInferenceServiceStub,
) -> None:
    too_much = oip.ModelInferRequest(model_name="site/hungry", id="memory")
    too_much.inputs.add(name="size", datatype="INT64", shape=[1])
    too_much.raw_input_contents.append(np.array([10**11], "<i8").tobytes())
    wrong, slow = request(id="shape"), without_end("site/impatient")
    wrong.inputs[0].shape[1] = 3
    slow.id = "slow"
    asked = [request(id="a"), request("none", id="unknown"), wrong, too_much, slow, request(id="z", rows=2)]
    answers = list(stub.ModelStreamInfer(iter(asked)))
    assert [one.infer_response.id for one in answers] == ["a", "unknown", "shape", "memory", "slow", "z"]
    statuses = [one.infer_response.parameters["status"].string_param for one in answers]
    assert statuses == ["", "NOT_FOUND", "INVALID_ARGUMENT", "INTERNAL", "DEADLINE_EXCEEDED", ""]
    assert [bool(one.error_message) for one in answers] == [False, True, True, True, True, False]
    for one in answers:
        assert not re.search(r"\.cc|\.py|::|/[a-z]+/[a-z]+/", one.error_message), one.error_message
    assert "memory" in answers[3].error_message


INSIDE = re.compile(r"\.py\b|\.cc\b|0x[0-9a-f]{6}|Traceback|/(usr|home|work|tmp|root|opt)/")
"""What an answer must not show: paths, addresses, traces."""


def _changed(change: Callable[[oip.ModelInferRequest], object]) -> oip.ModelInferRequest:
    message = request(rows=3)
    change(message)
    return message


BAD: dict[str, Callable[[oip.ModelInferRequest], object]] = {
    "a size below nothing": lambda m: m.inputs[0].shape.__setitem__(0, -1),
    "a size that overflows": lambda m: m.inputs[0].shape.__setitem__(0, 2**62),
    "no size": lambda m: m.inputs[0].ClearField("shape"),
    "another type": lambda m: setattr(m.inputs[0], "datatype", "INT8"),
    "a type nobody has": lambda m: setattr(m.inputs[0], "datatype", "../../etc/passwd"),
    "another name": lambda m: setattr(m.inputs[0], "name", "y"),
    "bytes cut off": lambda m: m.raw_input_contents.__setitem__(0, b"123"),
    "raw contents too many": lambda m: m.raw_input_contents.append(b""),
    "both ways": lambda m: m.inputs[0].contents.fp32_contents.extend([1, 1]),
    "shared memory": lambda m: (
        m.inputs[0].parameters["shared_memory_region"].MergeFrom(oip.InferParameter(string_param="x"))
    ),
    "a sequence": lambda m: m.parameters["sequence_id"].MergeFrom(oip.InferParameter(int64_param=7)),
    "a timeout below nothing": lambda m: m.parameters["timeout"].MergeFrom(
        oip.InferParameter(int64_param=-1)
    ),
    "a priority in words": lambda m: m.parameters["priority"].MergeFrom(
        oip.InferParameter(string_param="high")
    ),
    "an unknown output": lambda m: m.outputs.add(name="z"),
    "no classes": lambda m: (
        m.outputs.add(name="y").parameters["classification"].MergeFrom(oip.InferParameter(int64_param=0))
    ),
    "nothing": lambda m: m.ClearField("inputs"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_does_not_fit_is_refused_by_name(stub: GRPCInferenceServiceStub, kind: str) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        stub.ModelInfer(_changed(BAD[kind]))
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT, refused.value.details()
    assert not INSIDE.search(refused.value.details() or ""), refused.value.details()


def test_values_that_are_no_numbers_come_back_as_they_went(stub: GRPCInferenceServiceStub) -> None:
    odd = np.array([[np.nan, np.inf], [-np.inf, 1]], "<f4")
    message = request(rows=2)
    message.raw_input_contents[0] = odd.tobytes()
    answer = stub.ModelInfer(message)
    assert np.array_equal(
        np.frombuffer(answer.raw_output_contents[0], "<f4"), 2 * odd.ravel(), equal_nan=True
    )
    assert json.loads(MessageToJson(answer))["outputs"][0]["shape"] == ["2", "2"]
    message.outputs.add(name="y").parameters["classification"].int64_param = 2
    assert b"inf:1:yes" in stub.ModelInfer(message).raw_output_contents[0]


def test_bytes_that_are_no_message_are_refused(address: str) -> None:
    with grpc.insecure_channel(address) as channel:
        call = channel.unary_unary("/inference.GRPCInferenceService/ModelInfer")
        with pytest.raises(grpc.RpcError) as refused:
            call(b"\xff" * 100)
        assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        with pytest.raises(grpc.RpcError) as bomb:
            call(bytes(200 << 20), compression=grpc.Compression.Gzip)
        assert bomb.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert HealthStub(channel).Check(health_pb2.HealthCheckRequest()).status == 1


def test_clients_that_vanish_in_the_middle_leave_nothing_running(
    address: str, registry: LoadedModelRegistry
) -> None:
    for _ in range(5):
        channel = grpc.insecure_channel(address)
        stub = GRPCInferenceServiceStub(channel)
        stream = stub.ModelStreamInfer(iter([request(), without_end(), request()]))
        run = stub.ModelInfer.future(without_end())
        wait_until(lambda: _running(registry, "site/endless") == 2)
        channel.close()
        del stream, run
        wait_until(lambda: _running(registry, "site/endless") == 0)


def _running(registry: LoadedModelRegistry, name: str) -> int:
    model = registry.find(name)
    engine = model._resident.engine if model else None  # type: ignore[attr-defined]
    return int(engine.slots.running) if engine else 0


@pytest.mark.parametrize("raw", [True, False])
def test_strings_and_small_numbers_go_both_ways(stub: GRPCInferenceServiceStub, raw: bool) -> None:
    message = oip.ModelInferRequest(model_name="site/texts")
    tensor = message.inputs.add(name="x", datatype="BYTES", shape=[2])
    if raw:
        message.raw_input_contents.append(b"\x01\0\0\0a\x03\0\0\0\xc4\xb0b")
    else:
        tensor.contents.bytes_contents.extend([b"a", "İb".encode()])
    answer = stub.ModelInfer(message)
    assert (answer.outputs[0].datatype, list(answer.outputs[0].shape)) == ("BYTES", [2])
    assert answer.raw_output_contents[0] == b"\x01\0\0\0a\x03\0\0\0\xc4\xb0b"
    numbers = oip.ModelInferRequest(model_name="site/small")
    numbers.inputs.add(name="x", datatype="UINT16", shape=[1]).contents.uint_contents.append(65535)
    assert stub.ModelInfer(numbers).raw_output_contents[0] == b"\xff\xff"
    numbers.inputs[0].contents.uint_contents[0] = 65536
    with pytest.raises(grpc.RpcError, match="does not fit UINT16"):
        stub.ModelInfer(numbers)


@pytest.mark.parametrize("raw", [b"\x05\0\0\0a", b"\x01\0", b"\x01\0\0\0\xff\x01\0\0\0a", b"\x01\0\0\0a"])
def test_strings_that_are_cut_off_are_refused(stub: GRPCInferenceServiceStub, raw: bytes) -> None:
    message = oip.ModelInferRequest(model_name="site/texts")
    message.inputs.add(name="x", datatype="BYTES", shape=[2])
    message.raw_input_contents.append(raw)
    with pytest.raises(grpc.RpcError) as refused:
        stub.ModelInfer(message)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_classification_gives_the_highest_values_with_their_labels(stub: GRPCInferenceServiceStub) -> None:
    message = oip.ModelInferRequest(model_name="site/doubling")
    message.inputs.add(name="x", datatype="FP32", shape=[2, 2])
    message.raw_input_contents.append(np.array([[1, 2], [4, 3]], "<f4").tobytes())
    message.outputs.add(name="y").parameters["classification"].int64_param = 1
    answer = stub.ModelInfer(message)
    assert (answer.outputs[0].datatype, list(answer.outputs[0].shape)) == ("BYTES", [2, 1])
    assert answer.raw_output_contents[0] == b"\x0e\0\0\0004.000000:1:yes\x0d\0\0\0008.000000:0:no"


def test_the_index_says_what_can_be_run_and_a_client_unloads_and_loads_by_name(
    stub: GRPCInferenceServiceStub,
) -> None:
    index = stub.RepositoryIndex(oip.RepositoryIndexRequest()).models
    assert {(one.name, one.state) for one in index} >= {
        ("site/small", "READY"),
        ("site/broken", "UNAVAILABLE"),
    }
    ready = stub.RepositoryIndex(oip.RepositoryIndexRequest(ready=True)).models
    assert "site/broken" not in {one.name for one in ready}
    stub.RepositoryModelUnload(oip.RepositoryModelUnloadRequest(model_name="site/isolated"))
    assert not stub.ModelReady(oip.ModelReadyRequest(name="site/isolated")).ready
    with pytest.raises(grpc.RpcError, match="unloaded"):
        stub.ModelInfer(request("site/isolated"))
    stub.RepositoryModelLoad(oip.RepositoryModelLoadRequest(model_name="site/isolated"))
    assert stub.ModelInfer(request("site/isolated")).outputs[0].name == "y"
    with pytest.raises(grpc.RpcError) as unknown:
        stub.RepositoryModelLoad(oip.RepositoryModelLoadRequest(model_name="/etc/passwd"))
    assert unknown.value.code() is grpc.StatusCode.NOT_FOUND
    sent = oip.RepositoryModelLoadRequest(model_name="site/isolated")
    sent.parameters["file:1/model.onnx"].bytes_param = b"graph"
    with pytest.raises(grpc.RpcError) as files:
        stub.RepositoryModelLoad(sent)
    assert files.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_statistics_tell_waiting_from_computing_and_what_failed(stub: GRPCInferenceServiceStub) -> None:
    asked = oip.ModelStatisticsRequest(name="site/doubling")
    (before,) = stub.ModelStatistics(asked).model_stats
    stub.ModelInfer(request(rows=3))
    (after,) = stub.ModelStatistics(asked).model_stats
    assert after.inference_count - before.inference_count == 3
    assert after.execution_count - before.execution_count == 1
    assert after.inference_stats.compute_infer.ns > before.inference_stats.compute_infer.ns
    assert after.last_inference > 0
    everything = stub.ModelStatistics(oip.ModelStatisticsRequest()).model_stats
    assert {one.name: one.inference_stats.fail.count > 0 for one in everything}["site/impatient"]
    assert "statistics" in stub.ServerMetadata(oip.ServerMetadataRequest()).extensions


def test_with_tokens_only_operators_load_and_unload(registry: LoadedModelRegistry) -> None:
    known = {"t1": "ann/curator", "t2": "bob/admin"}
    with served(registry, tokens=known) as address, grpc.insecure_channel(address) as channel:
        stub = GRPCInferenceServiceStub(channel)
        assert stub.ServerLive(oip.ServerLiveRequest()).live
        load = oip.RepositoryModelLoadRequest(model_name="site/small")
        for metadata, code in (
            ((), grpc.StatusCode.UNAUTHENTICATED),
            ((("authorization", "Bearer t1"),), grpc.StatusCode.PERMISSION_DENIED),
        ):
            with pytest.raises(grpc.RpcError) as refused:
                stub.RepositoryModelLoad(load, metadata=metadata)
            assert refused.value.code() is code
        stub.RepositoryModelLoad(load, metadata=(("authorization", "Bearer t2"),))
        assert stub.ModelInfer(request(), metadata=(("authorization", "Bearer t1"),)).outputs


def test_reflection_that_says_nothing_keeps_no_probe_waiting(address: str) -> None:
    with grpc.insecure_channel(address) as channel:
        method = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
        done = threading.Event()

        def idle() -> Iterator[bytes]:
            done.wait()
            yield b""

        calls = [channel.stream_stream(method)(idle()) for _ in range(40)]
        assert _seconds(lambda: HealthStub(channel).Check(health_pb2.HealthCheckRequest())) < 2
        for call in calls:
            call.cancel()
        done.set()
