"""The face embeddings of this replica: which is in force, which describe every face beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from framewell_inference.analysers.faces.embedding import FaceEmbedding
from framewell_inference.domain.face_spaces import SpacesNow, describes_faces, in_force
from framewell_inference.ports.models import IdentityModelRepository, ModelRegistry
from framewell_kit.telemetry import logger
from framewell_models.manifest import ManifestError, ModelRef

log = logger(__name__)


@dataclass(slots=True)
class FaceSpaces:
    """Follows the identity models: their embeddings, and those that are enabled, describe new faces.

    A replica that is a moment late describes a chunk in the space that was in force before; the others are
    laid beside it, so that nothing depends on the moment.
    """

    shipped: ModelRef
    registry: ModelRegistry
    identities: IdentityModelRepository
    loaded: dict[ModelRef, FaceEmbedding] = field(default_factory=dict)
    """Embeddings that can be run here, the shipped one among them where there is one."""
    _current: ModelRef | None = None
    _read: frozenset[ModelRef] = frozenset()

    @property
    def in_force(self) -> ModelRef:
        """Return the embedding in force, as far as this replica knows."""
        return self._current or self.shipped

    @property
    def now(self) -> SpacesNow:
        """Return the spaces in which faces are described."""
        return SpacesNow.of(self.in_force, {*self._read, *self.enabled()})

    async def follow(self) -> SpacesNow:
        """Look at the identity models again, and return the spaces of now."""
        read = await self.identities.embeddings()
        self._current = in_force(read.in_force, self.shipped)
        self._read = frozenset(read.candidates)
        return self.now

    async def read(self) -> Sequence[ModelRef]:
        """Return the embeddings that identity models read, in force or about to be; at first the shipped."""
        await self.follow()
        return sorted({self.in_force, *self._read}, key=str)

    def enabled(self) -> list[ModelRef]:
        """Return the embeddings that people have enabled."""
        return [
            one.model.manifest.ref
            for one in self.registry.all()
            if one.enabled and describes_faces(one.model.manifest)
        ]

    def is_used(self, ref: ModelRef) -> bool:
        """Return whether an embedding is in force, or read by an identity model that is about to be."""
        return ref == self.in_force or ref in self._read

    def at_work(self) -> Sequence[FaceEmbedding]:
        """Return those that describe the next faces, the one in force first.

        Where that one cannot be run here, the shipped one stands in for it.
        """
        now = self.now
        wanted = (now.in_force, self.shipped) if self._embedding(now.in_force) is None else (now.in_force,)
        found = [self._embedding(ref) for ref in dict.fromkeys((*wanted, *now.beside))]
        return [one for one in found if one is not None]

    def alone(self, ref: ModelRef) -> Sequence[FaceEmbedding]:
        """Return just this embedding, none where it cannot be run here."""
        one = self._embedding(ref)
        return [] if one is None else [one]

    def _embedding(self, ref: ModelRef) -> FaceEmbedding | None:
        if any((one.name, one.version) == (ref.name, ref.version) for one in self.registry.quarantined()):
            self.loaded.pop(ref, None)
        if ref in self.loaded:
            return self.loaded[ref]
        model = self.registry.find(ref.name, ref.version)
        if model is None or not describes_faces(model.manifest):
            return None
        try:
            self.loaded[ref] = FaceEmbedding.over(model)
        except ManifestError as error:
            log.error("a face embedding cannot be used", model=str(ref), reason=str(error))
            return None
        return self.loaded[ref]
