"""Derives the records that leave from what a handler returned: the same ids and envelopes every time."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from google.protobuf.message import Message

from framewell.mesh.v1.mesh_pb2 import LANE_UNSPECIFIED
from framewell_contracts.cloudevents import Record, encode_fact
from framewell_contracts.fact_types import FACT_OF_MESSAGE
from framewell_contracts.identity import derived_id
from framewell_contracts.sentences import say
from framewell_contracts.topics import MAX_EVENT_BYTES, RECORD_OVERHEAD_BYTES
from framewell_kit.facts import Cause, Fact, Outgoing
from framewell_kit.outcomes import Rejected

MAX_FACT_BYTES = MAX_EVENT_BYTES - RECORD_OVERHEAD_BYTES


def derive(
    outgoing: Sequence[Outgoing | Record], cause: Cause, *, source: str, now: datetime, scope: str = ""
) -> list[Record]:
    """Return the records of a handler's facts.

    An id is UUIDv5(cause, type, key and ordinal among facts of that type and key) unless the fact has
    one, so a redelivery makes the same events. `scope` keeps apart what one cause leads to in several places
    (the documents of an outbox). What is a record already stays as it is. Raises Rejected for a fact too
    large for its topic.
    """
    if len(outgoing) == 1:  # the usual case, on the path of every message
        return [_record(outgoing[0], 0, cause, source, now, scope)]
    counted: Counter[tuple[type[Message], str]] = Counter()
    records = []
    for item in outgoing:
        if isinstance(item, Record):
            records.append(item)
            continue
        message = item.message if isinstance(item, Fact) else item
        name = type(message), FACT_OF_MESSAGE[type(message)].key_of(message)
        records.append(_record(item, counted[name], cause, source, now, scope))
        counted[name] += 1
    return records


def _record(  # noqa: PLR0917 - on the path of every message
    item: Outgoing | Record, ordinal: int, cause: Cause, source: str, now: datetime, scope: str
) -> Record:
    message: Message
    if isinstance(item, Fact):
        message, own_id, lane, subject = item.message, item.id, item.lane, item.subject
    elif isinstance(item, Record):
        return item
    else:
        message, own_id, lane, subject = item, None, None, None
    kind = FACT_OF_MESSAGE[type(message)]
    name, key = kind.type, kind.key_of(message)
    if kind.laned:
        lane = lane or kind.lane_of(message) or cause.lane or LANE_UNSPECIFIED
    event_id = own_id or derived_id(cause.id, name, f"{scope}{key}/{ordinal}")
    subject = subject or kind.asset_of(message) or cause.subject
    attributes = (event_id, source, name, now, subject, cause.traceparent, None)
    record = encode_fact(kind, key, attributes, message, lane)
    if len(record.value) > MAX_FACT_BYTES:
        raise Rejected(
            say(
                "fact_too_large",
                "a fact {name} of {size} bytes is too large for its topic (at most {most}): put it into an "
                "object and refer to that",
                name=name,
                size=len(record.value),
                most=MAX_FACT_BYTES,
            ),
        )
    return record
