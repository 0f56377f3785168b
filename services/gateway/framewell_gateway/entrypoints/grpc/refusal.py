"""Why the gateway itself ends a call, and how."""

from framewell_gateway.ports.relay import CallEnd, Code


class CallRefused(Exception):
    """The call ends before a service has had its say; `end` is how."""

    def __init__(self, code: Code, sentence: str) -> None:
        super().__init__(sentence)
        self.end = CallEnd(code, sentence)
