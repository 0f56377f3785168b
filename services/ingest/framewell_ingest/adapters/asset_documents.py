"""Assets in the document store: one document an asset, facts by outbox.

Complete addresses that hold secrets are in the document while the asset is open. The write that ends it
takes them out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import Programme
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.media_addresses import MediaAddress
from framewell_ingest.domain.assets import OPEN, Asset, State
from framewell_ingest.domain.ends import End
from framewell_kit.clock import Clock
from framewell_kit.documents import Document, Documents
from framewell_kit.facts import Cause, Fact, Outgoing
from framewell_kit.outbox import Outbox
from framewell_kit.paging import Order, Page, PageRequest, find_page

_COLLECTION: Final = "assets"
_NEWEST_FIRST: Final = Order("requested_at", datetime, descending=True)
_IS_OPEN: Final = {"state": {"$in": [str(state) for state in OPEN]}}


@dataclass(frozen=True, slots=True)
class AssetDocuments:
    """AssetRepository on documents."""

    documents: Documents
    outbox: Outbox
    clock: Clock

    async def prepare(self) -> None:
        """Make the indexes that pages and watchers read by, and have facts sent that wait in the outbox."""
        self.outbox.register(_COLLECTION)
        await self.documents.ensure_index(_COLLECTION, _NEWEST_FIRST.fields)
        await self.documents.ensure_index(_COLLECTION, ["changed_at"])
        await self.documents.ensure_index(_COLLECTION, ["content"])

    async def register(self, asset: Asset, announcement: Fact | None, cause: Cause) -> bool:
        facts = [] if announcement is None else [announcement]
        return await self.outbox.insert(_COLLECTION, _document(asset), facts, cause)

    async def get(self, asset_id: str) -> Asset | None:
        found = await self.documents.get(_COLLECTION, asset_id)
        return None if found is None else _asset(found)

    async def renew_secrets(self, asset_id: str, secrets: Mapping[str, MediaAddress]) -> bool:
        change = {"$set": {"secrets": _open_forms(secrets)}}
        return await self.documents.update(_COLLECTION, asset_id, change, expect=_IS_OPEN) is not None

    async def page(self, states: Sequence[State], page: PageRequest) -> Page[Asset]:
        query = {"state": {"$in": [str(state) for state in states]}} if states else {}
        return (await find_page(self.documents, _COLLECTION, query, page, _NEWEST_FIRST)).map(_asset)

    async def changed_since(self, since: datetime, asset_id: str) -> list[Asset]:
        query: dict[str, Any] = {"changed_at": {"$gte": since}}
        if asset_id:
            query["_id"] = asset_id
        found = await self.documents.find(_COLLECTION, query, sort=[("changed_at", 1)])
        return [_asset(document) for document in found]

    async def begin(self, asset_id: str) -> Asset | None:
        begun = await self.documents.update(
            _COLLECTION, asset_id, self._change({"state": State.FETCHING}), expect=_IS_OPEN
        )
        if begun is not None:
            return _asset(begun)
        ended = await self.get(asset_id)
        return None if ended is None or ended.state == State.REMOVED else ended

    async def mark_content(self, asset_id: str, sha256: str) -> None:
        await self.documents.update(_COLLECTION, asset_id, {"$set": {"content": sha256}}, expect=_IS_OPEN)

    async def with_content(self, sha256: str) -> list[Asset]:
        order = [("requested_at", 1), ("_id", 1)]
        return [
            _asset(found) for found in await self.documents.find(_COLLECTION, {"content": sha256}, sort=order)
        ]

    async def finish(self, end: End) -> End | None:
        after = await self.documents.update(
            _COLLECTION, end.work.asset_id, self._end(_ended(end)), expect=_IS_OPEN
        )
        if after is not None:
            return end
        asset = await self.get(end.work.asset_id)
        return None if asset is None else asset.end

    async def refuse(self, end: AssetRejected, fact: Outgoing, cause: Cause) -> bool:
        after = await self.outbox.update(
            _COLLECTION, end.work.asset_id, self._end(_ended(end)), [fact], cause, expect=_IS_OPEN
        )
        return after is not None

    async def note_rejection(self, end: AssetRejected) -> bool:
        change = self._end(_ended(end))
        expect = {"generation": end.work.generation, "state": {"$ne": str(State.REMOVED)}}
        return await self.documents.update(_COLLECTION, end.work.asset_id, change, expect=expect) is not None

    async def reprocess(self, asset: Asset, again: AssetIngested, cause: Cause) -> bool:
        change = self._change({**_ended(again), "generation": again.work.generation})
        after = await self.outbox.update(
            _COLLECTION, asset.asset_id, change, [again], cause, expect={"generation": asset.generation}
        )
        return after is not None

    async def announce(self, asset_id: str, facts: Sequence[Outgoing], cause: Cause) -> bool:
        return await self.outbox.update(_COLLECTION, asset_id, self._change({}), facts, cause) is not None

    async def change_programme(self, asset_id: str, programme: Programme, revision: int) -> bool:
        change = self._change({"programme": programme.SerializeToString(), "programme_revision": revision})
        after = await self.documents.update(
            _COLLECTION, asset_id, change, expect={"programme_revision": {"$lt": revision}}
        )
        return after is not None

    async def remove(self, asset_id: str) -> bool:
        change = self._end({"state": State.REMOVED})
        change["$unset"] |= {
            "request": "",
            "programme": "",
            "ingested": "",
            "rejected": "",
            "content": "",
            "actor": "",
        }
        return await self.documents.update(_COLLECTION, asset_id, change) is not None

    async def erase(self, asset_id: str) -> bool:
        return await self.documents.delete(_COLLECTION, asset_id)

    def _end(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return a change after which nothing is fetched any more."""
        return {**self._change(values), "$unset": {"secrets": ""}}

    def _change(self, values: dict[str, Any]) -> dict[str, Any]:
        plain = {name: str(value) if isinstance(value, State) else value for name, value in values.items()}
        return {"$set": {**plain, "changed_at": self.clock.now()}, "$inc": {"revision": 1}}


def _ended(end: End) -> dict[str, Any]:
    if isinstance(end, AssetRejected):
        return {"state": State.REJECTED, "rejected": end.SerializeToString()}
    return {"state": State.INGESTED, "ingested": end.SerializeToString()}


def _open_forms(secrets: Mapping[str, MediaAddress]) -> dict[str, str]:
    return {field: address.open_form() for field, address in secrets.items()}


def _document(asset: Asset) -> Document:
    rejected = {} if asset.rejected is None else {"rejected": asset.rejected.SerializeToString()}
    secrets = {"secrets": _open_forms(asset.secrets)} if asset.secrets else {}
    return {
        **rejected,
        **secrets,
        "_id": asset.asset_id,
        "state": str(asset.state),
        "request": asset.request.SerializeToString(),
        "source": asset.source,
        "requested_at": asset.requested_at,
        "registered_at": asset.registered_at,
        "changed_at": asset.changed_at,
        "generation": asset.generation,
        "revision": asset.revision,
        "programme": asset.programme.SerializeToString(),
        "programme_revision": asset.programme_revision,
        "actor": b"" if asset.actor is None else asset.actor.SerializeToString(),
    }


def _asset(document: Document) -> Asset:
    ingested, rejected = document.get("ingested"), document.get("rejected")
    return Asset(
        asset_id=document["_id"],
        state=State(document["state"]),
        request=IngestRequested.FromString(bytes(document.get("request", b""))),
        source=document["source"],
        requested_at=document["requested_at"],
        registered_at=document["registered_at"],
        changed_at=document["changed_at"],
        generation=document["generation"],
        revision=document["revision"],
        programme=Programme.FromString(bytes(document.get("programme", b""))),
        programme_revision=document["programme_revision"],
        ingested=AssetIngested.FromString(bytes(ingested)) if ingested else None,
        rejected=AssetRejected.FromString(bytes(rejected)) if rejected else None,
        actor=Actor.FromString(bytes(document["actor"])) if document.get("actor") else None,
        secrets={field: MediaAddress(uri) for field, uri in document.get("secrets", {}).items()},
    )
