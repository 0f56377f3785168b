"""The playlists of a recording as its segments come: they grow while it runs, and end with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from framewell.media.v1.media_pb2 import ObjectRef
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
        spans = _listed(state, parts)
        made = {number: part for number, part in parts.items() if part.made}
        if not spans:
            return None
        ended = state.laid_out and state.layout.laid.keys() <= parts.keys()
        header = made[min(made)].header
        pictures, sound = Rendition(header, tuple(_pictures(spans, made))), _sound(spans, state)
        described = read_header(await self.objects.read(header))
        master = master_playlist(
            video=(PICTURES, pictures),
            audio=[SoundEntry(SOUND, sound)] if sound is not None else [],
            video_codec=described.codec,
            resolution=(described.width, described.height),
            frame_rate=float(state.layout.grid.rate),
        )
        renditions = {PICTURES: pictures, **({SOUND: sound} if sound is not None else {})}
        playlists = {
            name: media_playlist(rendition, ended=ended, grows=True) for name, rendition in renditions.items()
        }
        return {MASTER: master, **playlists}

    async def _parts(self, state: RecordingState) -> Mapping[int, ChunkPart]:
        """Return the segments whose transcoding has ended, by number."""
        last = max(state.layout.laid)
        asset = AssetState(state.work, ObjectRef(), last + 1, None, 0)
        return {part.index: part async for part in self.progress.arrived_chunks(asset, range(last + 1))}


def _listed(state: RecordingState, parts: Mapping[int, ChunkPart]) -> list[tuple[int | None, float]]:
    """Return number (None of a gap) and seconds of what to list: up to the first that is still being made.

    A gap behind a segment that came late belongs to its place, which was listed before it came.
    """
    listed: list[tuple[int | None, float]] = []
    for one in state.layout.stretches(max(state.layout.laid)):
        seconds = float(one.end - one.start)
        has_sound = one.sequence in state.sounds or state.laid_out
        if one.laid is not None and not (one.sequence in parts and has_sound):
            break
        if one.is_gap and state.layout.laid[one.sequence].is_late:
            listed[-1] = (one.sequence, listed[-1][1] + seconds)
        else:
            listed.append((None if one.is_gap else one.sequence, seconds))
    while listed and not ((part := parts.get(-1 if listed[-1][0] is None else listed[-1][0])) and part.made):
        listed.pop()
    return listed


def _pictures(
    spans: Sequence[tuple[int | None, float]], made: Mapping[int, ChunkPart]
) -> list[SegmentEntry]:
    parts = [(made.get(-1 if sequence is None else sequence), seconds) for sequence, seconds in spans]
    return [
        SegmentEntry(part.segment, seconds, part.segment_bytes) if part is not None else _gap(seconds)
        for part, seconds in parts
    ]


def _sound(spans: Sequence[tuple[int | None, float]], state: RecordingState) -> Rendition | None:
    sounds: dict[int | None, SegmentSound] = {
        number: sound for number, sound in state.sounds.items() if sound is not None
    }
    heard = [sounds[sequence] for sequence, _ in spans if sequence in sounds]
    if not heard:
        return None
    entries = [
        SegmentEntry(sounds[sequence].key, sounds[sequence].samples / SOUND_RATE, sounds[sequence].size)
        if sequence in sounds
        else _gap(seconds)
        for sequence, seconds in spans
    ]
    return Rendition(heard[0].header, tuple(entries))


def _gap(seconds: float) -> SegmentEntry:
    """Return a place without a segment; its address leads nowhere, for players that know no gaps."""
    return SegmentEntry(_NOTHING, seconds, 0, is_gap=True)
