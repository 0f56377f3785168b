"""What is kept of assets, and the work on them that outlives a process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetTranscoded
from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkTranscoded
from framewell.media.v1.media_pb2 import ObjectRef, Work
from framewell_kit.facts import Cause
from framewell_transcode.domain.material import Material
from framewell_transcode.domain.parts import AssetState, ChunkPart, CompleteAsset
from framewell_transcode.domain.pictures import KeptPicture


class AssetProgressRepository(Protocol):
    """What is expected of every asset, what has come, and how it ended.

    Every method may be repeated. Part and expectation may arrive in either order. Older generations are
    ignored. What a part costs does not depend on the number of parts. Every method raises Busy when the store
    is away.
    """

    async def begin(self, work: Work) -> bool:
        """Make this the newest generation, so that older work stops; return False for an older one."""
        ...

    async def expect(self, work: Work, plan: ObjectRef, chunk_count: int) -> None:
        """Note what is expected of this generation; `plan` is a stored MediaIndex without shots."""
        ...

    async def add_chunk(self, chunk: ChunkTranscoded) -> CompleteAsset | None:
        """Note a chunk; return the whole asset when nothing is missing any more, otherwise None."""
        ...

    async def add_audio(self, audio: AudioExtracted) -> CompleteAsset | None:
        """Note the sound; return the whole asset when nothing is missing any more, otherwise None."""
        ...

    async def record_end(self, end: AssetTranscoded, *, chunks_failed: int) -> None:
        """Note how the asset ended.

        The first end of a generation stays, unless a later one lacks fewer chunks: what was given up may be
        done again by a replayed dead letter.
        """
        ...

    async def latest(self, asset_id: str) -> AssetState | None:
        """Return the newest planned generation of an asset, None when there is none."""
        ...

    def arrived_chunks(self, asset: AssetState, numbers: range) -> AsyncIterator[ChunkPart]:
        """Yield the chunks with these numbers that have come, given up or not, in the order of the range."""
        ...

    async def is_current(self, work: Work) -> bool:
        """Return False for a generation that a newer one replaced, which need not be planned yet."""
        ...

    async def remove(self, asset_id: str) -> tuple[int, int]:
        """Forget the asset; return how many assets and how many documents of parts went."""
        ...


class MaterialRepository(Protocol):
    """What was made of assets for analysis alone. Every method may be repeated, and raises Busy."""

    async def keep(self, material: Material) -> None:
        """Note what was made of one part of a generation; the newest note of the part counts."""
        ...

    async def get(self, asset_id: str, generation: int, part: str) -> Material | None:
        """Return the note on one part of a generation, None when there is none."""
        ...

    async def of(self, asset_id: str) -> Sequence[Material]:
        """Return what there is of an asset, of all generations."""
        ...

    async def drop(self, material: Material) -> None:
        """Forget one note."""
        ...

    async def remove(self, asset_id: str) -> int:
        """Forget the notes on an asset and return how many went."""
        ...


class KeptPictures(Protocol):
    """Single pictures that were taken, by what was asked for.

    Every method may be repeated, and raises Busy.
    """

    async def find(self, asset_id: str, generation: int, name: str) -> KeptPicture | None:
        """Return the picture that was kept under a name, None when there is none."""
        ...

    async def keep(self, picture: KeptPicture) -> Sequence[str]:
        """Note a picture; return the keys that are not needed any more.

        Of one asset the newest pictures of the newest generation stay, up to a number.
        """
        ...

    async def remove(self, asset_id: str) -> int:
        """Forget the pictures of an asset and return how many went."""
        ...


class WorkQueue(Protocol):
    """Leased jobs that outlive a process; each is put once, however often it is asked for."""

    async def plan(self, asset: AssetIngested, cause: Cause) -> None:
        """Have this generation of the asset planned."""
        ...

    async def extract_audio(self, asset: AssetIngested, cause: Cause) -> None:
        """Have the sound of this generation taken out; `asset.work.timeline` is the clock of its pictures."""
        ...
