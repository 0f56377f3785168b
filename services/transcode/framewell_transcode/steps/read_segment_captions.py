"""The captions inside the pictures of a recording, read segment by segment and joined to tracks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from framewell.media.v1.media_pb2 import CaptionTrack
from framewell_contracts.sentences import say
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcomes import Busy
from framewell_media.errors import JobCrashed, MediaError, SandboxUnavailable
from framewell_transcode.domain.recording_layout import Layout
from framewell_transcode.domain.recordings import PlannedSegment
from framewell_transcode.ports.processors import CaptionReader

_HEADER_END: Final = "\n\n"


@dataclass(frozen=True, slots=True)
class ReadSegmentCaptions:
    """Read what every segment has, on the recording's clock; tracks of one kind and language are one.

    A text that is shown over the edge of two segments ends there. What cannot be read is missing, and never
    ends the recording. Reading again makes the same tracks. Raises Busy where no media may be read.
    """

    reader: CaptionReader
    objects: Objects

    async def __call__(
        self, segments: Sequence[PlannedSegment], layout: Layout
    ) -> tuple[list[CaptionTrack], list[str]]:
        """Return the tracks, and sentences on segments whose captions could not be read."""
        found: dict[tuple[object, ...], list[CaptionTrack]] = {}
        missing: list[str] = []
        for segment in segments:
            if not segment.has_captions:
                continue
            laid = layout.laid[segment.sequence]
            try:
                captions = await self.reader.embedded(
                    segment.ingested.object, segment.runs.later(laid.start), laid.end
                )
            except (MediaError, JobCrashed) as error:
                if isinstance(error, JobCrashed) and error.interrupted:
                    raise
                reason = error.detail if isinstance(error, MediaError) else error.explanation
                said = say(
                    "missing.captions",
                    "The captions of segment {number} are missing: {why}",
                    number=segment.sequence,
                    why=reason,
                )
                missing.append(said)
                continue
            except SandboxUnavailable as away:
                raise Busy(
                    say(
                        "no_media_readable.transcode", "No media can be read on this machine: {why}", why=away
                    ),
                    retry_after=30.0,
                ) from away
            for track in captions.tracks:
                same = (track.format, track.kind, track.language, track.title, track.track_index)
                found.setdefault(same, []).append(track)
        return [await self._joined(tracks) for tracks in found.values()], missing

    async def _joined(self, tracks: Sequence[CaptionTrack]) -> CaptionTrack:
        texts = [(await self.objects.read(track.cues)).decode() for track in tracks]
        header = texts[0].partition(_HEADER_END)[0]
        cues = _HEADER_END.join(text.partition(_HEADER_END)[2].strip("\n") for text in texts)
        joined = CaptionTrack()
        joined.CopyFrom(tracks[0])
        data = f"{header}{_HEADER_END}{cues}\n".encode()
        joined.cues.CopyFrom(
            await self.objects.put(data, media_type=tracks[0].cues.media_type, suffix=".vtt")
        )
        joined.cue_count = sum(track.cue_count for track in tracks)
        return joined
