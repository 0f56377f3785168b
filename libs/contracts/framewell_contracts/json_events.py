"""Events in JSON, for systems that speak no protobuf. Off the hot path: written for clear answers."""

import base64
import binascii
import json
from typing import Any, TypeVar

from google.protobuf import json_format
from google.protobuf.message import Message

from framewell_contracts.unreadable import Unreadable

M = TypeVar("M", bound=Message)


def parse_structured(value: bytes) -> tuple[dict[str, Any], dict[str, Any] | bytes | None, str]:
    """Attributes, data and content type of a structured-mode event. Data in JSON stays an object."""
    event = _json_object(value, "the event")
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
    """Attributes as text; raises Unreadable for an attribute that is an object or a list."""
    for name, content in attributes.items():
        if isinstance(content, dict | list):
            raise Unreadable(f"attribute {name!r} must be text, a number or a truth value", code="bad_json")
    return {name: str(content) for name, content in attributes.items() if content is not None}


def parse_json_data(message: M, data: dict[str, Any] | bytes) -> M:
    """The message in protobuf's JSON mapping. Unknown fields are refused: no misspelt right may vanish."""
    fields = data if isinstance(data, dict) else _json_object(data, "the value")
    try:
        return json_format.ParseDict(fields, message)
    except (json_format.ParseError, ValueError, TypeError) as error:
        name = message.DESCRIPTOR.full_name
        raise Unreadable(f"the JSON does not fit {name}: {error}", code="bad_json") from error


def _json_object(value: bytes, what: str) -> dict[str, Any]:
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{what} is not JSON: {error}", code="bad_json") from error
    if not isinstance(parsed, dict):
        raise Unreadable(f"{what} must be one JSON object", code="bad_json")
    return parsed


def structured(event: Any) -> dict[str, Any]:
    """An event as CloudEvents' JSON, its message in protobuf's JSON mapping: what outsiders may write."""
    said = event.envelope
    attributes = {
        "specversion": "1.0",
        "id": said.id,
        "source": said.source,
        "type": said.type,
        "time": said.time.isoformat(),
        "subject": said.subject,
        "traceparent": said.traceparent,
        "datacontenttype": "application/json",
    }
    data = json_format.MessageToDict(event.message)
    return {**{name: value for name, value in attributes.items() if value}, "data": data}
