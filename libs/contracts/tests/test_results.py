"""Results are the events themselves as JSON, valid by the JSON Schemas that strangers are given."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from cloudevents.kafka import KafkaMessage, from_structured
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from jsonschema import Draft202012Validator

from framewell.asset.v1.asset_pb2 import AssetAnalysed
from framewell.media.v1.media_pb2 import Work
from framewell.model.v1.model_pb2 import ModelPromoted
from framewell_contracts.asyncapi import document
from framewell_contracts.asyncapi.examples import EXAMPLES
from framewell_contracts.cloudevents import Envelope, Event, decode, encode
from framewell_contracts.event_schemas import event_schema, schema_id
from framewell_contracts.fact_types import FACTS, FactType, fact_type
from framewell_contracts.json_mapping import from_json, to_json
from framewell_contracts.results import result_record

FACT_LIST = list(FACTS.values())
INTERNAL = [fact for fact in FACT_LIST if not fact.from_outside]
BY_TYPE = pytest.mark.parametrize("fact", FACT_LIST, ids=lambda fact: fact.type)
RESULTS = pytest.mark.parametrize(
    "fact", [fact for fact in FACT_LIST if fact.result], ids=lambda fact: fact.type
)
NOW = datetime(2026, 11, 29, 10, 30, tzinfo=UTC)
SOME = {
    FieldDescriptor.CPPTYPE_STRING: "text",
    FieldDescriptor.CPPTYPE_BOOL: True,
    FieldDescriptor.CPPTYPE_FLOAT: 0.5,
    FieldDescriptor.CPPTYPE_DOUBLE: 0.5,
}


def filled(message: Message, depth: int = 0) -> Message:
    """The message with every field set, and of alternatives the last; to a depth that ends recursion."""
    for field in message.DESCRIPTOR.fields:
        if field.message_type is None:
            value: Any = SOME.get(field.cpp_type, 1)
            if field.type == FieldDescriptor.TYPE_BYTES:
                value = b"\x00\xff"
            if field.is_repeated:
                getattr(message, field.name).append(value)
            else:
                setattr(message, field.name, value)
        elif field.message_type.GetOptions().map_entry:
            entry = field.message_type.fields_by_name["value"]
            if entry.message_type is None:
                getattr(message, field.name)["key"] = SOME.get(entry.cpp_type, 1)
        elif depth < 6:
            inner = getattr(message, field.name)
            filled(inner.add() if field.is_repeated else inner, depth + 1)
            if not field.is_repeated:
                inner.SetInParent()
    return message


def event(fact: FactType, message: Message, subject: str = "asset-1") -> Event:
    return Event(
        Envelope(
            "event-1", "framewell/test", fact.type, NOW, subject, "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
        ),
        message,
    )


def whole(fact: FactType) -> Message:
    """A message of the type with everything in it; of one from outside its example."""
    example = EXAMPLES.get(fact.type)
    return from_json(dict(example.data), fact.message) if example else filled(fact.message())


@BY_TYPE
def test_the_schema_of_an_event_is_complete_in_itself(fact: FactType) -> None:
    schema = event_schema(fact)
    Draft202012Validator.check_schema(schema)
    assert all(reference in schema["$defs"] for reference in references(schema))


def references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].removeprefix("#/$defs/")
        for part in schema.values():
            yield from references(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from references(part)


@pytest.mark.parametrize("fact", INTERNAL, ids=lambda fact: fact.type)
def test_the_schema_of_a_fact_takes_whatever_the_mesh_writes_and_further_fields(fact: FactType) -> None:
    validator = Draft202012Validator(event_schema(fact))
    validator.validate({})
    validator.validate(to_json(fact.message()))
    validator.validate(to_json(fact.message(), defaults=True))
    whole = to_json(filled(fact.message()))
    validator.validate({**whole, "field_of_tomorrow": 1})
    name = next(name for name in whole if isinstance(whole[name], str | dict))
    assert not validator.is_valid({**whole, name: 17})


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=lambda example: example.name)
def test_the_schema_of_what_outsiders_send_has_its_bounds(example: Any) -> None:
    validator = Draft202012Validator(event_schema(FACTS[example.type]))
    validator.validate(example.data)
    assert not validator.is_valid({**example.data, "colour": "red"})
    for name, value in example.data.items():
        if isinstance(value, str):
            assert not validator.is_valid({**example.data, name: value * 20_000}), name


@RESULTS
def test_a_result_is_the_event_itself_in_json_that_needs_no_schema(fact: FactType) -> None:
    sent = event(fact, whole(fact))
    record = result_record(sent)
    assert (record.topic, record.key) == ("framewell.results.v1", b"asset-1")
    assert dict(record.headers) == {"content-type": b"application/cloudevents+json"}
    read = json.loads(record.value)
    assert {name: read[name] for name in read if name != "data"} == {
        "specversion": "1.0",
        "id": "event-1",
        "source": "framewell/test",
        "type": fact.type,
        "subject": "asset-1",
        "time": "2026-11-29T10:30:00+00:00",
        "datacontenttype": "application/json",
        "dataschema": schema_id(fact),
    }
    schema = event_schema(fact)
    assert read["dataschema"] == schema["$id"]
    Draft202012Validator(schema).validate(read["data"])
    described = document("gateway")
    payload = described["components"]["messages"][f"{fact.type}.result"]["payload"]
    Draft202012Validator({**payload, "components": described["components"]}).validate(read)


def test_a_result_has_id_source_and_time_of_the_record_it_repeats_and_no_chance_in_it() -> None:
    analysed = AssetAnalysed(work=Work(asset_id="a1"))
    written = encode(Envelope("e7", "framewell/inference", fact_type(analysed).type, NOW, "a1"), analysed)
    read = decode(written.topic, written.headers, written.value)
    once, again = (
        result_record(read),
        result_record(Event(read.envelope._replace(traceparent="00-x"), read.message)),
    )
    assert once == again
    assert json.loads(once.value)["id"] == "e7"


def test_a_result_without_an_asset_has_the_key_of_its_event() -> None:
    promoted = ModelPromoted()
    promoted.model.name = "identity/people"
    assert result_record(event(fact_type(promoted), promoted, subject="")).key == b"identity/people"


def test_the_official_sdk_reads_a_result() -> None:
    analysed = AssetAnalysed(work=Work(asset_id="a1"))
    record = result_record(event(fact_type(analysed), analysed))
    read = from_structured(KafkaMessage(headers=dict(record.headers), key=record.key, value=record.value))
    assert (read["id"], read["dataschema"]) == ("event-1", schema_id(fact_type(analysed)))
    assert read.data == {"work": {"asset_id": "a1"}}
