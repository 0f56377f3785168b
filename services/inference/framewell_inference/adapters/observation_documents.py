"""Observations in the object store, with one document per chunk, analyser and model version.

Objects are written before the document that names them, so a document never points at nothing. A set changes
only when something in it is erased; a rerun with another model version adds one beside it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from framewell.chunk.v1.chunk_pb2 import AnalyserResult, VectorsBeside
from framewell.inference.v1.inference_pb2 import ObservationSet
from framewell.media.v1.media_pb2 import ObjectRef
from framewell_contracts.sentences import say
from framewell_inference.adapters.stored_sets import document_of, sha256_of, space_of, stored_set, vector_set
from framewell_inference.domain.forgetting import (
    Forgotten,
    blanked,
    has_text,
    without_names,
    without_vectors,
)
from framewell_inference.domain.messages import model_version, observation_set
from framewell_inference.domain.observations import Findings
from framewell_inference.domain.pictures import Float
from framewell_inference.domain.search_words import has_words
from framewell_inference.domain.stored import ChunkKey, StoredSet
from framewell_inference.domain.vectors import table_of
from framewell_inference.ports.analysers import Vectors
from framewell_inference.ports.search import WordIndex
from framewell_inference.ports.vectors import VectorLog, VectorPacking
from framewell_kit.documents.protocol import Document, Documents, Query
from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcome_messages import done
from framewell_kit.outcomes import NotFound, NotYet
from framewell_kit.paging import Order, scan
from framewell_models.manifest import ModelRef

COLLECTION: Final = "observation_sets"

SET_MEDIA_TYPE: Final = "application/protobuf"
VECTORS_MEDIA_TYPE: Final = "application/vnd.apache.arrow.file"
SET_SUFFIX: Final = ".observations.pb"
VECTORS_SUFFIX: Final = ".vectors.arrow"

BY_POSITION: Final = Order("position", str)


@dataclass(frozen=True, slots=True)
class ObservationDocuments:
    """ObservationRepository on documents and objects."""

    documents: Documents
    objects: Objects
    encoding: Vectors
    references: ObjectReferences
    log: VectorLog
    packing: VectorPacking
    words: WordIndex

    async def prepare(self) -> None:
        """Make the indexes that sets are found and removed by."""
        for fields in (
            ["asset_id", *BY_POSITION.fields],
            ["chunk_id", "asset_id"],
            ["texts", "_id"],
        ):
            await self.documents.ensure_index(COLLECTION, fields)

    async def keep(
        self,
        findings: Findings,
        key: ChunkKey,
        forgotten: Forgotten,
        *,
        look: str = "",
        beside: bool = False,
    ) -> AnalyserResult:
        seen = observation_set(findings, asset_id=key.asset_id, chunk_id=key.chunk_id)
        message = without_names(seen, forgotten)
        result = AnalyserResult(
            analyser=findings.analyser,
            model=model_version(findings.model),
            outcome=done(),
            observation_count=len(message.observations),
        )
        data = message.SerializeToString(deterministic=True)
        result.observation_set.CopyFrom(
            await self.objects.put(data, media_type=SET_MEDIA_TYPE, suffix=SET_SUFFIX)
        )
        if findings.vectors is not None:
            encoded = self.encoding.encode(findings.vectors)
            result.vectors.CopyFrom(
                await self.objects.put(encoded, media_type=VECTORS_MEDIA_TYPE, suffix=VECTORS_SUFFIX)
            )
        document = document_of(key, findings.model, result)
        document |= {"texts": has_text(message), "look": look, "beside": beside}
        # Noted before it is held, so that nothing is held that no document names, whoever dies in between.
        if not await self.documents.insert_once(COLLECTION, document):
            await self._as_it_stands(document["_id"], result)
        await self.references.hold(key.asset_id, [result.observation_set, result.vectors])
        await self._replace_older(document)
        if result.vectors.key:
            await self._make_searchable(document["_id"])
        if not beside and has_words(message):
            await self._index_words(document["_id"])
        return result

    async def _index_words(self, set_id: str) -> None:
        """Keep the words of a set as it stands, if it is still there; it is looked at once more afterwards.

        Whoever changes it does the same once it is changed, and who deletes it takes its words away before.
        """
        while document := await self.documents.get(COLLECTION, set_id):
            stored = stored_set(document)
            try:
                found = await self.read(stored)
            except NotFound:
                await self._is_gone(stored)
                break
            await self.words.put(set_id, found, asked_at=document["asked_at"], position=document["position"])
            now = await self.documents.get(COLLECTION, set_id)
            if now is not None and now["object"] == stored.object_key:
                return
        await self.words.remove(set_id)

    async def _make_searchable(self, set_id: str) -> None:
        """Note the vectors of a set as they stand, if it is still there.

        Whoever changes or deletes it meanwhile notes that before: so it is looked at once more afterwards.
        """
        while document := await self.documents.get(COLLECTION, set_id):
            stored = stored_set(document)
            try:
                found, vectors = await self.read(stored), await self.vectors(stored)
            except NotFound:
                await self._is_gone(stored)
                return
            table = table_of(vector_set(document), found, vectors)
            if table is None:
                return
            number = await self.log.append(space_of(stored), set_id, table)
            now = await self.documents.get(COLLECTION, set_id)
            if now is not None and now["vectors"] == stored.vectors_key:
                await self.packing.when_due(space_of(stored), number)
                return
            await self.log.append(space_of(stored), set_id, None)
            await self.packing.purge()

    async def _take_from_search(self, stored: StoredSet) -> None:
        """Note that a set has no vectors any more; before its document or its objects go."""
        if stored.vectors_key:
            await self.log.append(space_of(stored), stored.id, None)

    async def _as_it_stands(self, set_id: str, result: AnalyserResult) -> None:
        """Have the result name the objects of the set that is there: it may have been rewritten since."""
        found = await self.documents.get(COLLECTION, set_id)
        if found is None:
            return
        for ref, key in ((result.observation_set, found["object"]), (result.vectors, found["vectors"])):
            if key and ref.key != key:
                made = ref.key
                ref.key, ref.sha256 = key, sha256_of(key)
                ref.size = await self.objects.size(key)
                await self.references.discard(made)
        result.observation_count = found["count"]

    async def _replace_older(self, document: Document) -> None:
        same = {name: document[name] for name in ("asset_id", "chunk_id", "analyser", "model")}
        older = {**same, "generation": {"$lt": document["generation"]}}
        for found in await self.documents.find(COLLECTION, older):
            await self._take_from_search(stored_set(found))
            await self.words.remove(found["_id"])
            keys = set(stored_set(found).keys) - set(stored_set(document).keys)
            await self._release(document["asset_id"], keys)
            await self.documents.delete(COLLECTION, found["_id"])

    async def sets(
        self, asset_id: str, analysers: Sequence[str] = (), *, after: StoredSet | None = None
    ) -> AsyncIterator[StoredSet]:
        query: Query = {"asset_id": asset_id} | ({"analyser": {"$in": list(analysers)}} if analysers else {})
        behind = (after.position, after.id) if after else None
        async for document in scan(self.documents, COLLECTION, query, BY_POSITION, after=behind):
            yield stored_set(document)

    async def sets_of(self, asset_id: str, chunk_id: str) -> Sequence[StoredSet]:
        query = {"chunk_id": chunk_id, "asset_id": asset_id}
        return [stored_set(document) for document in await self.documents.find(COLLECTION, query)]

    async def get(self, set_id: str) -> StoredSet | None:
        document = await self.documents.get(COLLECTION, set_id)
        return stored_set(document) if document else None

    async def named(self, set_ids: Collection[str]) -> Mapping[str, StoredSet]:
        found = await self.documents.find(COLLECTION, {"_id": {"$in": sorted(set_ids)}})
        return {document["_id"]: stored_set(document) for document in found}

    async def of_chunk(self, chunk_id: str, analyser: str, model: ModelRef) -> StoredSet | None:
        query = {"chunk_id": chunk_id, "analyser": analyser, "model": str(model)}
        found = await self.documents.find(COLLECTION, query, sort=[("generation", -1)], limit=1)
        return stored_set(found[0]) if found else None

    async def looks(self, chunk_id: str) -> Mapping[str, StoredSet]:
        found = await self.documents.find(COLLECTION, {"chunk_id": chunk_id, "look": {"$ne": ""}})
        return {document["look"]: stored_set(document) for document in found}

    async def read(self, stored: StoredSet) -> ObservationSet:
        return ObservationSet.FromString(await self.objects.read(stored.object_key))

    async def beside(self, sets: Iterable[StoredSet]) -> list[VectorsBeside]:
        found = sorted((one for one in sets if one.beside), key=lambda one: str(one.model))
        return [
            VectorsBeside(
                model=model_version(one.model), vectors=await self._ref(one.vectors_key, VECTORS_MEDIA_TYPE)
            )
            for one in found
        ]

    async def vectors(self, stored: StoredSet) -> Float:
        return self.encoding.decode(await self.objects.read(stored.vectors_key))

    async def result_of(self, stored: StoredSet) -> AnalyserResult:
        result = AnalyserResult(
            analyser=stored.analyser,
            model=model_version(stored.model),
            outcome=done(),
            observation_count=stored.count,
        )
        result.observation_set.CopyFrom(await self._ref(stored.object_key, SET_MEDIA_TYPE))
        if stored.vectors_key:
            result.vectors.CopyFrom(await self._ref(stored.vectors_key, VECTORS_MEDIA_TYPE))
        return result

    async def _ref(self, key: str, media_type: str) -> ObjectRef:
        size = await self.objects.size(key)
        return ObjectRef(key=key, media_type=media_type, size=size, sha256=sha256_of(key))

    async def with_texts(self) -> AsyncIterator[StoredSet]:
        async for document in scan(self.documents, COLLECTION, {"texts": True}, Order("_id", str)):
            yield stored_set(document)

    async def without_names(self, stored: StoredSet, forgotten: Forgotten) -> int:
        try:
            before = await self.read(stored)
        except NotFound:
            await self._is_gone(stored)
            return 0
        after = without_names(before, forgotten)
        if after == before:
            return 0
        await self._rewrite(stored, after)
        return len(before.observations) - len(after.observations)

    async def without_vectors(self, chunk_id: str, model: ModelRef, rows: Collection[int]) -> None:
        query = {"chunk_id": chunk_id, "model": str(model), "vectors": {"$ne": ""}}
        for document in await self.documents.find(COLLECTION, query):
            stored = stored_set(document)
            try:
                vectors = self.encoding.encode(blanked(await self.vectors(stored), rows))
                found = without_vectors(await self.read(stored), rows)
            except NotFound:
                await self._is_gone(stored)
                continue
            await self._rewrite(stored, found, vectors)

    async def _is_gone(self, stored: StoredSet) -> None:
        """Return when a set without its objects was taken away. Raises NotYet when it has others now."""
        kept = await self.documents.get(COLLECTION, stored.id)
        if kept is not None and kept["object"] != stored.object_key:
            raise NotYet(
                say(
                    "observations_busy",
                    "the observations {observations} are being changed by somebody else",
                    observations=stored.id,
                )
            )

    async def _rewrite(self, stored: StoredSet, found: ObservationSet, vectors: bytes | None = None) -> None:
        """Put other objects in the place of a set's own. Raises NotYet when somebody else does so now."""
        data = found.SerializeToString(deterministic=True)
        refs = [await self.objects.put(data, media_type=SET_MEDIA_TYPE, suffix=SET_SUFFIX)]
        change: dict[str, Any] = {"object": refs[0].key, "count": len(found.observations)}
        if vectors is not None:
            refs.append(await self.objects.put(vectors, media_type=VECTORS_MEDIA_TYPE, suffix=VECTORS_SUFFIX))
            change["vectors"] = refs[1].key
        await self.references.hold(stored.asset_id, refs)  # swept unless something names them
        if vectors is not None:
            await self._take_from_search(stored)
        await self.words.remove(stored.id)
        as_read = {"object": stored.object_key, "vectors": stored.vectors_key}
        done = await self.documents.update(COLLECTION, stored.id, {"$set": change}, expect=as_read)
        if done is None and await self.documents.get(COLLECTION, stored.id) is not None:
            raise NotYet(
                say(
                    "observations_busy",
                    "the observations {observations} are being changed by somebody else",
                    observations=stored.id,
                )
            )
        if vectors is not None:
            await self._make_searchable(stored.id)
        if has_words(found):
            await self._index_words(stored.id)

    async def drop(self, stored: StoredSet) -> None:
        await self._take_from_search(stored)
        await self.words.remove(stored.id)
        await self._release(stored.asset_id, stored.keys)
        await self.documents.delete(COLLECTION, stored.id)

    async def sweep(self, asset_id: str, used: Collection[str]) -> int:
        held = [
            key
            for key in await self.references.held_by(asset_id)
            if key.endswith((SET_SUFFIX, VECTORS_SUFFIX))
        ]
        named = {key async for stored in self.sets(asset_id) for key in stored.keys}
        return await self.references.release(asset_id, set(held) - named - set(used))

    async def _release(self, asset_id: str, keys: Collection[str]) -> None:
        await self.references.release(asset_id, keys)
        for key in keys:  # named, but not held yet when its worker died
            await self.references.discard(key)

    async def forget(self, asset_id: str) -> int:
        forgotten = 0
        async for stored in self.sets(asset_id):
            await self.drop(stored)
            forgotten += 1
        return forgotten
