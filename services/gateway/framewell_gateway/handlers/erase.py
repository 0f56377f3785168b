"""erasure.requested: what the gateway holds about the subject goes."""

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.erasure.v1.erasure_pb2 import ErasedCount, ErasureCompleted, ErasureRequested
from framewell_gateway.ports import EventLog
from framewell_kit.facts import Cause, Outgoing


@dataclass(frozen=True, slots=True)
class Erase:
    """Forget an asset's events and say how many there were.

    The gateway holds events about assets only: nothing about a class but its id, and no crops, vectors
    or names. For other subjects it answers with no counts. A redelivery finds nothing left and answers
    with zero under the same event id, which readers drop.
    """

    log: EventLog

    async def __call__(self, fact: ErasureRequested, _cause: Cause) -> Sequence[Outgoing]:
        completed = ErasureCompleted(erasure_id=fact.erasure_id, subject=fact.subject, service="gateway")
        kind, _, subject = fact.subject.partition(":")
        if kind == "asset":
            completed.counts.append(ErasedCount(kind="events", count=await self.log.forget(subject)))
        return [completed]
