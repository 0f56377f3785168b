"""What a service declares of itself, and what it gets to wire its parts from.

A service's `wiring.py` has one function, `wire(settings, mesh) -> Service`; its `__main__` gives it to
`framewell_kit.process.run_service`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import grpc

from framewell_kit.clock import Clock
from framewell_kit.documents.protocol import Documents
from framewell_kit.erasure import Erase
from framewell_kit.holdings import Holdings
from framewell_kit.jobs import JobKind, Jobs
from framewell_kit.kit_holdings import complete
from framewell_kit.objects.protocol import Objects
from framewell_kit.outbox import Outbox
from framewell_kit.readable_objects import FindReadable
from framewell_kit.rpc import Admission, KeptChannels, Servicer, channel
from framewell_kit.rpc.statements import CallerSigner
from framewell_kit.settings import MeshSettings
from framewell_kit.stream import Broadcast, HeavyStage, Stage
from framewell_kit.telemetry import Telemetry
from framewell_kit.tombstones import Tombstones


class Part(Protocol):
    """Something a service runs beside its streams, jobs and gRPC: a web server, a warm-up, a sweep."""

    name: str

    async def start(self) -> None:
        """Begin, and return at once; what takes long goes on in a task of the part's own."""
        ...

    async def stop(self, seconds: float) -> None:
        """End within the time."""
        ...

    def waiting(self) -> str:
        """Return why this part is not ready; empty when it is."""
        ...


@dataclass(frozen=True, slots=True)
class Mesh:
    """What every service gets to wire its own parts from."""

    service: str
    settings: MeshSettings
    documents: Documents
    objects: Objects
    outbox: Outbox
    jobs: Jobs
    clock: Clock
    telemetry: Telemetry
    scratch: Path
    """A folder of this process's own for files under way; what is in it goes when the process ends."""
    admission: Admission = field(default_factory=Admission)
    """Who is let in at the gRPC servers of this process."""
    caller_signer: CallerSigner | None = None
    """Signs whom this process calls for; None without FRAMEWELL_CALLER_KEY_FILE."""
    channels: KeptChannels = field(default_factory=KeptChannels)

    @property
    def tombstones(self) -> Tombstones:
        """Return what the service knows to be gone."""
        return Tombstones(self.documents, self.clock)

    def erase(self, holdings: Holdings) -> Erase:
        """Return the handler that erases what the service holds, by its table."""
        return Erase(self.service, complete(holdings, self.documents), self.tombstones, self.documents)

    def channel(self, service: str) -> grpc.aio.Channel:
        """Return a channel to another service, to be asked for at every call: replicas come and go."""
        return self.channels.to(service, self.settings.rpc_address(service), self.channel_to)

    def channel_to(self, address: str) -> grpc.aio.Channel:
        """Return a channel to one replica of a service. Raises ValueError for what is no address."""
        return channel(address, token=self.settings.service_token)


@dataclass(frozen=True, slots=True)
class Service:
    """What one service is made of."""

    stages: Sequence[Stage | HeavyStage | Broadcast] = ()
    jobs: Sequence[JobKind] = ()
    rpc: Sequence[Servicer] = ()
    parts: Sequence[Part] = ()
    holdings: Holdings = field(default_factory=Holdings)
    """What the service holds of people, assets and holders; what the kit keeps for it is added to that."""
    notes: Mapping[str, Callable[[], list[str]]] = field(default_factory=dict)
    """What `/ready` lists beside the parts, by subject: what is worth knowing and keeps nobody waiting."""
    readable: Mapping[str, FindReadable] = field(default_factory=dict)
    """Who finds the objects that it gives out, by kind of owner: asset, sample, snapshot, model."""


Wire = Callable[[Any, Mesh], Service | Awaitable[Service]]
