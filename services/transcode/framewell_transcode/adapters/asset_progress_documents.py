"""The progress of assets in the document store.

`generations`: the newest generation of every asset that was asked for. `assets`: one document an asset: its
newest planned generation with what is expected and how it ended. `parts`: the
fan-in of a generation, with a few keys for each chunk and the sound as its named part. The plan itself is an
object, so that no document grows with the asset beyond the fan-in's flags.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Any, Final

from framewell.asset.v1.asset_pb2 import AssetTranscoded
from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkTranscoded
from framewell.media.v1.media_pb2 import ObjectRef, Work
from framewell_contracts.sentences import kept_wording, worded_as_kept
from framewell_kit.documents import Document, Documents
from framewell_kit.fanin import FanIn, Whole
from framewell_transcode.domain.parts import AssetState, ChunkPart, CompleteAsset, part_of

_WORDING: Final = "_wording"
_SENTENCES: Final = frozenset({"given_up", "withheld"})
"""Fields of a part that are sentences: beside each stands what it was made of."""
_ASSETS: Final = "assets"
_GENERATIONS: Final = "generations"
_SOUND: Final = "sound"


@dataclass(frozen=True, slots=True)
class AssetProgressDocuments:
    """AssetProgressRepository on documents."""

    documents: Documents

    @property
    def _parts(self) -> FanIn:
        return FanIn(self.documents, "parts")

    async def prepare(self) -> None:
        """Make the index that parts are removed by."""
        await self._parts.prepare()

    async def begin(self, work: Work) -> bool:
        return await self._raise_generation(_GENERATIONS, work, {})

    async def expect(self, work: Work, plan: ObjectRef, chunk_count: int) -> None:
        if not await self.begin(work):
            return
        expectation = {"work": work.SerializeToString(), "plan": plan.SerializeToString()}
        if await self._raise_generation(_ASSETS, work, expectation | {"chunk_count": chunk_count}):
            await self._parts.expect(
                work.asset_id, chunk_count, expectation, names=[_SOUND], generation=work.generation
            )

    async def add_chunk(self, chunk: ChunkTranscoded) -> CompleteAsset | None:
        return await self._add(chunk.work, chunk.index, _part_document(part_of(chunk)))

    async def add_audio(self, audio: AudioExtracted) -> CompleteAsset | None:
        return await self._add(audio.work, _SOUND, audio.SerializeToString())

    async def _add(self, work: Work, part: int | str, value: Any) -> CompleteAsset | None:
        if not await self.is_current(work):
            return None
        whole = await self._parts.arrive(work.asset_id, part, value, work.generation)
        return None if whole is None else await self._complete(whole)

    async def _complete(self, whole: Whole) -> CompleteAsset:
        chunks = [_part(index, value) async for index, value in _numbered(self._parts, whole)]
        return CompleteAsset(
            work=Work.FromString(whole.expectation["work"]),
            plan=ObjectRef.FromString(whole.expectation["plan"]),
            chunks=tuple(chunks),
            audio=AudioExtracted.FromString(whole.named[_SOUND]),
        )

    async def record_end(self, end: AssetTranscoded, *, chunks_failed: int) -> None:
        generation = end.work.generation
        recorded = {"generation": generation, "message": end.SerializeToString(), "failed": chunks_failed}
        first, fuller = {"end.generation": {"$ne": generation}}, {"end.failed": {"$gt": chunks_failed}}
        expect = {"generation": generation, "$or": [first, fuller]}
        await self.documents.update(_ASSETS, end.work.asset_id, {"$set": {"end": recorded}}, expect=expect)

    async def latest(self, asset_id: str) -> AssetState | None:
        asset = await self.documents.get(_ASSETS, asset_id)
        if asset is None:
            return None
        end = asset.get("end") or {}
        ended = end.get("generation") == asset["generation"]
        return AssetState(
            work=Work.FromString(asset["work"]),
            plan=ObjectRef.FromString(asset["plan"]),
            chunk_count=int(asset["chunk_count"]),
            end=AssetTranscoded.FromString(end["message"]) if ended else None,
            chunks_failed=int(end["failed"]) if ended else 0,
        )

    async def arrived_chunks(self, asset: AssetState, numbers: range) -> AsyncIterator[ChunkPart]:
        work = asset.work
        async for index, value in self._parts.arrived(work.asset_id, numbers, work.generation):
            yield _part(index, value)

    async def is_current(self, work: Work) -> bool:
        newest = await self.documents.get(_GENERATIONS, work.asset_id)
        return newest is None or int(newest["generation"]) <= work.generation

    async def remove(self, asset_id: str) -> tuple[int, int]:
        await self.documents.delete(_GENERATIONS, asset_id)
        assets = int(await self.documents.delete(_ASSETS, asset_id))
        return assets, await self._parts.forget(asset_id)

    async def _raise_generation(self, collection: str, work: Work, fields: Document) -> bool:
        """Make this the newest generation in a collection and return True, unless a newer one came first."""
        newest = {"generation": work.generation, **fields}
        if await self.documents.insert_once(collection, {"_id": work.asset_id, **newest}):
            return True
        older = {"generation": {"$lte": work.generation}}
        changed = await self.documents.update(collection, work.asset_id, {"$set": newest}, expect=older)
        return changed is not None


async def _numbered(parts: FanIn, whole: Whole) -> AsyncIterator[tuple[int, Any]]:
    index = 0
    async for value in parts.parts(whole):
        yield index, value
        index += 1


def _part_document(part: ChunkPart) -> Document:
    """Return what is not empty; the index is the part's number."""
    document = {name: value for name, value in asdict(part).items() if value and name != "index"}
    for name in _SENTENCES & document.keys():
        document |= {name: str(document[name])}
        if kept := kept_wording(getattr(part, name)):
            document[f"{name}{_WORDING}"] = kept
    return document


def _part(index: int, value: Document) -> ChunkPart:
    values = {name: given for name, given in value.items() if not name.endswith(_WORDING)}
    for name in _SENTENCES & values.keys():
        values[name] = worded_as_kept(values[name], value.get(f"{name}{_WORDING}"))
    return ChunkPart(index, **values)
