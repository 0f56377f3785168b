"""gRPC through the gateway's port: a client of any language gets what the service itself would answer."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc.error_details_pb2 import ErrorInfo
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub
from grpc_reflection.v1alpha.reflection_pb2 import ServerReflectionRequest, ServerReflectionResponse
from grpc_status.rpc_status import from_call

from framewell.inference.v1.inference_service_pb2 import AnalyseFramesRequest
from framewell.inference.v1.inference_service_pb2_grpc import InferenceServiceStub
from framewell.ingest.v1.ingest_service_pb2 import (
    ListAssetsRequest,
    SubmitRequest,
    UploadHeader,
    UploadRequest,
)
from framewell.ingest.v1.ingest_service_pb2_grpc import IngestServiceStub
from framewell.media.v1.media_service_pb2 import ReadObjectRequest
from framewell.media.v1.media_service_pb2_grpc import MediaServiceStub
from framewell.mesh.v1.operations_service_pb2 import GetTelemetryRequest
from framewell.mesh.v1.operations_service_pb2_grpc import OperationsServiceStub
from framewell_gateway.entrypoints.grpc import local
from framewell_gateway.entrypoints.grpc.methods import methods, owners
from framewell_kit.testing.waiting import patient

PROTO = Path(__file__).resolve().parents[4] / "proto"


async def refusal(call: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call
    return error.value


async def test_a_unary_call_comes_back_with_the_metadata_of_the_service(door: Any) -> None:
    async with door.channel() as channel:
        call = IngestServiceStub(channel).Submit(
            SubmitRequest(request_id="a"), metadata=(("x-mine", "1"), ("x-mine-bin", b"\x00\x01"))
        )
        answer = await call
        first, last = dict(await call.initial_metadata()), dict(await call.trailing_metadata())
    assert (answer.asset_id, answer.existed) == ("a", True)
    assert (first["x-first"], first["x-first-bin"]) == ("1", b"\x00\xff")
    assert (last["x-last"], last["x-last-bin"]) == ("2", b"\xfe\x00")
    (metadata,) = door.service.metadata
    assert (metadata["x-mine"], metadata["x-mine-bin"]) == ("1", b"\x00\x01")


async def test_an_upload_arrives_whole(door: Any) -> None:
    async def parts() -> AsyncIterator[UploadRequest]:
        for _ in range(40):
            yield UploadRequest(data=b"x" * 100_000)

    async with door.channel() as channel:
        answer = await IngestServiceStub(channel).Upload(parts())
    assert answer.size == 4_000_000


async def test_answers_stream(door: Any) -> None:
    async with door.channel() as channel:
        read = MediaServiceStub(channel).ReadObject(ReadObjectRequest(key="1000000x9"))
        sizes = [len(one.data) async for one in read]
    assert sizes == [1_000_000] * 9


async def test_both_ends_stream_in_turns(door: Any) -> None:
    async with door.channel() as channel:
        call = InferenceServiceStub(channel).AnalyseFrames()
        for number in range(20):
            await call.write(AnalyseFramesRequest(sequence=number))
            assert (await call.read()).sequence == number
        await call.done_writing()
        assert await call.read() is grpc.aio.EOF
        assert await call.code() is grpc.StatusCode.OK


async def test_a_refusal_comes_with_its_details_and_every_letter(door: Any) -> None:
    async with door.channel() as channel:
        error = await refusal(IngestServiceStub(channel).Submit(SubmitRequest(request_id="refuse")))
    assert error.code() is grpc.StatusCode.NOT_FOUND
    assert error.details() == "ein Band, das es nicht gibt: 100 % ✂"
    info = ErrorInfo()
    status: Any = from_call(error)  # type: ignore[arg-type]  # it has what a call has
    assert status.details[0].Unpack(info)
    assert info.reason == "no_such_thing"


async def test_the_deadline_of_the_caller_goes_on_to_the_service(door: Any) -> None:
    async with door.channel() as channel:
        await IngestServiceStub(channel).Submit(SubmitRequest(), timeout=33)
        error = await refusal(
            IngestServiceStub(channel).Submit(SubmitRequest(request_id="wait"), timeout=0.3)
        )
    assert 25 < door.service.remaining[0] <= 35  # it is rounded on its way
    assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    async with patient():
        assert await door.service.outcome.get() == "cancelled"


@pytest.mark.parametrize("kind", ["unary", "answers"])
async def test_a_call_that_its_caller_gives_up_is_given_up_at_the_service(door: Any, kind: str) -> None:
    async with door.channel() as channel:
        if kind == "unary":
            call: Any = IngestServiceStub(channel).Submit(SubmitRequest(request_id="wait"))
        else:
            request = ReadObjectRequest(key="1x1", asset_id="then-wait")
            call = MediaServiceStub(channel).ReadObject(request)
            await call.read()
        while not door.service.metadata:  # noqa: ASYNC110 - it happens in the service
            await asyncio.sleep(0.01)
        call.cancel()
        async with patient():
            assert await door.service.outcome.get() == "cancelled"


async def test_a_caller_that_goes_in_the_middle_of_an_upload_breaks_it_off(door: Any) -> None:
    async with door.channel() as channel:
        call = IngestServiceStub(channel).Upload()
        await call.write(UploadRequest(data=b"x" * 1000))
        while not door.service.received:  # noqa: ASYNC110 - it happens in the service
            await asyncio.sleep(0.01)
    async with patient():
        assert await door.service.outcome.get() == "broken off"


async def test_a_service_that_dies_in_the_middle_of_a_stream_is_unavailable_with_a_sentence(
    door: Any,
) -> None:
    async with door.channel() as channel:
        call = MediaServiceStub(channel).ReadObject(ReadObjectRequest(key="10x1", asset_id="then-wait"))
        assert len((await call.read()).data) == 10
        await door.behind.stop(0)
        async with patient():
            error = await refusal(call.read())
        again = await refusal(IngestServiceStub(channel).Submit(SubmitRequest()))
    assert (error.code(), again.code()) == (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.UNAVAILABLE)
    assert again.details() == (
        "ingest cannot be asked right now: the connection to it is lost; ask again in a moment"
    )


async def test_what_only_the_mesh_may_say_is_said_by_the_gateway(door: Any) -> None:
    forged = (
        ("framewell-caller", "forged"),
        ("framewell-actor", "admin"),
        ("authorization", "Bearer x"),
        ("cookie", "framewell=secret"),
        ("x-forwarded-for", "10.0.0.1"),
        ("x-request-id", "mine-1"),
    )
    async with door.channel() as channel:
        await IngestServiceStub(channel).Submit(SubmitRequest(), metadata=forged)
    (metadata,) = door.service.metadata
    assert metadata["framewell-caller"] == "eva ingest /framewell.ingest.v1.IngestService/Submit"
    assert metadata["x-request-id"] == "mine-1"
    assert not {"framewell-actor", "authorization", "cookie", "x-forwarded-for"} & metadata.keys()
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", metadata["traceparent"])


async def test_whoever_is_not_admitted_reaches_no_service(door: Any) -> None:
    async with door.channel() as channel:
        stub = IngestServiceStub(channel)
        wrong = await refusal(stub.Submit(SubmitRequest(), metadata=(("authorization", "Bearer wrong"),)))
        page = await refusal(stub.Submit(SubmitRequest(), metadata=(("origin", "https://evil.example"),)))
    assert (wrong.code(), page.code()) == (grpc.StatusCode.PERMISSION_DENIED,) * 2
    assert "web pages" in (page.details() or "")
    assert not door.service.metadata


async def test_whoever_is_trusted_for_being_here_asks_for_this_machine(door: Any) -> None:
    options = [("grpc.default_authority", "rebound.example"), ("grpc.enable_http_proxy", 0)]
    async with grpc.aio.insecure_channel(door.address, options=options) as channel:
        error = await refusal(IngestServiceStub(channel).Submit(SubmitRequest()))
    assert error.code() is grpc.StatusCode.PERMISSION_DENIED
    assert "127.0.0.1" in (error.details() or "")


async def test_a_method_that_nobody_offers_is_unimplemented(door: Any) -> None:
    async with door.channel() as channel:
        unknown = await refusal(channel.unary_unary("/framewell.ingest.v1.IngestService/Nothing")(b""))
        unwritten = await refusal(IngestServiceStub(channel).ListAssets(ListAssetsRequest()))
    assert unknown.code() is unwritten.code() is grpc.StatusCode.UNIMPLEMENTED
    assert "reflection lists" in (unknown.details() or "")


async def test_a_method_that_every_service_has_takes_the_name_of_one(door: Any) -> None:
    async with door.channel() as channel:
        stub = OperationsServiceStub(channel)
        unnamed = await refusal(stub.GetTelemetry(GetTelemetryRequest()))
        named = await refusal(
            stub.GetTelemetry(GetTelemetryRequest(), metadata=(("framewell-service", "dataset"),))
        )
    assert unnamed.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "framewell-service: ingest, transcode" in (unnamed.details() or "")
    assert named.code() is grpc.StatusCode.UNIMPLEMENTED  # of the service here, which has no such method


async def test_compressed_messages_are_taken(door: Any) -> None:
    async with door.channel() as channel:
        call = IngestServiceStub(channel).Submit(
            SubmitRequest(request_id="a" * 5000), compression=grpc.Compression.Gzip
        )
        assert (await call).asset_id == "a" * 5000


async def test_a_message_that_is_too_large_is_refused_before_a_service_sees_it(door: Any) -> None:
    async with door.channel() as channel:
        error = await refusal(IngestServiceStub(channel).Submit(SubmitRequest(request_id="a" * (5 << 20))))
        zipped = await refusal(
            IngestServiceStub(channel).Submit(
                SubmitRequest(request_id="a" * (40 << 20)), compression=grpc.Compression.Gzip
            )
        )
    assert error.code() is zipped.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "4 MiB" in (error.details() or "")
    assert not door.service.metadata


async def test_ten_megabytes_of_metadata_reach_nobody(door: Any) -> None:
    large = (("x-large", "m" * (10 << 20)),)
    async with door.channel(max_metadata_size=32 << 20) as channel:
        stub = IngestServiceStub(channel)
        async with patient():
            error = await refusal(stub.Submit(SubmitRequest(), metadata=large))
            assert (await stub.Submit(SubmitRequest(request_id="next"))).asset_id == "next"
    assert error.code() in (grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNAVAILABLE)
    assert len(door.service.metadata) == 1


async def test_an_upload_waits_for_a_service_that_is_slow(door: Any) -> None:
    """Back-pressure from one end to the other: what is on its way fits into a few windows."""
    written = 0
    async with door.channel() as channel:
        call = IngestServiceStub(channel).Upload()
        await call.write(UploadRequest(header=UploadHeader(file_name="hold")))

        async def write() -> None:
            nonlocal written
            for _ in range(100):
                await call.write(UploadRequest(data=b"x" * (1 << 20)))
                written += 1

        writing = asyncio.create_task(write())
        before = -1
        while written != before:
            before = written
            await asyncio.sleep(0.5)
        assert written < 30
        door.service.go_on.set()
        await writing
        await call.done_writing()
        assert (await call).size == 100 << 20


async def test_a_stream_waits_for_a_reader_that_is_slow(door: Any) -> None:
    async with door.channel() as channel:
        call = MediaServiceStub(channel).ReadObject(ReadObjectRequest(key="1000000x100"))
        await call.read()
        before = -1
        while door.service.sent != before:
            before = door.service.sent
            await asyncio.sleep(0.5)
        assert door.service.sent < 30
        rest = 0
        while await call.read() is not grpc.aio.EOF:
            rest += 1
    assert rest == 99


async def test_reflection_lists_the_services_of_the_whole_mesh(door: Any) -> None:
    async with door.channel() as channel:
        for version in ("v1", "v1alpha"):
            ask: Any = channel.stream_stream(
                f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
                request_serializer=ServerReflectionRequest.SerializeToString,
                response_deserializer=ServerReflectionResponse.FromString,
            )
            call = ask()
            await call.write(ServerReflectionRequest(list_services="*"))
            listed = {one.name for one in (await call.read()).list_services_response.service}
            await call.write(
                ServerReflectionRequest(file_containing_symbol="framewell.ingest.v1.IngestService")
            )
            described = (await call.read()).file_descriptor_response
            await call.done_writing()
            assert set(owners()) < listed
            assert described.file_descriptor_proto


async def test_what_anybody_may_open_is_bounded_in_number_and_in_time(
    opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "MOST_OF_SOURCE", 4)
    monkeypatch.setattr(local, "WATCH_SECONDS", 1.0)
    monkeypatch.setattr(local, "REFLECTION_SECONDS", 1.0)
    async with opened() as door, door.channel() as channel:
        stub: Any = HealthStub(channel)
        reflect: Any = channel.stream_stream(
            "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
            request_serializer=ServerReflectionRequest.SerializeToString,
            response_deserializer=ServerReflectionResponse.FromString,
        )
        watches = [stub.Watch(HealthCheckRequest()) for _ in range(3)]
        assert [(await one.read()).status for one in watches] == [HealthCheckResponse.SERVING] * 3
        behind = stub.Watch(HealthCheckRequest(service="framewell.ingest.v1.IngestService"))
        await behind.read()
        refused = await refusal(stub.Watch(HealthCheckRequest()).read())
        assert refused.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        for one in (*watches, behind):
            assert await one.code() == grpc.StatusCode.DEADLINE_EXCEEDED
        silent = reflect()
        assert await silent.code() == grpc.StatusCode.DEADLINE_EXCEEDED
        again = stub.Watch(HealthCheckRequest())
        assert (await again.read()).status == HealthCheckResponse.SERVING


async def test_health_is_that_of_the_gateway_and_of_each_service(door: Any) -> None:
    async with door.channel() as channel:
        stub: Any = HealthStub(channel)
        own = await stub.Check(HealthCheckRequest())
        unknown = await refusal(stub.Check(HealthCheckRequest(service="framewell.nothing")))
        behind = await refusal(stub.Check(HealthCheckRequest(service="framewell.ingest.v1.IngestService")))
        watch = stub.Watch(HealthCheckRequest())
        watched = await watch.read()
        watch.cancel()
    assert own.status == watched.status == HealthCheckResponse.SERVING
    assert (unknown.code(), "reflection lists" in (unknown.details() or "")) == (
        grpc.StatusCode.NOT_FOUND,
        True,
    )
    assert (behind.code(), "reflection" in (behind.details() or "")) == (grpc.StatusCode.NOT_FOUND, False)


def test_every_method_of_every_proto_has_an_owner() -> None:
    written = set()
    for file in PROTO.rglob("*.proto"):
        text = file.read_text(encoding="utf-8")
        package = re.search(r"^package ([\w.]+);", text, re.MULTILINE)
        for service in re.finditer(r"^service (\w+) \{(.*?)^\}", text, re.MULTILINE | re.DOTALL):
            assert package
            for method in re.finditer(r"^  rpc (\w+)\(", service[2], re.MULTILINE):
                written.add(f"/{package[1]}.{service[1]}/{method[1]}")
    assert written == set(methods())
