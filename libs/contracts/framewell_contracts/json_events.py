"""Events in JSON, for systems that speak no protobuf. Off the hot path: written for clear answers."""

import base64
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from google.protobuf.message import Message

from framewell_contracts.bounds import check
from framewell_contracts.json_mapping import from_json, parse_object, to_json
from framewell_contracts.json_mapping.values import kind
from framewell_contracts.sentences import say
from framewell_contracts.unreadable import Unreadable

M = TypeVar("M", bound=Message)

_CONTENT: Final = ("data", "data_base64")
_TEXT_ATTRIBUTES: Final = frozenset(
    {
        *("specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema"),
        *("traceparent", "tracestate"),
    }
)


def structured_attributes(event: Mapping[str, Any]) -> dict[str, str]:
    """Return the attributes of a structured-mode event that are text.

    Raises Unreadable for an attribute of another type than CloudEvents gives it. Extensions may be a number
    or a truth value too, and nobody reads those here. An attribute that is null is not there.
    """
    found: dict[str, str] = {}
    for name, content in event.items():
        if name in _CONTENT or content is None:
            continue
        if isinstance(content, str):
            found[name] = _whole_text(name, content)
        elif name in _TEXT_ATTRIBUTES:
            raise Unreadable(
                say(
                    "unreadable.attribute_text",
                    "attribute {name} must be text, not {given}",
                    name=repr(name),
                    given=kind(content),
                ),
                code="bad_json",
            )
        elif isinstance(content, dict | list):
            said = say(
                "unreadable.attribute",
                "attribute {name} must be text, a number or a truth value",
                name=repr(name),
            )
            raise Unreadable(said, code="bad_json")
    return found


def _whole_text(name: str, text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        said = say("unreadable.surrogate", "attribute {name} holds half a surrogate pair", name=repr(name))
        raise Unreadable(said, code="bad_json") from None
    return text


def structured_data(event: Mapping[str, Any]) -> tuple[dict[str, Any] | bytes | None, str]:
    """Return data and content type of a structured-mode event. Data in JSON stays an object.

    Raises Unreadable.
    """
    content_type = (event.get("datacontenttype") or "application/json").partition(";")[0].strip().lower()
    encoded, data = event.get("data_base64"), event.get("data")
    if encoded is not None and data is not None:
        said = say("unreadable.both", "only one of data and data_base64 may be there")
        raise Unreadable(said, code="bad_json")
    if encoded is not None:
        if not isinstance(encoded, str):
            said = say("unreadable.data_text", "data_base64 must be text, not {given}", given=kind(encoded))
            raise Unreadable(said, code="bad_json")
        try:
            return base64.b64decode(encoded, validate=True), content_type
        except ValueError as error:
            said = say("unreadable.base64", "data_base64 is not base64: {why}", why=error)
            raise Unreadable(said, code="bad_json") from error
    if data is not None and not isinstance(data, dict):
        said = say("unreadable.data", "data must be a JSON object with the fields of the message")
        raise Unreadable(said, code="bad_json")
    return data, content_type


def parse_json_data(message_type: type[M], data: dict[str, Any] | bytes) -> M:
    """Return the message in the mesh's JSON spelling.

    Raises Unreadable, also for an unknown field and for what breaks the rules of the .proto.
    """
    document = data if isinstance(data, dict) else parse_object(data)
    message = from_json(document, message_type)
    check(message, document)
    return message


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
