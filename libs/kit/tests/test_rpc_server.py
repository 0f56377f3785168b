"""One server for every service: errors, actors, health and reflection as the contract says."""

from collections.abc import AsyncIterator
from typing import Any, cast

import grpc
import pytest
from google.rpc.error_details_pb2 import ErrorInfo, RequestInfo, RetryInfo
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from grpc_status import rpc_status
from structlog.testing import capture_logs

from framewell.media.v1 import media_service_pb2 as media
from framewell.media.v1 import media_service_pb2_grpc as media_grpc
from framewell_contracts.sentences import say
from framewell_kit.outcomes import Busy, Conflict, Forbidden, Gone, NotFound, NotYet, Outcome, Rejected
from framewell_kit.rpc import Admission, RpcServer, Servicer, channel, current_actor

NAME = "framewell.media.v1.MediaService"
ASKED = media.GetPlaylistRequest(asset_id="1c5b2c1e-0000-4000-8000-00000000000a")


class Media(media_grpc.MediaServiceServicer):
    """Fails as it is asked to; returns who calls where a playlist's key would stand."""

    def __init__(self) -> None:
        self.fails_with: Exception | None = None

    async def GetPlaylist(self, request: Any, context: Any) -> media.GetPlaylistResponse:  # noqa: N802
        if self.fails_with is not None:
            raise self.fails_with
        actor = current_actor()
        answer = media.GetPlaylistResponse()
        answer.playlist.key = f"{actor.principal}/{actor.authority}"
        return answer

    async def ReadObject(self, request: Any, context: Any) -> AsyncIterator[Any]:  # noqa: N802
        yield media.ReadObjectResponse(data=b"first")
        if self.fails_with is not None:
            raise self.fails_with


def media_service() -> Media:
    return Media()  # type: ignore[abstract]  # the methods that no test calls


async def serve(service: Media, tokens: dict[str, str]) -> tuple[RpcServer, str]:
    server = RpcServer(
        "127.0.0.1:0",
        [Servicer(NAME, media_grpc.add_MediaServiceServicer_to_server, service)],
        Admission(tokens),
    )
    port = await server.start()
    return server, f"127.0.0.1:{port}"


@pytest.fixture
async def served() -> AsyncIterator[tuple[Media, str]]:
    service = media_service()
    server, address = await serve(service, {})
    yield service, address
    await server.stop(0)


def unpacked(error: grpc.aio.AioRpcError) -> dict[str, Any]:
    status = rpc_status.from_call(cast(Any, error))
    found: dict[str, Any] = {}
    for kind in (ErrorInfo, RequestInfo, RetryInfo):
        for detail in status.details if status else ():
            if detail.Is(kind.DESCRIPTOR):
                found[kind.DESCRIPTOR.name] = kind()
                detail.Unpack(found[kind.DESCRIPTOR.name])
    return found


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Rejected("no such codec", code="unreadable"), grpc.StatusCode.INVALID_ARGUMENT),
        (NotFound("no such asset"), grpc.StatusCode.NOT_FOUND),
        (Gone("it was withdrawn"), grpc.StatusCode.FAILED_PRECONDITION),
        (Conflict("changed meanwhile"), grpc.StatusCode.FAILED_PRECONDITION),
        (NotYet("not transcoded yet", retry_after=2), grpc.StatusCode.FAILED_PRECONDITION),
        (Busy("the store is away", retry_after=1.5), grpc.StatusCode.UNAVAILABLE),
        (Forbidden("rights staff only"), grpc.StatusCode.PERMISSION_DENIED),
    ],
)
async def test_every_outcome_has_its_status_and_keeps_its_words(
    served: tuple[Media, str], outcome: Outcome, code: grpc.StatusCode
) -> None:
    service, address = served
    service.fails_with = outcome
    async with channel(address) as to:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await media_grpc.MediaServiceStub(to).GetPlaylist(ASKED)
    assert caught.value.code() == code
    assert caught.value.details() == outcome.reason
    details = unpacked(caught.value)
    assert details["RequestInfo"].request_id
    if isinstance(outcome, Rejected):
        assert details["ErrorInfo"].reason == "unreadable"
    if isinstance(outcome, Gone):
        assert details["ErrorInfo"].reason == "gone"
    if isinstance(outcome, Busy):
        assert details["RetryInfo"].retry_delay.ToMilliseconds() == 1500


@pytest.mark.parametrize("letter", ["x", "é", "\N{GRINNING FACE}"])
async def test_a_sentence_that_repeats_a_long_text_still_reaches_the_caller(
    served: tuple[Media, str], letter: str
) -> None:
    service, address = served
    service.fails_with = NotFound(say("no_asset", "there is no asset {asset_id}", asset_id=letter * 100_000))
    async with channel(address) as to:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await media_grpc.MediaServiceStub(to).GetPlaylist(ASKED)
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND
    words = caught.value.details() or ""
    assert words.startswith(f"there is no asset {letter}")
    assert words.endswith("…")
    assert unpacked(caught.value)["ErrorInfo"].reason == "no_asset"


@pytest.mark.parametrize("asset_id", ["", "no uuid"])
async def test_a_request_that_breaks_the_rules_of_its_proto_reaches_no_service(
    served: tuple[Media, str], asset_id: str
) -> None:
    service, address = served
    service.fails_with = AssertionError("it was called")
    async with channel(address) as to:
        stub = media_grpc.MediaServiceStub(to)
        with pytest.raises(grpc.aio.AioRpcError) as single:
            await stub.GetPlaylist(media.GetPlaylistRequest(asset_id=asset_id))
        with pytest.raises(grpc.aio.AioRpcError) as stream:
            await anext(aiter(stub.ReadObject(media.ReadObjectRequest(asset_id=asset_id))))
    for caught in (single, stream):
        assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
        assert "asset_id" in (caught.value.details() or "")
        assert unpacked(caught.value)["ErrorInfo"].reason == "out_of_bounds"


@pytest.mark.parametrize("method", ["GetPlaylist", "ReadObject"])
async def test_bytes_that_are_no_message_are_refused_after_their_caller_and_are_no_failure(
    method: str, caplog: pytest.LogCaptureFixture
) -> None:
    server, address = await serve(media_service(), {"let-me-in": "anna/viewer"})
    codes = {}
    with capture_logs() as logged:
        async with channel(address) as opened:
            for token in ("let-me-in", "wrong"):
                call: Any = opened.unary_stream(f"/{NAME}/{method}")
                with pytest.raises(grpc.aio.AioRpcError) as refused:
                    async for _ in call(b"\xff\xff\xff", metadata=(("authorization", f"Bearer {token}"),)):
                        pass
                codes[token] = refused.value.code()
                assert "Error" not in (refused.value.details() or "")
    await server.stop(0)
    assert codes == {
        "let-me-in": grpc.StatusCode.INVALID_ARGUMENT,
        "wrong": grpc.StatusCode.UNAUTHENTICATED,
    }
    assert [one for one in logged if one["log_level"] == "error"] == []
    assert caplog.records == []


async def test_a_bug_shows_the_request_id_and_nothing_of_the_inside(served: tuple[Media, str]) -> None:
    service, address = served
    service.fails_with = KeyError("password=hunter2")
    async with channel(address) as to:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await media_grpc.MediaServiceStub(to).GetPlaylist(ASKED, metadata=(("x-request-id", "r-17"),))
    assert caught.value.code() == grpc.StatusCode.INTERNAL
    assert "r-17" in (caught.value.details() or "")
    assert "hunter2" not in (caught.value.details() or "")


async def test_a_stream_keeps_what_it_sent_before_it_failed(served: tuple[Media, str]) -> None:
    service, address = served
    service.fails_with = NotFound("gone")
    async with channel(address) as to:
        pieces = media_grpc.MediaServiceStub(to).ReadObject(media.ReadObjectRequest(asset_id=ASKED.asset_id))
        assert (await anext(aiter(pieces))).data == b"first"
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await anext(aiter(pieces))
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND


async def test_on_loopback_without_tokens_the_actor_is_local(served: tuple[Media, str]) -> None:
    _, address = served
    async with channel(address) as to:
        stub = media_grpc.MediaServiceStub(to)
        anonymous = await stub.GetPlaylist(ASKED)
        named = await stub.GetPlaylist(ASKED, metadata=(("framewell-actor", "m.keller"),))
    assert anonymous.playlist.key == "local/local"
    assert named.playlist.key == "m.keller/local"


async def test_with_tokens_nobody_is_who_they_say_without_one() -> None:
    server, address = await serve(media_service(), {"s3cret": "m.keller/rights"})
    try:
        async with channel(address) as to:
            stub = media_grpc.MediaServiceStub(to)
            for metadata in ((), (("framewell-actor", "chief"),), (("authorization", "Bearer wrong"),)):
                with pytest.raises(grpc.aio.AioRpcError) as caught:
                    await stub.GetPlaylist(ASKED, metadata=metadata)
                assert caught.value.code() == grpc.StatusCode.UNAUTHENTICATED
        async with channel(address, token="s3cret") as to:
            answer = await media_grpc.MediaServiceStub(to).GetPlaylist(ASKED)
        assert answer.playlist.key == "m.keller/rights"
    finally:
        await server.stop(0)


def test_an_open_address_without_tokens_is_refused() -> None:
    with pytest.raises(ValueError, match="FRAMEWELL_TOKENS"):
        RpcServer("0.0.0.0:0", [], Admission())


async def test_health_and_reflection_answer_without_a_token() -> None:
    server, address = await serve(media_service(), {"s3cret": "m.keller/rights"})
    try:
        async with grpc.aio.insecure_channel(address) as to:
            check: Any = health_pb2_grpc.HealthStub(to)
            health = await check.Check(health_pb2.HealthCheckRequest(service=NAME))
            assert health.status == health_pb2.HealthCheckResponse.SERVING
            asked = reflection_pb2.ServerReflectionRequest(list_services="")
            reflection: Any = reflection_pb2_grpc.ServerReflectionStub(cast(Any, to))
            answers = reflection.ServerReflectionInfo(iter([asked]))
            names = {one.name async for answer in answers for one in answer.list_services_response.service}
        assert NAME in names
    finally:
        await server.stop(0)
