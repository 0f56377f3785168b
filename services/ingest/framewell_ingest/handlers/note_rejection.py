"""asset.rejected → the asset is known as rejected, also where the rejection came from behind ingest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell_ingest.ports import AssetRepository
from framewell_kit.facts import Cause, Outgoing


@dataclass(frozen=True, slots=True)
class NoteRejection:
    """Keeps the rejection of the newest generation; repeating it changes nothing that is seen."""

    assets: AssetRepository

    async def __call__(self, fact: AssetRejected, cause: Cause) -> Sequence[Outgoing]:  # noqa: ARG002
        await self.assets.note_rejection(fact)
        return []
