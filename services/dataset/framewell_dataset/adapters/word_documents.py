"""What people said in their own words as documents: the only place for it, so that it can be erased."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from framewell_dataset.ports.review import Note
from framewell_kit.documents.protocol import Documents
from framewell_kit.name_hashes import NameHashes
from framewell_kit.paging import BY_ID, scan

WORDS = "words"


@dataclass(frozen=True, slots=True)
class WordDocuments:
    """Collection `words`, one document a note."""

    documents: Documents
    hashes: NameHashes

    async def prepare(self) -> None:
        for field in ("sample_id", "class_ids"):
            await self.documents.ensure_index(WORDS, [field])

    async def keep(self, note: Note) -> None:
        fields = {"sample_id": note.sample_id, "class_ids": sorted(note.class_ids), "text": note.text}
        await self.documents.insert_once(WORDS, {"_id": note.note_id, **fields})

    async def read(self, note_ids: Sequence[str]) -> dict[str, str]:
        if not note_ids:
            return {}
        found = await self.documents.find(WORDS, {"_id": {"$in": list(note_ids)}})
        return {each["_id"]: each["text"] for each in found}

    async def discard(self, note_id: str) -> None:
        await self.documents.delete(WORDS, note_id)

    async def forget_sample(self, sample_id: str) -> int:
        return await self.documents.delete_where(WORDS, {"sample_id": sample_id})

    async def forget_class(self, class_id: str) -> int:
        return await self.documents.delete_where(WORDS, {"class_ids": class_id})

    async def forget_names(self, name_hashes: Iterable[str]) -> int:
        wanted = frozenset(name_hashes)
        if not wanted:
            return 0
        naming = [
            each["_id"]
            async for each in scan(self.documents, WORDS, {}, BY_ID)
            if self.hashes.any_in(each["text"], wanted)
        ]
        return await self.documents.delete_where(WORDS, {"_id": {"$in": naming}})
