"""The table of fact types is whole: every fact message has its place, and every topic its settings."""

from importlib import import_module
from pathlib import Path

import pytest

import framewell
from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkTranscoded
from framewell.erasure.v1.erasure_pb2 import ErasureRequested
from framewell.media.v1.media_pb2 import Work
from framewell.mesh.v1.mesh_pb2 import LANE_LIVE, ModelVersion, Subject
from framewell.model.v1.model_pb2 import ModelPromoted, ModelRetired
from framewell.sample.v1.sample_pb2 import Provenance, SampleProposed
from framewell_contracts.fact_types import (
    FACTS,
    OUTSIDE,
    FactType,
    fact_type,
    facts_read,
    keeps_unreadable,
    topics,
)
from framewell_contracts.groups import BROADCASTS, GROUPS
from framewell_contracts.json_mapping import comments
from framewell_contracts.services import SERVICES
from framewell_contracts.subjects import subject_key

PAST = ("ed", "held", "withdrawn")


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


def test_every_fact_message_has_its_fact_type() -> None:
    assert {fact.message.DESCRIPTOR.full_name for fact in FACTS.values()} == fact_messages()


@pytest.mark.parametrize("fact", FACTS.values(), ids=lambda fact: fact.type)
def test_a_fact_type_is_sound(fact: FactType) -> None:
    subject, verb = fact.type.split(".")[1:3]
    assert fact.message.__name__.lower() == subject + verb
    assert fact.key_of(fact.message()) == ""
    assert fact.emitted_by
    assert set(fact.emitted_by) <= {OUTSIDE, *SERVICES}
    assert "gateway" in fact.read_by  # it keeps the timeline of everything
    assert fact_type(fact.type) is fact_type(fact.message) is fact_type(fact.message()) is fact


def test_what_the_design_says_of_topics() -> None:
    declared = {topic.name: topic for topic in topics()}
    assert len(declared) == len(topics())
    assert declared["framewell.chunk.planned.v1.live"].partitions == 12
    promoted = declared["framewell.model.promoted.v1"]
    assert (promoted.partitions, promoted.compacted) == (1, True)
    assert promoted.settings()["cleanup.policy"] == "compact"
    assert declared["framewell.usage.recorded.v1"].settings()["retention.ms"] == "-1"
    assert declared["framewell.asset.ingested.v1"].settings()["retention.ms"] == str(14 * 86_400_000)
    dead_letters = declared["ingest.accept_request.dead-letter"]
    assert dead_letters.max_bytes == 2 * declared["framewell.asset.ingested.v1"].max_bytes
    assert dead_letters.retention_days is None


def test_groups_are_named_by_service_and_handler() -> None:
    assert {group.split(".")[0] for group in [*GROUPS, *BROADCASTS]} <= set(SERVICES)


def test_what_cannot_be_read_in_a_topic_is_kept_by_exactly_one_of_its_groups() -> None:
    read = {name for group in GROUPS for fact in facts_read(group) for name in fact.topic_names}
    assert read >= {name for fact in FACTS.values() for name in fact.topic_names}
    for topic in read:
        (keeper,) = [group for group in GROUPS if keeps_unreadable(group, topic)]
        assert topic in {name for fact in facts_read(keeper) for name in fact.topic_names}
    for group in GROUPS:
        assert [one for one in GROUPS if keeps_unreadable(one, f"{group}.retry")] == [group]
    assert keeps_unreadable("ingest.accept_request", "framewell.ingest.requested.v1")
    assert not keeps_unreadable("gateway.record_event", "framewell.ingest.requested.v1")


def test_results_are_what_the_gateway_publishes() -> None:
    results = {fact.type for fact in FACTS.values() if fact.result}
    assert results == {fact.type for fact in facts_read("gateway.publish_results")}
    assert results >= {
        f"framewell.asset.{verb}.v1" for verb in ("ingested", "rejected", "transcoded", "analysed", "removed")
    }
    assert "framewell.chunk.analysed.v1" not in results


def test_who_hears_a_fact_follows_from_the_groups() -> None:
    assert fact_type(AssetIngested).read_by == ("transcode", "dataset", "gateway")
    assert fact_type(ModelRetired).read_by == ("inference", "dataset", "gateway")  # one by a broadcast
    assert facts_read("transcode.stitch") == (fact_type(ChunkTranscoded), fact_type(AudioExtracted))


def test_key_asset_and_lane_are_found_wherever_a_message_has_them() -> None:
    work = Work(asset_id="a1", lane=LANE_LIVE)
    chunk = fact_type(ChunkTranscoded)
    message = ChunkTranscoded(work=work, chunk_id="a1/0/0")
    assert (chunk.key_of(message), chunk.asset_of(message), chunk.lane_of(message)) == (
        "a1/0/0",
        "a1",
        LANE_LIVE,
    )
    assert fact_type(AssetIngested).key_of(AssetIngested(work=work)) == "a1"
    proposed = SampleProposed(sample_id="s", provenance=Provenance(asset_id="a1"))
    assert fact_type(proposed).asset_of(proposed) == "a1"
    promoted = ModelPromoted(model=ModelVersion(name="identity/people", version="3.0"))
    assert (fact_type(promoted).key_of(promoted), fact_type(promoted).asset_of(promoted)) == (
        "identity/people",
        "",
    )


def test_a_subject_is_a_key_and_names_its_asset() -> None:
    erasure = fact_type(ErasureRequested)
    of_asset = ErasureRequested(subject=Subject(asset_id="a1"))
    of_class = ErasureRequested(subject=Subject(class_id="c1"))
    assert (erasure.key_of(of_asset), erasure.asset_of(of_asset)) == ("asset:a1", "a1")
    assert (erasure.key_of(of_class), erasure.asset_of(of_class)) == ("class:c1", "")


@pytest.mark.parametrize(
    ("subject", "key"),
    [
        (Subject(asset_id="a:1"), "asset:a:1"),
        (Subject(class_id="c1"), "class:c1"),
        (Subject(holder="Archiv"), "holder:Archiv"),
        (Subject(sample_id="s1"), "sample:s1"),
        (Subject(source="/broadcast/playout"), "source:/broadcast/playout"),
        (Subject(), ""),
    ],
)
def test_the_key_of_a_subject_says_what_it_names(subject: Subject, key: str) -> None:
    assert subject_key(subject) == key


def test_every_comment_of_the_contracts_says_more_than_a_name() -> None:
    own = {name: text for name, text in comments().items() if name.startswith("framewell.")}
    assert own
    assert not [name for name, text in own.items() if len(text.split()) <= 3]
