"""Which picture of an asset begins when: its frame table, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from framewell.media.v1.media_pb2 import MEDIA_KIND_AUDIO
from framewell_contracts.sentences import say
from framewell_kit.outcomes import Busy, Conflict
from framewell_kit.paging import PageRequest, decode_token, encode_token
from framewell_media.errors import JobCrashed, MediaError, SandboxUnavailable
from framewell_media.timeline import Timeline
from framewell_transcode.domain.frame_runs import FrameRun
from framewell_transcode.domain.pictures import PictureSource, WantedPicture
from framewell_transcode.ports.processors import FrameTables, ListedRuns
from framewell_transcode.steps.find_picture_source import FindPictureSource, PicturedAsset

_MOST_SEGMENTS: Final = 50
"""Segments of a recording read for one page: each has a table of its own."""


@dataclass(frozen=True, slots=True)
class FrameTable:
    """One page of a frame table."""

    timeline: Timeline
    runs: tuple[FrameRun, ...]
    end_pts: int
    next_token: str


@dataclass(frozen=True, slots=True)
class ListFrameRuns:
    """Read the table of an asset from a picture on; of a recording under way, as far as it is laid.

    A page begins a run of its own, so that it is understood without the one before. Raises NotFound for an
    unknown asset, Conflict for sound alone and before anything is laid, Rejected for a bad token, Busy.
    """

    find: FindPictureSource
    tables: FrameTables

    async def __call__(self, asset_id: str, from_pts: int | None, page: PageRequest) -> FrameTable:
        asset = await self.find.asset(asset_id)
        if asset.work.kind == MEDIA_KIND_AUDIO:
            raise Conflict(say("no_pictures", "The asset is sound alone: it has no pictures."))
        wanted = WantedPicture(None, asset.timeline.start_pts if from_pts is None else from_pts, 0)
        match decode_token(page.token, (int,)):
            case (int(frame),):
                wanted = WantedPicture(frame, None, 0)
        return await self._page(asset, wanted, page.size)

    async def _page(self, asset: PicturedAsset, wanted: WantedPicture, most: int) -> FrameTable:
        timeline, runs, end, read = asset.timeline, tuple[FrameRun, ...](), 0, 0
        async for source in self.find.sources(asset, wanted):
            if source.table is None:
                still = FrameRun(0, timeline.start_pts, 1, timeline.duration_pts, 1, 0)
                return FrameTable(timeline, (still,), timeline.end_pts, "")
            if read == _MOST_SEGMENTS or len(runs) == most:
                return FrameTable(timeline, runs, end, encode_token((_first(source),)))
            found = await self._runs(
                source, wanted if not read else WantedPicture(_first(source), None, 0), most - len(runs)
            )
            runs, end, read = runs + found.runs, found.end_pts, read + 1
            if found.next_frame is not None:
                return FrameTable(timeline, runs, end, encode_token((found.next_frame,)))
        return FrameTable(timeline, runs, end, "")

    async def _runs(self, source: PictureSource, wanted: WantedPicture, most: int) -> ListedRuns:
        try:
            return await self.tables.runs(source, wanted, most)
        except MediaError as verdict:
            raise Conflict(verdict.detail) from verdict
        except JobCrashed as crash:
            raise Busy(
                say(
                    "frames_interrupted", "The frame table could not be read now: its reader was interrupted."
                )
            ) from crash
        except SandboxUnavailable as missing:
            raise Busy(
                say(
                    "no_media_readable.transcode", "No media can be read on this machine: {why}", why=missing
                ),
                retry_after=30.0,
            ) from missing


def _first(source: PictureSource) -> int:
    return source.segment.first_frame if source.segment else 0
