"""gRPC channels to a mesh: straight to a service, or through the gateway's one address, which has them all.

Through the gateway a call carries who makes it, and the name of the service where every one offers it.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import grpc

from framewell_client.credentials import Credentials
from framewell_client.errors import Unreachable
from framewell_client.trust import certificates

CHANNEL_OPTIONS: Final = [("grpc.max_receive_message_length", 4 << 20), ("grpc.enable_http_proxy", 0)]
"""Messages of 4 MiB at most, as services take them, and no proxy of the environment between."""

SERVICE_KEY: Final = "framewell-service"
"""Metadata by which the gateway knows whom a method is for that every service offers."""

_PORTS: Final = {"http": 80, "https": 443}


def gateway_channel(url: str, credentials: Credentials, service: str = "") -> grpc.Channel:
    """Return a channel through the gateway at an address of http or https, for programs that block.

    Raises Unreachable for an address that is none, or a file of FRAMEWELL_CA that cannot be used.
    """
    target, encrypted = _target(url)
    if encrypted:
        roots = grpc.ssl_channel_credentials(certificates(credentials.ca))
        channel = grpc.secure_channel(target, roots, CHANNEL_OPTIONS)
    else:
        channel = grpc.insecure_channel(target, CHANNEL_OPTIONS)
    return grpc.intercept_channel(channel, _Carrying(_carried(credentials, service)))


def async_gateway_channel(url: str, credentials: Credentials) -> grpc.aio.Channel:
    """Return the same for a program that runs in an event loop."""
    target, encrypted = _target(url)
    carried = _carried(credentials)
    interceptors: list[Any] = [kind(carried) for kind in _ASYNC]
    if encrypted:
        roots = grpc.ssl_channel_credentials(certificates(credentials.ca))
        return grpc.aio.secure_channel(target, roots, CHANNEL_OPTIONS, interceptors=interceptors)
    return grpc.aio.insecure_channel(target, CHANNEL_OPTIONS, interceptors=interceptors)


def _target(url: str) -> tuple[str, bool]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        host, port = "", 0
    if not host:
        raise Unreachable(f"{url!r} is no address of a gateway, such as https://mesh.example:7410")
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}", parts.scheme == "https"


def _carried(credentials: Credentials, service: str = "") -> Mapping[str, str]:
    return {**credentials.headers(), **({SERVICE_KEY: service} if service else {})}


def _with(details: Any, carried: Mapping[str, str]) -> Any:
    """Return the details of a call with what it does not say itself."""
    given = tuple(details.metadata or ())
    said = {key for key, _ in given}
    return given + tuple(pair for pair in carried.items() if pair[0] not in said)


class _Details(grpc.ClientCallDetails):
    def __init__(self, details: Any, metadata: Any) -> None:
        self.method, self.timeout, self.metadata = details.method, details.timeout, metadata
        self.credentials, self.compression = details.credentials, details.compression
        self.wait_for_ready = details.wait_for_ready


def _carrying(details: Any, carried: Mapping[str, str]) -> _Details:
    return _Details(details, _with(details, carried))


class _Carrying(
    grpc.UnaryUnaryClientInterceptor,
    grpc.UnaryStreamClientInterceptor,
    grpc.StreamUnaryClientInterceptor,
    grpc.StreamStreamClientInterceptor,
):
    def __init__(self, carried: Mapping[str, str]) -> None:
        self._carried = carried

    def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        return continuation(_carrying(client_call_details, self._carried), request)

    def intercept_unary_stream(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        return continuation(_carrying(client_call_details, self._carried), request)

    def intercept_stream_unary(
        self, continuation: Any, client_call_details: Any, request_iterator: Any
    ) -> Any:
        return continuation(_carrying(client_call_details, self._carried), request_iterator)

    def intercept_stream_stream(
        self, continuation: Any, client_call_details: Any, request_iterator: Any
    ) -> Any:
        return continuation(_carrying(client_call_details, self._carried), request_iterator)


class _AsyncCarrying:
    def __init__(self, carried: Mapping[str, str]) -> None:
        self._carried = carried

    def _details(self, details: Any) -> Any:
        return details._replace(metadata=grpc.aio.Metadata(*_with(details, self._carried)))


class _UnaryUnary(_AsyncCarrying, grpc.aio.UnaryUnaryClientInterceptor):
    async def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        return await continuation(self._details(client_call_details), request)


class _UnaryStream(_AsyncCarrying, grpc.aio.UnaryStreamClientInterceptor):
    async def intercept_unary_stream(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        return await continuation(self._details(client_call_details), request)


class _StreamUnary(_AsyncCarrying, grpc.aio.StreamUnaryClientInterceptor):
    async def intercept_stream_unary(
        self, continuation: Any, client_call_details: Any, request_iterator: Any
    ) -> Any:
        return await continuation(self._details(client_call_details), request_iterator)


class _StreamStream(_AsyncCarrying, grpc.aio.StreamStreamClientInterceptor):
    async def intercept_stream_stream(
        self, continuation: Any, client_call_details: Any, request_iterator: Any
    ) -> Any:
        return await continuation(self._details(client_call_details), request_iterator)


_ASYNC: Final = (_UnaryUnary, _UnaryStream, _StreamUnary, _StreamStream)
