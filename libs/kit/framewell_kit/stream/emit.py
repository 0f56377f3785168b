"""From what a handler returned to the records that leave: ids, lanes and envelopes, the same every time."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from framewell.mesh.v1.mesh_pb2 import LANE_UNSPECIFIED
from framewell_contracts.catalogue import fact_type
from framewell_contracts.cloudevents import Envelope, Record, encode
from framewell_contracts.identity import derived_id
from framewell_contracts.topics import MAX_EVENT_BYTES
from framewell_kit.facts import Cause, Fact, Outgoing
from framewell_kit.outcomes import Rejected

# What Kafka adds to a record inside its batch, and then some.
_OVERHEAD_BYTES = 1024


def derive(
    outgoing: Sequence[Outgoing], cause: Cause, *, source: str, now: datetime, scope: str = ""
) -> list[Record]:
    """The records of a handler's facts.

    An id is UUIDv5(cause, type, key and ordinal among facts of that type and key) unless the fact has
    one, so a redelivery makes the same events. `scope` keeps apart what one cause says in several places
    (the documents of an outbox). Raises Rejected for a fact too large for its topic.
    """
    counted: Counter[tuple[str, str]] = Counter()
    records = []
    for item in outgoing:
        fact = item if isinstance(item, Fact) else Fact(item)
        message = fact.message
        kind = fact_type(message)
        key = str(getattr(message, kind.key_field))
        ordinal = counted[kind.type, key]
        counted[kind.type, key] += 1
        lane = fact.lane or (kind.carries_lane and message.lane) or cause.lane or LANE_UNSPECIFIED  # type: ignore[attr-defined]
        subject = fact.subject or kind.asset_of(message) or cause.subject
        envelope = Envelope(
            id=fact.id or derived_id(cause.id, kind.type, f"{scope}{key}/{ordinal}"),
            source=source,
            type=kind.type,
            time=now,
            subject=subject,
            traceparent=cause.traceparent,
        )
        record = encode(envelope, message, lane)
        if len(record.value) > MAX_EVENT_BYTES - _OVERHEAD_BYTES:
            raise Rejected(
                f"a fact {kind.type} of {len(record.value)} bytes is too large for its topic "
                f"(at most {MAX_EVENT_BYTES - _OVERHEAD_BYTES}): put it into an object and refer to that",
                code="fact_too_large",
            )
        records.append(record)
    return records
