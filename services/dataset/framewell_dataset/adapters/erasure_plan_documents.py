"""Plans of erasures as documents: made once a request, so that its redelivery erases the same. No names."""

from dataclasses import dataclass

from framewell_dataset.ports.catalogue import ErasurePlan
from framewell_kit.documents.protocol import Documents

ERASURE_PLANS = "erasure_plans"


@dataclass(frozen=True, slots=True)
class ErasurePlanDocuments:
    """Collection `erasure_plans`."""

    documents: Documents

    async def get(self, plan_id: str) -> ErasurePlan | None:
        kept = await self.documents.get(ERASURE_PLANS, plan_id)
        if kept is None:
            return None
        return ErasurePlan(tuple(kept["class_ids"]), tuple(kept["asset_ids"]), tuple(kept["name_hashes"]))

    async def keep(self, plan_id: str, plan: ErasurePlan) -> ErasurePlan:
        fields = {
            "class_ids": list(plan.class_ids),
            "asset_ids": list(plan.asset_ids),
            "name_hashes": list(plan.name_hashes),
        }
        await self.documents.insert_once(ERASURE_PLANS, {"_id": plan_id, **fields})
        return await self.get(plan_id) or plan
