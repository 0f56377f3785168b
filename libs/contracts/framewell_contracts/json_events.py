"""Events in JSON, for systems that speak no protobuf. Off the hot path: written for clear answers."""

import base64
import binascii
from typing import Any, TypeVar

from google.protobuf.message import Message

from framewell_contracts.json_mapping import from_json, parse_object, to_json
from framewell_contracts.unreadable import Unreadable

M = TypeVar("M", bound=Message)


def parse_structured(value: bytes) -> tuple[dict[str, Any], dict[str, Any] | bytes | None, str]:
    """Return attributes, data and content type of a structured-mode event. Data in JSON stays an object.

    Raises Unreadable.
    """
    event = parse_object(value, "the event")
    kind = str(event.pop("datacontenttype", "application/json")).partition(";")[0].strip().lower()
    encoded = event.pop("data_base64", None)
    if encoded is not None:
        try:
            return event, base64.b64decode(str(encoded), validate=True), kind
        except binascii.Error as error:
            raise Unreadable(f"data_base64 is not base64: {error}", code="bad_json") from error
    data = event.pop("data", None)
    if data is not None and not isinstance(data, dict):
        raise Unreadable("data must be a JSON object with the fields of the message", code="bad_json")
    return event, data, kind


def structured_attributes(attributes: dict[str, Any]) -> dict[str, str]:
    """Return attributes as text; raises Unreadable for an attribute that is an object or a list."""
    for name, content in attributes.items():
        if isinstance(content, dict | list):
            raise Unreadable(f"attribute {name!r} must be text, a number or a truth value", code="bad_json")
    return {name: str(content) for name, content in attributes.items() if content is not None}


def parse_json_data(message_type: type[M], data: dict[str, Any] | bytes) -> M:
    """Return the message in the mesh's JSON spelling. Raises Unreadable, also for an unknown field."""
    return from_json(data if isinstance(data, dict) else parse_object(data), message_type)


def structured(event: Any) -> dict[str, Any]:
    """Return an event as CloudEvents' JSON, its message as outsiders may write it."""
    envelope = event.envelope
    attributes = {
        "specversion": "1.0",
        "id": envelope.id,
        "source": envelope.source,
        "type": envelope.type,
        "time": envelope.time.isoformat(),
        "subject": envelope.subject,
        "traceparent": envelope.traceparent,
        "datacontenttype": "application/json",
    }
    present = {name: value for name, value in attributes.items() if value}
    return {**present, "data": to_json(event.message)}
