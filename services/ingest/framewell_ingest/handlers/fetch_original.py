"""The fetch job: a request in; asset.ingested or asset.rejected out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected
from framewell.media.v1.media_pb2 import ObjectRef
from framewell_contracts.catalogue import fact_type
from framewell_contracts.identity import fan_in_id
from framewell_ingest.domain.assets import Asset
from framewell_ingest.domain.verdicts import (
    FORBIDDEN,
    UNREACHABLE,
    WRONG_HASH,
    PlaceAway,
    Refused,
    StillGrowing,
    rejection,
)
from framewell_ingest.ports import Assets, Fetcher, MediaReader, Originals, Reading, Source
from framewell_ingest.rights.statements import statements_of
from framewell_kit.clock import Clock
from framewell_kit.facts import Fact, Outgoing

_UNKNOWN_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class FetchOriginal:
    """Fetch, store, hash, recognise, read the rights; then say what became of it.

    The content is stored before it is read, so that what was examined and what is kept are the same
    bytes. Running again stores the same object and says the same. Raises Busy while a store is
    away, and while a place is, for as long as `patience`.
    """

    assets: Assets
    fetchers: Mapping[str, Fetcher]
    originals: Originals
    reader: MediaReader
    clock: Clock
    patience: timedelta

    async def __call__(self, asset_id: str) -> Sequence[Outgoing]:
        asset = await self.assets.begin(asset_id)
        if asset is None:
            return []
        if (ended := asset.ingested or asset.rejected) is not None:
            return [end_fact(ended)]  # ended before, but perhaps not said: the same event again
        end: AssetIngested | AssetRejected
        try:
            end = await self._take_in(asset)
        except Refused as refused:
            end = _rejected(asset, refused.code, refused.detail)
        except PlaceAway as away:
            if self.clock.now() - asset.requested_at < self.patience:
                raise
            end = _rejected(asset, UNREACHABLE, f"{away.reason}; it was tried for {self.patience}.")
        return await self._finish(end)

    async def _finish(self, end: AssetIngested | AssetRejected) -> Sequence[Outgoing]:
        """Note the end; what was noted first is what is said, whoever noted it."""
        ended = await self.assets.finish(end)
        return [] if ended is None else [end_fact(ended)]

    async def _take_in(self, asset: Asset) -> AssetIngested:
        request = asset.request
        async with self._fetcher(request.uri).fetch(request.uri) as source:
            original = await self._kept(source)
        try:
            reading = await self._read(asset, original, source)
        except Refused:
            await self._let_go(original)
            raise
        proxy = await self._existing_proxy(asset)
        return _ingested(asset, original, source, reading, proxy)

    async def _read(self, asset: Asset, original: ObjectRef, source: Source) -> Reading:
        expected = asset.request.expected_sha256
        if expected and expected != original.sha256:
            raise Refused(
                WRONG_HASH,
                f"The file is not the one that was announced: its SHA-256 is {original.sha256}, "
                f"expected was {expected}.",
            )
        async with self.originals.local(original) as path:
            return await self.reader.read(path, source.file_name)

    async def _existing_proxy(self, asset: Asset) -> ObjectRef | None:
        uri = asset.request.existing_proxy
        if not uri:
            return None
        async with self._fetcher(uri).fetch(uri) as source:
            proxy = await self._kept(source)
        async with self.originals.local(proxy) as path:
            reading = await self.reader.read(path, source.file_name)
        proxy.media_type = reading.media_type
        return proxy

    async def _kept(self, source: Source) -> ObjectRef:
        if source.stored is not None:
            return source.stored
        try:
            return await self.originals.keep(source.path, media_type=_UNKNOWN_TYPE, suffix="")
        except StillGrowing as growing:
            await self._let_go(growing.half)
            raise

    async def _let_go(self, original: ObjectRef) -> None:
        if await self.assets.holders_of(original.key) == 0:
            await self.originals.discard(original)

    def _fetcher(self, uri: str) -> Fetcher:
        scheme = uri.partition(":")[0].lower()
        fetcher = self.fetchers.get(scheme)
        if fetcher is None:
            raise Refused(FORBIDDEN, f"Media may not come from {scheme}: URIs on this mesh.")
        return fetcher


def end_fact(end: AssetIngested | AssetRejected) -> Fact:
    """The end of an asset as one event, whoever says it: its id follows from asset, type and generation."""
    return Fact(end, id=fan_in_id(end.asset_id, fact_type(end).type, end.generation))


def _rejected(asset: Asset, code: str, detail: str) -> AssetRejected:
    return rejection(asset.asset_id, asset.request.uri, asset.generation, code, detail)


def _ingested(
    asset: Asset, original: ObjectRef, source: Source, reading: Reading, proxy: ObjectRef | None
) -> AssetIngested:
    request = asset.request
    kept = ObjectRef()
    kept.CopyFrom(original)
    kept.media_type = reading.media_type
    findings = (*reading.findings, *source.findings)
    return AssetIngested(
        asset_id=asset.asset_id,
        kind=reading.kind,
        original=kept,
        container=reading.container,
        tracks=reading.tracks,
        programme=asset.programme,
        statements=[*request.statements, *statements_of(findings, reading.holder)],
        lane=request.lane,
        source=asset.source,
        uri=request.uri,
        labels=request.labels,
        generation=asset.generation,
        existing_proxy=proxy,
        revision=asset.revision + 1,
    )
