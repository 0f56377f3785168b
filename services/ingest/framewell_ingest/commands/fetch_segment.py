"""The job of a segment: segment.ingested out, and asset.ingested by the first that can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.media.v1.media_pb2 import MEDIA_KIND_AUDIO, MEDIA_KIND_VIDEO, ObjectRef, Work
from framewell.mesh.v1.mesh_pb2 import LANE_LIVE
from framewell.rights.v1.rights_pb2 import RightsStatement
from framewell.segment.v1.segment_pb2 import SegmentIngested
from framewell_contracts.media_addresses import MediaAddress
from framewell_contracts.sentences import say
from framewell_ingest.domain.assets import Asset
from framewell_ingest.domain.ends import end_fact
from framewell_ingest.domain.recordings import Segment, segment_fact
from framewell_ingest.domain.verdicts import FAILED, UNREACHABLE, Refused, SourceUnavailable, tried_for
from framewell_ingest.ports import (
    AssetRepository,
    MediaReader,
    OriginalStore,
    Reading,
    RecordingRepository,
    SegmentQueue,
    Source,
)
from framewell_ingest.rights.statements import statements_of
from framewell_ingest.steps.bring_within_reach import BringWithinReach
from framewell_ingest.steps.refuse_gone import ERASED, RefuseGone
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcome_messages import done, failed

NO_PICTURES: Final = "no_pictures"


@dataclass(frozen=True, slots=True)
class FetchSegment:
    """Fetch, store and recognise one segment of a recording.

    The first one that can be read makes asset.ingested, with the rights that are stated in it and those that
    came with it; a later one that states more is followed by asset.ingested again, of the same generation. A
    segment that cannot be had or read is given up as a fact. Running again makes the same events. Raises
    Busy while a store is away, and while the segment's source is, for as long as `retry_for`.
    """

    assets: AssetRepository
    recordings: RecordingRepository
    within_reach: BringWithinReach
    originals: OriginalStore
    reader: MediaReader
    refuse_gone: RefuseGone
    queue: SegmentQueue
    clock: Clock
    retry_for: timedelta

    async def __call__(self, asset_id: str, sequence: int, cause: Cause) -> Sequence[Outgoing]:
        asset = await self.assets.begin(asset_id)
        segment = await self.recordings.segment(asset_id, sequence)
        if asset is None or asset.rejected is not None or segment is None:
            return []
        ended = segment.ingested or await self._take_in(asset, segment, cause)
        if ended is None:
            return []
        recording = await self.recordings.hear(asset_id)
        if recording is not None:
            await self.queue.close(asset_id, recording.closings + 1, cause)
        return [*await self._first_of(asset_id, ended), segment_fact(ended)]

    async def give_up(self, asset_id: str, sequence: int) -> None:
        """Note that a segment cannot be taken in, however often it is tried."""
        await self.recordings.finish(given_up(asset_id, sequence))

    async def _first_of(self, asset_id: str, ended: SegmentIngested) -> Sequence[Outgoing]:
        """Return asset.ingested when this segment made it: its worker may have died before it left."""
        asset = await self.assets.get(asset_id)
        made = asset.ingested if asset is not None else None
        return [end_fact(made)] if made is not None and made.original.key == ended.object.key else []

    async def _take_in(self, asset: Asset, segment: Segment, cause: Cause) -> SegmentIngested | None:
        ended = SegmentIngested(sequence=segment.sequence, outcome=done())
        try:
            await self._read(asset, segment, ended, cause)
        except Refused as refused:
            ended.outcome.CopyFrom(failed(refused.code, refused.detail))
        except SourceUnavailable as away:
            if self.clock.now() - segment.arrived_at < self.retry_for:
                raise
            ended.outcome.CopyFrom(failed(UNREACHABLE, tried_for(away.reason, self.retry_for)))
        now = await self.assets.get(asset.asset_id) or asset
        ended.work.CopyFrom(now.work() if now.ingested is None else now.work(now.ingested.work.kind))
        return await self.recordings.finish(ended)

    async def _read(self, asset: Asset, segment: Segment, ended: SegmentIngested, cause: Cause) -> None:
        """Fill in what the segment is, and have its statements known. Raises Refused."""
        async with self.within_reach(MediaAddress(segment.uri)) as source:
            original = await self.within_reach.stored(asset.asset_id, source)
        ended.object.CopyFrom(original)
        async with self.originals.local(original) as path:
            reading = await self.reader.read(path, source.file_name)
        _check_kind(asset, reading)
        ended.object.media_type, ended.container = reading.media_type, reading.container
        statements = _statements(asset, source, reading)
        gone = await self.refuse_gone(asset.asset_id, [statement.holder for statement in statements])
        if gone is not None:
            raise Refused(ERASED, gone.sentence)
        if asset.ingested is None:
            ingested = _ingested(asset, ended.object, reading, statements, segment.uri)
            ingested.ingested_at.FromDatetime(self.clock.now())
            await self.assets.finish(ingested)
        await self._state(asset.asset_id, statements, cause)

    async def _state(self, asset_id: str, statements: Sequence[RightsStatement], cause: Cause) -> None:
        """Send asset.ingested again, where the segment states what the recording did not state before."""
        asset = await self.assets.get(asset_id)
        if asset is None or asset.ingested is None:
            return
        new = [statement for statement in statements if statement not in asset.ingested.statements]
        if new:
            again = AssetIngested()
            again.CopyFrom(asset.ingested)
            again.statements.extend(new)
            again.revision = asset.revision + 1
            await self.assets.reprocess(asset, again, cause)


def given_up(asset_id: str, sequence: int) -> SegmentIngested:
    """Return the end of a segment whose work failed for good."""
    detail = say("segment.work_failed", "The work on it failed again and again; the log of ingest says why.")
    work = Work(asset_id=asset_id, generation=1, lane=LANE_LIVE)
    return SegmentIngested(work=work, sequence=sequence, outcome=failed(FAILED, detail))


def _check_kind(asset: Asset, reading: Reading) -> None:
    """Raise Refused for a segment without pictures and sound, or without the pictures of its recording."""
    if reading.kind not in (MEDIA_KIND_VIDEO, MEDIA_KIND_AUDIO):
        said = say("segment.nothing", "The segment has neither moving pictures nor sound.")
        raise Refused(NO_PICTURES, said)
    pictured = asset.ingested is not None and asset.ingested.work.kind == MEDIA_KIND_VIDEO
    if pictured and reading.kind == MEDIA_KIND_AUDIO:
        said = say(
            "segment.no_pictures", "The segment has no moving pictures, as the others of its recording do."
        )
        raise Refused(NO_PICTURES, said)


def _statements(asset: Asset, source: Source, reading: Reading) -> list[RightsStatement]:
    findings = (*reading.findings, *source.findings)
    return [*asset.request.statements, *statements_of(findings, reading.holder)]


def _ingested(
    asset: Asset, original: ObjectRef, reading: Reading, statements: Sequence[RightsStatement], uri: str
) -> AssetIngested:
    return AssetIngested(
        work=asset.work(reading.kind),
        original=original,
        container=reading.container,
        tracks=reading.tracks,
        programme=asset.programme,
        statements=statements,
        source=asset.source,
        uri=uri,
        labels=asset.request.labels,
        revision=asset.revision + 1,
        recording=True,
    )
