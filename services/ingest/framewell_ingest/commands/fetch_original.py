"""The fetch job: a request in; asset.ingested or asset.rejected out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.media.v1.media_pb2 import CaptionFile, ObjectRef
from framewell_contracts.media_addresses import MediaAddress
from framewell_contracts.sentences import say
from framewell_ingest.domain.assets import Asset
from framewell_ingest.domain.ends import End, end_fact, rejection
from framewell_ingest.domain.verdicts import (
    UNREACHABLE,
    WRONG_HASH,
    Refused,
    SourceUnavailable,
    tried_for,
)
from framewell_ingest.ports import AssetRepository, MediaReader, OriginalStore, Reading, Source
from framewell_ingest.rights.statements import statements_of
from framewell_ingest.steps.bring_within_reach import BringWithinReach
from framewell_ingest.steps.find_same_content import FindSameContent
from framewell_ingest.steps.refuse_gone import ERASED, RefuseGone
from framewell_kit.clock import Clock
from framewell_kit.facts import Outgoing
from framewell_media.languages import bcp47


@dataclass(frozen=True, slots=True)
class FetchOriginal:
    """Fetches, stores, hashes and recognises an original, reads its rights, and ends the asset.

    The content is stored before it is read, so that what was examined and what is kept are the same
    bytes. Running again stores the same object and makes the same event. Raises Busy while a store is
    away, and while a source is, for as long as `retry_for`.
    """

    assets: AssetRepository
    within_reach: BringWithinReach
    originals: OriginalStore
    reader: MediaReader
    find_same_content: FindSameContent
    refuse_gone: RefuseGone
    clock: Clock
    retry_for: timedelta

    async def __call__(self, asset_id: str) -> Sequence[Outgoing]:
        asset = await self.assets.begin(asset_id)
        if asset is None:
            return []
        if asset.end is not None:
            return [end_fact(asset.end)]  # it ended before, but its event may not have left
        try:
            end: End = await self._take_in(asset)
        except Refused as refused:
            end = _rejected(asset, refused.code, refused.detail)
        except SourceUnavailable as away:
            if self.clock.now() - asset.registered_at < self.retry_for:
                raise
            end = _rejected(asset, UNREACHABLE, tried_for(away.reason, self.retry_for))
        return await self._finish(asset_id, end)

    async def _finish(self, asset_id: str, end: End) -> Sequence[Outgoing]:
        """End the asset; an end that it has already is the one that counts."""
        ended = await self.assets.finish(end)
        if not isinstance(ended, AssetIngested):
            await self.originals.release(asset_id)
        return [] if ended is None else [end_fact(ended)]

    async def _take_in(self, asset: Asset) -> AssetIngested:
        async with self.within_reach(asset.uri) as source:
            original = await self.within_reach.stored(asset.asset_id, source)
        self._require_announced(asset, original)
        same_content = await self.find_same_content(asset, original.sha256)
        async with self.originals.local(original) as path:
            reading = await self.reader.read(path, source.file_name)
        proxy = await self._existing_proxy(asset)
        ingested = _ingested(asset, original, source, reading, proxy)
        ingested.same_content.extend(same_content)
        ingested.caption_files.extend([one async for one in self._caption_files(asset)])
        holders = [statement.holder for statement in ingested.statements]
        gone = await self.refuse_gone(asset.asset_id, holders)
        if gone is not None:
            raise Refused(ERASED, gone.sentence)
        ingested.ingested_at.FromDatetime(self.clock.now())
        return ingested

    def _require_announced(self, asset: Asset, original: ObjectRef) -> None:
        """Raise Refused for another content than the request expects."""
        expected = asset.request.expected_sha256
        if expected and expected != original.sha256:
            raise Refused(
                WRONG_HASH,
                say(
                    "original.other",
                    "The file is not the one that was announced: its SHA-256 is {found}, expected was "
                    "{expected}.",
                    found=original.sha256,
                    expected=expected,
                ),
            )

    async def _existing_proxy(self, asset: Asset) -> ObjectRef | None:
        if asset.existing_proxy is None:
            return None
        try:
            async with self.within_reach(asset.existing_proxy) as source:
                proxy = await self.within_reach.stored(asset.asset_id, source)
            async with self.originals.local(proxy) as path:
                reading = await self.reader.read(path, source.file_name)
        except Refused as refused:
            said = say("original.proxy", "The existing proxy cannot be used. {why}", why=refused.detail)
            raise Refused(refused.code, said) from refused
        proxy.media_type = reading.media_type
        return proxy

    async def _caption_files(self, asset: Asset) -> AsyncIterator[CaptionFile]:
        """Store the files of timed text beside the media, whatever is in them: transcode reads them."""
        for wanted in asset.request.captions:
            async with self.within_reach(MediaAddress(wanted.uri)) as source:
                stored = await self.within_reach.stored(asset.asset_id, source, may_be_empty=True)
            yield CaptionFile(
                file=stored, language=bcp47(wanted.language), kind=wanted.kind, name=source.file_name
            )


def _rejected(asset: Asset, code: str, detail: str) -> End:
    return rejection(asset.work(), asset.request.uri, code, detail)


def _ingested(
    asset: Asset, original: ObjectRef, source: Source, reading: Reading, proxy: ObjectRef | None
) -> AssetIngested:
    request = asset.request
    kept = ObjectRef()
    kept.CopyFrom(original)
    kept.media_type = reading.media_type
    findings = (*reading.findings, *source.findings)
    return AssetIngested(
        work=asset.work(reading.kind),
        original=kept,
        container=reading.container,
        tracks=reading.tracks,
        programme=asset.programme,
        statements=[*request.statements, *statements_of(findings, reading.holder)],
        source=asset.source,
        uri=request.uri,
        labels=request.labels,
        existing_proxy=proxy,
        revision=asset.revision + 1,
        actor=asset.actor,
    )
