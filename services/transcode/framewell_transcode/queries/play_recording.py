"""The playlist of a recording under way: what has come so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from framewell.media.v1.media_pb2 import ObjectRef
from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects.protocol import Objects
from framewell_transcode.domain.parts import AssetState, ChunkPart
from framewell_transcode.domain.recordings import RecordingState
from framewell_transcode.domain.sound import SOUND_RATE
from framewell_transcode.ports.assets import AssetProgressRepository
from framewell_transcode.ports.recordings import RecordingRepository
from framewell_transcode.transcoding.headers import read_header
from framewell_transcode.transcoding.playlists import (
    PLAYLIST_TYPE,
    Rendition,
    SegmentEntry,
    SoundEntry,
    master_playlist,
    media_playlist,
)


@dataclass(frozen=True, slots=True)
class PlayRecording:
    """Write the playlist of a recording as far as it plays: it grows from one call to the next.

    A segment that is missing while later ones play is a gap that players go on behind. What was listed
    stays listed. The same state gives the same objects, which go with the asset.
    """

    recordings: RecordingRepository
    progress: AssetProgressRepository
    references: ObjectReferences
    objects: Objects

    async def __call__(self, asset_id: str) -> ObjectRef | None:
        """Return the master playlist; None for what is no recording, has ended or does not play yet."""
        state = await self.recordings.get(asset_id)
        if state is None or not state.layout.laid:
            return None
        planned = await self.progress.latest(asset_id)
        if planned is not None and planned.end is not None:
            return None
        parts = await self._parts(state)
        spans = _listed(state, parts)
        if not spans:
            return None
        header = parts[min(parts)].header
        pictures = Rendition(header, tuple(_pictures(spans, parts)))
        sound = _sound(spans, state)
        made = [await self._put(media_playlist(pictures, ended=False))]
        if sound is not None:
            made.append(await self._put(media_playlist(sound, ended=False)))
        described = read_header(await self.objects.read(header))
        master = master_playlist(
            video=(made[0].key, pictures),
            audio=[SoundEntry(made[1].key, sound)] if sound is not None else [],
            video_codec=described.codec,
            resolution=(described.width, described.height),
            frame_rate=float(state.layout.frame_rate),
        )
        made.append(await self._put(master))
        await self.references.hold(asset_id, made)
        return made[-1]

    async def _parts(self, state: RecordingState) -> Mapping[int, ChunkPart]:
        """Return the segments that were transcoded, by number."""
        last = max(state.layout.laid)
        asset = AssetState(state.work, ObjectRef(), last + 1, None, 0)
        arrived = self.progress.arrived_chunks(asset, range(last + 1))
        return {part.index: part async for part in arrived if part.made}

    async def _put(self, text: str) -> ObjectRef:
        return await self.objects.put(text.encode(), media_type=PLAYLIST_TYPE, suffix=".m3u8")


def _listed(state: RecordingState, parts: Mapping[int, ChunkPart]) -> list[tuple[int, float]]:
    """Return number and seconds of the segments to list: up to the first one that is still being made."""
    listed: list[tuple[int, float]] = []
    for sequence, start, end, _first, _last in state.layout.spans(max(state.layout.laid)):
        being_made = sequence in state.layout.laid and sequence not in parts
        if being_made or (sequence in parts and sequence not in state.sounds):
            break
        listed.append((sequence, float(end - start)))
    while listed and listed[-1][0] not in parts:
        listed.pop()
    return listed


def _pictures(spans: Sequence[tuple[int, float]], parts: Mapping[int, ChunkPart]) -> list[SegmentEntry]:
    return [
        SegmentEntry(parts[sequence].segment, seconds, parts[sequence].segment_bytes)
        if sequence in parts
        else SegmentEntry(_nearest(sequence, parts).segment, seconds, 0, is_gap=True)
        for sequence, seconds in spans
    ]


def _sound(spans: Sequence[tuple[int, float]], state: RecordingState) -> Rendition | None:
    heard = [sound for sequence, _ in spans if (sound := state.sounds.get(sequence)) is not None]
    if not heard:
        return None
    entries = []
    for sequence, seconds in spans:
        sound = state.sounds.get(sequence)
        if sound is None:
            entries.append(SegmentEntry(heard[0].key, seconds, 0, is_gap=True))
        else:
            entries.append(SegmentEntry(sound.key, sound.samples / SOUND_RATE, sound.size))
    return Rendition(heard[0].header, tuple(entries))


def _nearest(sequence: int, parts: Mapping[int, ChunkPart]) -> ChunkPart:
    """Return a segment to name where there is none: a gap has an address that nobody opens."""
    return parts[min(parts, key=lambda one: abs(one - sequence))]
