"""The record of one run of the story: the plain values that checks, tables and page are made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetIngested, AssetTranscoded
from framewell.dataset.v1.dataset_pb2 import DatasetClass, Sample
from framewell.inference.v1.inference_service_pb2 import Person
from framewell.model.v1.model_pb2 import ModelPromoted
from framewell.recognition.v1.recognition_pb2 import RecognitionUpdated
from framewell.rights.v1.rights_pb2 import RightsDecision
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished
from framewell.training.v1.training_pb2 import TrainingCompleted
from framewell_demo.broadcaster import Request
from framewell_demo.facts import FactLog
from framewell_demo.gateway_reader import Playback, View


@dataclass(frozen=True, slots=True)
class LearningCycle:
    """From accepted samples to recognised faces: what was accepted, and what the mesh made of it."""

    asset_id: str
    accepted: Sequence[Sample]
    accepted_at: datetime
    snapshot: SnapshotPublished
    training: TrainingCompleted
    promoted: ModelPromoted
    recognition: RecognitionUpdated
    recognised_at: datetime

    @property
    def seconds(self) -> float:
        """Return the seconds from accepting to the switch of what is stored."""
        return (self.recognised_at - self.accepted_at).total_seconds()

    @property
    def model(self) -> str:
        return f"{self.promoted.model.name}@{self.promoted.model.version}"


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What became of somebody's face after a refusal: seconds from the refusal on, and what is left.

    `addresses` is the HTTP status of what was made of it before, by what it is; `owed` what each holder is
    owed, before and after.
    """

    asked_at: datetime
    samples: int
    snapshots: int
    samples_seconds: float
    snapshots_seconds: float
    archive_seconds: float
    people: Sequence[str]
    addresses: Mapping[str, int]
    owed_before: Mapping[str, str]
    owed_after: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What became of an erasure."""

    taken_back: TakenBack
    services: Sequence[str]
    erased: int
    seconds: float
    names: Sequence[str]
    """Names of classes that are left."""


@dataclass(slots=True)
class RunRecord:
    """One run, filled as the story goes on; `requests` are in the order they were sent."""

    run_id: str
    dataset_id: str
    log: FactLog
    requests: list[Request] = field(default_factory=list)
    sent_as_json: str = ""
    cycles: list[LearningCycle] = field(default_factory=list)
    b_before_signing: View = field(default_factory=dict)
    signed_at: datetime | None = None
    views: dict[str, View] = field(default_factory=dict)
    people: dict[str, Sequence[Person]] = field(default_factory=dict)
    samples: dict[str, Sequence[Sample]] = field(default_factory=dict)
    withheld: dict[str, RightsDecision] = field(default_factory=dict)
    """Why samples of an asset were withheld, as it was read in the morning: facts have no words of terms."""
    playbacks: dict[str, Playback] = field(default_factory=dict)
    classes: Mapping[str, DatasetClass] = field(default_factory=dict)
    objection: TakenBack | None = None
    erasure: Forgotten | None = None
    final_state: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    def asset(self, role: str) -> str:
        """Return the id of the asset that plays a role."""
        return next(request.asset_id for request in self.requests if request.role == role)

    def title(self, asset_id: str) -> str:
        return next((one.title for one in self.requests if one.asset_id == asset_id), asset_id)

    def name(self, class_id: str) -> str:
        found = self.classes.get(class_id)
        return found.name if found else class_id

    def taken_in(self) -> Iterator[Request]:
        """Yield the requests that became assets with pictures: all but the broken file."""
        return (request for request in self.requests if request.role != "broken")

    def stage_seconds(self, asset_id: str) -> Mapping[str, float]:
        """Return seconds from one fact of the asset's life to the next, by the later fact's stage."""
        moments = [("requested", self._requested_at(asset_id))]
        for stage, kind in (
            ("ingest", AssetIngested),
            ("transcode", AssetTranscoded),
            ("inference", AssetAnalysed),
        ):
            found = next((fact.time for _, fact in self.log.of(kind, asset_id)), None)
            if found is not None:
                moments.append((stage, found))
        return {stage: (end - start).total_seconds() for (_, start), (stage, end) in pairwise(moments)}

    def _requested_at(self, asset_id: str) -> datetime:
        event_id = next(one.event_id for one in self.requests if one.asset_id == asset_id)
        return next(fact.time for fact in self.log.facts if fact.id == event_id)
