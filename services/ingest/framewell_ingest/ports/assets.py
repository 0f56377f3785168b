"""The assets that were asked for, and the queue of those to fetch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected
from framewell.media.v1.media_pb2 import Programme
from framewell_contracts.media_addresses import MediaAddress
from framewell_ingest.domain.assets import Asset, State
from framewell_ingest.domain.ends import End
from framewell_kit.facts import Cause, Fact, Outgoing
from framewell_kit.paging import Page, PageRequest


class AssetRepository(Protocol):
    """The assets of ingest. Every method is idempotent and raises Busy while the store is away."""

    async def register(self, asset: Asset, announcement: Fact | None, cause: Cause) -> bool:
        """Keep a new asset and send the fact about it, if any; return False when it is known already."""
        ...

    async def get(self, asset_id: str) -> Asset | None:
        """Return the asset, None when unknown."""
        ...

    async def renew_secrets(self, asset_id: str, secrets: Mapping[str, MediaAddress]) -> bool:
        """Keep newer complete addresses of an open asset; return False when it has ended."""
        ...

    async def page(self, states: Sequence[State], page: PageRequest) -> Page[Asset]:
        """Return a page of the assets in these states (none: all), newest first. Raises Rejected."""
        ...

    async def changed_since(self, since: datetime, asset_id: str) -> list[Asset]:
        """Return the assets changed at or after a time, oldest change first; only one if its id is given."""
        ...

    async def begin(self, asset_id: str) -> Asset | None:
        """Mark an open asset as being fetched; return it as it is now, None when unknown or removed."""
        ...

    async def mark_content(self, asset_id: str, sha256: str) -> None:
        """Note what the original of an open asset is, before anybody asks who has the same."""
        ...

    async def with_content(self, sha256: str) -> list[Asset]:
        """Return the assets whose original has that SHA-256, but for removed ones, oldest request first."""
        ...

    async def finish(self, end: End) -> End | None:
        """End an open asset; return the end it has now, whoever set it, None when unknown or removed."""
        ...

    async def refuse(self, end: AssetRejected, fact: Outgoing, cause: Cause) -> bool:
        """End an open asset and send the fact in one write; return False when it had ended."""
        ...

    async def note_rejection(self, end: AssetRejected) -> bool:
        """Keep a rejection from anywhere; return False for an older generation or a removed asset."""
        ...

    async def reprocess(self, asset: Asset, again: AssetIngested, cause: Cause) -> bool:
        """Raise the generation and send the fact; return False when somebody else changed the asset first."""
        ...

    async def announce(self, asset_id: str, facts: Sequence[Outgoing], cause: Cause) -> bool:
        """Send facts about a known asset by its outbox; return False when it is unknown."""
        ...

    async def change_programme(self, asset_id: str, programme: Programme, revision: int) -> bool:
        """Keep newer programme metadata; return False for an older revision or an unknown asset."""
        ...

    async def remove(self, asset_id: str) -> bool:
        """Keep nothing of the asset but that it was removed; return False when it is unknown."""
        ...

    async def erase(self, asset_id: str) -> bool:
        """Keep nothing of the asset; return False when it is unknown."""
        ...


FETCH = "fetch"
"""The kind of the job that fetches an original."""


class FetchQueue(Protocol):
    """Leased jobs that outlive a process, one an asset."""

    async def put(self, asset: Asset, cause: Cause) -> None:
        """Have the asset's original fetched; repeating it puts no second job."""
        ...

    async def cancel(self, asset_id: str, reason: str) -> None:
        """Stop a fetch that waits or is under way."""
        ...
