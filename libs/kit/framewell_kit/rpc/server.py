"""The gRPC server of a service: its servicers, health v1 and reflection on one port."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from framewell_kit.clock import Clock, SystemClock
from framewell_kit.rpc.admission import Admission
from framewell_kit.rpc.interceptor import CallInterceptor

MAX_MESSAGE_BYTES = 4 << 20
_HEADROOM_BYTES = 64 << 10


@dataclass(frozen=True, slots=True)
class Servicer:
    """One gRPC service: its full name, the generated `add_…Servicer_to_server`, and what answers."""

    name: str
    add: Callable[[Any, Any], None]
    servicer: object


class RpcServer:
    """Serves on `address` until stopped. Raises OSError with a clear sentence when the port is taken.

    Every method of every servicer is behind the one door: who is not let in, and a method that nobody has put
    into the table of access, does not reach it.
    """

    def __init__(
        self, address: str, servicers: Sequence[Servicer], admission: Admission, clock: Clock | None = None
    ) -> None:
        host = address.rpartition(":")[0].strip("[]")
        if admission.may_trust_loopback and not is_loopback(host):
            raise ValueError(
                f"gRPC would listen on {host} for everybody: set FRAMEWELL_TOKENS or "
                "FRAMEWELL_CALLER_PUBLIC_KEYS_FILE, or listen on 127.0.0.1"
            )
        self._address = address
        self._servicers = servicers
        self._server = grpc.aio.server(
            interceptors=[CallInterceptor(admission, clock or SystemClock())],
            options=[
                ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES + _HEADROOM_BYTES),
                ("grpc.max_send_message_length", MAX_MESSAGE_BYTES + _HEADROOM_BYTES),
                ("grpc.so_reuseport", 0),
                ("grpc.keepalive_permit_without_calls", 1),
                ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
            ],
        )
        self._health = health.aio.HealthServicer()

    async def start(self) -> int:
        """Begin to listen; return the port, also where the address asked for any (`:0`)."""
        for one in self._servicers:
            one.add(one.servicer, self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        names = [one.name for one in self._servicers]
        reflection.enable_server_reflection(
            [*names, health.SERVICE_NAME, reflection.SERVICE_NAME], self._server
        )
        try:
            port = self._server.add_insecure_port(self._address)
        except RuntimeError as error:
            raise OSError(f"gRPC cannot listen on {self._address}: is the port taken? ({error})") from error
        await self._server.start()
        await self.set_serving(True)
        return int(port)

    async def set_serving(self, serving: bool) -> None:
        """Set what health answers, for every service and for the whole."""
        status = (
            health_pb2.HealthCheckResponse.SERVING if serving else health_pb2.HealthCheckResponse.NOT_SERVING
        )
        for name in ("", *(one.name for one in self._servicers)):
            await self._health.set(name, status)

    async def stop(self, grace_seconds: float) -> None:
        """Refuse new calls, let those under way finish within the grace period, then cancel them."""
        await self.set_serving(False)
        await self._server.stop(grace_seconds)


def is_loopback(host: str) -> bool:
    """Return whether an address is one that only this machine reaches."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
