"""What MediaService answers: clock, pictures, shots and playlist of an asset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from framewell.asset.v1.asset_pb2 import AssetTranscoded
from framewell.chunk.v1.chunk_pb2 import ChunkTranscoded
from framewell.media.v1.media_pb2 import ObjectRef, Shot
from framewell_kit.outcomes import Conflict, NotFound, Rejected
from framewell_media.timeline import Moment
from framewell_transcode.domain.outcomes import is_done
from framewell_transcode.domain.plans import AssetParts
from framewell_transcode.ports import AssetBoard, FrameReader, SampledPicture

_DEFAULT_PAGE = 500
_LARGEST_PAGE = 5000


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an asset has come."""

    parts: AssetParts
    ending: AssetTranscoded | None

    @property
    def transcoded(self) -> int:
        """Chunks that came out."""
        return sum(is_done(chunk.outcome) for chunk in self.parts.chunks.values())

    @property
    def failed(self) -> int:
        """Chunks that were given up."""
        return len(self.parts.chunks) - self.transcoded


@dataclass(frozen=True, slots=True)
class ReadMedia:
    """Reads what was made. Raises NotFound for unknown assets, Conflict for what is not made yet."""

    board: AssetBoard
    frames: FrameReader

    async def progress(self, asset_id: str) -> Progress:
        """Clock and progress of the newest generation."""
        parts = await self.board.latest(asset_id)
        if parts is None:
            raise NotFound(f"Asset {asset_id!r} is not known here: it is not ingested yet, or was removed.")
        return Progress(parts, await self.board.ending(asset_id, parts.plan.generation))

    async def picture(self, asset_id: str, *, pts: int | None, frame: int | None) -> SampledPicture:
        """The sampled picture at or before the moment; at the very start, the first one."""
        progress = await self.progress(asset_id)
        if pts is None and frame is None:
            raise Rejected("Say which picture is wanted: by pts or by frame.", code="missing_moment")
        wanted = _wanted(progress.parts, pts, frame)
        for chunk in _at_or_before(progress.parts, wanted):
            found = await self.frames.at_or_before(chunk.frames, wanted)
            if found is not None:
                return found
        raise Conflict(f"No picture of asset {asset_id!r} at or before frame {wanted.frame} is made yet.")

    async def shots(self, asset_id: str, page_size: int, page_token: str) -> tuple[Sequence[Shot], str]:
        """A page of the final shots and the token of the next one."""
        ending = await self._ended(asset_id)
        start = _offset(page_token)
        size = min(page_size or _DEFAULT_PAGE, _LARGEST_PAGE)
        page = list(islice(ending.shots, start, start + size))
        following = start + len(page)
        return page, str(following) if following < len(ending.shots) else ""

    async def playlist(self, asset_id: str) -> ObjectRef:
        """The master playlist."""
        ending = await self._ended(asset_id)
        if not ending.HasField("playlist"):
            raise Conflict(f"Asset {asset_id!r} has no proxy: {ending.outcome.failed.detail}")
        return ending.playlist

    async def _ended(self, asset_id: str) -> AssetTranscoded:
        progress = await self.progress(asset_id)
        if progress.ending is None:
            done, of = len(progress.parts.chunks), len(progress.parts.plan.chunks)
            raise Conflict(f"Asset {asset_id!r} is still being transcoded ({done} of {of} chunks).")
        return progress.ending


def _wanted(parts: AssetParts, pts: int | None, frame: int | None) -> Moment:
    """The moment with what is not known left open: pts or frame is enough to compare by."""
    timeline = parts.plan.timeline
    if pts is not None:
        return Moment(max(pts, timeline.start_pts), -1)
    assert frame is not None
    if not 0 <= frame < max(1, timeline.frame_count):
        raise Rejected(
            f"There is no frame {frame}; the asset has {timeline.frame_count}.", code="no_such_frame"
        )
    return Moment(-1, frame)


def _at_or_before(parts: AssetParts, wanted: Moment) -> list[ChunkTranscoded]:
    """Chunks that may hold the picture, nearest first."""
    candidates = [
        chunk
        for chunk in parts.chunks.values()
        if is_done(chunk.outcome)
        and (
            chunk.span.start_pts <= wanted.pts if wanted.frame < 0 else chunk.span.first_frame <= wanted.frame
        )
    ]
    return sorted(candidates, key=lambda chunk: chunk.index, reverse=True)


def _offset(page_token: str) -> int:
    if not page_token:
        return 0
    if not page_token.isdecimal():
        raise Rejected(f"{page_token!r} is no page token of this service.", code="bad_page_token")
    return int(page_token)
