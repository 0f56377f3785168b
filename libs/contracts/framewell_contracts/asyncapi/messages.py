"""The messages of the documents: a fact in each of its content modes, and with the headers of a retry.

A message's payload is its message in JSON (see `json_mapping`), also where the record carries protobuf:
that is what `framewell events tail` prints and what a person can read.
"""

from collections.abc import Callable
from typing import Any, Final

from framewell_contracts.asyncapi.examples import EXAMPLES, Example
from framewell_contracts.cloudevents import JSON, PROTOBUF, STRUCTURED
from framewell_contracts.event_schemas import schema_id
from framewell_contracts.fact_types import FactType
from framewell_contracts.json_mapping import Schema, comments, reference
from framewell_contracts.json_mapping.schema import taken_reference

KAFKA_BINDING: Final = "0.5.0"
"""Version of the AsyncAPI bindings for Kafka."""

JSON_MODE: Final = ".json"
STRUCTURED_MODE: Final = ".structured"
RESULT: Final = ".result"
WITH_RETRY_HEADERS: Final = ".with-retry-headers"
UNREADABLE: Final = "unreadable"

_ATTRIBUTES: Final[dict[str, Schema]] = {
    "specversion": {"type": "string", "const": "1.0"},
    "id": {
        "type": "string",
        "minLength": 1,
        "description": "With the source it names the event: sent twice, it takes effect once.",
    },
    "source": {
        "type": "string",
        "minLength": 1,
        "format": "uri-reference",
        "description": "Who sends it, e.g. `/broadcast/playout-7`; the mesh's own: `framewell/<service>`.",
    },
    "time": {
        "type": "string",
        "format": "date-time",
        "description": "When it happened, RFC 3339; without it, when the record was written.",
    },
    "subject": {"type": "string", "description": "The asset's id, wherever there is an asset."},
    "traceparent": {
        "type": "string",
        "pattern": "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
        "description": "W3C trace context: facts that follow belong to the same trace.",
    },
    "tracestate": {"type": "string", "description": "W3C trace context, handed on as it came."},
}
_REQUIRED: Final = ("specversion", "id", "source", "type")
_UNPREFIXED: Final = {"traceparent", "tracestate"}

_NUMBER: Final[Schema] = {"type": "string", "pattern": "^[0-9]+$"}
_TEXT: Final[Schema] = {"type": "string"}
_RETRY_HEADERS: Final[dict[str, Schema]] = {
    "framewell-group": {**_TEXT, "description": "The group that postponed the record or gave it up."},
    "framewell-origin-topic": {**_TEXT, "description": "The topic it stood in first."},
    "framewell-origin-partition": {**_NUMBER, "description": "Its partition there."},
    "framewell-origin-offset": {**_NUMBER, "description": "Its offset there."},
    "framewell-attempt": {**_NUMBER, "description": "Attempts made so far."},
    "framewell-first-ms": {**_NUMBER, "description": "First attempt, in milliseconds since 1970."},
    "framewell-last-ms": {**_NUMBER, "description": "Last attempt, in milliseconds since 1970."},
    "framewell-code": {**_TEXT, "description": "What happened, as a stable word."},
    "framewell-reason": {**_TEXT, "description": "What happened, as a sentence."},
    "framewell-wording": {
        **_TEXT,
        "contentMediaType": JSON,
        "description": "What that sentence was made of: the code of its `template`, and its `params` by name "
        "(`/sentences.json` at the gateway). Without it the sentence is a text of its own.",
    },
    "framewell-not-before-ms": {
        **_NUMBER,
        "description": "Next attempt, in milliseconds since 1970; 0 in a dead letter.",
    },
    "framewell-traceback": {**_TEXT, "description": "Where the handler failed, if it was a bug."},
    "framewell-valueless": {"const": "1", "description": "The record had no value, not even an empty one."},
    "framewell-left-out-bytes": {
        "type": "string",
        "pattern": "^[0-9]+$",
        "description": "Size of a record too large to be kept, which is only where it was written.",
    },
}
_SOMETIMES: Final = {
    "framewell-wording",
    "framewell-not-before-ms",
    "framewell-traceback",
    "framewell-valueless",
    "framewell-left-out-bytes",
}


def header_schemas() -> dict[str, Schema]:
    """Return the header schemas that messages refer to."""
    attributes = {
        name if name in _UNPREFIXED else f"ce_{name}": schema for name, schema in _ATTRIBUTES.items()
    }
    return {
        "CloudEventHeaders": {
            "type": "object",
            "description": "CloudEvents 1.0 in Kafka's binary mode; every value is UTF-8 text.",
            "properties": attributes,
            "required": [f"ce_{name}" for name in _REQUIRED],
        },
        "RetryHeaders": {
            "type": "object",
            "description": "Added to the record's own headers, which stay as they were.",
            "properties": dict(_RETRY_HEADERS),
            "required": [name for name in _RETRY_HEADERS if name not in _SOMETIMES],
        },
    }


def messages_of(fact: FactType, *, as_result: bool, with_retry_headers: bool) -> dict[str, Any]:
    """Return the messages of a fact: one a content mode, one as a result, one with retry headers."""
    made = {fact.type: _protobuf(fact)}
    if as_result:
        made[fact.type + RESULT] = _result(fact)
    if fact.from_outside:
        made[fact.type + JSON_MODE] = _json(fact)
        made[fact.type + STRUCTURED_MODE] = _structured(fact)
    if with_retry_headers:
        made[fact.type + WITH_RETRY_HEADERS] = _with_retry_headers(fact)
    return made


def modes(fact: FactType) -> tuple[str, ...]:
    """Return the ids of the messages that the fact's topic carries."""
    return (fact.type, *((fact.type + mode) for mode in (JSON_MODE, STRUCTURED_MODE) if fact.from_outside))


def unreadable() -> dict[str, Any]:
    """Return the message of a record that is no event: it goes to the dead letters as it came."""
    return {
        "name": UNREADABLE,
        "title": "What could not be read",
        "summary": "Key, value and headers as they came, and the reason.",
        "headers": {"$ref": "#/components/schemas/RetryHeaders"},
        "payload": {"description": "Any bytes, or none."},
        "contentType": "application/octet-stream",
    }


def described(fact: FactType) -> str:
    """Return the comment above the fact in its .proto."""
    return comments()[fact.message.DESCRIPTOR.full_name]


def _payload(fact: FactType) -> Schema:
    """Return the schema of the message: of a type that systems outside write within its bounds."""
    descriptor: Any = fact.message.DESCRIPTOR  # its stub allows two kinds of descriptor, of which one exists
    return taken_reference(descriptor) if fact.from_outside else reference(descriptor)


def _common(fact: FactType) -> dict[str, Any]:
    name = fact.message.DESCRIPTOR.full_name
    return {
        "name": fact.type,
        "summary": described(fact),
        "tags": [{"name": fact.type.split(".")[1]}],
        "bindings": {
            "kafka": {
                "key": {
                    "type": "string",
                    "description": f"`{fact.key_path}` of {name}: order holds per key.",
                },
                "bindingVersion": KAFKA_BINDING,
            }
        },
    }


def _headers(fact: FactType, content_type: str) -> Schema:
    return {
        "allOf": [
            {"$ref": "#/components/schemas/CloudEventHeaders"},
            {
                "type": "object",
                "properties": {
                    "ce_type": {"type": "string", "const": fact.type},
                    "content-type": {"type": "string", "const": content_type},
                },
            },
        ]
    }


def _protobuf(fact: FactType) -> dict[str, Any]:
    name = fact.message.DESCRIPTOR.full_name
    return {
        **_common(fact),
        "title": fact.summary,
        "description": f"The value is one `{name}` in protobuf; it is shown as JSON.",
        "contentType": PROTOBUF,
        "headers": _headers(fact, PROTOBUF),
        "payload": _payload(fact),
        **_examples(fact, lambda example: {"headers": example.headers(PROTOBUF), "payload": example.data}),
    }


def _json(fact: FactType) -> dict[str, Any]:
    return {
        **_common(fact),
        "title": f"{fact.summary}, in JSON",
        "description": "For senders without protobuf. Fields are spelt as in the .proto (`legal_basis`), "
        "enum values as short words (`own_production`); a field that the message does not have is refused.",
        "contentType": JSON,
        "headers": _headers(fact, JSON),
        "payload": _payload(fact),
        **_examples(fact, lambda example: {"headers": example.headers(JSON), "payload": example.data}),
    }


def _structured(fact: FactType) -> dict[str, Any]:
    return {
        **_common(fact),
        "title": f"{fact.summary}, structured",
        "description": "The whole event as one JSON object. No header is needed.",
        "contentType": STRUCTURED,
        "headers": {
            "type": "object",
            "properties": {"content-type": {"type": "string", "const": STRUCTURED}},
        },
        "payload": {
            "type": "object",
            "properties": {
                **_ATTRIBUTES,
                "type": {"type": "string", "const": fact.type},
                "datacontenttype": {"type": "string", "enum": [JSON, PROTOBUF]},
                "data": _payload(fact),
                "data_base64": {
                    "type": "string",
                    "contentEncoding": "base64",
                    "description": f"In place of `data`: the message as `datacontenttype` says ({PROTOBUF}).",
                },
            },
            "required": list(_REQUIRED),
            "oneOf": [{"required": ["data"]}, {"required": ["data_base64"]}],
        },
        **_examples(fact, lambda example: {"payload": example.structured()}),
    }


def _result(fact: FactType) -> dict[str, Any]:
    return {
        **_common(fact),
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": "The asset's id; without one the event's own key."},
                "bindingVersion": KAFKA_BINDING,
            }
        },
        "title": f"{fact.summary}, as a result",
        "description": "The same event as JSON, for readers outside the mesh.",
        "contentType": STRUCTURED,
        "payload": {
            "type": "object",
            "properties": {
                **{name: _ATTRIBUTES[name] for name in ("specversion", "id", "source", "time", "subject")},
                "type": {"type": "string", "const": fact.type},
                "datacontenttype": {"type": "string", "const": JSON},
                "dataschema": {
                    "type": "string",
                    "const": schema_id(fact),
                    "description": "The `$id` of the data's JSON Schema: `framewell events schema`, "
                    f"`/schemas/{fact.type}.json` at the gateway.",
                },
                "data": _payload(fact),
            },
            "required": [*_REQUIRED, "time", "datacontenttype", "dataschema", "data"],
        },
    }


def _with_retry_headers(fact: FactType) -> dict[str, Any]:
    return {
        **_common(fact),
        "title": f"{fact.summary}, in a retry or dead-letter topic",
        "description": "The record as it came, in whichever content mode, with headers that say why it waits "
        "or was given up.",
        "headers": {"$ref": "#/components/schemas/RetryHeaders"},
        "payload": _payload(fact),
    }


def _examples(fact: FactType, shown: Callable[[Example], dict[str, Any]]) -> dict[str, Any]:
    example = EXAMPLES.get(fact.type)
    if example is None:
        return {}
    return {"examples": [{"name": example.name, "summary": example.summary, **shown(example)}]}
