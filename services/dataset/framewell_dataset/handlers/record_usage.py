"""A sample was used: the ledger keeps it, once."""

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.usage.v1.usage_pb2 import UsageRecorded
from framewell_contracts.sentences import say
from framewell_dataset.domain.ledger import BadAmount, entry, use_name
from framewell_dataset.ports.rights import LedgerRepository
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcomes import Rejected


@dataclass(frozen=True, slots=True)
class RecordUsage:
    """The only writer of the ledger, so that it can be rebuilt from the topic to the same totals.

    Raises Rejected for a use that is neither of a snapshot nor of a run, and for amounts that are no numbers.
    """

    ledger: LedgerRepository

    async def __call__(self, fact: UsageRecorded, cause: Cause) -> Sequence[Outgoing]:  # noqa: ARG002
        used = use_name(fact)
        if not used:
            raise Rejected(
                say(
                    "no_use",
                    "a use of sample {sample_id} names neither a snapshot nor a run",
                    sample_id=fact.sample_id,
                ),
                "no_use",
            )
        try:
            await self.ledger.enter(entry(fact))
        except BadAmount as error:
            raise Rejected(
                say(
                    "bad_amount",
                    "use {use} of sample {sample_id}: {why}",
                    use=used,
                    sample_id=fact.sample_id,
                    why=error,
                ),
                "bad_amount",
            ) from error
        return ()
