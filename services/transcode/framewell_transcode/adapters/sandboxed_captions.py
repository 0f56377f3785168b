"""CaptionReader: timed text is parsed in the sandbox and stored as WebVTT."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from framewell.media.v1 import media_pb2
from framewell_kit.objects.protocol import Objects
from framewell_media.captions.cues import LeftOut, Unread
from framewell_media.errors import JobFailed
from framewell_media.languages import bcp47
from framewell_media.sandbox import Limits, Sandbox
from framewell_media.source_clock import SourceClock
from framewell_transcode.domain.job_parameters import clock_parameters
from framewell_transcode.ports.processors import EmbeddedCaptions

_WEBVTT: Final = "text/vtt"
_FILE_CPU_SECONDS: Final = 30
_KINDS: Final = {
    "subtitles": media_pb2.CAPTION_KIND_SUBTITLES,
    "captions": media_pb2.CAPTION_KIND_CAPTIONS,
    "forced": media_pb2.CAPTION_KIND_FORCED,
}


@dataclass(frozen=True, slots=True)
class SandboxedCaptions:
    """CaptionReader on a sandbox, an object store and a folder for files under way."""

    sandbox: Sandbox
    objects: Objects
    scratch: Path
    limits: Limits
    """What reading a whole original may use."""

    async def embedded(
        self, original: media_pb2.ObjectRef, clock: SourceClock, seconds: Fraction
    ) -> EmbeddedCaptions:
        parameters = {"clock": clock_parameters(clock), "seconds": str(seconds)}
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            written = Path(folder) / "captions.vtt"
            async with self.objects.local(original) as source:
                answer = await self.sandbox.run(
                    "read_embedded_captions",
                    parameters,
                    inputs=[source],
                    outputs=[written],
                    limits=self.limits,
                )
            tracks = []
            with written.open("rb") as texts:
                for entry in answer["tracks"]:
                    data = texts.read(int(entry["length"]))
                    if len(data) != int(entry["length"]):
                        raise JobFailed(f"the captions of track {entry['track_index']} were not written")
                    tracks.append(_track(entry, await self._stored(data)))
        unread = tuple((int(index), Unread(why)) for index, why in answer["unread"])
        left_out = tuple((int(index), _left_out(counts)) for index, counts in answer["left_out"])
        return EmbeddedCaptions(tuple(tracks), unread, left_out)

    async def beside(
        self, file: media_pb2.CaptionFile, seconds: Fraction, start: Fraction | None
    ) -> tuple[media_pb2.CaptionTrack, LeftOut]:
        parameters = {"seconds": str(seconds), "start": None if start is None else str(start)}
        limits = Limits(
            memory_bytes=self.limits.memory_bytes,
            cpu_seconds=_FILE_CPU_SECONDS,
            wall_seconds=4 * _FILE_CPU_SECONDS,
        )
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            written = Path(folder) / "captions.vtt"
            async with self.objects.local(file.file) as source:
                answer = await self.sandbox.run(
                    "read_caption_file", parameters, inputs=[source], outputs=[written], limits=limits
                )
            cues = await self.objects.put_file(written, media_type=_WEBVTT, suffix=".vtt")
        track = media_pb2.CaptionTrack(
            cues=cues,
            language=bcp47(file.language) or bcp47(str(answer["language"])),
            kind=file.kind or media_pb2.CAPTION_KIND_SUBTITLES,
            title=file.name,
            format=str(answer["format"]),
            cue_count=int(answer["cue_count"]),
        )
        return track, _left_out(answer["left_out"])

    async def _stored(self, data: bytes) -> media_pb2.ObjectRef:
        return await self.objects.put(data, media_type=_WEBVTT, suffix=".vtt")


def _left_out(counts: Mapping[str, Any]) -> LeftOut:
    return LeftOut(int(counts["outside"]), int(counts["mistimed"]), int(counts["beyond"]))


def _track(entry: Mapping[str, Any], cues: media_pb2.ObjectRef) -> media_pb2.CaptionTrack:
    return media_pb2.CaptionTrack(
        cues=cues,
        language=bcp47(str(entry["language"])),
        kind=_KINDS[entry["kind"]],
        title=str(entry["title"]),
        format=str(entry["format"]),
        track_index=int(entry["track_index"]),
        cue_count=int(entry["cue_count"]),
        is_default=bool(entry["is_default"]),
    )
