"""The rule `lower_third_face`: a caption and the prominent face it stands under name a person.

Two sources must agree: the line was read the same at least twice, and one face dominates the picture
while it stands. Everything less becomes a question. Thresholds come from news clips (34 s and 40 s,
15 shots) and are provisional; each is named here and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

import numpy as np

from framewell.media.v1.media_pb2 import Span
from framewell.sample.v1.sample_pb2 import Evidence
from framewell_contracts.sentences import say, wording_of
from framewell_dataset.domain.observations import Caption, FaceTrack
from framewell_dataset.rules.candidates import PERSON, Candidate
from framewell_dataset.rules.crops import LOWEST_SCORE, SMALLEST_SIDE, ChosenCrops, best_effort, choose
from framewell_dataset.rules.names import PersonName, person_name

NAME = "lower_third_face"

EQUAL_READS = 2
SURE_READING = 0.85
SHORTEST_SECONDS = 0.5
FEWEST_SAMPLES = 3
SECOND_FACE = 0.6
"""Area of the second face over the first: from here on no face is the prominent one."""

WIDEST_SPREAD = 0.40
"""Mean raw L2 of a track's vectors from their centroid: beyond it the track may hold two faces."""

FEWEST_CROPS = 3
MOST_OBSERVATIONS = 100
"""As many as a piece of evidence may name."""

SEEN_OFTEN = 1 / 3
"""A second face counts when it is there in at least this fraction of the first one's pictures."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What the rule looks at: a chunk, or a segment of an asset along its final shots."""

    tracks: Sequence[FaceTrack]
    captions: Sequence[Caption]
    seconds_per_tick: Fraction
    still: bool = False


def candidates(scene: Scene) -> list[Candidate]:
    """Return everyone the captions of the scene name, and the face of a still that nothing names.

    One candidate a track: where several captions name one track, the surest stays.
    """
    found: dict[str, Candidate] = {}
    for caption in scene.captions:
        named = person_name(caption.text, caption.role)
        candidate = _named_face(scene, caption, named) if named else None
        if candidate is None:
            continue
        kept = found.get(candidate.track.key)
        if kept is None or _better(candidate, kept):
            found[candidate.track.key] = candidate
    if scene.still and not found:
        unnamed = _face_of_a_still(scene)
        return [unnamed] if unnamed else []
    return list(found.values())


def _better(candidate: Candidate, kept: Candidate) -> bool:
    return (len(candidate.doubts), -candidate.evidence[0].score) < (
        len(kept.doubts),
        -kept.evidence[0].score,
    )


def _named_face(scene: Scene, caption: Caption, named: PersonName) -> Candidate | None:
    """Return the face under a name line, None when there is no face to learn from."""
    together = [
        (track, part)
        for track in scene.tracks
        if track.shot == caption.shot and (part := track.during(caption.span)) is not None
    ]
    if not together:
        return None
    track, seen = max(together, key=lambda pair: (pair[1].median_area * len(pair[1].faces), pair[0].key))
    others = [part for other, part in together if other is not track]
    crops = choose(track.faces)
    if not crops.faces:
        crops = best_effort(track.faces)
    if not crops.faces:
        return None
    doubts = [
        *_doubts_of_the_caption(caption),
        *_doubts_of_the_face(scene, track, seen, others),
        *_doubts_of_the_crops(crops.good),
    ]
    return Candidate(
        track, crops, (_read(caption), _seen(track, seen, crops)), named, () if not doubts else tuple(doubts)
    )


def _doubts_of_the_caption(caption: Caption) -> list[str]:
    doubts = list[str]()
    if caption.agreeing_reads < EQUAL_READS:
        doubts.append(say("doubt.read_once", "The caption was read only once, or never twice the same."))
    if caption.confidence < SURE_READING:
        doubts.append(
            say(
                "doubt.unsure_reading",
                "The caption was read with a confidence of only {confidence}.",
                confidence=f"{caption.confidence:.2f}",
            )
        )
    if not caption.role:
        doubts.append(
            say("doubt.no_role", "No smaller line stands under the name, so it may be something else.")
        )
    return doubts


def _doubts_of_the_face(
    scene: Scene, track: FaceTrack, seen: FaceTrack, others: Sequence[FaceTrack]
) -> list[str]:
    doubts = list[str]()
    seconds = seconds_of(seen.span, scene.seconds_per_tick)
    if len(seen.faces) < FEWEST_SAMPLES or seconds < SHORTEST_SECONDS:
        doubts.append(
            say(
                "doubt.short",
                "Face and caption were together in {pictures} sampled picture(s), {seconds} s.",
                pictures=len(seen.faces),
                seconds=f"{seconds:.1f}",
            )
        )
    second = _second_face(seen, others)
    if second >= SECOND_FACE:
        doubts.append(
            say(
                "doubt.second_face",
                "Another face is {share} as large: the caption may mean either.",
                share=f"{second:.0%}",
            )
        )
    spread = _spread(track)
    if spread >= WIDEST_SPREAD:
        doubts.append(
            say(
                "doubt.spread",
                "The face changes much within the shot (spread {spread}): it may be two people.",
                spread=f"{spread:.2f}",
            )
        )
    return doubts


def _doubts_of_the_crops(good: int) -> list[str]:
    if good >= FEWEST_CROPS:
        return []
    return [
        say(
            "doubt.few_crops",
            "Only {count} picture(s) of the face are large, sharp and frontal enough.",
            count=good,
        )
    ]


def _second_face(seen: FaceTrack, others: Sequence[FaceTrack]) -> float:
    """Return the largest median area ratio of a face that is often there with the first one."""
    area_at = {face.moment.pts: face.sighting.area for face in seen.faces}
    ratios = []
    for other in others:
        shared = [
            face.sighting.area / area_at[face.moment.pts]
            for face in other.faces
            if area_at.get(face.moment.pts)
        ]
        if shared and len(shared) >= SEEN_OFTEN * len(seen.faces):
            ratios.append(median(shared))
    return max(ratios, default=0.0)


def _spread(track: FaceTrack) -> float:
    vectors = track.vectors()
    if len(vectors) < 2:
        return 0.0
    return float(np.linalg.norm(vectors - vectors.mean(axis=0), axis=1).mean())


def _read(caption: Caption) -> Evidence:
    said = say(
        "evidence.lower_third",
        "A lower third, read the same {times} time(s), names {person}. One caption is "
        "one source: provisional until a person or a second shot confirms it.",
        times=caption.agreeing_reads,
        person=PERSON,
    )
    return Evidence(
        kind="lower_third",
        sentence=said,
        wording=wording_of(said),
        score=caption.confidence,
        observation_ids=[caption.observation_id],
    )


def _seen(track: FaceTrack, seen: FaceTrack, crops: ChosenCrops) -> Evidence:
    said = say(
        "evidence.face_track",
        "One face is prominent while the caption stands, in {seen} of {all} sampled picture(s) of its shot.",
        seen=len(seen.faces),
        all=len(track.faces),
    )
    return Evidence(
        kind="face_track",
        sentence=said,
        wording=wording_of(said),
        score=max(face.score for face in seen.faces),
        observation_ids=_observation_ids(seen, crops),
    )


def _observation_ids(seen: FaceTrack, crops: ChosenCrops) -> list[str]:
    """Return at most 100 observations of the face, those of its crops first."""
    ids = dict.fromkeys(face.observation_id for face in (*crops.faces, *seen.faces))
    return list(ids)[:MOST_OBSERVATIONS]


_NAMELESS = say("doubt.nameless", "Nothing on the picture names the person.")


def _face_of_a_still(scene: Scene) -> Candidate | None:
    """Return the largest face of a picture without a caption: a question, since nothing names it."""
    large = [
        track
        for track in scene.tracks
        if track.faces[0].side_pixels >= SMALLEST_SIDE and track.faces[0].score >= LOWEST_SCORE
    ]
    if not large:
        return None
    track = max(large, key=lambda each: (each.median_area, each.key))
    crops = best_effort(track.faces)
    if not crops.faces:
        return None
    said = say("evidence.still", "A still shows this face and nothing on it says who it is.")
    asked = Evidence(
        kind="question",
        sentence=said,
        wording=wording_of(said),
        score=track.faces[0].score,
        observation_ids=[track.faces[0].observation_id],
    )
    return Candidate(track, crops, (asked,), None, (_NAMELESS,))


def seconds_of(span: Span, seconds_per_tick: Fraction) -> float:
    """Return the length of a span in seconds."""
    return float((span.end_pts - span.start_pts) * seconds_per_tick)
