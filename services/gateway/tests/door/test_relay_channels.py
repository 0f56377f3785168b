"""Where calls are passed on to: inference's server of the Open Inference Protocol has a port of its own."""

from typing import Any

import grpc
import pytest

from framewell.oip.v2.open_inference_pb2 import ModelInferRequest, ModelInferResponse
from framewell.oip.v2.open_inference_pb2_grpc import (
    GRPCInferenceServiceServicer,
    GRPCInferenceServiceStub,
)
from framewell_gateway.adapters.relay_channels import RelayChannels, beside


@pytest.mark.parametrize(
    ("own", "open_inference"),
    [
        ("127.0.0.1:7422", "127.0.0.1:7429"),
        ("inference:7422", "inference:7429"),
        ("127.0.0.1:7422,127.0.0.1:8422", "127.0.0.1:7429,127.0.0.1:8429"),
        ("[::1]:7422", "[::1]:7429"),
    ],
)
def test_the_open_inference_protocol_is_beside_every_replica(own: str, open_inference: str) -> None:
    assert beside(own) == open_inference


async def test_channels_are_kept_until_the_address_changes() -> None:
    known = {"oip": ""}
    asked: list[str] = []

    def channel(service: str) -> Any:
        asked.append(service)
        return object()

    channels = RelayChannels(channel, lambda server: known[server], lambda _: "127.0.0.1:7422")
    first = channels.to("oip")
    assert channels.to("oip") is first
    known["oip"] = "127.0.0.1:9000"
    assert channels.to("oip") is not first
    channels.to("dataset")
    assert asked == ["dataset"]


async def test_tensors_of_many_megabytes_are_passed_on(opened: Any) -> None:
    class Server(GRPCInferenceServiceServicer):
        async def ModelInfer(self, request: Any, context: Any) -> ModelInferResponse:  # noqa: N802
            (tensor,) = request.raw_input_contents
            return ModelInferResponse(raw_output_contents=[tensor])

    server: Any = Server
    size = 20 << 20
    async with (
        opened(open_inference=server()) as door,
        door.channel(max_receive_message_length=-1) as channel,
    ):
        stub = GRPCInferenceServiceStub(channel)
        answer = await stub.ModelInfer(ModelInferRequest(raw_input_contents=[b"x" * size]))
        assert len(answer.raw_output_contents[0]) == size
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await stub.ModelInfer(ModelInferRequest(raw_input_contents=[b"x" * (65 << 20)]))
    assert error.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "64 MiB" in (error.value.details() or "")
