"""What the kit keeps for every service: the rows of these stores stand in each service's table."""

from collections.abc import Mapping
from dataclasses import dataclass

from framewell.erasure.v1.erasure_pb2 import ErasurePlanned
from framewell_kit.decisions import COLLECTION as DECISIONS
from framewell_kit.documents.protocol import Documents
from framewell_kit.facts import Cause
from framewell_kit.holdings import Holding, Holdings
from framewell_kit.jobs.model import COLLECTION as JOBS
from framewell_kit.jobs.store import SUBJECT, has_ended
from framewell_kit.name_key_check import NAME_KEY
from framewell_kit.object_references import DELETIONS
from framewell_kit.tombstones import TOMBSTONES

ERASURES = "erasures"
"""Collection with one document a plan: the counts of each part that is done, and no name."""


def complete(holdings: Holdings, documents: Documents) -> Holdings:
    """Return a service's table with the rows of the kit's own stores, which are erased last."""
    return Holdings((*holdings.rows, *_rows(documents)))


@dataclass(frozen=True, slots=True)
class EraseJobs:
    """Forgets jobs of an asset that ended, and what those that are named after it and go on were to do.

    A job that goes on finds the tombstone and takes away what it made (`WorkUnlessGone`), so it is not
    deleted under its worker. Others that an event of the asset caused, e.g. the next snapshot of a dataset,
    go on.
    """

    documents: Documents

    async def __call__(self, plan: ErasurePlanned, cause: Cause) -> Mapping[str, int]:  # noqa: ARG002
        """Return how many jobs went."""
        asset_ids = list(plan.asset_ids)
        if not asset_ids:
            return {JOBS: 0}
        caused = await self.documents.find(JOBS, {SUBJECT: {"$in": asset_ids}})
        named = await self.documents.find(JOBS, {"key": {"$in": asset_ids}})
        jobs = {each["_id"]: each for each in (*caused, *named)}
        gone = 0
        for name, job in jobs.items():
            if has_ended(job):
                gone += await self.documents.delete(JOBS, name)
            elif job["key"].partition("/")[0] in asset_ids:
                await self.documents.update(JOBS, name, {"$set": {"payload": {}}})
        return {JOBS: gone}


def _rows(documents: Documents) -> tuple[Holding, ...]:
    nothing = "says nothing of anybody"
    return (
        Holding(JOBS, "what is to be done with an asset", EraseJobs(documents)),
        Holding(DECISIONS, kept="facts as they were sent, by ids, for FRAMEWELL_KEEP_DAYS"),
        Holding(TOMBSTONES, kept="ids and keyed hashes of what is gone: they keep it away"),
        Holding(NAME_KEY, kept="by what the key is known again that hashes names; nothing of anybody"),
        Holding(ERASURES, kept="what was erased, in numbers"),
        Holding(DELETIONS, kept="objects that are being deleted at this moment"),
        Holding("rights_decisions", kept="what may be done with an asset, without a word of its terms"),
        Holding("stream_attempts", kept=nothing),
        Holding("stream_breakers", kept=nothing),
        Holding("outbox_collections", kept=nothing),
    )
