"""Models of others that are registered: what is kept of them, and what of them this replica has loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from framewell.media.v1.media_pb2 import Work
from framewell.model.v1.model_pb2 import ModelRegistered, RegisteredVersion
from framewell_inference.domain.pictures import Picture
from framewell_inference.domain.tensors import TensorSpec
from framewell_inference.ports.models import Model
from framewell_kit.facts import Cause
from framewell_models.folders import ModelFolder
from framewell_models.manifest import Manifest, ModelRef


class ModelRegistrations(Protocol):
    """What is known of every name, as all replicas share it."""

    async def get(self, name: str) -> ModelRegistered:
        """Return what is known of a name; of an unknown one an entry of revision 0."""
        ...

    async def change(self, before: ModelRegistered, after: ModelRegistered, cause: Cause) -> ModelRegistered:
        """Keep a change, and the fact of it, under the next revision.

        Raises Busy when somebody else changed the name since `before` was read.
        """
        ...


class ModelObjects(Protocol):
    """The files of versions in the object store."""

    async def keep(self, ref: ModelRef, by: str, folder: ModelFolder, manifest: bytes) -> RegisteredVersion:
        """Store the files of a folder and hold them for the version; `by` names the import. Raises Busy."""
        ...

    async def release(self, ref: ModelRef, by: str = "") -> None:
        """Let go of what an import of a version holds, or of what all of them hold. Raises Busy."""
        ...


class RegisteredModels(Protocol):
    """Registered models as this replica has loaded them."""

    async def follow(self, entry: ModelRegistered) -> None:
        """Load, choose, enable and drop what the entry says; an older revision than the known one is ignored.

        A version that cannot be loaded is quarantined with its reason and stops no other. Raises Busy.
        """
        ...


@dataclass(frozen=True, slots=True)
class Examination:
    """What a model folder turned out to be."""

    inputs: Sequence[TensorSpec]
    outputs: Sequence[TensorSpec]
    opset: int = 0
    operators: Sequence[str] = ()
    parameters: int = 0
    metadata: Mapping[str, str] = field(default_factory=dict)
    run_seconds: float = 0.0
    """How long one run took; 0 where the shapes leave open what to run it on."""


class ModelExaminer(Protocol):
    """Looks at a model folder of others before anything is made of it."""

    async def examine(self, folder: ModelFolder) -> Examination:
        """Return what it is: operators, tensors against the manifest, one run within its limits.

        Raises Rejected with the reason for a folder that must not be used.
        """
        ...


@dataclass(frozen=True, slots=True)
class Description:
    """What a caption model says of a picture: text, and its answer as JSON where it has a schema."""

    text: str
    answer: Mapping[str, object] | None = None


class Describer(Protocol):
    """A model that says what a picture shows."""

    @property
    def manifest(self) -> Manifest: ...

    def describe(self, picture: Picture) -> Description:
        """Return what it says. Blocks. Raises what running a model raises."""
        ...


@dataclass(frozen=True, slots=True)
class EnabledFor:
    """The declared models that look at one asset, and those that may not see it, each with the reason."""

    models: Sequence[Model]
    describers: Sequence[Describer]
    left_out: Sequence[tuple[ModelRef, str]]


class EnabledModels(Protocol):
    """Which declared models there are, and which of them look at an asset."""

    def in_force(self) -> Sequence[Model]:
        """Return the declared models in force that this replica can run, enabled or not, by name."""
        ...

    def for_work(self, work: Work) -> EnabledFor:
        """Return the versions in force of what is enabled for the asset's programme, by name."""
        ...

    def named(self, ref: ModelRef, work: Work) -> EnabledFor:
        """Return a declared model of that version, whatever it is enabled for; nothing when it is gone."""
        ...

    def is_here(self, ref: ModelRef) -> bool:
        """Return whether a version can be run in this process."""
        ...

    def is_wanted(self, ref: ModelRef) -> bool:
        """Return whether a version that looks may finish: it is here, and its name is enabled at all."""
        ...

    def is_enabled(self, ref: ModelRef) -> bool:
        """Return whether a version is in force and enabled for any programme."""
        ...

    def version_of(self, name: str, version: str = "") -> ModelRef | None:
        """Return the model of others that a name means, in force where no version is named; None for no such.

        A name may be spelt as observations name it, with dots for slashes.
        """
        ...
