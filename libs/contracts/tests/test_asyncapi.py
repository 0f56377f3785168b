"""The AsyncAPI documents say what the fact types and groups say; their examples are events the mesh takes."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft7Validator

from framewell_contracts.asyncapi import UnknownService, document
from framewell_contracts.asyncapi.examples import EXAMPLES, Example
from framewell_contracts.cloudevents import JSON, PROTOBUF, STRUCTURED, Envelope, decode, encode
from framewell_contracts.fact_types import FACTS, FactType, facts_read, topics
from framewell_contracts.groups import BROADCASTS, GROUPS
from framewell_contracts.json_mapping import comments, from_json, to_json
from framewell_contracts.services import SERVICES
from framewell_contracts.topics import DEAD_LETTER_ACTIONS, RESULTS

FACT_LIST = list(FACTS.values())
BY_TYPE = pytest.mark.parametrize("fact", FACT_LIST, ids=lambda fact: fact.type)
VIEWS = (None, *SERVICES)
# What people did with dead letters is between the command and itself.
OF_THE_COMMAND = {DEAD_LETTER_ACTIONS}


@cache
def described(service: str | None = None) -> dict[str, Any]:
    return document(service)


def validator(schema: dict[str, Any]) -> Draft7Validator:
    """A validator of a schema that refers to the components of the mesh's document."""
    return Draft7Validator({**schema, "components": described()["components"]})


# --- what the documents are made of


def test_every_topic_is_a_channel_with_the_settings_that_the_broker_gets() -> None:
    channels = described()["channels"]
    declared = {topic.name: topic for topic in topics() if topic.name not in OF_THE_COMMAND}
    assert channels.keys() == declared.keys()
    for name, topic in declared.items():
        kafka = channels[name]["bindings"]["kafka"]
        assert (channels[name]["address"], kafka["topic"], kafka["partitions"]) == (
            name,
            name,
            topic.partitions,
        )
        settings = kafka["topicConfiguration"]
        assert {
            **settings,
            "cleanup.policy": ",".join(settings["cleanup.policy"]),
        } == {
            key: int(value) if value.lstrip("-").isdigit() else value
            for key, value in topic.settings().items()
            if key != "min.insync.replicas"  # of the environment, and unknown to AsyncAPI's binding
        }


@BY_TYPE
def test_every_fact_is_a_message_of_its_topics_with_its_key_and_meaning(fact: FactType) -> None:
    mesh = described()
    message = mesh["components"]["messages"][fact.type]
    full_name = fact.message.DESCRIPTOR.full_name
    within_bounds = ".taken" if fact.from_outside else ""
    assert message["payload"] == {"$ref": f"#/components/schemas/{full_name}{within_bounds}"}
    assert message["summary"] == comments()[full_name]
    assert fact.key_path in message["bindings"]["kafka"]["key"]["description"]
    for topic in fact.topic_names:
        carried = set(mesh["channels"][topic]["messages"])
        in_json = {f"{fact.type}.json", f"{fact.type}.structured"}
        assert carried == ({fact.type, *in_json} if fact.from_outside else {fact.type})


@pytest.mark.parametrize("service", VIEWS)
def test_every_reference_leads_somewhere(service: str | None) -> None:
    whole = described(service)
    for reference in references(whole):
        place: Any = whole
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


@pytest.mark.parametrize("service", VIEWS)
def test_a_document_holds_nothing_that_it_does_not_need(service: str | None) -> None:
    whole = described(service)
    used = set(references(whole))
    messages = {f"#/components/messages/{name}" for name in whole["components"]["messages"]}
    schemas = {f"#/components/schemas/{name}" for name in whole["components"]["schemas"]}
    assert messages | schemas <= used
    operated = {operation["channel"]["$ref"] for operation in whole["operations"].values()}
    silent = {f"#/channels/{name}" for name in whole["channels"]} - operated
    assert not silent


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for each in part.values():
            yield from references(each)
    elif isinstance(part, list):
        for each in part:
            yield from references(each)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_receives_and_sends_what_the_fact_types_say(service: str) -> None:
    sent, received = set(), set()
    for operation in described(service)["operations"].values():
        channel = operation["channel"]["$ref"].removeprefix("#/channels/")
        if channel.startswith("framewell."):
            (sent if operation["action"] == "send" else received).add(channel)
    emitted = {name for fact in FACT_LIST if service in fact.emitted_by for name in fact.topic_names}
    assert sent == emitted | ({RESULTS} if service == "gateway" else set())
    assert received == {name for fact in FACT_LIST if service in fact.read_by for name in fact.topic_names}


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_reads_its_facts_and_its_retry_topic_and_writes_its_dead_letters(group: str) -> None:
    operations = described(group.partition(".")[0])["operations"].values()
    read = {
        operation["channel"]["$ref"].removeprefix("#/channels/")
        for operation in operations
        if operation.get("bindings", {}).get("kafka", {}).get("groupId", {}).get("enum") == [group]
    }
    facts = {name for fact in facts_read(group) for name in fact.topic_names}
    assert read == {*facts, f"{group}.retry"}
    sent = {operation["channel"]["$ref"] for operation in operations if operation["action"] == "send"}
    assert {f"#/channels/{group}.retry", f"#/channels/{group}.dead-letter"} <= sent


def test_what_every_replica_reads_has_no_group() -> None:
    for reader in BROADCASTS:
        operations = described(reader.partition(".")[0])["operations"]
        mine = [operation for name, operation in operations.items() if name.startswith(f"{reader}.")]
        assert len(mine) == len(facts_read(reader))
        assert all("bindings" not in operation for operation in mine)


def test_the_mesh_is_the_sum_of_its_services() -> None:
    mesh = described()
    for part in ("channels", "operations"):
        together: dict[str, Any] = {}
        for service in SERVICES:
            together |= described(service)[part]
        assert together == mesh[part]


def test_a_prefix_stands_before_topics_and_groups_and_changes_nothing_else() -> None:
    plain = json.dumps(described("training"))
    prefixed = json.dumps(document("training", prefix="test7."))
    assert prefixed != plain
    topic = '"address": "test7.framewell.training.requested.v1"'
    assert topic in prefixed
    assert '"enum": ["test7.training.start_run"]' in prefixed
    assert prefixed.replace("test7.", "") == plain


def test_the_same_arguments_give_the_same_bytes_in_every_process() -> None:
    program = "import json; from framewell_contracts import asyncapi; print(json.dumps(asyncapi.document()))"
    for seed in ("1", "2"):
        made = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        assert made.stdout.rstrip() == json.dumps(described())


def test_an_unknown_service_is_refused_by_name() -> None:
    with pytest.raises(UnknownService, match=r"'tanscode'.*transcode"):
        document("tanscode")


# --- headers


def test_the_headers_that_we_write_are_the_headers_that_are_described() -> None:
    for fact in FACT_LIST:
        envelope = Envelope(
            "id-1",
            "framewell/test",
            fact.type,
            datetime.now(UTC),
            "asset",
            "00-" + "a" * 32 + "-" + "b" * 16 + "-01",
            "x=1",
        )
        headers = {name: content.decode() for name, content in encode(envelope, fact.message()).headers}
        message = described()["components"]["messages"][fact.type]
        validator(message["headers"]).validate(headers)
        known = described()["components"]["schemas"]["CloudEventHeaders"]["properties"]
        assert headers.keys() <= {*known, "ce_type", "content-type"}
        for missing in ("ce_id", "ce_source", "ce_type", "ce_specversion"):
            broken = {name: content for name, content in headers.items() if name != missing}
            assert not validator(message["headers"]).is_valid(broken)
        assert not validator(message["headers"]).is_valid({**headers, "ce_type": "framewell.other.said.v1"})


# --- examples


def test_every_type_from_outside_has_an_example_and_no_other() -> None:
    assert EXAMPLES.keys() == {fact.type for fact in FACT_LIST if fact.from_outside}


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=lambda example: example.type)
def test_an_example_is_one_event_in_all_three_modes(example: Example) -> None:
    fact = FACTS[example.type]
    message = from_json(example.data, fact.message)
    in_json = json.dumps(example.data).encode()
    topic = fact.topic_names[0]
    encoded = {
        "protobuf": decode(topic, _bytes(example.headers(PROTOBUF)), message.SerializeToString()),
        "json": decode(topic, _bytes(example.headers(JSON)), in_json),
        "structured": decode(topic, [], json.dumps(example.structured()).encode()),
        "structured with its header": decode(
            topic, [("content-type", STRUCTURED.encode())], json.dumps(example.structured()).encode()
        ),
        "structured protobuf": decode(
            topic,
            [],
            json.dumps(
                {
                    **example.attributes(),
                    "datacontenttype": PROTOBUF,
                    "data_base64": base64.b64encode(message.SerializeToString()).decode(),
                }
            ).encode(),
        ),
    }
    for mode, event in encoded.items():
        assert event.message == message, mode
        assert event.envelope == encoded["json"].envelope, mode
    assert message.ByteSize() > 0
    assert to_json(message) == example.data  # written as the mapping writes it


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=lambda example: example.type)
def test_a_shown_example_fits_what_is_shown_of_its_message(example: Example) -> None:
    messages = described()["components"]["messages"]
    for mode in ("", ".json", ".structured"):
        message = messages[example.type + mode]
        (shown,) = message["examples"]
        validator(message["payload"]).validate(shown["payload"])
        validator(message["headers"]).validate(shown.get("headers", {}))


def _bytes(headers: dict[str, str]) -> list[tuple[str, bytes]]:
    return [(name, content.encode()) for name, content in headers.items()]
