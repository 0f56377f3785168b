"""Which house rules were adopted last, and the job that decides everything anew when others are."""

from dataclasses import dataclass

from framewell_dataset.ports.rights import RECONSIDER
from framewell_kit.documents.protocol import Documents
from framewell_kit.facts import Cause
from framewell_kit.jobs import Jobs

HOUSE_RULES = "house_rules"
ADOPTED = "adopted"


@dataclass(frozen=True, slots=True)
class HouseRuleJobs:
    """Collection `house_rules`, one document: a digest, and how often it changed.

    The job is put before the digest is written, so that a start that breaks off in between is made up for.
    """

    documents: Documents
    jobs: Jobs

    async def adopt(self, digest: str, cause: Cause) -> bool:
        if await self.documents.insert_once(HOUSE_RULES, {"_id": ADOPTED, "digest": digest, "changes": 0}):
            return False  # the first start: nothing was decided by others
        while True:
            adopted = await self.documents.get(HOUSE_RULES, ADOPTED)
            if adopted is None or adopted["digest"] == digest:
                return False
            number = adopted["changes"] + 1
            await self.jobs.put(RECONSIDER, f"{number}/{digest}", {}, cause=cause)
            change = {"$set": {"digest": digest, "changes": number}}
            expect = {"changes": adopted["changes"]}
            if await self.documents.update(HOUSE_RULES, ADOPTED, change, expect=expect):
                return True
