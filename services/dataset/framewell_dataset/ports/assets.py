"""Assets taken in, what was analysed of them, and the objects behind both."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed
from framewell.inference.v1.inference_pb2 import AnalysisIndex
from framewell.media.v1.media_pb2 import ObjectRef, Programme, Timeline, Work
from framewell.sample.v1.sample_pb2 import Crop
from framewell_dataset.domain.assets import Asset, Standing
from framewell_dataset.domain.observations import FaceSeen, SeenInChunk
from framewell_kit.facts import Cause

COMPLETE = "propose_along_shots"
"""Kind of the leased job that looks at a whole asset."""


class AssetRepository(Protocol):
    """Assets, one document each; a removed asset stays as a tombstone."""

    async def remember(self, asset: Asset) -> bool:
        """Keep the asset; False when it is known in this revision or a later one, or removed."""
        ...

    async def get(self, asset_id: str) -> Asset | None:
        """Return the asset, a removed one too; None when it never came."""
        ...

    async def change_programme(self, asset_id: str, programme: Programme, revision: int) -> bool:
        """Replace its programme; False when a later revision is known, or the asset is not."""
        ...

    async def stand(self, asset: Asset, standing: Standing, cause: Cause) -> bool:
        """Keep what its statements come to now, and say so where the decisions are others: RightsDecided.

        `standing` has the next revision. False, without a fact, when the asset stands otherwise than `asset`
        says, or is removed.
        """
        ...

    async def note_clock(self, asset_id: str, clock: Timeline) -> bool:
        """Keep the asset's clock; False when it is the one that is known, or the asset is not (any more)."""
        ...

    def each(self, after: str = "") -> AsyncIterator[Asset]:
        """Yield all assets that are not removed, by id, behind this one."""
        ...

    def of_source(self, source: str) -> AsyncIterator[Asset]:
        """Yield the assets of a source, however it is spelt, that are not removed, by id."""
        ...

    def of_holder(self, holder: str) -> AsyncIterator[Asset]:
        """Yield the assets that a holder, however spelt, has rights in and that are not removed, by id."""
        ...

    async def count_of_holder(self, holder: str) -> int:
        """Return in how many assets that are not removed a holder, however spelt, has rights."""
        ...

    async def rights_due(self, before: datetime, limit: int) -> list[Asset]:
        """Return assets whose rights have to be asked for again by then, the most overdue first."""
        ...

    async def remove(self, asset_id: str, revision: int, cause: Cause) -> None:
        """Keep nothing but that it is gone, so that late facts change nothing, and say so: RightsDecided."""
        ...


class ChunkRepository(Protocol):
    """Analysed chunks, one document each."""

    async def keep(self, chunk: ChunkAnalysed) -> None:
        """Keep the chunk, unless a later generation or a later look of the same generation is known."""
        ...

    async def at(self, asset_id: str, pts: int) -> list[ChunkAnalysed]:
        """Return the chunks of the asset whose span holds the pts."""
        ...

    async def forget(self, asset_id: str) -> int:
        """Delete the asset's chunks; how many there were."""
        ...


class AnalysisReader(Protocol):
    """What models saw, read from the objects that facts refer to."""

    async def index(self, ref: ObjectRef) -> AnalysisIndex:
        """Return the index of an asset's analysis: every chunk and every shot."""
        ...

    async def seen(self, chunk: ChunkAnalysed) -> SeenInChunk:
        """Return the faces and captions of an analysed chunk; empty where an analyser failed."""
        ...


class Pictures(Protocol):
    """The pictures that faces were seen in, and crops cut from them."""

    async def cut(self, frames: ObjectRef, faces: Sequence[FaceSeen]) -> list[Crop]:
        """Cut the faces out of their pictures; stored objects, in the same order."""
        ...

    async def timecode(self, frames: ObjectRef, face: FaceSeen) -> str:
        """Return the timecode of the face's picture, empty when the asset has none."""
        ...

    async def delete(self, key: str) -> bool:
        """Delete a stored object; False when there was none."""
        ...


class CompletionQueue(Protocol):
    """Where analysed assets wait to be looked at as a whole."""

    async def request(self, work: Work, index: ObjectRef, cause: Cause) -> None:
        """See that this generation of the asset is looked at. Asking again changes nothing."""
        ...
