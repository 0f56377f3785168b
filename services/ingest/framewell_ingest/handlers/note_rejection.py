"""asset.rejected → the asset is known as refused, also where the refusal came from behind ingest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell_ingest.ports import Assets
from framewell_kit.facts import Cause, Outgoing


@dataclass(frozen=True, slots=True)
class NoteRejection:
    """Note the refusal of the newest generation; running again changes nothing that is seen."""

    assets: Assets

    async def __call__(self, fact: AssetRejected, cause: Cause) -> Sequence[Outgoing]:  # noqa: ARG002
        await self.assets.note_rejection(fact)
        return []
