"""The one JSON spelling: whatever a message says survives it, and every other is refused in words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from framewell.gateway.v1.events_pb2 import Event
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import Box, Span, Track
from framewell.mesh.v1.mesh_pb2 import Done, Failed, Lane, Outcome, Ratio
from framewell.mesh.v1.operations_service_pb2 import SetTelemetryRequest, Telemetry
from framewell.rights.v1.rights_pb2 import LegalBasis, Purpose, RightsStatement, Use
from framewell_contracts.fact_types import FACTS, FactType
from framewell_contracts.json_mapping import (
    InvalidDocument,
    comments,
    components,
    enum_words,
    from_json,
    parse_object,
    to_json,
)
from framewell_contracts.unreadable import Unreadable

SCHEMAS = components([*(fact.message for fact in FACTS.values()), SetTelemetryRequest])


def validator(name: str) -> Draft7Validator:
    return Draft7Validator(
        {"allOf": [{"$ref": f"#/components/schemas/{name}"}], "components": {"schemas": SCHEMAS}}
    )


def of(message: type[Message]) -> Draft7Validator:
    return validator(message.DESCRIPTOR.full_name)


def test_every_message_field_enum_and_value_of_a_fact_says_what_it_is() -> None:
    for name, schema in components(fact.message for fact in FACTS.values()).items():
        assert schema["description"], name
        for field, one in schema.get("properties", {}).items():
            assert one.get("description"), f"{name}.{field}"
        assert ":\n" not in schema["description"] + "\n", f"a value of {name} is not explained"
    assert comments()["framewell.rights.v1.Use.USE_ALLOWED"]


# --- whatever a message says survives


@st.composite
def filled(draw: st.DrawFn, kind: type[Message], depth: int = 3) -> Message:
    """A message with any of its fields set to anything that they can hold and JSON can say."""
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
    elif inner.full_name == "google.protobuf.Duration":
        held.FromNanoseconds(draw(st.integers(-(10**20), 10**20)))
    elif depth and field.is_repeated:
        held.extend(draw(st.lists(filled(GetMessageClass(inner), depth - 1), max_size=2)))
    elif depth:
        held.CopyFrom(draw(filled(GetMessageClass(inner), depth - 1)))


def _scalar(field: FieldDescriptor) -> st.SearchStrategy[Any]:
    if field.enum_type is not None:
        return st.sampled_from([value.number for value in field.enum_type.values if value.number])
    return {
        FieldDescriptor.TYPE_BOOL: st.booleans(),
        FieldDescriptor.TYPE_STRING: st.text(max_size=9),
        FieldDescriptor.TYPE_BYTES: st.binary(max_size=9),
        FieldDescriptor.TYPE_INT32: st.integers(-(1 << 31), (1 << 31) - 1),
        FieldDescriptor.TYPE_INT64: st.integers(-(1 << 63), (1 << 63) - 1),
        FieldDescriptor.TYPE_FLOAT: st.floats(width=32, allow_nan=False, allow_infinity=False),
        FieldDescriptor.TYPE_DOUBLE: st.floats(allow_nan=False, allow_infinity=False),
    }[field.type]


@given(data=st.data(), fact=st.sampled_from(list(FACTS.values())))
def test_any_message_of_any_fact_survives_json_and_fits_its_schema(
    data: st.DataObject, fact: FactType
) -> None:
    message = data.draw(filled(fact.message))
    for defaults in (False, True):
        document = to_json(message, defaults=defaults)
        of(fact.message).validate(document)
        assert from_json(parse_object(json.dumps(document)), fact.message) == message


@given(document=st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["uri", "lane", "statements", "span", "valid_from", "labels", "programme", "x"]),
        inner,
        max_size=4,
    ),
    max_leaves=12,
))  # fmt: skip
def test_any_document_is_read_or_refused_with_the_place_and_never_crashes(document: Any) -> None:
    try:
        message = from_json(document, IngestRequested)
    except InvalidDocument:
        return
    assert from_json(to_json(message), IngestRequested) == message
    of(IngestRequested).validate(document)


# --- the spelling


def test_a_document_is_spelt_as_the_proto_spells_its_fields_and_enums_by_short_words() -> None:
    message = IngestRequested(
        uri="file:///a.mp4",
        lane=Lane.LANE_LIVE,
        statements=[
            RightsStatement(
                issuer="house",
                revision=1 << 53,
                purposes=[Purpose.PURPOSE_OWN_TRAINING],
                use=Use.USE_ALLOWED,
                legal_basis=LegalBasis.LEGAL_BASIS_OWN_PRODUCTION,
                span=Span(start_pts=-7),
            )
        ],
    )
    message.statements[0].valid_until.FromJsonString("2027-12-31T23:59:59.5+01:00")
    document = {
        "uri": "file:///a.mp4",
        "lane": "live",
        "statements": [
            {
                "issuer": "house",
                "revision": 1 << 53,
                "purposes": ["own_training"],
                "use": "allowed",
                "legal_basis": "own_production",
                "span": {"start_pts": -7},
                "valid_until": "2027-12-31T22:59:59.500Z",
            }
        ],
    }
    assert to_json(message) == document
    assert from_json(document, IngestRequested) == message


def test_a_reader_of_answers_finds_lists_and_numbers_that_are_empty_too() -> None:
    document = to_json(IngestRequested(), defaults=True)
    assert (document["labels"], document["statements"], document["uri"]) == ({}, [], "")
    assert document.keys().isdisjoint({"lane", "programme"})
    assert to_json(Span(), defaults=True) == {"start_pts": 0, "end_pts": 0, "first_frame": 0, "frames": 0}
    assert "log_level" not in to_json(SetTelemetryRequest(), defaults=True)
    assert to_json(SetTelemetryRequest(log_level="")) == {"log_level": ""}


def test_an_empty_message_that_is_set_is_told_from_one_that_is_not() -> None:
    assert to_json(Outcome(done=Done())) == {"done": {}}
    assert from_json({"done": {}}, Outcome).WhichOneof("result") == "done"
    assert from_json({}, Outcome).WhichOneof("result") is None


def test_lengths_of_time_are_seconds_as_text() -> None:
    request = from_json({"revert_after": "3.5s"}, SetTelemetryRequest)
    assert request.revert_after.ToMilliseconds() == 3500
    assert to_json(request) == {"revert_after": "3.5s"}


def test_an_object_of_any_fields_stays_as_it_is() -> None:
    data = {"uri": "file:///a.mp4", "revision": 1_732_300_000_000_000, "score": 0.5, "spans": [{"x": None}]}
    event = from_json({"id": "e1", "data": data}, Event)
    assert to_json(event)["data"] == data
    with pytest.raises(InvalidDocument, match="data: must be an object"):
        from_json({"data": []}, Event)


def test_a_number_of_32_bits_is_written_as_short_as_it_was_meant() -> None:
    assert to_json(Box(x=0.1, y=1 / 3)) == {"x": 0.1, "y": 0.33333334}


def test_what_json_cannot_say_is_still_written() -> None:
    """Facts of others may hold it: whoever prints them must not fail."""
    request = SetTelemetryRequest(trace_sample=float("nan"))
    request.revert_after.seconds = 1 << 60
    assert to_json(request) == {"trace_sample": "NaN", "revert_after": f"{1 << 60}s"}
    telemetry = Telemetry()
    telemetry.reverts_at.seconds = 1 << 60
    assert to_json(telemetry) == {"reverts_at": "9999-12-31T23:59:59Z"}
    assert to_json(Track(kind=77)) == {"kind": 77}  # type: ignore[arg-type]


def test_the_words_of_an_enum_are_its_values_without_its_prefix() -> None:
    assert enum_words(Use.DESCRIPTOR) == {1: "allowed", 2: "prohibited", 3: "constrained"}


# --- every other spelling


def _ending(end: str) -> dict[str, Any]:
    return {"statements": [{"passage": {"seconds": {"end": end}}}]}


@pytest.mark.parametrize(
    ("document", "place", "problem"),
    [
        ([], "", "must be an object with the fields of IngestRequested, not a list"),
        ({"titel": 1}, "titel", "is no field of IngestRequested"),
        ({"programme": {"titel": "x"}}, "programme.titel", "is `title` meant?"),
        ({"assetId": "x"}, "assetId", "is spelt `asset_id`"),
        ({"lane": "LANE_LIVE"}, "lane", "`LANE_LIVE` is written `live`"),
        ({"lane": "Live"}, "lane", "`Live` is written `live`"),
        ({"lane": "fast"}, "lane", "`fast` is none of `live`, `archive`"),
        ({"lane": 1}, "lane", "is none of `live`, `archive`"),
        ({"lane": "LANE_UNSPECIFIED"}, "lane", "what is not known is left out"),
        ({"lane": "unspecified"}, "lane", "what is not known is left out"),
        ({"lane": None}, "lane", "null is not taken: leave it out"),
        ({"statements": {}}, "statements", "must be a list, not an object"),
        ({"statements": [None]}, "statements.0", "null is not taken"),
        ({"statements": [{}, {"use": "yes"}]}, "statements.1.use", "`yes` is none of"),
        ({"statements": [{"revision": "1"}]}, "statements.0.revision", "must be a whole number, not text"),
        ({"statements": [{"revision": True}]}, "statements.0.revision", "a whole number, not true or false"),
        ({"statements": [{"revision": 1.5}]}, "statements.0.revision", "must be a whole number"),
        ({"statements": [{"revision": 1 << 63}]}, "statements.0.revision", "must be between -92"),
        ({"statements": [{"revision": 1e300}]}, "statements.0.revision", "must be between -92"),
        ({"statements": [{"revision": float("inf")}]}, "statements.0.revision", "must be a whole number"),
        ({"statements": [{"valid_until": 20271231}]}, "statements.0.valid_until", "RFC 3339"),
        ({"statements": [{"valid_until": "2027-12-31"}]}, "statements.0.valid_until", "RFC 3339"),
        ({"statements": [{"valid_until": "2027-02-30T00:00:00Z"}]}, "statements.0.valid_until", "RFC 3339"),
        ({"statements": [{"valid_until": "2027-12-31T00:00:00"}]}, "statements.0.valid_until", "RFC 3339"),
        ({"statements": [{"valid_from": "0001-01-01T00:00:00+23:00"}]}, "statements.0.valid_from", "RFC"),
        ({"statements": [{"valid_from": "0000-01-01T00:00:00Z"}]}, "statements.0.valid_from", "RFC 3339"),
        (_ending("3.5"), "statements.0.passage.seconds.end", "must be seconds as text, such as `3.5s`"),
        (_ending("315576000001s"), "statements.0.passage.seconds.end", "at most 10,000 years"),
        ({"labels": ["a"]}, "labels", "must be an object, not a list"),
        ({"labels": {"job": 1}}, "labels.job", "must be text, not a number"),
        ({"labels": {"job": None}}, "labels.job", "null is not taken"),
        ({"labels": {"\ud800": "x"}}, "labels.\ud800", "surrogate"),
        ({"uri": "\ud800"}, "uri", "surrogate"),
        ({"uri": 7}, "uri", "must be text, not a number"),
    ],
)  # fmt: skip
def test_another_spelling_is_refused_with_its_place_and_the_right_one(
    document: Any, place: str, problem: str
) -> None:
    with pytest.raises(InvalidDocument) as refusal:
        from_json(document, IngestRequested)
    (found,) = refusal.value.problems
    assert found.field == place
    assert problem in found.problem
    assert problem in refusal.value.reason


@pytest.mark.parametrize(
    ("message", "document"),
    [
        (Outcome, {"done": {}, "failed": {"code": "x"}}),
        (Ratio, {"numerator": "25"}),
        (Ratio, {"numerator": 2.5}),
        (IngestRequested, {"lane": "LANE_LIVE"}),
        (IngestRequested, {"lane": None}),
        (IngestRequested, {"statements": {}}),
        (IngestRequested, {"labels": {"job": 1}}),
        (IngestRequested, {"statements": [{"valid_from": 1}]}),
        (IngestRequested, {"statements": [{"valid_from": "2027-12-31"}]}),
        (SetTelemetryRequest, {"revert_after": "1h"}),
        (SetTelemetryRequest, {"revert_after": 1}),
        (Box, {"x": "wide"}),
        (Track, {"index": 1 << 31}),
    ],
)
def test_what_is_not_read_its_schema_does_not_take(message: type[Message], document: dict[str, Any]) -> None:
    with pytest.raises(InvalidDocument):
        from_json(document, message)
    assert not of(message).is_valid(document)


def test_all_problems_of_a_document_are_told_up_to_twenty() -> None:
    document = {"uri": 1, "lane": "fast", "labels": {str(n): n for n in range(30)}}
    with pytest.raises(InvalidDocument) as refusal:
        from_json(document, IngestRequested)
    assert len(refusal.value.problems) == 20
    assert [one.field for one in refusal.value.problems[:3]] == ["uri", "lane", "labels.0"]


@pytest.mark.parametrize(
    "text",
    [b"{", b"\xff", b"[1]", b'{"a": NaN}', b'{"use": "allowed", "use": "prohibited"}', b"[" * 100_000,
     b'{"a": ' + b"1" * 5000 + b"}"],
)  # fmt: skip
def test_what_is_no_json_object_is_refused(text: bytes) -> None:
    with pytest.raises(Unreadable):
        parse_object(text)


def test_outcomes_are_written_as_they_are_read() -> None:
    for outcome in (Outcome(done=Done()), Outcome(failed=Failed(code="killed"))):
        of(Outcome).validate(to_json(outcome))


def test_a_whole_number_inside_a_struct_stays_one() -> None:
    """A Struct holds doubles alone; the data of an event in it reads as on Kafka all the same."""
    event = Event()
    event.data.update({"index": 1, "score": 0.5, "spans": [{"start_pts": 90_000}], "done": True})
    assert json.dumps(to_json(event)["data"], sort_keys=True) == (
        '{"done": true, "index": 1, "score": 0.5, "spans": [{"start_pts": 90000}]}'
    )
