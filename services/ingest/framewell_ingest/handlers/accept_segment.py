"""segment.arrived → a recording's asset, and a job that fetches the segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import Work
from framewell.mesh.v1.mesh_pb2 import LANE_LIVE
from framewell.segment.v1.segment_pb2 import SegmentArrived
from framewell_contracts.sentences import say
from framewell_ingest.domain.assets import Asset, State
from framewell_ingest.domain.ends import rejection
from framewell_ingest.domain.recordings import MOST_SEGMENTS, Segment
from framewell_ingest.domain.requests import checked, without_secrets
from framewell_ingest.ports import AssetRepository, RecordingRepository, SegmentQueue
from framewell_ingest.steps.refuse_gone import ERASED
from framewell_ingest.steps.register_asset import RegisterAsset
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcomes import Rejected


@dataclass(frozen=True, slots=True)
class AcceptSegment:
    """Register the recording at its first segment, whichever that is, and have each segment fetched once.

    A segment that comes again, by the same event or another, changes nothing, but where what came before
    could not be used and another event sends it. Raises Rejected for a segment that its sender must correct,
    and for one of an asset that is no recording.
    """

    assets: AssetRepository
    recordings: RecordingRepository
    register: RegisterAsset
    queue: SegmentQueue
    clock: Clock

    async def __call__(self, fact: SegmentArrived, cause: Cause) -> Sequence[Outgoing]:
        request = _request(fact, cause.source)
        asset = await self._recorded(request, cause)
        if not isinstance(asset, Asset):
            return asset
        if asset.state in (State.REJECTED, State.REMOVED):
            return []
        segment = Segment(asset.asset_id, fact.sequence, request.uri, self.clock.now())
        is_new = await self.recordings.announce(segment, cause)
        last = fact.sequence if fact.last else None
        recording = await self.recordings.hear(asset.asset_id, last_sequence=last)
        await self.queue.fetch(asset.asset_id, fact.sequence, cause, is_new=is_new)
        if recording is not None and (is_new or not recording.closings):
            await self.queue.close(asset.asset_id, recording.closings + 1, cause)
        return []

    async def _recorded(self, request: IngestRequested, cause: Cause) -> Asset | Sequence[Outgoing]:
        """Return the recording's asset, registered if it is new; of one that is refused, the fact that is."""
        known = await self.assets.get(request.asset_id)
        if known is not None and await self.recordings.get(known.asset_id) is None:
            raise Rejected(
                say(
                    "no_recording",
                    "asset {asset_id} is no recording: it was asked for as a file, by ingest.requested; send "
                    "the segments of a recording under an id of their own",
                    asset_id=known.asset_id,
                ),
            )
        if known is not None:
            return known
        wanted = self.register.asset(request, cause)
        holders = [statement.holder for statement in request.statements]
        gone = await self.register.refuse_gone(wanted.asset_id, holders)
        if gone is not None:
            work = Work(asset_id=wanted.asset_id, generation=1, lane=LANE_LIVE)
            return [rejection(work, "", ERASED, gone.sentence)]
        await self.recordings.begin(wanted.asset_id)
        await self.assets.register(wanted, None, cause)
        return await self.assets.get(wanted.asset_id) or wanted


def _request(fact: SegmentArrived, source: str) -> IngestRequested:
    """Return what a segment asks for, as the request of its recording. Raises Rejected."""
    if fact.sequence >= MOST_SEGMENTS:
        raise Rejected(
            say(
                "out_of_bounds.segment",
                "sequence {sequence}: a recording has at most {most, number} segments, counted from 0",
                sequence=fact.sequence,
                most=MOST_SEGMENTS,
            ),
        )
    request = IngestRequested(
        asset_id=fact.asset_id,
        uri=fact.uri,
        programme=fact.programme,
        statements=fact.statements,
        labels=fact.labels,
        lane=LANE_LIVE,
    )
    return without_secrets(checked(request, source)).request
