"""Results: the events that answer systems outside, once more as JSON that any tool can show.

A result is the event itself, with its own id, source, type, subject and time: whoever knows it from its topic
recognises it. Records are CloudEvents in structured mode and not compressed, so neither a schema, a header
nor a codec is needed to read one. Which types are results is said in `fact_types`.
"""

import json
from typing import Final

from framewell_contracts.cloudevents import STRUCTURED, Event, Record
from framewell_contracts.event_schemas import schema_id
from framewell_contracts.fact_types import fact_type
from framewell_contracts.json_events import structured
from framewell_contracts.topics import MAX_DEAD_LETTER_BYTES, RECORD_OVERHEAD_BYTES, RESULTS

MAX_RESULT_BYTES: Final = MAX_DEAD_LETTER_BYTES - RECORD_OVERHEAD_BYTES
"""JSON takes more room than protobuf: an event of 1 MiB may have twice as much."""


def result_record(event: Event) -> Record:
    """Return the record of an event in the topic of results, the same for every delivery of the event.

    Its key is the asset's id; without an asset the key that the event has in its own topic.
    """
    envelope, message = event
    fact = fact_type(message)
    document = structured(Event(envelope._replace(traceparent=None), message))
    data = document.pop("data")
    document |= {"dataschema": schema_id(fact), "data": data}
    key = envelope.subject or fact.key_of(message) or envelope.id
    value = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Record(RESULTS, key.encode(), value, [("content-type", STRUCTURED.encode())])
