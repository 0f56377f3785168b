"""A fact that answers somebody outside → the same event as JSON, in the topic of results."""

from collections.abc import Sequence

from google.protobuf.message import Message

from framewell_contracts.cloudevents import Envelope, Event, Record
from framewell_contracts.results import MAX_RESULT_BYTES, result_record
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Rejected


class PublishResults:
    """Write the fact once more for readers outside; a redelivery writes the same record again.

    Raises Rejected for a fact that is too large as JSON: it can be had from REST alone.
    """

    async def __call__(self, fact: Message, cause: Cause) -> Sequence[Record]:
        envelope = Envelope(cause.id, cause.source, cause.type, cause.time, cause.subject)
        record = result_record(Event(envelope, fact))
        if len(record.value) > MAX_RESULT_BYTES:
            raise Rejected(
                f"as JSON the event has {len(record.value)} bytes, more than a result may have "
                f"({MAX_RESULT_BYTES}): ask REST for it",
                code="result_too_large",
            )
        return [record]
