"""One picture of an asset, out of its original: asked for by frame, pts, seconds or timecode."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from framewell.media.v1.media_pb2 import MEDIA_KIND_AUDIO
from framewell_contracts.sentences import say
from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcomes import Busy, Conflict, Gone, NotFound, Rejected
from framewell_kit.tombstones import Tombstones, asset_subject
from framewell_media.errors import JobCrashed, MediaError, SandboxUnavailable
from framewell_media.timeline import Moment, Timeline
from framewell_transcode.domain.pictures import KeptPicture, WantedPicture
from framewell_transcode.ports.assets import KeptPictures
from framewell_transcode.ports.processors import OriginalPictures
from framewell_transcode.steps.find_picture_source import FindPictureSource, PicturedAsset

_WIDTHS: Final = range(16, 4097)
_FRACTION_ROUNDING: Final = 1e-5
"""By which the edges of a part may lie beyond the picture."""
_ROUNDING: Final = Fraction(1, 1_000_000)
"""Seconds by which a decimal number may miss the moment that is meant."""


@dataclass(frozen=True, slots=True)
class PictureAddress:
    """A moment of an asset as a caller names it; exactly one field is set."""

    frame: int | None = None
    pts: int | None = None
    seconds: float | None = None
    timecode: str | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture as a caller gets it."""

    moment: Moment
    """The one it really shows."""
    timecode: str
    """Empty when the asset has none."""
    key: str
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class TakePicture:
    """Take the very picture that the proxy shows at a moment out of the original, or find it among the kept.

    Looking is no analysis, so every asset that plays shows its pictures. What is taken is held by the asset
    and goes with it: the tombstone is read after it was held, so nothing of an asset that is gone stays or
    leaves. Asking twice makes the same object. Raises NotFound for an unknown asset, Gone for one that was
    removed or erased, Rejected for a moment it does not have, Conflict where no picture can be decoded, Busy.
    """

    find: FindPictureSource
    originals: OriginalPictures
    kept: KeptPictures
    references: ObjectReferences
    objects: Objects
    tombstones: Tombstones

    async def __call__(
        self, asset_id: str, address: PictureAddress, *, width: int = 0, crop: str = ""
    ) -> Picture:
        await self._check_that_it_is_there(asset_id)
        asset = await self.find.asset(asset_id)
        timeline = asset.timeline
        wanted = replace(wanted_picture(asset, address, width), crop=part_of_picture(crop))
        kept = await self.kept.find(asset_id, asset.work.generation, _name(asset, wanted))
        jpeg = await self._read(kept)
        if kept is None or jpeg is None:
            kept = await self._taken(asset, wanted)
            jpeg = await self.objects.read(kept.key)
        await self._check_that_it_is_there(asset_id)
        return Picture(kept.moment, timeline.timecode(kept.moment) or "", kept.key, jpeg)

    async def _taken(self, asset: PicturedAsset, wanted: WantedPicture) -> KeptPicture:
        asset_id = asset.work.asset_id
        source = await self.find.source(asset, wanted)
        try:
            moment, ref = await self.originals.take(source, wanted)
        except MediaError as verdict:
            raise Conflict(verdict.detail) from verdict
        except JobCrashed as crash:
            if crash.interrupted:
                raise Busy(
                    say(
                        "picture_interrupted",
                        "The picture could not be taken now: its decoder was interrupted.",
                    )
                ) from crash
            raise Conflict(
                say("picture_impossible", "The picture cannot be taken. {why}", why=crash.explanation)
            ) from crash
        except SandboxUnavailable as missing:
            raise Busy(
                say(
                    "no_media_readable.transcode", "No media can be read on this machine: {why}", why=missing
                ),
                retry_after=30.0,
            ) from missing
        await self.references.hold(asset_id, [ref])
        picture = KeptPicture(asset_id, asset.work.generation, _name(asset, wanted), ref.key, moment)
        await self.references.release(asset_id, await self.kept.keep(picture))
        await self._check_that_it_is_there(asset_id, ref.key)
        return picture

    async def _read(self, kept: KeptPicture | None) -> bytes | None:
        """Return a kept picture, None when there is none, or it was let go meanwhile."""
        if kept is None:
            return None
        try:
            return await self.objects.read(kept.key)
        except NotFound:
            return None

    async def _check_that_it_is_there(self, asset_id: str, *taken: str) -> None:
        """Raise Gone for an asset that is gone, and let go of what was just taken of it."""
        gone = await self.tombstones.find(asset_subject(asset_id))
        if gone is None:
            return
        if taken:
            await self.kept.remove(asset_id)
            await self.references.release(asset_id, taken)
        raise Gone(gone.sentence)


def wanted_picture(asset: PicturedAsset, address: PictureAddress, width: int) -> WantedPicture:
    """Return which picture an address means. Raises Rejected for one that the asset does not have."""
    timeline = asset.timeline
    if asset.work.kind == MEDIA_KIND_AUDIO:
        raise Rejected(say("no_pictures", "The asset is sound alone: it has no pictures."))
    if width and width not in _WIDTHS:
        raise Rejected(
            say(
                "bad_width",
                "A picture is {least} to {most} pixels wide, not {width}.",
                least=_WIDTHS[0],
                most=_WIDTHS[-1],
                width=width,
            )
        )
    if address.timecode is not None:
        return _by_timecode(timeline, address.timecode, width)
    at: int | None
    if address.seconds is not None:
        at, words = _pts_at(timeline, address.seconds), f"second {address.seconds:g}"
    elif address.pts is not None:
        at, words = address.pts, f"pts {address.pts}"
    elif address.frame is not None:
        return _by_frame(timeline, address.frame, width)
    else:
        raise Rejected(
            say("missing_moment", "Say which picture is wanted: by frame, pts, seconds or timecode.")
        )
    if at is None or not timeline.start_pts <= at < timeline.end_pts:
        raise Rejected(
            say(
                "no_such_moment",
                "There is no picture at {moment}; the asset goes from pts {start_pts} to pts {end_pts}, for"
                " {duration_seconds} s.",
                moment=words,
                start_pts=timeline.start_pts,
                end_pts=timeline.end_pts,
                duration_seconds=f"{float(timeline.duration_seconds):.3f}",
            ),
        )
    return WantedPicture(None, at, width)


def part_of_picture(crop: str) -> tuple[float, float, float, float] | None:
    """Return a part of a picture, `x,y,width,height` as fractions of it; None for no text.

    Raises Rejected for what is no part of a picture.
    """
    if not crop:
        return None
    try:
        left, top, width, height = (float(one) for one in crop.split(","))
    except ValueError:
        left = top = width = height = math.nan
    inside = left >= 0 and top >= 0 and width > 0 and height > 0
    if not (inside and left + width <= 1 + _FRACTION_ROUNDING and top + height <= 1 + _FRACTION_ROUNDING):
        raise Rejected(
            say(
                "bad_crop",
                "{crop} is no part of a picture: expected `x,y,width,height` as fractions of it, none of "
                "them beyond its edge.",
                crop=f"{crop[:80]!r}",
            ),
        )
    return left, top, width, height


def _pts_at(timeline: Timeline, seconds: float) -> int | None:
    """Return the pts so many seconds after the start, None for no moment at all."""
    if not 0 <= seconds < math.inf:
        return None
    return timeline.start_pts + int((Fraction(seconds) + _ROUNDING) / timeline.time_base)


def _by_frame(timeline: Timeline, frame: int, width: int) -> WantedPicture:
    if not 0 <= frame < max(1, timeline.frame_count):
        raise Rejected(
            say(
                "no_such_frame",
                "There is no frame {frame}; the asset has {frame_count}, counted from 0.",
                frame=frame,
                frame_count=timeline.frame_count,
            ),
        )
    return WantedPicture(frame, None, width)


def _by_timecode(timeline: Timeline, label: str, width: int) -> WantedPicture:
    """Return the picture with a label; where labels count time, the one that is shown then."""
    try:
        at = timeline.pts_of_timecode(label)
    except ValueError as error:
        raise Rejected(
            say(
                "no_such_timecode.label",
                "There is no picture at timecode {label}: {why}.",
                label=label,
                why=error.args[0],
            )
        ) from error
    assert timeline.frame_rate is not None
    if at >= timeline.end_pts:
        last = timeline.timecode(Moment(timeline.end_pts - 1, timeline.frame_count - 1))
        raise Rejected(
            say(
                "no_such_timecode",
                "There is no picture at timecode {label}; the asset runs from {start_timecode} to {last}.",
                label=label,
                start_timecode=timeline.start_timecode,
                last=last,
            ),
        )
    if not timeline.variable_rate and not timeline.has_gaps:
        return WantedPicture(round(timeline.seconds(at) * timeline.frame_rate), None, width)
    half_a_picture = int(1 / timeline.frame_rate / timeline.time_base / 2)
    return WantedPicture(None, min(at + half_a_picture, timeline.end_pts - 1), width)


def _name(asset: PicturedAsset, wanted: WantedPicture) -> str:
    return f"{wanted.name}&version={asset.version}"
