"""Put an asset together from its parts: playlists, final shots, and what is missing in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetTranscoded
from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkTranscoded
from framewell.media.v1.media_pb2 import ObjectRef, Shot
from framewell_media.errors import JobCrashed, MediaError
from framewell_media.messages import span_message, timeline_message
from framewell_transcode.domain.outcomes import DONE, failed, is_done
from framewell_transcode.domain.plans import AssetParts, sound_only
from framewell_transcode.ports import FillerRequest, MediaWorks, ProxyStore
from framewell_transcode.stitching.headers import read_header
from framewell_transcode.stitching.missing import (
    missing_chunk,
    missing_pictures,
    missing_sound,
    missing_stretch,
    odd_header,
)
from framewell_transcode.stitching.playlists import Rendition, SegmentEntry, master_playlist, media_playlist
from framewell_transcode.stitching.shots import shots_of


@dataclass(frozen=True, slots=True)
class Composer:
    """Writes the playlists of a complete asset and says what is missing.

    The same parts give the same objects and the same fact.
    """

    works: MediaWorks
    store: ProxyStore

    async def compose(self, parts: AssetParts) -> tuple[AssetTranscoded, list[ObjectRef]]:
        """The final fact, and the objects that were made for it."""
        plan, audio = parts.plan, parts.audio
        if audio is None:
            raise ValueError("an asset is composed only when its sound has come")
        made, missing = _usable(parts)
        sound = audio if is_done(audio.outcome) and audio.present else None
        if not is_done(audio.outcome):
            missing.append(missing_sound(audio))
        timeline = plan.timeline if plan.chunks else sound_only(audio.duration_seconds)
        new: list[ObjectRef] = []
        playlist = await self._playlists(parts, made, sound, new)
        tables = [await self.store.scores(chunk.shot_scores) for chunk in made]
        ended = AssetTranscoded(
            asset_id=plan.asset_id,
            outcome=DONE if playlist else failed("nothing_transcoded", " ".join(missing)),
            playlist=playlist,
            timeline=timeline_message(timeline),
            chunk_ids=plan.chunk_ids,
            expects_audio=audio.present,
            shots=[Shot(span=span_message(span)) for span in shots_of(tables, timeline)],
            missing=missing,
            lane=audio.lane,
            generation=plan.generation,
            kind=plan.kind,
        )
        return ended, new

    async def _playlists(
        self,
        parts: AssetParts,
        made: Sequence[ChunkTranscoded],
        sound: AudioExtracted | None,
        new: list[ObjectRef],
    ) -> ObjectRef | None:
        video = audio = None
        codec, resolution = "", None
        if made:
            rendition = await self._pictures(parts, made, new)
            video = (await self._keep(media_playlist(rendition), new), rendition)
            header = read_header(await self.store.header(made[0].proxy_header))
            codec, resolution = header.codec, (header.width, header.height)
        if sound is not None and sound.segments:
            rendition = _sound_rendition(sound)
            audio = (await self._keep(media_playlist(rendition), new), rendition)
        if video is None and audio is None:
            return None
        rate = parts.plan.timeline.frame_rate
        master = master_playlist(
            video=video and (video[0].key, video[1]),
            audio=audio and (audio[0].key, audio[1]),
            video_codec=codec,
            resolution=resolution,
            frame_rate=float(rate) if rate else None,
        )
        return await self._keep(master, new)

    async def _keep(self, text: str, new: list[ObjectRef]) -> ObjectRef:
        ref = await self.store.store_playlist(text)
        new.append(ref)
        return ref

    async def _pictures(
        self, parts: AssetParts, made: Sequence[ChunkTranscoded], new: list[ObjectRef]
    ) -> Rendition:
        timeline = parts.plan.timeline
        by_index = {chunk.index: chunk for chunk in made}
        entries = []
        for planned in parts.plan.chunks:
            chunk = by_index.get(planned.index)
            segment = chunk.proxy_segment if chunk else None
            if segment is None:
                segment = await self._filler(planned.index, parts, made)
            if segment is None:
                continue
            if chunk is None:
                new.append(segment)
            seconds = float((planned.span.end_pts - planned.span.start_pts) * timeline.time_base)
            entries.append(SegmentEntry(segment.key, seconds, segment.size))
        return Rendition(made[0].proxy_header.key, tuple(entries))

    async def _filler(
        self, index: int, parts: AssetParts, made: Sequence[ChunkTranscoded]
    ) -> ObjectRef | None:
        """A held picture for a missing chunk; None when even that cannot be made (the player skips it)."""
        before = [chunk for chunk in made if chunk.index < index]
        neighbour = before[-1] if before else made[0]
        span = parts.plan.chunks[index].span
        request = FillerRequest(
            header=neighbour.proxy_header,
            neighbour=neighbour.proxy_segment,
            neighbour_comes_before=bool(before),
            start_pts=span.start_pts,
            end_pts=span.end_pts,
        )
        try:
            return await self.works.make_filler(request, parts.plan.timeline)
        except (MediaError, JobCrashed):
            return None


def _usable(parts: AssetParts) -> tuple[list[ChunkTranscoded], list[str]]:
    """Chunks that can stand in one track, in order, and what is missing, in words.

    All segments share one header. A chunk made by another build of the encoder has another one and
    would not play behind it, so the most common header wins.
    """
    timeline = parts.plan.timeline
    in_order = [parts.chunks[index] for index in sorted(parts.chunks)]
    headers = Counter(chunk.proxy_header.key for chunk in in_order if is_done(chunk.outcome))
    common = max(headers, key=lambda key: (headers[key], key), default="")
    made: list[ChunkTranscoded] = []
    missing = [missing_stretch(gap, timeline) for gap in parts.plan.gaps]
    for chunk in in_order:
        if not is_done(chunk.outcome):
            missing.append(missing_chunk(chunk, timeline))
        elif chunk.proxy_header.key != common:
            missing.append(odd_header(chunk, timeline))
        else:
            made.append(chunk)
            if chunk.missing_pts:
                missing.append(missing_pictures(chunk, timeline))
    return made, missing


def _sound_rendition(sound: AudioExtracted) -> Rendition:
    entries = [
        SegmentEntry(part.segment.key, part.duration_seconds, part.segment.size) for part in sound.segments
    ]
    return Rendition(sound.rendition_header.key, tuple(entries))
