"""A fact that answers somebody outside → the same event as JSON, in the topic of results."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from google.protobuf.message import Message

from framewell.asset.v1.asset_pb2 import AssetRemoved
from framewell.erasure.v1.erasure_pb2 import ErasureCompleted
from framewell.sample.v1.sample_pb2 import SampleWithdrawn
from framewell_contracts.cloudevents import Envelope, Event, Record
from framewell_contracts.results import MAX_RESULT_BYTES, result_record
from framewell_contracts.sentences import say
from framewell_gateway.domain.events import HashName, recorded_event
from framewell_gateway.steps.forget_events import ForgetEvents
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Rejected

_SAY_THAT_IT_WENT: Final = (AssetRemoved, ErasureCompleted, SampleWithdrawn)
"""Results that readers outside need about what is gone; they name it by its id."""


@dataclass(frozen=True, slots=True)
class PublishResults:
    """Write the fact once more for readers outside; a redelivery writes the same record again.

    A fact of an asset, a class, a sample or a holder that was erased is not written, be it late or replayed.
    Raises Rejected for a fact that is too large as JSON: it can be had from REST alone.
    """

    forget: ForgetEvents
    hash_name: HashName

    async def __call__(self, fact: Message, cause: Cause) -> Sequence[Record]:
        event = recorded_event(fact, cause, 0, self.hash_name)
        if not isinstance(fact, _SAY_THAT_IT_WENT) and await self.forget.gone(event):
            return []
        envelope = Envelope(cause.id, cause.source, cause.type, cause.time, cause.subject)
        record = result_record(Event(envelope, fact))
        if len(record.value) > MAX_RESULT_BYTES:
            raise Rejected(
                say(
                    "result_too_large",
                    "as JSON the event has {size} bytes, more than a result may have ({most}): ask REST "
                    "for it",
                    size=len(record.value),
                    most=MAX_RESULT_BYTES,
                ),
            )
        return [record]
