"""Every type of fact, declared once: its message, record key, topic, retention and who emits it.

Reads as the table of events. Type `framewell.<subject>.<verb>.v1` is message
`framewell.<subject>.v1.<Subject><Verb>`, and its topic has the name of the type (plus `.live` or
`.archive` where work travels in lanes). Who reads a type follows from the groups that read it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final

from google.protobuf.message import Message

from framewell.access.v1 import access_pb2 as access
from framewell.asset.v1 import asset_pb2 as asset
from framewell.audio.v1 import audio_pb2 as audio
from framewell.audit.v1 import audit_pb2 as audit
from framewell.chunk.v1 import chunk_pb2 as chunk
from framewell.classes.v1 import classes_pb2 as classes
from framewell.cluster.v1 import cluster_pb2 as cluster
from framewell.erasure.v1 import erasure_pb2 as erasure
from framewell.face.v1 import face_pb2 as face
from framewell.ingest.v1 import ingest_pb2 as ingest
from framewell.mesh.v1.mesh_pb2 import LANE_LIVE, LANE_UNSPECIFIED, Lane, Subject
from framewell.model.v1 import model_pb2 as model
from framewell.programme.v1 import programme_pb2 as programme
from framewell.recognition.v1 import recognition_pb2 as recognition
from framewell.recording.v1 import recording_pb2 as recording
from framewell.rights.v1 import rights_pb2 as rights
from framewell.sample.v1 import sample_pb2 as sample
from framewell.segment.v1 import segment_pb2 as segment
from framewell.snapshot.v1 import snapshot_pb2 as snapshot
from framewell.training.v1 import training_pb2 as training
from framewell.usage.v1 import usage_pb2 as usage
from framewell_contracts.groups import BROADCASTS, GROUPS, FactSet
from framewell_contracts.services import SERVICES
from framewell_contracts.subjects import subject_key
from framewell_contracts.topics import (
    DEAD_LETTER_ACTIONS,
    MAX_DEAD_LETTER_BYTES,
    RESULTS,
    Topic,
    dead_letter_topic,
    retry_topic,
)

OUTSIDE: Final = "outside"
"""Stands among the emitters of a type for systems that are no part of the mesh."""

CHUNK_PARTITIONS: Final = 12
DEFAULT_PARTITIONS: Final = 3
DEFAULT_RETENTION_DAYS: Final = 14
RESULTS_RETENTION_DAYS: Final = 7
"""So long a reader outside may be away before it asks REST for what it missed."""

Lookup = Callable[[Any], Any]
"""Returns one value of a message."""


@dataclass(frozen=True)
class FactType:
    """One type of fact.

    `key_path` names the field of the message that is the record's key (order holds per key), e.g.
    `work.asset_id`. Laned types have one topic a lane. `from_outside` types are also taken as JSON, binary
    or structured. A `result` answers somebody outside: it is written once more, as JSON, into the topic of
    results.
    """

    message: type[Message]
    key_path: str
    emitted_by: tuple[str, ...]
    laned: bool = False
    partitions: int = DEFAULT_PARTITIONS
    retention_days: int | None = DEFAULT_RETENTION_DAYS
    compacted: bool = False
    result: bool = False

    @cached_property
    def type(self) -> str:
        """Return the CloudEvents type, e.g. `framewell.chunk.planned.v1`."""
        package, name = self.message.DESCRIPTOR.full_name.rsplit(".", 1)
        root, subject, version = package.split(".")
        verb = name[len(subject) :].lower()
        return f"{root}.{subject}.{verb}.{version}"

    @property
    def from_outside(self) -> bool:
        """Return whether systems that are no part of the mesh write this type."""
        return OUTSIDE in self.emitted_by

    @cached_property
    def read_by(self) -> tuple[str, ...]:
        """Return the services that read this type, in the order of SERVICES."""
        readers = {
            reader.partition(".")[0] for reader in (*GROUPS, *BROADCASTS) if self in facts_read(reader)
        }
        return tuple(service for service in SERVICES if service in readers)

    @cached_property
    def key_of(self) -> Lookup:
        """Return the record key of a message of this type; empty when the message leaves it open."""
        value_of = attrgetter(self.key_path)
        if isinstance(value_of(self.message()), Subject):
            return lambda message: subject_key(value_of(message))
        return value_of

    @cached_property
    def asset_of(self) -> Lookup:
        """Return the asset that a message of this type names; empty when it names none."""
        return _lookup(
            self.message, ("work.asset_id", "asset_id", "provenance.asset_id", "subject.asset_id"), ""
        )

    @cached_property
    def lane_of(self) -> Lookup:
        """Return the lane that a message of this type names; LANE_UNSPECIFIED when it names none."""
        return _lookup(self.message, ("work.lane", "lane"), LANE_UNSPECIFIED)

    @cached_property
    def summary(self) -> str:
        """Return what the fact says: `IngestRequested` becomes `ingest requested`."""
        return self.type.removeprefix("framewell.").rsplit(".", 1)[0].replace(".", " ")

    def topic(self, lane: "Lane.ValueType | None" = None) -> str:
        """Return the topic a fact travels in; a laned fact without a lane is archive work."""
        if not self.laned:
            return self.type
        return self._live_topic if lane == LANE_LIVE else self._archive_topic

    @cached_property
    def _live_topic(self) -> str:
        return f"{self.type}.live"

    @cached_property
    def _archive_topic(self) -> str:
        return f"{self.type}.archive"

    @cached_property
    def topic_names(self) -> tuple[str, ...]:
        """Return all topics of this type, live before archive."""
        return (self._live_topic, self._archive_topic) if self.laned else (self.type,)

    def topics(self) -> Iterator[Topic]:
        """Yield the topics of this type, as the broker is to have them."""
        for name in self.topic_names:
            yield Topic(name, self.partitions, self.retention_days, self.compacted)


def _lookup(message: type[Message], paths: Sequence[str], default: object) -> Lookup:
    """Return what reads the first of these paths that the message has, or always `default`."""
    empty = message()
    for path in paths:
        lookup = attrgetter(path)
        try:
            lookup(empty)
        except AttributeError:
            continue
        return lookup
    return lambda _: default


# Results are what somebody outside waits for, has to act on or has to pay: how a request, an asset, an
# erasure, a run or a snapshot ended; what rights or people decided about a sample; which model names things
# now. Steps in between, questions (a proposed sample) and what was sent from outside are none.
_FACTS = (
    # --- taking in
    FactType(ingest.IngestRequested, "asset_id", (OUTSIDE, "ingest")),
    FactType(segment.SegmentArrived, "asset_id", (OUTSIDE,)),
    FactType(asset.AssetIngested, "work.asset_id", ("ingest",), result=True),
    FactType(segment.SegmentIngested, "work.asset_id", ("ingest",)),
    FactType(recording.RecordingClosed, "work.asset_id", ("ingest",)),
    FactType(recording.RecordingMoved, "work.asset_id", ("transcode",)),
    FactType(asset.AssetRejected, "work.asset_id", ("ingest", "transcode"), result=True),
    FactType(asset.AssetPermitted, "work.asset_id", ("transcode", "inference")),
    FactType(programme.ProgrammeChanged, "asset_id", (OUTSIDE,)),
    FactType(asset.AssetRemoved, "asset_id", (OUTSIDE, "ingest"), result=True),
    # --- making pictures and sound readable
    FactType(chunk.ChunkPlanned, "chunk_id", ("transcode",), laned=True, partitions=CHUNK_PARTITIONS),
    FactType(chunk.ChunkTranscoded, "chunk_id", ("transcode",), laned=True, partitions=CHUNK_PARTITIONS),
    FactType(audio.AudioExtracted, "work.asset_id", ("transcode",)),
    FactType(asset.AssetTranscoded, "work.asset_id", ("transcode",), result=True),
    # --- looking and listening
    FactType(chunk.ChunkAnalysed, "chunk_id", ("inference",), partitions=CHUNK_PARTITIONS),
    FactType(audio.AudioAnalysed, "work.asset_id", ("inference",)),
    FactType(asset.AssetAnalysed, "work.asset_id", ("inference",), result=True),
    FactType(recognition.RecognitionUpdated, "model.name", ("inference",), result=True),
    FactType(cluster.ClusterDecided, "cluster_id", ("inference",), retention_days=None),
    # --- samples, rights, money
    FactType(sample.SampleProposed, "sample_id", ("dataset",), retention_days=None),
    FactType(sample.SampleWithheld, "sample_id", ("dataset",), retention_days=None, result=True),
    FactType(sample.SampleReviewed, "sample_id", ("dataset",), retention_days=None, result=True),
    FactType(sample.SampleWithdrawn, "sample_id", ("dataset",), retention_days=None, result=True),
    FactType(classes.ClassesChanged, "class_id", ("dataset",), retention_days=None),
    # What is said in words about rights and erasures, and the names of holders, is not kept for ever.
    FactType(rights.RightsChanged, "subject", (OUTSIDE, "gateway")),
    FactType(rights.RightsApplied, "subject", ("dataset",), result=True),
    FactType(rights.RightsDecided, "asset_id", ("dataset",), retention_days=None, compacted=True),
    FactType(erasure.ErasureRequested, "subject", (OUTSIDE, "gateway")),
    FactType(erasure.ErasurePlanned, "subject", ("dataset",)),
    FactType(erasure.ErasureCompleted, "subject", SERVICES, result=True),
    FactType(usage.UsageRecorded, "holder", ("dataset", "training"), retention_days=None, result=True),
    FactType(access.AccessRecorded, "resource", ("dataset", "gateway"), retention_days=None),
    FactType(access.AccessChanged, "user_id", ("gateway",)),
    FactType(face.FaceSearched, "search_id", ("inference",)),
    FactType(audit.AuditSealed, "chain_id", ("dataset",), retention_days=None),
    # --- learning
    FactType(snapshot.SnapshotPublished, "dataset_id", ("dataset",), result=True),
    FactType(snapshot.SnapshotWithdrawn, "dataset_id", ("dataset",), result=True),
    FactType(training.TrainingRequested, "dataset_id", ("gateway",)),
    FactType(training.TrainingCompleted, "run_id", ("training",), result=True),
    FactType(
        model.ModelPromoted,
        "model.name",
        ("training",),
        partitions=1,
        retention_days=None,
        compacted=True,
        result=True,
    ),
    FactType(
        model.ModelRetired,
        "model.name",
        ("training",),
        partitions=1,
        retention_days=None,
        compacted=True,
        result=True,
    ),
    FactType(model.ModelHeld, "model.name", ("training",), partitions=1),
    FactType(
        model.ModelRegistered, "name", ("inference",), partitions=1, retention_days=None, compacted=True
    ),
)

FACTS: Mapping[str, FactType] = MappingProxyType({fact.type: fact for fact in _FACTS})
"""Every fact type by its CloudEvents type."""

FACT_OF_MESSAGE = {fact.message: fact for fact in _FACTS}
"""By message class, for the path of every message; `fact_type` takes more and asks first."""


def fact_type(which: Message | type[Message] | str) -> FactType:
    """Return the fact type of a message, a message class or a CloudEvents type. Raises KeyError."""
    if isinstance(which, str):
        return FACTS[which]
    return FACT_OF_MESSAGE[which if isinstance(which, type) else type(which)]


def facts_read(reader: str) -> tuple[FactType, ...]:
    """Return the fact types that a group, or a broadcast, reads. Raises KeyError for any other name."""
    match GROUPS[reader] if reader in GROUPS else BROADCASTS[reader]:
        case FactSet.EVERY:
            return _FACTS
        case FactSet.RESULTS:
            return tuple(fact for fact in _FACTS if fact.result)
        case messages:
            return tuple(fact_type(one) for one in messages)


def groups_of(topic: str) -> tuple[str, ...]:
    """Return the groups that read a topic, in the order of GROUPS; none for any other name."""
    return _GROUPS_OF.get(topic, ())


def keeps_unreadable(group: str, topic: str) -> bool:
    """Return whether the group makes a dead letter of what cannot be read in a topic.

    One group does for every topic that groups read: the first that reads it. The others skip the record; a
    replay sends it to its topic, where each of them reads it again.
    """
    return groups_of(topic)[:1] == (group,)


def _groups_of_topics() -> Mapping[str, tuple[str, ...]]:
    groups: dict[str, tuple[str, ...]] = {retry_topic(group): (group,) for group in GROUPS}
    for group in GROUPS:
        for name in (name for fact in facts_read(group) for name in fact.topic_names):
            groups[name] = (*groups.get(name, ()), group)
    return MappingProxyType(groups)


_GROUPS_OF = _groups_of_topics()


def topics() -> tuple[Topic, ...]:
    """Return every topic: of facts, results, each group's retries and dead letters, actions on these."""
    named = [topic for fact in _FACTS for topic in fact.topics()]
    # JSON takes more room than the same event in protobuf.
    named.append(Topic(RESULTS, DEFAULT_PARTITIONS, RESULTS_RETENTION_DAYS, max_bytes=MAX_DEAD_LETTER_BYTES))
    named.append(Topic(DEAD_LETTER_ACTIONS, 1, None, compacted=True))
    for group in GROUPS:
        named.append(
            Topic(
                retry_topic(group),
                DEFAULT_PARTITIONS,
                DEFAULT_RETENTION_DAYS,
                max_bytes=MAX_DEAD_LETTER_BYTES,
            )
        )
        named.append(Topic(dead_letter_topic(group), 1, None, max_bytes=MAX_DEAD_LETTER_BYTES))
    return tuple(named)
