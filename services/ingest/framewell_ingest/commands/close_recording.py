"""The job that waits for the end of a recording: recording.closed out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from framewell_contracts.sentences import say
from framewell_ingest.domain.assets import Asset
from framewell_ingest.domain.ends import end_fact, rejection
from framewell_ingest.domain.recordings import Recording, Segment, closed_fact, usable
from framewell_ingest.domain.verdicts import UNREADABLE
from framewell_ingest.ports import AssetRepository, RecordingRepository
from framewell_ingest.steps.raise_generation import RaiseGeneration
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcome_messages import reason_of
from framewell_kit.outcomes import Busy

_LOOK_SECONDS: Final = 1.0
_SOON_SECONDS: Final = 0.2


@dataclass(frozen=True, slots=True)
class CloseRecording:
    """Fix the set of segments of a recording, once its end has come.

    That is when every segment up to the one announced as the last is there; `after_last` without news after
    that announcement, or after a straggler; or `after_silence` without news. A straggler raises the
    generation: one for all that come together. A segment whose fetch is not done `after_silence` counts as
    missing, and as a straggler when it comes. A recording that is done again, of the same segments, is
    closed at once. One of which no segment could be read is rejected.
    Raises Busy until then.
    """

    assets: AssetRepository
    recordings: RecordingRepository
    raise_generation: RaiseGeneration
    clock: Clock
    after_last: timedelta
    after_silence: timedelta

    async def __call__(self, asset_id: str, cause: Cause) -> Sequence[Outgoing]:
        recording = await self.recordings.get(asset_id)
        asset = await self.assets.get(asset_id)
        if recording is None or asset is None or asset.rejected is not None:
            return []
        segments = await self._all_there_will_be(recording)
        if asset.ingested is None:
            await self._reject(asset, segments, cause)
            return []
        if recording.closings and usable(segments) == recording.closed_count:
            if asset.generation <= recording.closed_generation:
                return []  # the straggler was one of those that are known
        else:
            asset = await self._raised(asset, recording, cause)
        last = max(recording.last_sequence or 0, segments[-1].sequence)
        closed = closed_fact(asset, [one.sequence for one in segments], last)
        if not await self.recordings.close(recording, asset.generation, usable(segments), [closed], cause):
            raise Busy(
                say("segment_while_closing", "a segment came while the recording was being closed"),
                _SOON_SECONDS,
            )
        return []

    async def _all_there_will_be(self, recording: Recording) -> Sequence[Segment]:
        """Return the segments that ended. Raises Busy while more may come."""
        ends_soon = recording.last_sequence is not None or recording.closings > 0
        waits = self.after_last if ends_soon else self.after_silence
        left = (recording.heard_at + waits - self.clock.now()).total_seconds()
        if not ends_soon and left > 0:
            count = await self.recordings.count(recording.asset_id, ended=True)
            so_far = f"the recording is under way, with {count:,} segment{'s' * (count != 1)} so far"
            closes = f"it is closed at {_clock(recording.heard_at + waits)} unless another comes"
            raise Busy(
                say("recording_closes", "{so_far}; {closes}", so_far=so_far, closes=closes), _looks_in(left)
            )
        silent = left + (self.after_silence - waits).total_seconds() <= 0
        fetched = await self.recordings.count(recording.asset_id, ended=False)
        if fetched and not silent:
            raise Busy(
                say("segments_fetched", "{count} segments of the recording are being fetched", count=fetched),
                _SOON_SECONDS,
            )
        segments = await self.recordings.ended(recording.asset_id)
        last = recording.last_sequence
        complete = last is not None and not recording.closings and len(segments) > last
        as_before = recording.closings > 0 and usable(segments) == recording.closed_count
        if not segments or (left > 0 and not (complete or as_before)):
            closes = f"it is closed at {_clock(recording.heard_at + waits)} unless one does"
            raise Busy(
                say("segments_may_come", "segments of the recording may still come; {closes}", closes=closes),
                _looks_in(left),
            )
        return segments

    async def _raised(self, asset: Asset, recording: Recording, cause: Cause) -> Asset:
        """Return the asset in a generation that was not closed yet, raised if need be."""
        if asset.generation <= recording.closed_generation:
            await self.raise_generation(asset, cause)
        return await self.assets.get(asset.asset_id) or asset

    async def _reject(self, asset: Asset, segments: Sequence[Segment], cause: Cause) -> None:
        reasons = [reason_of(one.ingested.outcome.failed) for one in segments if one.ingested]
        detail = say(
            "recording.unreadable",
            "None of the {count} segments of the recording can be read.{why}",
            count=len(segments),
            why=say("recording.why", " {why}", why=reasons[0]) if reasons else "",
        )
        end = rejection(asset.work(), asset.request.uri, UNREADABLE, detail)
        await self.assets.refuse(end, end_fact(end), cause)


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%H:%M:%S} UTC"


def _looks_in(left: float) -> float:
    """Return the seconds until the recording is looked at again, when its wait ends in `left`."""
    return min(max(left, _SOON_SECONDS), _LOOK_SECONDS)
