"""GET /v1/models/lineage: from a model to its assets and samples, each with the right it rests on now."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from framewell.dataset.v1.review_service_pb2 import GetSampleRequest
from framewell.dataset.v1.rights_service_pb2 import GetRightsRequest
from framewell.gateway.v1.model_view_pb2 import (
    GetModelLineageRequest,
    LineageAsset,
    LineageSample,
    ModelLineage,
)
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.rights.v1.rights_pb2 import PURPOSE_OWN_TRAINING
from framewell.training.v1.training_service_pb2 import GetLineageRequest
from framewell_contracts.sentences import wordings_of
from framewell_gateway.ports import Away, Services, SummaryRepository
from framewell_gateway.ports.methods import GET_LINEAGE, GET_RIGHTS, GET_SAMPLE
from framewell_kit.outcomes import Outcome

T = TypeVar("T")

PAGE: Final = 25
AT_ONCE: Final = 8
"""So many questions are with dataset at a time."""


@dataclass(frozen=True, slots=True)
class ShowModelLineage:
    """Asks training for ids, and dataset what may be done with each now. Raises NotFound for no model.

    What dataset does not answer stays an id, and `missing` says why.
    """

    services: Services
    summaries: SummaryRepository

    async def __call__(self, request: GetModelLineageRequest) -> ModelLineage:
        found = await self.services.call(
            GET_LINEAGE,
            GetLineageRequest(
                model=ModelVersion(name=request.name, version=request.version),
                page_size=request.page_size or PAGE,
                page_token=request.page_token,
            ),
        )
        why: set[str] = set()
        answer = ModelLineage(
            lineage=found.lineage,
            next_page_token=found.next_page_token,
            total_size=found.lineage.asset_count + found.lineage.sample_count,
        )
        answer.assets.extend(await _each(found.asset_ids, lambda one: self._asset(one, why)))
        answer.samples.extend(await _each(found.sample_ids, lambda one: self._sample(one, why)))
        missing = sorted(why)
        answer.missing.extend(missing)
        answer.missing_wordings.extend(wordings_of(missing))
        return answer

    async def _asset(self, asset_id: str, why: set[str]) -> LineageAsset:
        asset = LineageAsset(asset_id=asset_id)
        summary = await self.summaries.get(asset_id)
        if summary is not None:
            asset.title = summary.programme.title
        try:
            rights = await self.services.call(GET_RIGHTS, GetRightsRequest(asset_id=asset_id))
        except (Away, Outcome) as error:
            why.add(error.reason)
            return asset
        for decision in rights.decisions:
            if decision.purpose == PURPOSE_OWN_TRAINING:
                asset.allowed, asset.sentence = decision.allowed, decision.sentence
                if decision.HasField("wording"):
                    asset.wording.CopyFrom(decision.wording)
        return asset

    async def _sample(self, sample_id: str, why: set[str]) -> LineageSample:
        try:
            found = await self.services.call(GET_SAMPLE, GetSampleRequest(sample_id=sample_id))
        except (Away, Outcome) as error:
            why.add(error.reason)
            return LineageSample(sample_id=sample_id)
        sample = found.sample
        return LineageSample(
            sample_id=sample_id,
            asset_id=sample.provenance.asset_id,
            class_id=sample.class_id,
            class_name=sample.class_name,
            state=sample.state,
            rights=sample.provenance.rights,
        )


async def _each(ids: Sequence[str], ask: Callable[[str], Awaitable[T]]) -> list[T]:
    """Return the answers to questions, of which a few are asked at once, in order."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def in_turn(one: str) -> T:
        async with turn:
            return await ask(one)

    return await asyncio.gather(*(in_turn(one) for one in ids))
