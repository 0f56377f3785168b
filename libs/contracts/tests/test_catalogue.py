"""The catalogue is whole: every message that is a fact has its place, and every topic its settings."""

from importlib import import_module
from pathlib import Path

import pytest
from google.protobuf.descriptor import FieldDescriptor

import framewell
from framewell_contracts.fact_types import FACTS, OUTSIDE, FactType, fact_type, facts_read, topics
from framewell_contracts.groups import BROADCASTS, GROUPS
from framewell_contracts.services import SERVICES

PAST = ("ed", "withheld", "withdrawn")


def fact_messages() -> set[str]:
    """Full names of the messages of `<subject>.proto` called `<Subject><PastParticiple>`."""
    root = Path(framewell.__file__).parent
    found = set()
    for path in root.glob("*/v1/*_pb2.py"):
        subject = path.parts[-3]
        if path.stem != f"{subject}_pb2":
            continue
        module = import_module(f"framewell.{subject}.v1.{subject}_pb2")
        for name in module.DESCRIPTOR.message_types_by_name:
            verb = name.removeprefix(subject.capitalize())
            if verb != name and verb.lower().endswith(PAST):
                found.add(f"framewell.{subject}.v1.{name}")
    return found


def test_every_fact_message_is_in_the_catalogue() -> None:
    assert {fact.message.DESCRIPTOR.full_name for fact in FACTS.values()} == fact_messages()


@pytest.mark.parametrize("fact", FACTS.values(), ids=lambda fact: fact.type)
def test_a_fact_type_is_sound(fact: FactType) -> None:
    subject, verb = fact.type.split(".")[1:3]
    assert fact.message.__name__.lower() == subject + verb
    key = fact.message.DESCRIPTOR.fields_by_name[fact.key_field]
    assert key.type == FieldDescriptor.TYPE_STRING
    assert fact.emitted_by
    assert set(fact.emitted_by) <= {OUTSIDE, *SERVICES}
    assert set(fact.heard_by) <= set(SERVICES)
    assert "gateway" in fact.heard_by  # it keeps the timeline of everything
    assert fact_type(fact.type) is fact_type(fact.message) is fact_type(fact.message()) is fact


def test_what_the_design_says_of_topics() -> None:
    declared = {topic.name: topic for topic in topics()}
    assert len(declared) == len(topics())
    assert declared["framewell.chunk.planned.v1.live"].partitions == 12
    promoted = declared["framewell.model.promoted.v1"]
    assert (promoted.partitions, promoted.compacted) == (1, True)
    assert promoted.settings()["cleanup.policy"] == "compact"
    assert declared["framewell.rights.changed.v1"].settings()["retention.ms"] == "-1"
    assert declared["framewell.asset.ingested.v1"].settings()["retention.ms"] == str(14 * 86_400_000)
    letters = declared["ingest.accept_request.dead-letter"]
    assert letters.max_bytes == 2 * declared["framewell.asset.ingested.v1"].max_bytes
    assert letters.retention_days is None


def test_groups_are_named_by_service_and_handler() -> None:
    assert {group.split(".")[0] for group in [*GROUPS, *BROADCASTS]} <= set(SERVICES)


@pytest.mark.parametrize("fact", FACTS.values(), ids=lambda fact: fact.type)
def test_a_fact_is_heard_by_the_services_of_those_who_read_it(fact: FactType) -> None:
    readers = {reader.split(".")[0] for reader in [*GROUPS, *BROADCASTS] if fact in facts_read(reader)}
    assert readers == set(fact.heard_by)
