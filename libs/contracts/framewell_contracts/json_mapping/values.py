"""Single values of fields, from JSON: each is taken in one form, and nothing is coerced."""

import base64
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from framewell_contracts.field_problem import TOO_LONG
from framewell_contracts.json_mapping.enum_words import enum_value
from framewell_contracts.sentences import Sentence, say

Convert: TypeAlias = Callable[[Any], Any]
"""Makes a value of a field from a JSON value. Raises ValueError with a sentence about the value."""

TIME_PATTERN = (
    r"^([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
    r"-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9]))"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?"
    r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)
"""RFC 3339, which other standards relax."""

SECONDS_PATTERN = r"^-?[0-9]{1,12}(\.[0-9]{1,9})?s$"
"""A length of time as protobuf's mapping writes it."""

LARGEST_FLOAT = 3.4028234663852886e38
"""The largest finite number of 32 bits (IEEE 754)."""

LARGEST_DOUBLE = 1.7976931348623157e308

_TIME, _SECONDS = re.compile(TIME_PATTERN), re.compile(SECONDS_PATTERN)
_WHOLE_KEY = re.compile(r"-?(0|[1-9][0-9]{0,19})")


_KINDS: Mapping[type, str] = MappingProxyType(
    {
        str: say("kind.text", "text"),
        bool: say("kind.truth", "true or false"),
        list: say("kind.list", "a list"),
        dict: say("kind.object", "an object"),
    }
)
_NUMBER, _NULL = say("kind.number", "a number"), say("kind.null", "null")


def converter(field: FieldDescriptor) -> Convert | None:
    """Return what makes one value of the field; None for a message with fields of its own."""
    if field.message_type is not None:
        return _OF_MESSAGES.get(field.message_type.full_name)
    if field.enum_type is not None:
        enum = field.enum_type
        return lambda value: enum_value(enum, value)
    return _SCALARS[field.type]


def key_converter(field: FieldDescriptor) -> Convert:
    """Return what makes a key of a map, whose keys are text in JSON."""
    of_value = _SCALARS[field.type]
    if field.type == FieldDescriptor.TYPE_STRING:
        return of_value
    if field.type == FieldDescriptor.TYPE_BOOL:
        return lambda key: of_value({"true": True, "false": False}.get(key, key))
    return lambda key: of_value(int(key) if _WHOLE_KEY.fullmatch(key) else key)


def kind(value: object) -> str:
    """Return what a JSON value is, for a sentence."""
    return _NULL if value is None else _KINDS.get(type(value), _NUMBER)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(say("field.text", "must be text, not {given}", given=kind(value)))
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            half = say("field.surrogate", "holds half of a surrogate pair, which is no text")
            raise ValueError(half) from None
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(say("field.truth", "must be true or false, not {given}", given=kind(value)))
    return value


def _whole(least: int, most: int) -> Convert:
    def convert(value: Any) -> int:
        if isinstance(value, float):
            if not value.is_integer():
                raise ValueError(say("field.fraction", "must be a whole number"))
            value = int(value)  # 1.0 and 1e3 are whole numbers in JSON
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(say("field.whole", "must be a whole number, not {given}", given=kind(value)))
        if not least <= value <= most:
            raise ValueError(_between(least, most))
        return value

    return convert


def _fraction(most: float) -> Convert:
    def convert(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(say("field.number", "must be a number, not {given}", given=kind(value)))
        if not -most <= value <= most:  # NaN is not either
            raise ValueError(_between(f"{-most:g}", f"{most:g}"))
        return float(value)

    return convert


def _bytes(value: Any) -> bytes:
    text = _text(value)
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise ValueError(say("field.base64", "must be base64")) from None


def parse_time(value: Any) -> Timestamp:
    """Return the moment that a text in RFC 3339 names, from the year 1 to 9999. Raises ValueError.

    A leap second is not taken: neither protobuf's Timestamp nor Python can say it.
    """
    stamp = Timestamp()
    try:
        if not isinstance(value, str) or not _TIME.fullmatch(value):
            raise ValueError
        stamp.FromJsonString(value)
    except ValueError:
        leap = isinstance(value, str) and ":60" in value
        said = say(
            "field.time",
            "must be a time in RFC 3339, such as `2026-11-22T18:00:00Z`{hint}",
            hint=say("field.leap", " (leap seconds cannot be kept)") if leap else "",
        )
        raise ValueError(said) from None
    return stamp


def _duration(value: Any) -> Duration:
    if not isinstance(value, str) or not _SECONDS.fullmatch(value):
        raise ValueError(say("field.seconds", "must be seconds as text, such as `3.5s`"))
    length = Duration()
    try:
        length.FromJsonString(value)
    except ValueError:
        raise ValueError(TOO_LONG) from None
    return length


def _struct(value: Any) -> Struct:
    try:
        if not isinstance(value, dict):
            raise ValueError(no_object(value))
        return ParseDict(value, Struct(), max_recursion_depth=30)
    except (ParseError, UnicodeEncodeError, OverflowError):
        said = say(
            "field.struct",
            "is no JSON object that can be kept: it is nested too deeply, or holds half of a surrogate pair "
            "or a number that is too large",
        )
        raise ValueError(said) from None


def no_object(value: object) -> Sentence:
    """Return that something is no object."""
    return say("field.object", "must be an object, not {given}", given=kind(value))


def _between(least: object, most: object) -> Sentence:
    return say("field.between", "must be between {least} and {most}", least=least, most=most)


_INT32, _INT64 = _whole(-(1 << 31), (1 << 31) - 1), _whole(-(1 << 63), (1 << 63) - 1)
_UINT32, _UINT64 = _whole(0, (1 << 32) - 1), _whole(0, (1 << 64) - 1)

_SCALARS: Mapping[int, Convert] = MappingProxyType(
    {
        FieldDescriptor.TYPE_BOOL: _truth,
        FieldDescriptor.TYPE_STRING: _text,
        FieldDescriptor.TYPE_BYTES: _bytes,
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
        FieldDescriptor.TYPE_FLOAT: _fraction(LARGEST_FLOAT),
        FieldDescriptor.TYPE_DOUBLE: _fraction(LARGEST_DOUBLE),
    }
)
_OF_MESSAGES: Mapping[str, Convert] = MappingProxyType(
    {
        Timestamp.DESCRIPTOR.full_name: parse_time,
        Duration.DESCRIPTOR.full_name: _duration,
        Struct.DESCRIPTOR.full_name: _struct,
    }
)
