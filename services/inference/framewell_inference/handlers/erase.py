"""erasure.requested -> what this service holds of an asset or a class erased (the kit's Erase answers)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from framewell.erasure.v1.erasure_pb2 import ErasureRequested
from framewell_inference.ports.repositories import PostingRepository
from framewell_inference.steps.forget_asset import ForgetAsset
from framewell_kit.facts import Cause


@dataclass(frozen=True, slots=True)
class EraseAsset:
    """The Eraser of an asset."""

    forget: ForgetAsset

    async def __call__(self, asset_id: str, _: ErasureRequested, cause: Cause, /) -> Mapping[str, int]:  # noqa: ARG002
        return await self.forget(asset_id)


@dataclass(frozen=True, slots=True)
class EraseClass:
    """The Eraser of a class: every track that was taken for it becomes unknown, in all model versions."""

    postings: PostingRepository

    async def __call__(self, class_id: str, _: ErasureRequested, cause: Cause, /) -> Mapping[str, int]:  # noqa: ARG002
        return {"postings": await self.postings.forget_class(class_id)}
