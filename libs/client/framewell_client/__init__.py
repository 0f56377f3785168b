"""Framewell for programs outside the mesh: ask for media to be taken in, read what became of it.

    with Gateway.find() as gateway:
        asset = gateway.submit({"uri": "https://archive.example/news.mp4"})["asset_id"]
        view = gateway.wait(asset)

`Gateway` speaks REST, `AsyncGateway` does in an event loop: `gateway.rest` has every operation, typed, and
`each` reads lists over all of their pages. `EventPublisher` writes events to Kafka as a broadcast system
does, `connect` opens the gRPC services. Needs the mesh's contracts and nothing else of it.
"""

from framewell_client.async_gateway import AsyncGateway
from framewell_client.credentials import Credentials
from framewell_client.endpoints import Endpoints
from framewell_client.errors import ClientError, Refused, Unreachable
from framewell_client.events import EventPublisher
from framewell_client.gateway import Gateway, Picture
from framewell_client.rest.paging import each, each_of
from framewell_client.rest.versions import with_etag, with_etag_of
from framewell_client.services import Services, connect

__all__ = [
    "AsyncGateway",
    "ClientError",
    "Credentials",
    "Endpoints",
    "EventPublisher",
    "Gateway",
    "Picture",
    "Refused",
    "Services",
    "Unreachable",
    "connect",
    "each",
    "each_of",
    "with_etag",
    "with_etag_of",
]
