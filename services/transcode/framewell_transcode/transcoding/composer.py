"""Put an asset together from its parts: playlists, final shots, its index, and what is missing in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Final

from framewell.asset.v1.asset_pb2 import AssetTranscoded
from framewell.audio.v1.audio_pb2 import AudioExtracted, AudioSegments, SoundTrack
from framewell.media.v1.media_pb2 import MediaEvent, MediaIndex, ObjectRef
from framewell_contracts.missing import bounded_missing, missing_of
from framewell_contracts.sentences import listed, wordings_of
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcome_messages import done, failed, is_done
from framewell_media.errors import JobCrashed, MediaError
from framewell_media.messages import duration_seconds, timeline_value
from framewell_media.timeline import Timeline
from framewell_transcode.domain.parts import ChunkPart, CompleteAsset
from framewell_transcode.domain.plans import INDEX_SUFFIX, INDEX_TYPE, sound_only, work_on_clock
from framewell_transcode.ports.processors import FillerRequest, MediaProcessor
from framewell_transcode.transcoding.caption_playlists import caption_playlist, caption_renditions
from framewell_transcode.transcoding.headers import read_header
from framewell_transcode.transcoding.index_messages import event_messages, shot_messages
from framewell_transcode.transcoding.missing import (
    missing_chunks,
    missing_pictures,
    missing_sound,
    not_analysed,
    odd_header,
)
from framewell_transcode.transcoding.playlists import (
    PLAYLIST_TYPE,
    Rendition,
    SegmentEntry,
    SoundEntry,
    master_playlist,
    media_playlist,
    relative,
)
from framewell_transcode.transcoding.scores import read_scores
from framewell_transcode.transcoding.shots import ShotFinder

MAX_CAPTIONS: Final = 50
"""Tracks of timed text that the fact of an asset names; its index names all."""


@dataclass(frozen=True, slots=True)
class Composed:
    """The final fact of an asset, and the objects that were made for it."""

    end: AssetTranscoded
    objects: Sequence[ObjectRef]


@dataclass(frozen=True, slots=True)
class Composer:
    """Writes the playlists and the index of a complete asset.

    The same parts give the same objects and the same fact, whose size does not depend on the asset's length.
    """

    processor: MediaProcessor
    objects: Objects

    async def compose(self, complete: CompleteAsset, analysable: Container[str]) -> Composed:
        """Return the final fact and the objects made for it.

        `analysable` are the keys of what may be analysed: shots are found by no other scores. Raises Busy
        when the object store is away.
        """
        plan = MediaIndex.FromString(await self.objects.read(complete.plan))
        audio = complete.audio
        timeline = timeline_value(complete.work.timeline)
        made, missing = _usable(plan, complete.chunks, timeline)
        if not is_done(audio.outcome):
            missing.append(missing_sound(audio))
        missing += not_analysed(plan, complete.chunks, audio, timeline)
        playlists = Playlists(self.processor, self.objects, plan, timeline)
        playlist = await playlists.write(made, audio if is_done(audio.outcome) and audio.present else None)
        if not plan.chunks:
            timeline = replace(sound_only(duration_seconds(audio.duration)), has_gaps=timeline.has_gaps)
        scored = [part for part in made if part.scores in analysable]
        index = await self._index(plan, scored, missing, timeline, playlists.sound_events)
        ref = await self._store(index)
        end = AssetTranscoded(
            work=index.work,
            outcome=done() if playlist else failed("nothing_transcoded", listed(bounded_missing(missing))),
            playlist=playlist,
            chunk_count=len(plan.chunks),
            expects_audio=audio.present,
            index=ref,
            shot_count=len(index.shots),
            missing=bounded_missing(missing),
            missing_wordings=wordings_of(bounded_missing(missing)),
            captions=plan.captions[:MAX_CAPTIONS],
        )
        return Composed(end, [*playlists.made, ref])

    async def _index(
        self,
        plan: MediaIndex,
        scored: Sequence[ChunkPart],
        missing: Sequence[str],
        timeline: Timeline,
        sound_events: Sequence[MediaEvent],
    ) -> MediaIndex:
        finder = ShotFinder(float(timeline.frame_rate or 25))
        for part in scored:
            finder.add(read_scores(await self.objects.read(part.scores)))
        shots = shot_messages(finder.shots(timeline))
        events = [*event_messages(finder.events(timeline)), *sound_events]
        events.sort(key=lambda event: (event.span.start_pts, event.kind))
        work = work_on_clock(plan.work, timeline)
        return MediaIndex(
            work=work,
            chunks=plan.chunks,
            shots=shots,
            missing=missing,
            missing_wordings=wordings_of(missing),
            events=events,
            captions=plan.captions,
        )

    async def _store(self, index: MediaIndex) -> ObjectRef:
        data = index.SerializeToString(deterministic=True)
        return await self.objects.put(data, media_type=INDEX_TYPE, suffix=INDEX_SUFFIX)


@dataclass(slots=True)
class Playlists:
    """Writes the playlists of one asset, and fills what is missing with held pictures."""

    processor: MediaProcessor
    objects: Objects
    plan: MediaIndex
    timeline: Timeline
    made: list[ObjectRef] = field(default_factory=list)
    """Every object written so far."""
    sound_events: list[MediaEvent] = field(default_factory=list)
    """Where the main sound is silent."""
    has_sound: bool = False

    async def write(self, chunks: Sequence[ChunkPart], audio: AudioExtracted | None) -> ObjectRef | None:
        """Return the master playlist, None when there are neither pictures nor sound."""
        video = None
        codec, resolution = "", None
        if chunks:
            rendition = await self._pictures(chunks)
            video = (relative((await self._put(media_playlist(rendition))).key), rendition)
            header = read_header(await self.objects.read(chunks[0].header))
            codec, resolution = header.codec, (header.width, header.height)
        sounds = [await self._sound(track) for track in audio.tracks] if audio is not None else []
        if video is None and not sounds:
            return None
        rate = self.timeline.frame_rate
        return await self._put(
            master_playlist(
                video=video,
                audio=sounds,
                video_codec=codec,
                resolution=resolution,
                frame_rate=float(rate) if rate else None,
                text=await self._text(),
            )
        )

    async def _text(self) -> list[str]:
        """Return the lines of the master playlist on timed text."""
        seconds = float(self.timeline.duration_seconds)
        renditions = [
            (relative((await self._put(caption_playlist(track, seconds))).key), track)
            for track in self.plan.captions
        ]
        return caption_renditions(renditions)

    async def _put(self, text: str) -> ObjectRef:
        ref = await self.objects.put(text.encode(), media_type=PLAYLIST_TYPE, suffix=".m3u8")
        self.made.append(ref)
        return ref

    async def _pictures(self, chunks: Sequence[ChunkPart]) -> Rendition:
        by_index = {part.index: part for part in chunks}
        entries = list[SegmentEntry]()
        before: ChunkPart | None = None
        reached, picture = self.plan.chunks[0].span.start_pts, 1 / (self.timeline.frame_rate or 25)
        for planned in self.plan.chunks:
            span, part = planned.span, by_index.get(planned.index)
            if self._seconds(reached, span.start_pts) > picture / 2:  # a gap between two of a recording
                entries += await self._filler(reached, span.start_pts, before, chunks[0])
            if part is not None:
                seconds = self._seconds(span.start_pts, span.end_pts)
                entries.append(SegmentEntry(part.segment, seconds, part.segment_bytes))
                before = part
            else:
                entries += await self._filler(span.start_pts, span.end_pts, before, chunks[0])
            reached = span.end_pts
        return Rendition(chunks[0].header, tuple(entries))

    def _seconds(self, start_pts: int, end_pts: int) -> float:
        return float((end_pts - start_pts) * self.timeline.time_base)

    async def _filler(
        self, start_pts: int, end_pts: int, before: ChunkPart | None, first: ChunkPart
    ) -> Sequence[SegmentEntry]:
        """Return a held picture where there is none, nothing when it cannot be made (the player skips it)."""
        neighbour = before or first
        request = FillerRequest(
            header=neighbour.header,
            neighbour=neighbour.segment,
            neighbour_comes_before=before is not None,
            start_pts=start_pts,
            end_pts=end_pts,
        )
        try:
            filler = await self.processor.make_filler(request, self.timeline)
        except (MediaError, JobCrashed) as error:
            if isinstance(error, JobCrashed) and error.interrupted:
                raise
            return []
        self.made.append(filler)
        return [SegmentEntry(filler.key, self._seconds(start_pts, end_pts), filler.size)]

    async def _sound(self, track: SoundTrack) -> SoundEntry:
        stored = AudioSegments.FromString(await self.objects.read(track.segments))
        if not self.has_sound:
            self.sound_events, self.has_sound = list(stored.events), True
        entries = [
            SegmentEntry(part.segment.key, float(duration_seconds(part.duration)), part.segment.size)
            for part in stored.segments
        ]
        rendition = Rendition(stored.header.key, tuple(entries))
        playlist = await self._put(media_playlist(rendition))
        return SoundEntry(relative(playlist.key), rendition, track.language, track.role, track.title)


def _usable(
    plan: MediaIndex, chunks: Sequence[ChunkPart], timeline: Timeline
) -> tuple[list[ChunkPart], list[str]]:
    """Return chunks that can stand in one track, in order, and what is missing, in words.

    All segments share one header. A chunk made by another build of the encoder has another one and
    would not play behind it, so the most common header wins.
    """
    headers = Counter(part.header for part in chunks if part.made)
    common = max(headers, key=lambda key: (headers[key], key), default="")
    made: list[ChunkPart] = []
    missing = missing_of(plan)
    for reason, group in groupby(zip(plan.chunks, chunks, strict=True), lambda one: one[1].given_up):
        if reason:
            missing.append(missing_chunks([planned.span for planned, _ in group], timeline, reason))
            continue
        for planned, part in group:
            if part.header != common:
                missing.append(odd_header(planned.span, timeline))
                continue
            made.append(part)
            if part.missing_pictures:
                missing.append(missing_pictures(planned.span, timeline, part.missing_pictures))
    return made, missing
