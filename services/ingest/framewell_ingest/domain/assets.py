"""An asset as ingest knows it, from asked for to taken in, refused or removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import MEDIA_KIND_UNSPECIFIED, MediaKind, Programme, Work
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.media_addresses import MediaAddress
from framewell_ingest.domain.ends import End


class State(StrEnum):
    """How far an asset has come inside ingest."""

    REQUESTED = "requested"
    FETCHING = "fetching"
    INGESTED = "ingested"
    REJECTED = "rejected"
    REMOVED = "removed"


OPEN = (State.REQUESTED, State.FETCHING)
"""States in which an asset may still end either way."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One asset.

    `source` is who asked, `requested_at` the time of the event that asked, `registered_at` when it arrived
    here; `actor` is the person who asked, None where the event names none. `generation` counts from 1 and
    grows with every reprocessing, `revision` with every change. `programme_revision` is the revision of the
    newest programme.changed that was applied. The addresses in `request` are redacted; `secrets` has the
    complete ones, by field, until the asset ends.
    """

    asset_id: str
    state: State
    request: IngestRequested
    source: str
    requested_at: datetime
    registered_at: datetime
    changed_at: datetime
    generation: int
    revision: int
    programme: Programme
    programme_revision: int = 0
    ingested: AssetIngested | None = None
    rejected: AssetRejected | None = None
    secrets: Mapping[str, MediaAddress] = field(default_factory=dict)
    actor: Actor | None = None

    @property
    def end(self) -> End | None:
        """Return the fact the asset ended in, None while it may still end either way."""
        return self.ingested or self.rejected

    @property
    def uri(self) -> MediaAddress:
        """Return where its media is, complete."""
        return self.secrets.get("uri") or MediaAddress(self.request.uri)

    @property
    def existing_proxy(self) -> MediaAddress | None:
        """Return where the proxy is that the house has already, complete; None when it has none."""
        named = self.request.existing_proxy
        return self.secrets.get("existing_proxy") or (MediaAddress(named) if named else None)

    def work(self, kind: MediaKind.ValueType = MEDIA_KIND_UNSPECIFIED) -> Work:
        """Return the work under way on the asset, of its present generation."""
        work = Work(
            asset_id=self.asset_id,
            generation=self.generation,
            lane=self.request.lane,
            kind=kind,
            labels=self.request.labels,
            series=self.request.programme.series,
            channel=self.request.programme.channel,
        )
        work.requested_at.FromDatetime(self.requested_at)
        return work
