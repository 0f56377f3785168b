"""Channels to every server of the mesh that calls are passed on to, asked for at every call."""

from collections.abc import Callable
from typing import Final

import grpc

from framewell_gateway.ports.relay import OPEN_INFERENCE, OPEN_INFERENCE_BYTES
from framewell_kit.rpc import KeptChannels
from framewell_kit.rpc.replicas import parts, target

# By the port base: inference's own gRPC is at +22, the Open Inference Protocol at +29, of every replica.
_BEYOND_OWN_PORT: Final = 7


class RelayChannels:
    """`channel(service)` of the mesh, and beside it inference's server of the Open Inference Protocol.

    That is where `known` says (`oip` in FRAMEWELL_HOSTS), else at its usual port of every replica.
    """

    def __init__(
        self,
        channel: Callable[[str], grpc.aio.Channel],
        known: Callable[[str], str],
        address_of: Callable[[str], str],
    ) -> None:
        self._channel, self._known, self._address_of = channel, known, address_of
        self._kept = KeptChannels()

    def to(self, server: str) -> grpc.aio.Channel:
        """Return the channel. Raises ValueError for what is no address."""
        if server != OPEN_INFERENCE:
            return self._channel(server)
        address = self._known(OPEN_INFERENCE) or beside(self._address_of("inference"))
        return self._kept.to(OPEN_INFERENCE, address, _open_inference)


def beside(address: str) -> str:
    """Return where the Open Inference Protocol is, from where inference's own gRPC is."""
    return ",".join(str(one._replace(port=one.port + _BEYOND_OWN_PORT)) for one in parts(address))


def _open_inference(address: str) -> grpc.aio.Channel:
    options = [
        ("grpc.max_receive_message_length", OPEN_INFERENCE_BYTES),
        ("grpc.initial_reconnect_backoff_ms", 200),
        ("grpc.max_reconnect_backoff_ms", 2_000),
        ("grpc.enable_http_proxy", 0),
    ]
    return grpc.aio.insecure_channel(target(address), options=options)
