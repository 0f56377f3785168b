"""Forget whatever an erased subject left in models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from framewell.erasure.v1.erasure_pb2 import ErasurePlanned
from framewell_contracts.sentences import say
from framewell_kit.facts import Cause
from framewell_kit.tombstones import asset_subject, class_subject, holder_subject
from framewell_training.domain.runs import ERASED, RunStopped
from framewell_training.steps.take_away_sources import TakeAwaySources


@dataclass(frozen=True, slots=True)
class EraseModels:
    """Erase every model, run and checkpoint that rests on a class, an asset or a holder of the plan.

    The dataset publishes a snapshot without them, which becomes the next model.
    """

    take_away: TakeAwaySources

    async def __call__(self, plan: ErasurePlanned, cause: Cause) -> Mapping[str, int]:
        """Return how many things went, by store."""
        subjects = {
            *map(class_subject, plan.class_ids),
            *map(asset_subject, plan.asset_ids),
            *map(holder_subject, plan.name_hashes),
        }
        order = RunStopped(
            ERASED,
            say("withdrawn.erased", "erasure {erasure_id} removed it", erasure_id=plan.erasure_id),
        )
        return await self.take_away.erase(subjects, order, cause)
