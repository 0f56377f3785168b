"""SoundProcessor: a piece of a sound is taken out in the sandbox, what comes out is stored by content."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.audio.v1.audio_pb2 import AudioExtracted, AudioSegment, AudioSegments, SoundTrack
from framewell.media.v1.media_pb2 import (
    MEDIA_EVENT_KIND_SILENCE,
    MEDIA_EVENT_KIND_TONE,
    MediaEvent,
    MediaIndex,
    ObjectRef,
)
from framewell_contracts.sentences import say
from framewell_kit.objects.protocol import Objects, reference
from framewell_kit.outcome_messages import done
from framewell_kit.rights_decisions import EVERYTHING, Passages
from framewell_media.errors import UNREADABLE, JobFailed, MediaError
from framewell_media.messages import clock_value, duration_message, span_message, timeline_value
from framewell_media.sandbox import Limits, Sandbox
from framewell_media.timeline import Span, Timeline
from framewell_transcode.domain.job_parameters import clock_parameters
from framewell_transcode.domain.plans import INDEX_SUFFIX, INDEX_TYPE, sound_only, work_on_clock
from framewell_transcode.domain.sound import SOUND_RATE, SPEECH_RATE, SoundEventKind, SoundSegment
from framewell_transcode.domain.sound_pieces import Sound, TrackPieces, sound_from
from framewell_transcode.transcoding.flac_frames import stream_header
from framewell_transcode.transcoding.loudness import integrated_loudness

_PIECE_SECONDS: Final = (300, 900)
"""Processor and wall-clock seconds of a piece: only a hostile file meets them."""
_MOST_TRACKS: Final = 16
_SEGMENT_TYPE: Final = "audio/iso.segment"
_RAW: Final = "application/octet-stream"
_EVENT_KINDS: Final = {
    SoundEventKind.SILENCE: MEDIA_EVENT_KIND_SILENCE,
    SoundEventKind.TONE: MEDIA_EVENT_KIND_TONE,
}


@dataclass(frozen=True, slots=True)
class SandboxedSound:
    """SoundProcessor on a sandbox, an object store and a folder for files under way."""

    sandbox: Sandbox
    objects: Objects
    scratch: Path
    segment_seconds: float
    piece_samples: int
    memory_bytes: int
    """What one job may use."""

    async def next_piece(self, asset: AssetIngested, plan: ObjectRef, sound: Sound) -> Sound:
        number = sound.next
        track = sound.tracks[number] if sound.tracks else TrackPieces({})
        parameters = await self._parameters(asset, plan, sound, number, track)
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            names = ("header", "segments", "speech", "carried")
            outputs = [Path(folder) / name for name in names]
            carried = Path(folder) / "before"
            before = await self.objects.read(track.carried) if track.carried else b""
            await asyncio.to_thread(carried.write_bytes, before)
            async with self.objects.local(asset.original) as source:
                answer = await self.sandbox.run(
                    "extract_sound",
                    parameters,
                    inputs=[source, carried],
                    outputs=outputs,
                    limits=Limits(self.memory_bytes, *_PIECE_SECONDS),
                )
            made = await self._stored(track, answer, outputs, speech=number == 0)
        tracks = sound.tracks or [TrackPieces(one) for one in answer["tracks"][:_MOST_TRACKS]]
        made = replace(made, description=tracks[number].description)
        return replace(sound, tracks=[*tracks[:number], made, *tracks[number + 1 :]])

    async def finish(self, asset: AssetIngested, sound: Sound) -> tuple[AudioExtracted, Sequence[ObjectRef]]:
        work, main = asset.work, sound.tracks[0]
        if not main.heard:
            said = say(
                "sound.not_decoded", "The sound track cannot be decoded: not one sample came out of it."
            )
            raise MediaError(UNREADABLE, said)
        clock = timeline_value(work.timeline) if work.HasField("timeline") else sound_only(main.seconds)
        tracks, stored = [], []
        for track in sound.tracks:
            if track.heard:
                message, objects = await self._rendition(track, clock)
                tracks.append(message)
                stored += objects
        first = tracks[0]
        audio = AudioExtracted(
            work=work_on_clock(work, clock),
            outcome=done(),
            present=True,
            segments=first.segments,
            segment_count=first.segment_count,
            loudness_lufs=first.loudness_lufs if first.HasField("loudness_lufs") else None,
            duration=first.duration,
            tracks=tracks,
        )
        if Passages(tuple(sound.withheld)) != EVERYTHING:
            audio.speech.CopyFrom(await self._speech(main))
        return audio, [*stored, audio.speech]

    async def save(self, sound: Sound) -> ObjectRef:
        data = json.dumps(asdict(sound), sort_keys=True).encode()
        return await self.objects.put(data, media_type=_RAW, suffix=".json")

    async def saved(self, key: str) -> Sound:
        return sound_from(json.loads(await self.objects.read(key)))

    async def _parameters(
        self, asset: AssetIngested, plan: ObjectRef, sound: Sound, number: int, track: TrackPieces
    ) -> dict[str, Any]:
        work = asset.work
        timeline = timeline_value(work.timeline) if work.HasField("timeline") else None
        clock = clock_value(MediaIndex.FromString(await self.objects.read(plan)).clock)
        return {
            "track": number,
            "language": asset.programme.language,
            "piece": [track.pieces * self.piece_samples, (track.pieces + 1) * self.piece_samples],
            "clock": clock_parameters(clock) if clock else None,
            "seconds": str(timeline.duration_seconds) if timeline else None,
            "segment_seconds": self.segment_seconds,
            "silenced": _seconds_of(sound.withheld, timeline or sound_only(0)),
            "state": track.state,
        }

    async def _stored(
        self, track: TrackPieces, answer: Mapping[str, Any], outputs: Sequence[Path], *, speech: bool
    ) -> TrackPieces:
        """Return the track with the piece that was just made."""
        header, segments, frames, carried = outputs
        header_ref = await self.objects.put_file(header, media_type="audio/mp4", suffix=".mp4")
        layout = [SoundSegment(**entry) for entry in answer["segments"]]
        if track.header and layout and header_ref.key != track.header:
            raise JobFailed("two pieces of one sound have different headers")
        loudness = Counter(track.loudness)
        loudness.update({str(step): int(count) for step, count in answer["loudness"].items()})
        made = TrackPieces(
            description=track.description,
            header=track.header or header_ref.key,
            segments=[*track.segments, *await self._segments(segments, layout)],
            speech=list(track.speech),
            speech_info=str(answer["speech_info"]),
            loudness=dict(loudness),
            events=[
                *track.events,
                *((str(kind), int(start), int(end)) for kind, start, end in answer["events"]),
            ],
            pieces=track.pieces + 1,
            seconds=float(answer["seconds"]),
            heard=int(answer["heard"]),
            ended=bool(answer["last"]),
            state=None if answer["last"] else answer["state"],
        )
        if speech:
            made.speech.append((await self.objects.put_file(frames, media_type=_RAW, suffix=".frames")).key)
        if not made.ended:
            made.carried = (await self.objects.put_file(carried, media_type=_RAW, suffix=".f32")).key
        return made

    async def _segments(
        self, file: Path, layout: Sequence[SoundSegment]
    ) -> list[tuple[str, int, float, float]]:
        segments = []
        media = await asyncio.to_thread(file.read_bytes)
        for part in layout:
            data = media[part.offset : part.offset + part.length]
            if not data or len(data) != part.length:
                raise JobFailed(
                    f"the sound job named bytes {part.offset}+{part.length}, which it did not write"
                )
            ref = await self.objects.put(data, media_type=_SEGMENT_TYPE, suffix=".m4s")
            segments.append((ref.key, ref.size, part.start_seconds, part.seconds))
        return segments

    async def _rendition(self, track: TrackPieces, clock: Timeline) -> tuple[SoundTrack, list[ObjectRef]]:
        header = reference(_hash(track.header), await self.objects.size(track.header), "audio/mp4", ".mp4")
        rendition = AudioSegments(
            header=header,
            segments=[
                AudioSegment(
                    segment=reference(_hash(key), size, _SEGMENT_TYPE, ".m4s"),
                    start=duration_message(start),
                    duration=duration_message(seconds),
                )
                for key, size, start, seconds in track.segments
            ],
            events=[_event(*one, clock) for one in sorted(track.events, key=itemgetter(1))],
        )
        ref = await self.objects.put(
            rendition.SerializeToString(deterministic=True), media_type=INDEX_TYPE, suffix=INDEX_SUFFIX
        )
        message = SoundTrack(
            segments=ref,
            segment_count=len(rendition.segments),
            loudness_lufs=integrated_loudness({int(step): count for step, count in track.loudness.items()}),
            duration=duration_message(track.seconds),
            **track.description,
        )
        return message, [header, ref, *(one.segment for one in rendition.segments)]

    async def _speech(self, track: TrackPieces) -> ObjectRef:
        """Store the FLAC of all pieces, which is never in memory whole."""
        with tempfile.NamedTemporaryFile(dir=self.scratch) as file:
            samples = round(track.seconds * SPEECH_RATE)
            await asyncio.to_thread(file.write, stream_header(bytes.fromhex(track.speech_info), samples))
            for key in track.speech:
                await asyncio.to_thread(file.write, await self.objects.read(key))
            await asyncio.to_thread(file.flush)
            return await self.objects.put_file(Path(file.name), media_type="audio/flac", suffix=".flac")


def _hash(key: str) -> str:
    return key.partition("/")[2].partition(".")[0]


def _seconds_of(withheld: Sequence[tuple[int, int]], clock: Timeline) -> list[list[str]]:
    """Return passages as pairs of seconds from the asset's start; sound alone counts its samples."""
    return [[str(clock.seconds(start)), str(clock.seconds(end))] for start, end in withheld]


def _event(kind: str, first: int, last: int, clock: Timeline) -> MediaEvent:
    start, end = (Fraction(at, SOUND_RATE) for at in (first, last))
    rate = clock.frame_rate or Fraction(0)
    pts = [clock.start_pts + round(at / clock.time_base) for at in (start, end)]
    frames = [round(at * rate) for at in (start, end)]
    span = Span(pts[0], pts[1], frames[0], frames[1] - frames[0])
    return MediaEvent(kind=_EVENT_KINDS[SoundEventKind(kind)], span=span_message(span))
