"""Messages as JSON documents."""

import base64
import math
import struct
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from framewell_contracts.json_mapping.enum_words import enum_words

# What RFC 3339 can say: the years 1 to 9999, in seconds since 1970.
FIRST_SECOND, LAST_SECOND = -62_135_596_800, 253_402_300_799

_Write = Callable[[Any, bool], Any]
"""Writes a value; the second argument is `defaults` of `to_json`."""


def to_json(message: Message, *, defaults: bool = False) -> dict[str, Any]:
    """Return the document of a message; `from_json` makes an equal message of it.

    Fields that are unset are left out. `defaults=True` writes lists, maps, texts, numbers and truth values
    that are empty, 0 or false too, unless they are `optional`: a reader then finds them always. An
    unspecified enum value is always left out; one that this version does not know is its number. A number
    that is not finite becomes the text `NaN`, `Infinity` or `-Infinity`, and a time outside the years 1 to
    9999 the nearest that RFC 3339 can say: neither can be read back.
    """
    fields = _fields(message.DESCRIPTOR)
    if not defaults:
        return {
            fields[field.number].name: fields[field.number].write(value, False)
            for field, value in message.ListFields()
        }
    document: dict[str, Any] = {}
    for field in fields.values():
        if field.presence and not message.HasField(field.name):
            continue
        value = getattr(message, field.name)
        if value or not field.is_enum:
            document[field.name] = field.write(value, True)
    return document


class _Field(NamedTuple):
    """How a field is written. `presence`: it can be told from its default whether it is set."""

    name: str
    presence: bool
    is_enum: bool
    write: _Write


@cache
def _fields(descriptor: Descriptor) -> Mapping[int, _Field]:
    """Return the fields of a message by number, in the order of the .proto."""
    return MappingProxyType({field.number: _field(field) for field in descriptor.fields})


def _field(field: FieldDescriptor) -> _Field:
    single_enum = field.enum_type is not None and not field.is_repeated
    return _Field(field.name, field.has_presence, single_enum, _writer(field))


def _writer(field: FieldDescriptor) -> _Write:
    inner = field.message_type
    if inner is not None and inner.GetOptions().map_entry:
        value = _one(inner.fields_by_name["value"])
        return lambda entries, defaults: {_key(key): value(entries[key], defaults) for key in sorted(entries)}
    one = _one(field)
    if not field.is_repeated:
        return one
    if field.enum_type is not None:
        return lambda values, defaults: [one(value, defaults) for value in values if value]
    return lambda values, defaults: [one(value, defaults) for value in values]


def _one(field: FieldDescriptor) -> _Write:
    """Return what writes a single value of the field."""
    if field.message_type is not None:
        return _OF_MESSAGES.get(field.message_type.full_name, _message)
    if field.enum_type is not None:
        words = enum_words(field.enum_type)
        return lambda value, _: words.get(value, value)
    return _OF_SCALARS.get(field.type, _as_it_is)


def _key(key: object) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)


def _message(value: Message, defaults: bool) -> dict[str, Any]:
    return to_json(value, defaults=defaults)


def _as_it_is(value: Any, _: bool) -> Any:
    return value


def _base64(value: bytes, _: bool) -> str:
    return base64.b64encode(value).decode()


def _double(value: float, _: bool) -> float | str:
    return value if math.isfinite(value) else _not_finite(value)


def _float(value: float, _: bool) -> float | str:
    """Return the shortest decimal fraction that is this 32-bit number: 0.9, not 0.8999999761581421."""
    if not math.isfinite(value):
        return _not_finite(value)
    for digits in (6, 7, 8):
        rounded = float(f"{value:.{digits}g}")
        if _float32(rounded) == value:
            return rounded
    return float(f"{value:.9g}")


def _float32(value: float) -> float:
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return math.inf


def _not_finite(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _timestamp(value: Timestamp, _: bool) -> str:
    if not FIRST_SECOND <= value.seconds <= LAST_SECOND or not 0 <= value.nanos < 1_000_000_000:
        value = Timestamp(seconds=min(max(value.seconds, FIRST_SECOND), LAST_SECOND))
    return value.ToJsonString()


def _duration(value: Duration, _: bool) -> str:
    try:
        number = value.ToJsonString().removesuffix("s")
        return f"{number.rstrip('0').rstrip('.') if '.' in number else number}s"
    except ValueError:  # beyond 10,000 years, or its parts have different signs
        return f"{value.seconds}s"


def _struct(value: Struct, _: bool) -> dict[str, Any]:
    document: dict[str, Any] = _whole_numbers(MessageToDict(value))
    return document


def _whole_numbers(value: Any) -> Any:
    """Write whole numbers as such: a Struct holds doubles alone (exact up to 2^53)."""
    match value:
        case dict():
            return {name: _whole_numbers(one) for name, one in value.items()}
        case list():
            return [_whole_numbers(one) for one in value]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


_OF_SCALARS: Mapping[int, _Write] = MappingProxyType(
    {
        FieldDescriptor.TYPE_BYTES: _base64,
        FieldDescriptor.TYPE_FLOAT: _float,
        FieldDescriptor.TYPE_DOUBLE: _double,
    }
)
_OF_MESSAGES: Mapping[str, _Write] = MappingProxyType(
    {
        Timestamp.DESCRIPTOR.full_name: _timestamp,
        Duration.DESCRIPTOR.full_name: _duration,
        Struct.DESCRIPTOR.full_name: _struct,
    }
)
