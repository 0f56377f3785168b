"""erasure.planned: what the gateway keeps about its assets, classes and holders goes."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from framewell.erasure.v1.erasure_pb2 import ErasurePlanned
from framewell_gateway.steps.forget_events import ForgetEvents
from framewell_kit.facts import Cause


@dataclass(frozen=True, slots=True)
class EraseSubjects:
    """Forget assets with all but that they were, and the events of samples of a class or about a holder.

    Tombstones of what the plan names are written before; those of samples are written here.
    """

    forget: ForgetEvents

    async def __call__(self, plan: ErasurePlanned, cause: Cause) -> Mapping[str, int]:  # noqa: ARG002
        """Return how many things went, by store."""
        counts: Counter[str] = Counter()
        for asset_id in plan.asset_ids:
            counts.update(await self.forget.asset(asset_id, plan.plan_id))
        for class_id in plan.class_ids:
            counts["events"] += await self.forget.sample_class(class_id, plan.plan_id)
        counts["events"] += await self.forget.holders(plan.name_hashes)
        return counts
