"""Near-duplicates that samples stand for, one document per sample and chunk."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from framewell_dataset.domain.observations import FaceSeen
from framewell_kit.documents.protocol import Documents

REPEATS = "repeats"


@dataclass(frozen=True, slots=True)
class RepeatDocuments:
    """Collection `repeats`: a document names the faces of one chunk, so none grows with the asset."""

    documents: Documents

    async def prepare(self) -> None:
        for field in ("sample_id", "asset_id"):
            await self.documents.ensure_index(REPEATS, [field])

    async def note(self, sample_id: str, asset_id: str, faces: Sequence[FaceSeen]) -> None:
        by_chunk: dict[int, list[str]] = defaultdict(list)
        for face in faces:
            by_chunk[face.chunk].append(face.observation_id)
        for chunk, ids in by_chunk.items():
            change = {
                "$set": {"sample_id": sample_id, "asset_id": asset_id},
                "$addToSet": {"faces": {"$each": ids}},
            }
            await self.documents.update(REPEATS, f"{sample_id}/{asset_id}/{chunk}", change, upsert=True)

    async def count(self, sample_ids: Sequence[str]) -> dict[str, int]:
        found = await self.documents.find(REPEATS, {"sample_id": {"$in": list(sample_ids)}})
        counts: Counter[str] = Counter(dict.fromkeys(sample_ids, 0))
        for document in found:
            counts[document["sample_id"]] += len(document["faces"])
        return dict(counts)

    async def forget_sample(self, sample_id: str) -> None:
        await self.documents.delete_where(REPEATS, {"sample_id": sample_id})

    async def forget_asset(self, asset_id: str) -> None:
        await self.documents.delete_where(REPEATS, {"asset_id": asset_id})
