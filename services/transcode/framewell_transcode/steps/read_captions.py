"""The timed text of an asset, for its playlist: what cannot be read is missing, and never ends the asset."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.media.v1.media_pb2 import TRACK_KIND_SUBTITLE, CaptionTrack
from framewell_contracts.sentences import Sentence, say
from framewell_media.captions.cues import Unread
from framewell_media.errors import JobCrashed, MediaError
from framewell_media.timeline import Timeline
from framewell_transcode.domain.plans import SourceAnalysis
from framewell_transcode.ports.processors import CaptionReader
from framewell_transcode.transcoding.missing import missing_texts

_HOUR: Final = 3600
_REASONS: Final = {
    Unread.UNKNOWN: say("unread.unknown", "they are teletext, or in an unknown codec"),
    Unread.DAMAGED: say("unread.damaged", "they are damaged"),
    Unread.BEYOND: say("unread.beyond", "there are more than an asset can have"),
}


@dataclass(frozen=True, slots=True)
class ReadCaptions:
    """Read the subtitle tracks of an original, captions inside its pictures, and files beside it.

    They are read whatever the rights are: text is shown when the asset is played, and no model reads it.
    """

    reader: CaptionReader

    async def __call__(
        self, asset: AssetIngested, analysis: SourceAnalysis
    ) -> tuple[list[CaptionTrack], list[str]]:
        """Return the tracks, and sentences on what could not be read.

        Raises SandboxUnavailable and Busy, and JobCrashed where somebody else ended the child.
        """
        tracks, missing = await self._embedded(asset, analysis)
        for file in asset.caption_files:
            timeline = analysis.timeline
            try:
                track, left_out = await self.reader.beside(file, timeline.duration_seconds, _start(timeline))
                tracks.append(track)
                missing += missing_texts(repr(file.name), left_out)
            except MediaError as verdict:
                missing.append(_file_missing(file.name, verdict.detail))
            except JobCrashed as crash:
                if crash.interrupted:
                    raise
                missing.append(_file_missing(file.name, crash.explanation))
        return tracks, missing

    async def _embedded(
        self, asset: AssetIngested, analysis: SourceAnalysis
    ) -> tuple[list[CaptionTrack], list[str]]:
        has_tracks = any(track.kind == TRACK_KIND_SUBTITLE for track in asset.tracks)
        if analysis.clock is None or not (has_tracks or analysis.has_captions):
            return [], []
        length = analysis.timeline.duration_seconds
        try:
            found = await self.reader.embedded(asset.original, analysis.clock, length)
        except MediaError as verdict:
            return [], [_embedded_missing(verdict.detail)]
        except JobCrashed as crash:
            if crash.interrupted:
                raise
            return [], [_embedded_missing(crash.explanation)]
        missing: list[str] = [_unread(asset, index, why) for index, why in found.unread]
        for index, left_out in found.left_out:
            missing += missing_texts(say("subtitles.track", "of track {number}", number=index), left_out)
        return list(found.tracks), missing


def _file_missing(name: str, why: str) -> Sentence:
    return say("missing.file", "The subtitles {file} are missing: {why}", file=repr(name), why=why)


def _embedded_missing(why: str) -> Sentence:
    return say("missing.embedded", "The subtitles inside the file are missing: {why}", why=why)


def _unread(asset: AssetIngested, index: int, why: Unread) -> Sentence:
    codec = next((track.codec for track in asset.tracks if track.index == index), "")
    reason = (
        say("unread.pictures", "they are {codec}, which are pictures and no text", codec=codec)
        if why is Unread.PICTURES
        else _REASONS[why]
    )
    return say(
        "missing.track", "The subtitles of track {number} are not read: {why}.", number=index, why=reason
    )


def _start(timeline: Timeline) -> Fraction | None:
    """Return the seconds that the start timecode of an asset names, None when it has none."""
    if not timeline.start_timecode or timeline.frame_rate is None:
        return None
    hours, minutes, seconds, frames = (
        int(part) for part in timeline.start_timecode.replace(";", ":").split(":")
    )
    return Fraction(hours * _HOUR + minutes * 60 + seconds) + frames / timeline.frame_rate
