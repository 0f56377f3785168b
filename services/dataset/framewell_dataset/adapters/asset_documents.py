"""Assets as documents."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from framewell.media.v1.media_pb2 import ObjectRef, Programme, Timeline
from framewell.rights.v1.rights_pb2 import Purpose, PurposeDecision, RightsDecided
from framewell_contracts.identity import derived_id
from framewell_contracts.sentences import worded
from framewell_contracts.spelling import normalised
from framewell_dataset.domain.assets import Asset, Standing
from framewell_dataset.domain.rights import PURPOSES
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.facts import Cause, Fact
from framewell_kit.outbox import Outbox
from framewell_kit.paging import BY_ID, SCAN_BATCH, scan

ASSETS = "assets"


class AssetDocuments:
    """Collection `assets`; a removed asset stays as a tombstone. Decisions leave with the document."""

    def __init__(self, documents: Documents, outbox: Outbox) -> None:
        self.documents, self._outbox = documents, outbox
        outbox.register(ASSETS)

    async def prepare(self) -> None:
        for fields in (["source_key", "_id"], ["holders", "_id"], ["rights_due"]):
            await self.documents.ensure_index(ASSETS, fields)
        await self._tell_refusals()

    async def _tell_refusals(self) -> None:
        """Write beside what stands why it withholds, once: assets of before this was kept lack it."""
        lacking = {"removed": False, refused_field(PURPOSES[0]): {"$exists": False}}
        while found := await self.documents.find(ASSETS, lacking, limit=SCAN_BATCH):
            for document in found:
                change = {"$set": _refused(_asset(document).standing)}
                expected = {"standing": document["standing"]}
                await self.documents.update(ASSETS, document["_id"], change, expect=expected)

    async def remember(self, asset: Asset) -> bool:
        fields = _document(asset)
        if await self.documents.insert_once(ASSETS, {"_id": asset.asset_id, **fields}):
            return True
        # What its statements come to is noted by `stand` alone, the clock by `note_clock`.
        for name in (*_standing(asset.standing), "clock"):
            del fields[name]
        if asset.programme_revision == 0:
            kept = await self.documents.get(ASSETS, asset.asset_id)
            if kept is not None and kept["programme_revision"] > 0:
                # What somebody corrected later outlasts what a reprocessing says again.
                del fields["programme"], fields["programme_revision"]
        newer = {"removed": False, "revision": {"$lt": asset.revision}}
        return await self.documents.update(ASSETS, asset.asset_id, {"$set": fields}, expect=newer) is not None

    async def get(self, asset_id: str) -> Asset | None:
        found = await self.documents.get(ASSETS, asset_id)
        return None if found is None else _asset(found)

    async def change_programme(self, asset_id: str, programme: Programme, revision: int) -> bool:
        change = {"programme": programme.SerializeToString(), "programme_revision": revision}
        older = {"removed": False, "programme_revision": {"$lt": revision}}
        return await self.documents.update(ASSETS, asset_id, {"$set": change}, expect=older) is not None

    async def stand(self, asset: Asset, standing: Standing, cause: Cause) -> bool:
        changed = standing.decisions != asset.standing.decisions
        facts = [_decided(asset.asset_id, standing)] if changed else []
        expected = {"removed": False, "standing": asset.standing.revision}
        change = {"$set": _standing(standing)}
        return (
            await self._outbox.update(ASSETS, asset.asset_id, change, facts, cause, expect=expected)
            is not None
        )

    async def note_clock(self, asset_id: str, clock: Timeline) -> bool:
        kept = await self.documents.get(ASSETS, asset_id)
        content = clock.SerializeToString(deterministic=True)
        if kept is None or kept["removed"] or kept["clock"] == content:
            return False
        known = {"removed": False}
        return (
            await self.documents.update(ASSETS, asset_id, {"$set": {"clock": content}}, expect=known)
            is not None
        )

    def each(self, after: str = "") -> AsyncIterator[Asset]:
        return self._each({"removed": False}, after)

    def of_source(self, source: str) -> AsyncIterator[Asset]:
        return self._each({"source_key": normalised(source), "removed": False})

    def of_holder(self, holder: str) -> AsyncIterator[Asset]:
        return self._each({"holders": normalised(holder), "removed": False})

    async def count_of_holder(self, holder: str) -> int:
        return await self.documents.count(ASSETS, {"holders": normalised(holder), "removed": False})

    async def rights_due(self, before: datetime, limit: int) -> list[Asset]:
        query = {"rights_due": {"$lte": before}, "removed": False}
        found = await self.documents.find(ASSETS, query, sort=[("rights_due", 1)], limit=limit)
        return [_asset(document) for document in found]

    async def remove(self, asset_id: str, revision: int, cause: Cause) -> None:
        while True:
            kept = await self.documents.get(ASSETS, asset_id)
            if kept is not None and kept["removed"]:
                return
            standing = Standing(1 if kept is None else kept["standing"] + 1)
            empty = Asset(asset_id, 0, "", "", ObjectRef(), Programme(), revision, removed=True)  # type: ignore[arg-type]
            fields = {**_document(empty), **_standing(standing)}
            facts = [_decided(asset_id, standing, gone=True)]
            if kept is None:
                done = await self._outbox.insert(ASSETS, {"_id": asset_id, **fields}, facts, cause)
            else:
                expected = {"removed": False, "standing": kept["standing"]}
                change = {"$set": fields}
                done = bool(
                    await self._outbox.update(ASSETS, asset_id, change, facts, cause, expect=expected)
                )
            if done:
                return

    async def _each(self, query: Mapping[str, Any], after: str = "") -> AsyncIterator[Asset]:
        behind = (after,) if after else None
        async for document in scan(self.documents, ASSETS, query, BY_ID, after=behind):
            yield _asset(document)


def _document(asset: Asset) -> Document:
    return {
        "kind": asset.kind,
        "source": asset.source,
        "source_key": normalised(asset.source),
        "clock": asset.clock.SerializeToString(deterministic=True),
        "uri": asset.uri,
        "original": asset.original.SerializeToString(),
        "programme": asset.programme.SerializeToString(),
        "revision": asset.revision,
        "programme_revision": asset.programme_revision,
        "removed": asset.removed,
        **_standing(asset.standing),
    }


def _standing(standing: Standing) -> Document:
    return {
        "standing": standing.revision,
        "holders": list(standing.holders),
        "rights_due": standing.due,
        "decisions": [each.SerializeToString(deterministic=True) for each in standing.decisions],
        **_refused(standing),
    }


def refused_field(purpose: "Purpose.ValueType") -> str:
    """Return the field with the sentence by which an asset is withheld for a purpose."""
    return f"refused_{purpose}"


def refusal_in(document: Document, purpose: "Purpose.ValueType") -> str:
    """Return the sentence by which a stored asset is withheld for a purpose; empty where it is not."""
    decided = map(PurposeDecision.FromString, document["decisions"])
    refused = (one for one in decided if one.purpose == purpose and not one.allowed)
    return next((worded(one.sentence, one.wording) for one in refused), "")


def _refused(standing: Standing) -> Document:
    """Return by purpose why the asset is withheld as a whole; empty where it is not."""
    said = {each.purpose: each.sentence for each in standing.decisions if not each.allowed}
    return {refused_field(purpose): said.get(purpose, "") for purpose in PURPOSES}


def _decided(asset_id: str, standing: Standing, *, gone: bool = False) -> Fact:
    decided = RightsDecided(
        asset_id=asset_id, revision=standing.revision, purposes=standing.decisions, gone=gone
    )
    name = RightsDecided.DESCRIPTOR.full_name
    return Fact(decided, id=derived_id(asset_id, name, str(standing.revision)), subject=asset_id)


def _asset(document: Document) -> Asset:
    return Asset(
        asset_id=document["_id"],
        kind=document["kind"],
        source=document["source"],
        uri=document["uri"],
        original=ObjectRef.FromString(document["original"]),
        programme=Programme.FromString(document["programme"]),
        revision=document["revision"],
        programme_revision=document["programme_revision"],
        removed=document["removed"],
        standing=Standing(
            document["standing"],
            tuple(document["holders"]),
            document["rights_due"],
            tuple(PurposeDecision.FromString(each) for each in document["decisions"]),
        ),
        clock=Timeline.FromString(document["clock"]),
    )
