"""JSON Schemas of messages and enums, as `to_json` writes them and `from_json` takes them.

Made from the descriptors and the comments of the .proto files. The generators that are kept well (buf's
protoschema plugins) are Go programs that know protobuf's own mapping only.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from types import MappingProxyType
from typing import Any, TypeAlias

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from framewell_contracts.bounds import Bound, bound_of, is_required, message_rules
from framewell_contracts.json_mapping.comments import comments
from framewell_contracts.json_mapping.enum_words import enum_words
from framewell_contracts.json_mapping.values import LARGEST_FLOAT, SECONDS_PATTERN, TIME_PATTERN

Schema: TypeAlias = dict[str, Any]
Reference: TypeAlias = Callable[[Descriptor | EnumDescriptor], Schema]
"""Makes the reference to the schema of a message or an enum."""


def _integer(format: str, least: int, most: int) -> Schema:  # noqa: A002 - JSON Schema's word
    return {"type": "integer", "format": format, "minimum": least, "maximum": most}


_INT32, _INT64 = _integer("int32", -(1 << 31), (1 << 31) - 1), _integer("int64", -(1 << 63), (1 << 63) - 1)
_UINT32, _UINT64 = _integer("uint32", 0, (1 << 32) - 1), _integer("uint64", 0, (1 << 64) - 1)

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
        FieldDescriptor.TYPE_FLOAT: {
            "type": "number",
            "format": "float",
            "minimum": -LARGEST_FLOAT,
            "maximum": LARGEST_FLOAT,
        },
        FieldDescriptor.TYPE_DOUBLE: {"type": "number", "format": "double"},
    }
)

# Messages that have a form of their own. The mesh uses no others of google.protobuf.
_WELL_KNOWN: Mapping[str, Schema] = MappingProxyType(
    {
        "google.protobuf.Timestamp": {"type": "string", "format": "date-time", "pattern": TIME_PATTERN},
        "google.protobuf.Duration": {"type": "string", "pattern": SECONDS_PATTERN},
        "google.protobuf.Struct": {"type": "object", "additionalProperties": True},
    }
)


_TAKEN = ".taken"


def reference(element: Descriptor | EnumDescriptor) -> Schema:
    """Return a reference to the component of a message or an enum, by its full name."""
    return {"$ref": f"#/components/schemas/{element.full_name}"}


def taken_reference(element: Descriptor | EnumDescriptor) -> Schema:
    """Return a reference to the component of what is taken from senders: a message within its bounds."""
    if isinstance(element, EnumDescriptor):
        return reference(element)
    return {"$ref": f"#/components/schemas/{element.full_name}{_TAKEN}"}


def components(messages: Iterable[type[Message]], taken: Iterable[type[Message]] = ()) -> dict[str, Schema]:
    """Return the schemas, by full name, of these messages and of everything they are made of.

    Those of what is `taken` from senders are within bounds, and stand under the names of `taken_reference`.
    """
    found: dict[str, Schema] = {}
    waiting: list[tuple[Any, bool]] = [
        *((message.DESCRIPTOR, False) for message in messages),
        *((message.DESCRIPTOR, True) for message in taken),
    ]
    while waiting:
        element, bounded = waiting.pop()
        refer = taken_reference if bounded else reference
        name = refer(element)["$ref"].rpartition("/")[2]
        if name not in found:
            found[name] = schema_of(element, refer, bounded=bounded)
            if isinstance(element, Descriptor):
                waiting.extend((part, bounded) for part in parts_of(element.fields))
    return dict(sorted(found.items()))


def parts_of(fields: Iterable[FieldDescriptor]) -> Iterable[Descriptor | EnumDescriptor]:
    """Return the messages and enums that the schemas of these fields refer to, each once."""
    parts: dict[str, Descriptor | EnumDescriptor] = {}
    for field in fields:
        inner = field.message_type
        held = inner.fields_by_name["value"] if inner and inner.GetOptions().map_entry else field
        part = held.message_type or held.enum_type
        if part is not None and part.full_name not in _WELL_KNOWN:
            parts[part.full_name] = part
    return parts.values()


def schema_of(
    element: Descriptor | EnumDescriptor,
    refer: Reference = reference,
    *,
    bounded: bool = False,
    fields: Sequence[FieldDescriptor] | None = None,
) -> Schema:
    """Return the schema of a message or an enum; `refer` makes its references to others.

    No property is required, for what is left out has its default, and further ones may come: a reader
    ignores what it does not know. `bounded` gives the schema of what is taken from senders: within the
    rules of the .proto, and without fields that are not known. `fields` are those that it has; None: all.
    """
    if isinstance(element, EnumDescriptor):
        return _enum(element)
    return _message(element, element.fields if fields is None else fields, refer, bounded)


def field_schema(field: FieldDescriptor, refer: Reference = reference, *, bounded: bool = False) -> Schema:
    """Return the schema of what a field holds: a value, a list or a map; `bounded` within its rules."""
    schema, bound = _unbounded(field, refer), bound_of(field) if bounded else None
    return schema if bound is None else _without_refused(field, bound, bound.narrowed(schema))


def _without_refused(field: FieldDescriptor, bound: Bound, schema: Schema) -> Schema:
    """Return the schema without the values that the field refuses of those that its enum has.

    It still refers to the enum, so that clients have one type of it, and pass over the rest without harm.
    """
    if bound.words is None:
        return schema
    words = enum_words(field.enum_type)
    refused = [{"const": word} for number, word in words.items() if number not in bound.words]
    if not refused:
        return schema
    taken = {"allOf": [schema]} if "$ref" in schema else schema
    return {**taken, "not": {"anyOf": refused}}


def _unbounded(field: FieldDescriptor, refer: Reference) -> Schema:
    described = {"description": comments()[field.full_name]} if field.full_name in comments() else {}
    inner = field.message_type
    if inner is not None and inner.GetOptions().map_entry:
        key, value = inner.fields_by_name["key"], inner.fields_by_name["value"]
        names = (
            {} if key.type == FieldDescriptor.TYPE_STRING else {"propertyNames": {"pattern": "^-?[0-9]+$"}}
        )
        return {**described, "type": "object", **names, "additionalProperties": _value(value, refer)}
    one = _value(field, refer)
    if field.is_repeated:
        return {**described, "type": "array", "items": one}
    if "$ref" in one and described:  # JSON Schema draft 7 does not see what stands beside a $ref
        return {**described, "allOf": [one]}
    return {**described, **one}


def _message(
    message: Descriptor, fields: Sequence[FieldDescriptor], refer: Reference, bounded: bool
) -> Schema:
    sentences = [comments().get(message.full_name, "")]
    schema: Schema = {
        "type": "object",
        "title": message.name,
        "description": "",
        "properties": {field.name: field_schema(field, refer, bounded=bounded) for field in fields},
    }
    for choice in message.oneofs:
        names = [field.name for field in choice.fields if field in fields]
        if len(names) <= 1:  # only what proto3 calls optional
            continue
        listed, one_must = ", ".join(f"`{name}`" for name in names), bounded and is_required(choice)
        sentences.append(f"{'Exactly' if one_must else 'At most'} one of {listed}.")
        schema |= _exclusions(names, alone=len(names) == len(fields), required=one_must)
    if bounded:
        sentences += [f"`{rule.field}` {rule.message}." for rule in message_rules(message)]
        schema["additionalProperties"] = False
        required = [field.name for field in fields if (bound := bound_of(field)) and bound.required]
        schema |= {"required": required} if required else {}
    schema["description"] = " ".join(sentences).strip()
    return schema


def _exclusions(names: Sequence[str], *, alone: bool, required: bool) -> Schema:
    """Return what says in a schema that one of these properties excludes the others.

    Where a message has no other fields, the number of its properties says it, which generators of clients
    pass over without harm.
    """
    if alone:
        return {"maxProperties": 1, **({"minProperties": 1} if required else {})}
    exclusions: list[Schema] = [{"not": {"required": list(pair)}} for pair in combinations(names, 2)]
    if required:
        exclusions.append({"anyOf": [{"required": [name]} for name in names]})
    return {"allOf": exclusions}


def _value(field: FieldDescriptor, refer: Reference) -> Schema:
    """Return the schema of one value of a field, be the field single, repeated or a map's."""
    part = field.message_type or field.enum_type
    if part is None:
        return dict(_SCALARS[field.type])
    if part.full_name in _WELL_KNOWN:
        return dict(_WELL_KNOWN[part.full_name])
    return refer(part)


def _enum(enum: EnumDescriptor) -> Schema:
    descriptions = comments()
    words = enum_words(enum)
    lines = [
        f"- `{words[value.number]}`: {descriptions.get(f'{enum.full_name}.{value.name}', '')}"
        for value in enum.values
        if value.number
    ]
    return {
        "type": "string",
        "title": enum.name,
        "description": "\n".join([descriptions.get(enum.full_name, ""), "", *lines]).strip(),
        "enum": [words[value.number] for value in enum.values if value.number],
    }
