"""Chunks are analysed apart; here what was seen in them is put together along the final shots.

A chunk's shots are provisional and its tracks end at its edges. With the final shots known, tracks are
cut where a shot ends, joined where a shot goes on, and a caption that stands across an edge is one.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from framewell.media.v1.media_pb2 import Shot
from framewell_dataset.domain.geometry import overlap
from framewell_dataset.domain.observations import (
    Caption,
    FaceSeen,
    FaceTrack,
    SeenInChunk,
    joined,
    tracks_of,
)

NEAR_OVERLAP = 0.25
NEAR_DISTANCE = 0.65
SAME_DISTANCE = 0.42
"""As the inference service links faces inside a chunk: near and alike, or nearly the same anywhere."""

SAME_CAPTION_OVERLAP = 0.5


def along_shots(
    chunks: Sequence[SeenInChunk], shots: Sequence[Shot]
) -> tuple[list[FaceTrack], list[Caption]]:
    """Return tracks and captions of consecutive chunks; without final shots along the provisional ones."""
    starts = [shot.span.start_pts for shot in shots]
    faces = [face for chunk in chunks for face in chunk.faces]
    captions = [caption for chunk in chunks for caption in chunk.captions]
    if starts:
        faces = [replace(face, shot=_shot_at(starts, face.moment.pts)) for face in faces]
        captions = [replace(caption, shot=_shot_at(starts, caption.span.start_pts)) for caption in captions]
    return _join_tracks(tracks_of(faces)), _join_captions(captions)


def _shot_at(starts: Sequence[int], pts: int) -> int:
    return max(0, bisect_right(starts, pts) - 1)


def _join_tracks(tracks: list[FaceTrack]) -> list[FaceTrack]:
    """Continue each track with the one of a later chunk that goes on where it ended, in the same shot."""
    done: list[FaceTrack] = []
    for track in sorted(tracks, key=lambda each: (each.faces[0].moment.pts, each.key)):
        earlier = [
            (distance, place)
            for place, each in enumerate(done)
            if each.shot == track.shot and (distance := _continues(each, track)) is not None
        ]
        if earlier:
            _, place = min(earlier)
            done[place] = replace(done[place], faces=done[place].faces + track.faces)
        else:
            done.append(track)
    return done


def _continues(earlier: FaceTrack, later: FaceTrack) -> float | None:
    """Return how far the later track's beginning is from the earlier one's end, None for another face."""
    last, first = earlier.faces[-1], later.faces[0]
    if last.chunk >= first.chunk or last.moment.pts >= first.moment.pts:
        return None
    near = overlap(last.sighting, first.sighting) > NEAR_OVERLAP
    before, after = _described(earlier.faces[::-1]), _described(later.faces)
    if before is None or after is None or before.vector is None or after.vector is None:
        return NEAR_DISTANCE if near else None
    if before.space != after.space:  # an embedding was switched between the two chunks
        return NEAR_DISTANCE if near else None
    distance = float(np.linalg.norm(before.vector - after.vector))
    return distance if distance < SAME_DISTANCE or (near and distance < NEAR_DISTANCE) else None


def _described(faces: Sequence[FaceSeen]) -> FaceSeen | None:
    return next((face for face in faces if face.vector is not None), None)


def _join_captions(captions: list[Caption]) -> list[Caption]:
    """Make one caption where the same line stands at the same place before and after an edge."""
    done: list[Caption] = []
    for caption in sorted(captions, key=lambda each: (each.span.start_pts, each.observation_id)):
        place = next((i for i, each in enumerate(done) if _goes_on(each, caption)), None)
        if place is None:
            done.append(caption)
            continue
        before = done[place]
        done[place] = replace(
            before,
            span=joined((before.span, caption.span)),
            role=before.role or caption.role,
            confidence=max(before.confidence, caption.confidence),
            agreeing_reads=before.agreeing_reads + caption.agreeing_reads,
        )
    return done


def _goes_on(earlier: Caption, later: Caption) -> bool:
    return (
        earlier.shot == later.shot
        and earlier.text == later.text
        and earlier.chunk != later.chunk
        and overlap(earlier.sighting, later.sighting) > SAME_CAPTION_OVERLAP
    )
