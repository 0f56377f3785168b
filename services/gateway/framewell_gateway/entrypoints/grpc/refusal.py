"""Why the gateway itself ends a call, and how."""

import grpc

from framewell_gateway.ports.relay import CallEnd


class CallRefused(Exception):
    """The call ends before a service has had its say; `end` is how."""

    def __init__(self, code: grpc.StatusCode, sentence: str) -> None:
        super().__init__(sentence)
        self.end = CallEnd(code, sentence)
