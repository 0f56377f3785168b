"""What the log of decisions says of a fact: by ids and keyed hashes, never by names or words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from framewell.access.v1.access_pb2 import AccessChange, AccessChanged, AccessRecorded
from framewell.asset.v1.asset_pb2 import AssetRemoved
from framewell.classes.v1.classes_pb2 import ClassChange, ClassesChanged
from framewell.cluster.v1.cluster_pb2 import ClusterDecided, ClusterDecision
from framewell.erasure.v1.erasure_pb2 import ErasureCompleted, ErasureRequested
from framewell.face.v1.face_pb2 import FaceSearched
from framewell.mesh.v1.mesh_pb2 import Actor, ModelVersion, Subject
from framewell.model.v1.model_pb2 import ModelHeld, ModelPromoted, ModelRegistered, ModelRetired
from framewell.rights.v1.rights_pb2 import Purpose, RightsChanged
from framewell.sample.v1.sample_pb2 import Decision, SampleReviewed
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished, SnapshotWithdrawn
from framewell_contracts.json_mapping import enum_word
from framewell_contracts.subjects import subject_key
from framewell_kit.name_hashes import NameHashes

Decided: TypeAlias = (
    AssetRemoved
    | SampleReviewed
    | ClassesChanged
    | RightsChanged
    | ErasureRequested
    | ErasureCompleted
    | AccessRecorded
    | AccessChanged
    | FaceSearched
    | SnapshotPublished
    | SnapshotWithdrawn
    | ModelPromoted
    | ModelRetired
    | ModelHeld
    | ModelRegistered
    | ClusterDecided
)
"""Every fact that the log has an entry of."""

FACE_SEARCH = "face-search"


@dataclass(frozen=True, slots=True)
class Noted:
    """What a fact is about, the class it names (empty: none), what happened, in one word, and who decided."""

    subject: str
    class_id: str
    what: str
    actor: Actor


def noted(fact: Decided, hashes: NameHashes) -> Noted:
    """Return what the log says of a fact."""
    return _NOTED[type(fact)](fact, hashes)


def is_face_search(subject: str) -> bool:
    """Return whether what an entry is about is a search for a face."""
    return subject.startswith(f"{FACE_SEARCH}:")


def _subject(subject: Subject, hashes: NameHashes) -> str:
    """Return the subject as text; names of holders and sources by their keyed hash."""
    kind: Any = subject.WhichOneof("subject")
    if kind in ("holder", "source"):
        return f"{kind}:{hashes.of(getattr(subject, kind))}"
    return subject_key(subject)


def _model(model: ModelVersion) -> str:
    return f"model:{model.name}@{model.version}"


def _reviewed(fact: SampleReviewed, _: NameHashes) -> Noted:
    what = enum_word(Decision.DESCRIPTOR, fact.decision)
    return Noted(f"sample:{fact.sample_id}", fact.class_id, what, fact.actor)


def _class(fact: ClassesChanged, _: NameHashes) -> Noted:
    what = enum_word(ClassChange.DESCRIPTOR, fact.change)
    return Noted(f"class:{fact.class_id}", fact.class_id, what, fact.actor)


def _completed(fact: ErasureCompleted, hashes: NameHashes) -> Noted:
    by = Actor(principal=f"service:{fact.service}", authority="system")
    return Noted(_subject(fact.subject, hashes), fact.subject.class_id, "completed", by)


def _access(fact: AccessChanged, _: NameHashes) -> Noted:
    what = enum_word(AccessChange.DESCRIPTOR, fact.change)
    about = f"token:{fact.token_id}" if fact.token_id else f"user:{fact.user_id}"
    return Noted(about, "", f"{what}:{fact.role}" if fact.role else what, fact.actor)


def _cluster(fact: ClusterDecided, _: NameHashes) -> Noted:
    what = enum_word(ClusterDecision.DESCRIPTOR, fact.decision)
    return Noted(f"cluster:{fact.cluster_id}", fact.class_id, what, fact.actor)


_NOTED: Mapping[type, Callable[[Any, NameHashes], Noted]] = {
    AssetRemoved: lambda fact, _: Noted(f"asset:{fact.asset_id}", "", "removed", fact.actor),
    SampleReviewed: _reviewed,
    ClassesChanged: _class,
    RightsChanged: lambda fact, hashes: Noted(_subject(fact.subject, hashes), "", "changed", fact.actor),
    ErasureRequested: lambda fact, hashes: Noted(
        _subject(fact.subject, hashes), fact.subject.class_id, "requested", fact.actor
    ),
    ErasureCompleted: _completed,
    AccessRecorded: lambda fact, _: Noted(
        fact.resource, "", enum_word(Purpose.DESCRIPTOR, fact.purpose), fact.actor
    ),
    AccessChanged: _access,
    FaceSearched: lambda fact, _: Noted(f"{FACE_SEARCH}:{fact.search_id}", "", "searched", fact.actor),
    SnapshotPublished: lambda fact, _: Noted(f"snapshot:{fact.snapshot_id}", "", "published", fact.actor),
    SnapshotWithdrawn: lambda fact, _: Noted(f"snapshot:{fact.snapshot_id}", "", "withdrawn", fact.actor),
    ModelPromoted: lambda fact, _: Noted(_model(fact.model), "", "promoted", fact.actor),
    ModelRetired: lambda fact, _: Noted(_model(fact.model), "", "retired", fact.actor),
    ModelHeld: lambda fact, _: Noted(_model(fact.model), "", "held" if fact.held else "released", fact.actor),
    ModelRegistered: lambda fact, _: Noted(f"model:{fact.name}", "", "registered", fact.actor),
    ClusterDecided: _cluster,
}
