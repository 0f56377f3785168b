"""asset.removed → everything transcode made of the asset goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetRemoved
from framewell.erasure.v1.erasure_pb2 import ErasedCount, ErasureCompleted, ErasureRequested
from framewell_kit.facts import Cause, Outgoing
from framewell_transcode.ports import AssetBoard, References

_SERVICE = "transcode"
_ASSET = "asset:"


@dataclass(frozen=True, slots=True)
class RemoveAsset:
    """Forget an asset: its plan and parts, and every object that no other asset refers to.

    The asset is marked as removed first, so that work still under way makes nothing that stays. Running
    again finds nothing left to remove.
    """

    board: AssetBoard
    references: References

    async def __call__(self, fact: AssetRemoved, cause: Cause) -> Sequence[Outgoing]:  # noqa: ARG002
        await self.remove(fact.asset_id)
        return []

    async def remove(self, asset_id: str) -> tuple[int, int]:
        """How many documents and objects went."""
        documents = await self.board.remove(asset_id)
        return documents, await self.references.release(asset_id)


@dataclass(frozen=True, slots=True)
class Erase:
    """Answer a demand to forget: an asset goes with its proxies; of classes and holders nothing is here."""

    removal: RemoveAsset

    async def __call__(self, fact: ErasureRequested, cause: Cause) -> Sequence[Outgoing]:  # noqa: ARG002
        counts = []
        if fact.subject.startswith(_ASSET):
            documents, objects = await self.removal.remove(fact.subject.removeprefix(_ASSET))
            counts = [
                ErasedCount(kind="plans and parts", count=documents),
                ErasedCount(kind="proxies, frames and sound", count=objects),
            ]
        return [
            ErasureCompleted(
                erasure_id=fact.erasure_id, subject=fact.subject, service=_SERVICE, counts=counts
            )
        ]
