"""A sample was used: the ledger keeps it, once."""

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.usage.v1.usage_pb2 import UsageRecorded
from framewell_dataset.domain.ledger import BadAmount, entry
from framewell_dataset.ports import Ledger
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcomes import Rejected


@dataclass(frozen=True, slots=True)
class RecordUsage:
    """The only writer of the ledger, so that it can be rebuilt from the topic to the same totals."""

    ledger: Ledger

    async def __call__(self, fact: UsageRecorded, cause: Cause) -> Sequence[Outgoing]:  # noqa: ARG002
        try:
            await self.ledger.enter(entry(fact))
        except BadAmount as error:
            raise Rejected(f"use {fact.use_id} of sample {fact.sample_id}: {error}", "bad_amount") from error
        return ()
