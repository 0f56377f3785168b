"""A place for telemetry to go: an OTLP endpoint on loopback that takes everything and counts it."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc

# The answer of every OTLP export: a message without content.
_TAKEN = b""


class Collector(grpc.GenericRpcHandler):
    """Takes traces, logs and metrics; `calls` counts the exports of each, by the name of their service."""

    def __init__(self) -> None:
        self.endpoint = ""
        self.calls: Counter[str] = Counter()

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes]":
        """Whatever the method is: count it, and say that it was taken."""
        name = str(handler_call_details.method).rsplit("/", 2)[-2].rsplit(".", 1)[-1]

        def take(_: bytes, __: grpc.ServicerContext) -> bytes:
            self.calls[name] += 1
            return _TAKEN

        return grpc.unary_unary_rpc_method_handler(take)


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector that answers at its `endpoint` while the block lasts."""
    collector, server = Collector(), grpc.server(ThreadPoolExecutor(1))
    server.add_generic_rpc_handlers([collector])
    collector.endpoint = f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield collector
    finally:
        server.stop(1).wait()
