"""Models made here, and which version of a name is in service."""

from __future__ import annotations

from dataclasses import dataclass

from framewell.media.v1.media_pb2 import ObjectRef
from framewell.mesh.v1.mesh_pb2 import Actor, ModelVersion
from framewell.training.v1.training_pb2 import TrainingCompleted
from framewell_contracts.sentences import Sentence, say


@dataclass(frozen=True, slots=True)
class Model:
    """One version of a model. `completed` is the fact its run ended in, with measures, checks and lineage."""

    name: str
    version: str
    kind: str
    classes: tuple[str, ...]
    snapshot_number: int
    completed: TrainingCompleted
    withdrawn: str = ""
    """Why it must not be used: its snapshot was withdrawn, or something it rests on is gone."""
    draft: bool = False
    """True until it was asked, after it was stored, whether it may be used: nobody is shown it before."""
    hold: Hold | None = None
    """Set while a person holds it back."""
    holds: int = 0
    """How often it was held or released."""

    @property
    def ref(self) -> str:
        return f"{self.name}@{self.version}"

    @property
    def run_id(self) -> str:
        return self.completed.run_id

    @property
    def snapshot_id(self) -> str:
        return self.completed.lineage.snapshot_id


def unusable(ref: str, why: str) -> Sentence:
    """Return that a model must not be used, and why."""
    return say("model_unusable", "{model} must not be used: {why}", model=ref, why=why)


@dataclass(frozen=True, slots=True)
class Hold:
    """A person holds a version back: no rule puts it into service until somebody releases it."""

    reason: str
    actor: Actor


@dataclass(frozen=True, slots=True)
class Deployment:
    """What is in service under a name. `revision` grows with every promotion, rollback and retirement."""

    name: str
    version: str = ""
    """Empty while nothing is in service."""
    revision: int = 0
    history: tuple[str, ...] = ()
    """Versions that were put into service, oldest first, the one in service last."""
    actor: bytes = b""
    """Who changed it last (Actor, serialised)."""
    reason: str = ""
    """Why, in the words of the person who changed it last; empty where a rule did."""
    entered: tuple[str, ...] = ()
    """Every version that was ever put into service."""
    left: Left | None = None
    """The newest version that had to leave service and has no successor yet."""


@dataclass(frozen=True, slots=True)
class Left:
    """A version that had to leave service: the number of its snapshot, and why."""

    snapshot_number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A model folder in the object store."""

    model: ModelVersion
    manifest: ObjectRef
    artefact: ObjectRef
    card: ObjectRef
