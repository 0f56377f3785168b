"""The playlists of a recording as its segments come: they grow while it runs, and end with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from framewell.media.v1.media_pb2 import MEDIA_KIND_AUDIO, ObjectRef
from framewell_kit.objects.protocol import Objects
from framewell_transcode.domain.parts import AssetState, ChunkPart
from framewell_transcode.domain.recordings import RecordingState, SegmentSound
from framewell_transcode.domain.sound import SOUND_RATE
from framewell_transcode.ports.assets import AssetProgressRepository
from framewell_transcode.ports.recordings import RecordingRepository
from framewell_transcode.transcoding.headers import read_header
from framewell_transcode.transcoding.playlists import (
    MASTER,
    Rendition,
    SegmentEntry,
    SoundEntry,
    master_playlist,
    media_playlist,
)

PICTURES: Final = "recording.m3u8"
SOUND: Final = "recording-sound.m3u8"
PLAYED_WHILE_RECORDED: Final = frozenset({PICTURES, SOUND})
"""Names of the playlists that grow. They stay after the end, so that who plays one gets its end."""
_NOTHING: Final = "gap.m4s"


@dataclass(frozen=True, slots=True)
class PlayRecording:
    """Return the playlists of a recording as far as it plays, by name.

    What was listed stays listed, in its place. A segment that is missing while later ones play, or that
    nothing could be made of, is a gap that players go on behind.
    """

    recordings: RecordingRepository
    progress: AssetProgressRepository
    objects: Objects

    async def __call__(self, asset_id: str) -> Mapping[str, str] | None:
        """Return them; None for what is no recording or does not play yet."""
        state = await self.recordings.get(asset_id)
        if state is None or not state.layout.laid:
            return None
        parts = await self._parts(state)
        made = {number: part for number, part in parts.items() if part.made}
        sounds = {number: sound for number, sound in state.sounds.items() if sound is not None}
        pictured = state.work.kind != MEDIA_KIND_AUDIO
        worked_on = parts.keys() if pictured else state.sounds.keys()
        spans = _listed(state, worked_on, made.keys() if pictured else sounds.keys())
        if not spans:
            return None
        ended = state.laid_out and state.layout.laid.keys() <= worked_on
        pictures, sound = _pictures(spans, made), _sound(spans, sounds)
        described = read_header(await self.objects.read(pictures.header_key)) if pictures else None
        master = master_playlist(
            video=(PICTURES, pictures) if pictures else None,
            audio=[SoundEntry(SOUND, sound)] if sound else [],
            video_codec=described.codec if described else "",
            resolution=(described.width, described.height) if described else None,
            frame_rate=float(state.layout.grid.rate),
        )
        renditions = {PICTURES: pictures, SOUND: sound}
        playlists = {
            name: media_playlist(rendition, ended=ended, grows=True)
            for name, rendition in renditions.items()
            if rendition
        }
        return {MASTER: master, **playlists}

    async def _parts(self, state: RecordingState) -> Mapping[int, ChunkPart]:
        """Return the segments whose transcoding has ended, by number."""
        last = max(state.layout.laid)
        asset = AssetState(state.work, ObjectRef(), last + 1, None, 0)
        return {part.index: part async for part in self.progress.arrived_chunks(asset, range(last + 1))}


def _listed(
    state: RecordingState, worked_on: Collection[int], plays: Collection[int]
) -> list[tuple[int | None, float]]:
    """Return number (None of a gap) and seconds of what to list: up to the first that is still being made.

    A gap behind a segment that came late belongs to its place, which was listed before it came.
    """
    listed: list[tuple[int | None, float]] = []
    for one in state.layout.stretches(max(state.layout.laid)):
        seconds = float(one.end - one.start)
        has_sound = one.sequence in state.sounds or state.laid_out
        if one.laid is not None and not (one.sequence in worked_on and has_sound):
            break
        if one.is_gap and state.layout.laid[one.sequence].is_late:
            listed[-1] = (one.sequence, listed[-1][1] + seconds)
        else:
            listed.append((None if one.is_gap else one.sequence, seconds))
    while listed and listed[-1][0] not in plays:
        listed.pop()
    return listed


def _pictures(spans: Sequence[tuple[int | None, float]], made: Mapping[int, ChunkPart]) -> Rendition | None:
    if not made:
        return None
    parts = [(made.get(-1 if sequence is None else sequence), seconds) for sequence, seconds in spans]
    entries = [
        SegmentEntry(part.segment, seconds, part.segment_bytes) if part is not None else _gap(seconds)
        for part, seconds in parts
    ]
    return Rendition(made[min(made)].header, tuple(entries))


def _sound(spans: Sequence[tuple[int | None, float]], sounds: Mapping[int, SegmentSound]) -> Rendition | None:
    listed = [(sounds.get(-1 if sequence is None else sequence), seconds) for sequence, seconds in spans]
    headers = [sound.header for sound, _ in listed if sound is not None]
    if not headers:
        return None
    entries = [
        SegmentEntry(sound.key, sound.samples / SOUND_RATE, sound.size) if sound else _gap(seconds)
        for sound, seconds in listed
    ]
    return Rendition(headers[0], tuple(entries))


def _gap(seconds: float) -> SegmentEntry:
    """Return a place without a segment; its address leads nowhere, for players that know no gaps."""
    return SegmentEntry(_NOTHING, seconds, 0, is_gap=True)
