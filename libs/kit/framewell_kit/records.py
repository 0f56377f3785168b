"""Events as documents: how the outbox, jobs and decisions keep facts and causes in the database."""

from collections.abc import Sequence
from typing import Any

from framewell_contracts.cloudevents import Record
from framewell_kit.facts import Cause


def records_to_documents(records: Sequence[Record]) -> list[dict[str, Any]]:
    """Return the records as BSON holds them, each named by its event id."""
    return [
        {
            "id": event_id(record),
            "topic": record.topic,
            "key": record.key,
            "value": record.value,
            "headers": [[name, content] for name, content in record.headers],
        }
        for record in records
    ]


def records_from_documents(kept: Sequence[dict[str, Any]]) -> list[Record]:
    """Return the very records that were kept."""
    return [
        Record(
            one["topic"], bytes(one["key"]), bytes(one["value"]), [(n, bytes(c)) for n, c in one["headers"]]
        )
        for one in kept
    ]


def event_id(record: Record) -> str:
    """Return the id of the event in a record of our own."""
    return dict(record.headers)["ce_id"].decode()


def cause_to_document(cause: Cause) -> dict[str, Any]:
    """Return the cause as BSON holds it."""
    return cause._asdict()


def cause_from_document(kept: dict[str, Any]) -> Cause:
    """Return the cause that was kept."""
    return Cause(**kept)
