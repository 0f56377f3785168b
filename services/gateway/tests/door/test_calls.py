"""gRPC through the gateway's port: a client of any language gets what the service itself would answer."""

from collections.abc import AsyncIterator
from typing import Any

import grpc

from framewell.inference.v1.inference_service_pb2 import AnalyseFramesRequest
from framewell.inference.v1.inference_service_pb2_grpc import InferenceServiceStub
from framewell.ingest.v1.ingest_service_pb2 import SubmitRequest, UploadRequest
from framewell.ingest.v1.ingest_service_pb2_grpc import IngestServiceStub
from framewell.media.v1.media_service_pb2 import ReadObjectRequest
from framewell.media.v1.media_service_pb2_grpc import MediaServiceStub


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
        sizes = [
            len(one.data)
            async for one in MediaServiceStub(channel).ReadObject(ReadObjectRequest(key="1000000x9"))
        ]
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
