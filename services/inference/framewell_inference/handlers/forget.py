"""asset.removed and erasure.requested: delete what this service holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from framewell.asset.v1.asset_pb2 import AssetRemoved
from framewell.erasure.v1.erasure_pb2 import ErasedCount, ErasureCompleted, ErasureRequested
from framewell_inference.ports import ObservationStore, PostingStore, TrackStore
from framewell_kit.facts import Cause, Outgoing

SERVICE: Final = "inference"


class ForgettableParts(Protocol):
    """The fan-in documents of assets."""

    async def forget(self, asset_id: str) -> int: ...


@dataclass(frozen=True, slots=True)
class ForgetAsset:
    """Delete observations, vectors, tracks and postings of an asset. Repeating it deletes nothing more."""

    observations: ObservationStore
    tracks: TrackStore
    postings: PostingStore
    parts: ForgettableParts

    async def __call__(self, fact: AssetRemoved, cause: Cause) -> Sequence[Outgoing]:  # noqa: ARG002
        await self.forget(fact.asset_id)
        return []

    async def forget(self, asset_id: str) -> list[ErasedCount]:
        return [
            ErasedCount(kind="postings", count=await self.postings.forget(asset_id)),
            ErasedCount(kind="face_tracks", count=await self.tracks.forget(asset_id)),
            ErasedCount(kind="observations", count=await self.observations.forget(asset_id)),
            ErasedCount(kind="analyses", count=await self.parts.forget(asset_id)),
        ]


@dataclass(frozen=True, slots=True)
class Erase:
    """Forget an asset, or take a class out of every posting, and answer with the counts.

    A redelivery finds nothing left and would answer with zeros, so the stage keeps its first decision.
    """

    forget_asset: ForgetAsset
    postings: PostingStore

    async def __call__(self, fact: ErasureRequested, cause: Cause) -> Sequence[Outgoing]:  # noqa: ARG002
        kind, _, name = fact.subject.partition(":")
        counts: list[ErasedCount] = []
        if kind == "asset":
            counts = await self.forget_asset.forget(name)
        elif kind == "class":
            counts = [ErasedCount(kind="postings", count=await self.postings.forget_class(name))]
        return [
            ErasureCompleted(erasure_id=fact.erasure_id, subject=fact.subject, service=SERVICE, counts=counts)
        ]
