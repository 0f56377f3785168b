"""JSON Schemas of protobuf messages, as protobuf's JSON mapping writes and reads them.

The mapping: https://protobuf.dev/programming-guides/json/. The generators that are kept well (buf's
protoschema plugins) are Go programs that cannot be had from the registries this build uses, and know
nothing of the descriptors at run time; the rules we need fit on this page.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.resources import files
from itertools import combinations
from types import MappingProxyType
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

Schema = dict[str, Any]

_DIGITS = "^-?[0-9]+$"
_INT64: Schema = {"type": ["string", "integer"], "format": "int64", "pattern": _DIGITS}
_UINT64: Schema = {"type": ["string", "integer"], "format": "uint64", "pattern": "^[0-9]+$", "minimum": 0}
_INT32: Schema = {"type": "integer", "format": "int32", "minimum": -(1 << 31), "maximum": (1 << 31) - 1}
_UINT32: Schema = {"type": "integer", "format": "uint32", "minimum": 0, "maximum": (1 << 32) - 1}
_NOT_FINITE = ["NaN", "Infinity", "-Infinity"]

_SCALARS: Mapping[int, Schema] = MappingProxyType(
    {
        FieldDescriptor.TYPE_BOOL: {"type": "boolean"},
        FieldDescriptor.TYPE_STRING: {"type": "string"},
        FieldDescriptor.TYPE_BYTES: {"type": "string", "contentEncoding": "base64"},
        FieldDescriptor.TYPE_INT32: _INT32,
        FieldDescriptor.TYPE_SINT32: _INT32,
        FieldDescriptor.TYPE_SFIXED32: _INT32,
        FieldDescriptor.TYPE_UINT32: _UINT32,
        FieldDescriptor.TYPE_FIXED32: _UINT32,
        FieldDescriptor.TYPE_INT64: _INT64,
        FieldDescriptor.TYPE_SINT64: _INT64,
        FieldDescriptor.TYPE_SFIXED64: _INT64,
        FieldDescriptor.TYPE_UINT64: _UINT64,
        FieldDescriptor.TYPE_FIXED64: _UINT64,
        FieldDescriptor.TYPE_FLOAT: {"anyOf": [{"type": "number", "format": "float"}, {"enum": _NOT_FINITE}]},
        FieldDescriptor.TYPE_DOUBLE: {
            "anyOf": [{"type": "number", "format": "double"}, {"enum": _NOT_FINITE}]
        },
    }
)

# Messages that the mapping writes in a form of their own. The mesh uses no others of google.protobuf.
_WELL_KNOWN: Mapping[str, Schema] = MappingProxyType(
    {
        "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
        "google.protobuf.Duration": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?s$"},
    }
)


@cache
def comments() -> Mapping[str, str]:
    """What stands above a message, field, enum or value in its .proto, by full name (`make proto`)."""
    said: dict[str, str] = json.loads(files("framewell").joinpath("comments.json").read_text())
    return MappingProxyType(said)


def reference(name: str) -> Schema:
    """A reference to the component of a message or an enum, by its full name."""
    return {"$ref": f"#/components/schemas/{name}"}


def components(messages: Iterable[type[Message]]) -> dict[str, Schema]:
    """Schemas by full name of these messages and of everything they are made of."""
    found: dict[str, Schema] = {}
    waiting: list[Any] = [message.DESCRIPTOR for message in messages]
    while waiting:
        one = waiting.pop()
        if one.full_name in found:
            continue
        if isinstance(one, EnumDescriptor):
            found[one.full_name] = _enum(one)
        else:
            found[one.full_name] = _message(one, waiting.append)
    return dict(sorted(found.items()))


_Noting = Callable[[Descriptor | EnumDescriptor], None]


def _message(message: Descriptor, noting: _Noting) -> Schema:
    """The schema of a message; `noting` is told of every component that it refers to.

    No property is required (what is left out has its default), and more may come: fields are added freely.
    """
    description = comments().get(message.full_name, "")
    exclusions = []
    for choice in message.oneofs:
        names = [field.json_name for field in choice.fields]
        if len(names) > 1:  # one field alone is only what proto3 calls optional
            description += f" At most one of {', '.join(f'`{name}`' for name in names)}."
            exclusions += [{"not": {"required": list(pair)}} for pair in combinations(names, 2)]
    return {
        "type": "object",
        "title": message.name,
        "description": description.strip(),
        "properties": {field.json_name: _field(field, noting) for field in message.fields},
        **({"allOf": exclusions} if exclusions else {}),
    }


def _field(field: FieldDescriptor, noting: _Noting) -> Schema:
    said = {"description": comments()[field.full_name]} if field.full_name in comments() else {}
    entry = field.message_type
    if entry is not None and entry.GetOptions().map_entry:
        key, value = entry.fields_by_name["key"], entry.fields_by_name["value"]
        names = {} if key.type == FieldDescriptor.TYPE_STRING else {"propertyNames": {"pattern": _DIGITS}}
        return {**said, "type": "object", **names, "additionalProperties": _value(value, noting)}
    value_schema = _value(field, noting)
    if field.is_repeated:
        return {**said, "type": "array", "items": value_schema}
    if "$ref" in value_schema and said:  # JSON Schema draft 7 does not see what stands beside a $ref
        return {**said, "allOf": [value_schema]}
    return {**said, **value_schema}


def _value(field: FieldDescriptor, noting: _Noting) -> Schema:
    """The schema of one value of a field, be the field single, repeated or a map's."""
    referred: Descriptor | EnumDescriptor | None = field.message_type or field.enum_type
    if referred is None:
        return dict(_SCALARS[field.type])
    if referred.full_name.startswith("google.protobuf."):
        return dict(_WELL_KNOWN[referred.full_name])
    noting(referred)
    return reference(referred.full_name)


def _enum(enum: EnumDescriptor) -> Schema:
    said = comments()
    lines = [f"- `{value.name}`: {said.get(f'{enum.full_name}.{value.name}', '')}" for value in enum.values]
    return {
        "type": "string",
        "title": enum.name,
        "description": "\n".join([said.get(enum.full_name, ""), "", *lines]).strip(),
        "enum": [value.name for value in enum.values],
    }
