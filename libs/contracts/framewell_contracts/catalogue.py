"""Every fact of the mesh, declared once: its message, key, topic, keeping, and who says and hears it.

Reads as the table of events. Type `framewell.<subject>.<verb>.v1` is message
`framewell.<subject>.v1.<Subject><Verb>`, and its topic has the name of the type (plus `.live` or
`.archive` where work travels in lanes).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from google.protobuf.message import Message

from framewell.asset.v1 import asset_pb2 as asset
from framewell.audio.v1 import audio_pb2 as audio
from framewell.chunk.v1 import chunk_pb2 as chunk
from framewell.erasure.v1 import erasure_pb2 as erasure
from framewell.ingest.v1 import ingest_pb2 as ingest
from framewell.mesh.v1.mesh_pb2 import LANE_LIVE, Lane
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
from framewell_contracts.groups import BROADCASTS, EVERY_FACT, GROUPS
from framewell_contracts.topics import (
    DEAD_LETTER_ACTIONS,
    MAX_DEAD_LETTER_BYTES,
    Topic,
    dead_letter_topic,
    retry_topic,
)

OUTSIDE = "outside"
ALL_SERVICES = ("ingest", "transcode", "inference", "dataset", "training", "gateway")

CHUNK_PARTITIONS = 12
DEFAULT_PARTITIONS = 3
DEFAULT_RETENTION_DAYS = 14


@dataclass(frozen=True)
class FactType:
    """One type of fact.

    `key_field` names the field of the message that is the record's key (order holds per key). Laned
    types have one topic a lane. `from_outside` types are also taken as JSON, binary or structured.
    """

    message: type[Message]
    key_field: str
    emitted_by: tuple[str, ...]
    heard_by: tuple[str, ...]
    laned: bool = False
    partitions: int = DEFAULT_PARTITIONS
    retention_days: int | None = DEFAULT_RETENTION_DAYS
    compacted: bool = False

    @cached_property
    def type(self) -> str:
        """The CloudEvents type, e.g. `framewell.chunk.planned.v1`."""
        package, name = self.message.DESCRIPTOR.full_name.rsplit(".", 1)
        root, subject, version = package.split(".")
        verb = name[len(subject) :].lower()
        return f"{root}.{subject}.{verb}.{version}"

    @cached_property
    def type_header(self) -> tuple[str, bytes]:
        """The type as Kafka carries it."""
        return ("ce_type", self.type.encode())

    @property
    def from_outside(self) -> bool:
        """True when systems that are no part of the mesh write this type."""
        return OUTSIDE in self.emitted_by

    @cached_property
    def carries_lane(self) -> bool:
        """True when the message itself says in which lane its work travels."""
        return "lane" in self.message.DESCRIPTOR.fields_by_name

    @cached_property
    def carries_asset(self) -> bool:
        """True when the message names its asset."""
        return "asset_id" in self.message.DESCRIPTOR.fields_by_name

    @cached_property
    def carries_passport(self) -> bool:
        """True when the message says where a sample comes from, its asset included."""
        return "passport" in self.message.DESCRIPTOR.fields_by_name

    def asset_of(self, message: Any) -> str:
        """The asset the message is about, as far as it says; otherwise empty."""
        if self.carries_asset:
            return message.asset_id  # type: ignore[no-any-return]
        return str(message.passport.asset_id) if self.carries_passport else ""

    @cached_property
    def summary(self) -> str:
        """What the fact says: `IngestRequested` becomes `ingest requested`."""
        return self.type.removeprefix("framewell.").rsplit(".", 1)[0].replace(".", " ")

    def topic(self, lane: "Lane.ValueType | None" = None) -> str:
        """The topic a fact travels in; a laned fact that says no lane is archive work."""
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
        """All topics of this type, live before archive."""
        return (self._live_topic, self._archive_topic) if self.laned else (self.type,)

    def topics(self) -> Iterator[Topic]:
        """The topics of this type, as the broker is to have them."""
        for name in self.topic_names:
            yield Topic(name, self.partitions, self.retention_days, self.compacted)


_FACTS = (
    # --- taking in
    FactType(ingest.IngestRequested, "asset_id", (OUTSIDE, "ingest"), ("ingest", "gateway")),
    FactType(segment.SegmentArrived, "asset_id", (OUTSIDE,), ("gateway",)),
    FactType(asset.AssetIngested, "asset_id", ("ingest",), ("transcode", "dataset", "gateway")),
    FactType(segment.SegmentIngested, "asset_id", ("ingest",), ("gateway",)),
    FactType(recording.RecordingClosed, "asset_id", ("ingest",), ("gateway",)),
    FactType(asset.AssetRejected, "asset_id", ("ingest", "transcode"), ("ingest", "gateway")),
    FactType(programme.ProgrammeChanged, "asset_id", (OUTSIDE,), ("ingest", "dataset", "gateway")),
    FactType(
        asset.AssetRemoved,
        "asset_id",
        (OUTSIDE, "ingest"),
        ("ingest", "transcode", "inference", "dataset", "gateway"),
    ),
    # --- making pictures and sound readable
    FactType(
        chunk.ChunkPlanned,
        "chunk_id",
        ("transcode",),
        ("transcode", "gateway"),
        laned=True,
        partitions=CHUNK_PARTITIONS,
    ),
    FactType(
        chunk.ChunkTranscoded,
        "chunk_id",
        ("transcode",),
        ("transcode", "inference", "gateway"),
        laned=True,
        partitions=CHUNK_PARTITIONS,
    ),
    FactType(audio.AudioExtracted, "asset_id", ("transcode",), ("transcode", "inference", "gateway")),
    FactType(asset.AssetTranscoded, "asset_id", ("transcode",), ("inference", "gateway")),
    # --- looking and listening
    FactType(
        chunk.ChunkAnalysed,
        "chunk_id",
        ("inference",),
        ("inference", "dataset", "gateway"),
        partitions=CHUNK_PARTITIONS,
    ),
    FactType(audio.AudioAnalysed, "asset_id", ("inference",), ("inference", "gateway")),
    FactType(asset.AssetAnalysed, "asset_id", ("inference",), ("dataset", "gateway")),
    FactType(recognition.RecognitionUpdated, "name", ("inference",), ("gateway",)),
    # --- samples, rights, money
    FactType(sample.SampleProposed, "sample_id", ("dataset",), ("gateway",), retention_days=None),
    FactType(sample.SampleWithheld, "sample_id", ("dataset",), ("gateway",), retention_days=None),
    FactType(sample.SampleReviewed, "sample_id", ("dataset",), ("dataset", "gateway"), retention_days=None),
    FactType(sample.SampleWithdrawn, "sample_id", ("dataset",), ("gateway",), retention_days=None),
    FactType(
        rights.RightsChanged, "target", (OUTSIDE, "gateway"), ("dataset", "gateway"), retention_days=None
    ),
    FactType(erasure.ErasureRequested, "subject", (OUTSIDE,), ALL_SERVICES, retention_days=None),
    FactType(erasure.ErasureCompleted, "subject", ALL_SERVICES, ("gateway",), retention_days=None),
    FactType(
        usage.UsageRecorded, "holder", ("dataset", "training"), ("dataset", "gateway"), retention_days=None
    ),
    # --- learning
    FactType(snapshot.SnapshotPublished, "dataset_id", ("dataset",), ("training", "gateway")),
    FactType(snapshot.SnapshotWithdrawn, "dataset_id", ("dataset",), ("training", "gateway")),
    FactType(training.TrainingRequested, "dataset_id", ("gateway",), ("training", "gateway")),
    FactType(training.TrainingCompleted, "run_id", ("training",), ("gateway",)),
    FactType(
        model.ModelPromoted,
        "name",
        ("training",),
        ("inference", "gateway"),
        partitions=1,
        retention_days=None,
        compacted=True,
    ),
    FactType(
        model.ModelRetired,
        "name",
        ("training",),
        ("inference", "gateway"),
        partitions=1,
        retention_days=None,
        compacted=True,
    ),
)

FACTS: Mapping[str, FactType] = MappingProxyType({fact.type: fact for fact in _FACTS})
"""Every fact type by its CloudEvents type."""

FACT_OF_MESSAGE = {fact.message: fact for fact in _FACTS}
"""By message class, for the path of every message; `fact_type` takes more and asks first."""


def fact_type(which: Message | type[Message] | str) -> FactType:
    """The fact type of a message, a message class or a CloudEvents type; KeyError when it is none."""
    if isinstance(which, str):
        return FACTS[which]
    return FACT_OF_MESSAGE[which if isinstance(which, type) else type(which)]


def facts_read(reader: str) -> tuple[FactType, ...]:
    """The fact types that a group, or a broadcast, reads; KeyError when there is no such reader."""
    reads = GROUPS[reader] if reader in GROUPS else BROADCASTS[reader]
    return _FACTS if reads == EVERY_FACT else tuple(fact_type(one) for one in reads)


def topics() -> tuple[Topic, ...]:
    """Every topic: facts, each group's retry and dead-letter topic, what became of the letters."""
    named = [topic for fact in _FACTS for topic in fact.topics()]
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
