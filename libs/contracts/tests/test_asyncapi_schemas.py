"""The schemas in the AsyncAPI documents take what protobuf's JSON mapping writes, and not what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import json_format
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.descriptor_pool import Default
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from framewell.mesh.v1.mesh_pb2 import Done, Failed, Outcome
from framewell_contracts.asyncapi.schemas import comments, components
from framewell_contracts.catalogue import FACTS, FactType

SCHEMAS = components(fact.message for fact in FACTS.values())


def validator(name: str) -> Draft7Validator:
    return Draft7Validator(
        {"allOf": [{"$ref": f"#/components/schemas/{name}"}], "components": {"schemas": SCHEMAS}}
    )


def test_every_message_field_enum_and_value_says_what_it_is() -> None:
    for name, schema in SCHEMAS.items():
        assert schema["description"], name
        for field, one in schema.get("properties", {}).items():
            assert one.get("description"), f"{name}.{field}"
        for value in schema.get("enum", ()):
            assert comments()[f"{name}.{value}"], value


@st.composite
def filled(draw: st.DrawFn, kind: type[Message], depth: int = 3) -> Message:
    """A message with any of its fields set to anything that they can hold."""
    message = kind()
    chosen = {draw(st.sampled_from(list(choice.fields))).name for choice in kind.DESCRIPTOR.oneofs}
    for field in kind.DESCRIPTOR.fields:
        if (field.containing_oneof is None or field.name in chosen) and draw(st.booleans()):
            _fill(draw, message, field, depth)
    return message


def _fill(draw: st.DrawFn, message: Any, field: FieldDescriptor, depth: int) -> None:
    inner, held = field.message_type, getattr(message, field.name)
    if inner is None and not field.is_repeated:
        setattr(message, field.name, draw(_scalar(field)))
    elif inner is None:
        held.extend(draw(st.lists(_scalar(field), max_size=3)))
    elif inner.GetOptions().map_entry:
        assert inner.fields_by_name["value"].type == FieldDescriptor.TYPE_STRING
        held.update(draw(st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2)))
    elif inner.full_name == "google.protobuf.Timestamp":
        held.FromDatetime(draw(st.datetimes()))
    elif depth and field.is_repeated:
        held.extend(draw(st.lists(filled(GetMessageClass(inner), depth - 1), max_size=2)))
    elif depth:
        held.CopyFrom(draw(filled(GetMessageClass(inner), depth - 1)))


def _scalar(field: FieldDescriptor) -> st.SearchStrategy[Any]:
    if field.enum_type is not None:
        return st.sampled_from([value.number for value in field.enum_type.values])
    return {
        FieldDescriptor.TYPE_BOOL: st.booleans(),
        FieldDescriptor.TYPE_STRING: st.text(max_size=9),
        FieldDescriptor.TYPE_BYTES: st.binary(max_size=9),
        FieldDescriptor.TYPE_INT32: st.integers(-(1 << 31), (1 << 31) - 1),
        FieldDescriptor.TYPE_INT64: st.integers(-(1 << 63), (1 << 63) - 1),
        FieldDescriptor.TYPE_FLOAT: st.floats(width=32),
        FieldDescriptor.TYPE_DOUBLE: st.floats(),
    }[field.type]


@given(data=st.data(), fact=st.sampled_from(list(FACTS.values())))
def test_whatever_a_fact_says_its_schema_takes(data: st.DataObject, fact: FactType) -> None:
    message = data.draw(filled(fact.message))
    written = json_format.MessageToDict(message)
    validator(fact.message.DESCRIPTOR.full_name).validate(written)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("framewell.mesh.v1.Outcome", {"done": {}, "failed": {"code": "x"}}),
        ("framewell.mesh.v1.Ratio", {"numerator": "1.5"}),
        ("framewell.mesh.v1.Ratio", {"numerator": True}),
        ("framewell.ingest.v1.IngestRequested", {"lane": "LANE_FAST"}),
        ("framewell.ingest.v1.IngestRequested", {"statements": {}}),
        ("framewell.ingest.v1.IngestRequested", {"labels": {"job": 1}}),
        ("framewell.media.v1.Box", {"x": "wide"}),
        ("framewell.media.v1.Track", {"index": 1 << 31}),
        ("framewell.media.v1.Track", {"index": "one"}),
    ],
)
def test_what_protobuf_does_not_read_its_schema_does_not_take(name: str, written: dict[str, Any]) -> None:
    make = GetMessageClass(Default().FindMessageTypeByName(name))
    with pytest.raises(json_format.ParseError):
        json_format.ParseDict(written, make())
    assert not validator(name).is_valid(written)


def test_numbers_may_come_as_numbers_or_as_text() -> None:
    for written in ({"numerator": 25, "denominator": 1}, {"numerator": "25", "denominator": "1"}):
        validator("framewell.mesh.v1.Ratio").validate(written)
    for outcome in (Outcome(done=Done()), Outcome(failed=Failed(code="killed"))):
        validator("framewell.mesh.v1.Outcome").validate(json_format.MessageToDict(outcome))
