"""The gateway's REST API for Python programs. Answers are JSON documents as OpenAPI describes them."""

from types import TracebackType

from framewell_client.credentials import Credentials
from framewell_client.endpoints import Endpoints
from framewell_client.errors import Unreachable
from framewell_client.gateway.assets import (
    ENDED,
    ENDED_STATES,
    RECONNECT_AFTER_SECONDS,
    RECONNECT_WITHIN_SECONDS,
    AssetCalls,
    OnEvent,
    Picture,
)
from framewell_client.gateway.calls import Document
from framewell_client.gateway.models import ModelCalls
from framewell_client.gateway.people import PeopleCalls
from framewell_client.gateway.rights import RightsCalls
from framewell_client.gateway.samples import SampleCalls
from framewell_client.rest.operations import Operations
from framewell_client.transport import HttpTransport

__all__ = [
    "ENDED",
    "ENDED_STATES",
    "RECONNECT_AFTER_SECONDS",
    "RECONNECT_WITHIN_SECONDS",
    "Document",
    "Gateway",
    "OnEvent",
    "Picture",
]


class Gateway(AssetCalls, SampleCalls, RightsCalls, PeopleCalls, ModelCalls):
    """A client of one gateway. Use it as a context manager, from one thread.

    `rest` has every operation of REST; the methods here are those that a program needs most, over as many
    pages and breaks as it takes.

    Every method raises Unreachable when nothing answers and Refused when the answer is a problem.
    """

    def __init__(self, address: str, credentials: Credentials = Credentials()) -> None:  # noqa: B008 - frozen
        self._transport = HttpTransport(address, credentials)
        self.address = self._transport.address
        self.rest = Operations(self._transport)
        """Every operation of REST, by its id in OpenAPI: requests and answers as typed documents."""

    @classmethod
    def find(cls, *, actor: str = "") -> "Gateway":
        """Return the gateway of the mesh in this folder or environment, with the token in FRAMEWELL_TOKEN."""
        rest = Endpoints.find().rest
        if not rest:
            raise Unreachable("no gateway is named: set FRAMEWELL_REST to its address")
        return cls(rest, Credentials.from_environment(actor))

    def __enter__(self) -> "Gateway":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._transport.close()
