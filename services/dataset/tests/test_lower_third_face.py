"""What `lower_third_face` takes for a named person, and what it only asks about."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from framewell.media.v1.media_pb2 import Moment, Shot, Span
from framewell_dataset.domain.geometry import Sighting
from framewell_dataset.domain.observations import Caption, FaceSeen, SeenInChunk, tracks_of
from framewell_dataset.rules.crops import choose
from framewell_dataset.rules.lower_third_face import Scene, candidates
from framewell_dataset.rules.names import person_name
from framewell_dataset.rules.track_linking import along_shots

TICKS = 12800
"""Half a second at 1/25600: how often pictures are sampled."""


def person(seed: int) -> np.ndarray:
    direction = np.random.default_rng(seed).normal(size=128)
    return (1.45 * direction / np.linalg.norm(direction)).astype(np.float32)


def a_face(
    index: int,
    *,
    seed: int = 1,
    track: str = "0",
    chunk: int = 0,
    shot: int = 0,
    side: float = 0.2,
    x: float = 0.4,
    wobble: float = 0.15,
    **quality: float,
) -> FaceSeen:
    noise = np.random.default_rng(1000 * seed + index).normal(size=128)
    facts = {"score": 0.92, "side_pixels": 190.0, "sharpness": 150.0, "brightness": 120.0, "turn": 0.05}
    return FaceSeen(
        observation_id=f"faces/0/{chunk}/{index}{track}",
        chunk=chunk,
        track=f"{chunk}/{track}",
        shot=chunk * 1_000_000 + shot,
        span=Span(start_pts=index * TICKS, end_pts=(index + 1) * TICKS, first_frame=index * 12, frames=12),
        moment=Moment(pts=index * TICKS, frame=index * 12),
        sighting=Sighting(index * TICKS, x, 0.2, side, side),
        vector=(person(seed) + wobble * noise / np.linalg.norm(noise)).astype(np.float32),
        **(facts | quality),
    )


def a_caption(text: str = "Jördis Größler-Würz", **changes: object) -> Caption:
    caption = Caption(
        observation_id="text/0/0/0",
        chunk=0,
        shot=0,
        span=Span(start_pts=0, end_pts=8 * TICKS, first_frame=0, frames=96),
        sighting=Sighting(0, 0.1, 0.75, 0.4, 0.06),
        text=text,
        role="Testfahrerin",
        confidence=0.97,
        agreeing_reads=2,
    )
    return replace(caption, **changes)  # type: ignore[arg-type]


def scene(faces: list[FaceSeen], *captions: Caption, still: bool = False) -> Scene:
    return Scene(tracks_of(faces), captions, Fraction(1, 25600), still)


SPEAKER = [a_face(index) for index in range(8)]


def test_a_caption_read_twice_under_one_prominent_face_names_a_person() -> None:
    (found,) = candidates(scene(SPEAKER, a_caption()))
    assert found.complete
    assert found.named is not None
    assert found.named.name == "Jördis Größler-Würz"
    assert len(found.crops.faces) == 8
    assert found.vectors.shape == (8, 128)
    assert all("Größler" not in evidence.sentence for evidence in found.evidence)


@pytest.mark.parametrize(
    ("caption", "word"),
    [
        (a_caption(agreeing_reads=1), "only once"),
        (a_caption(confidence=0.8), "confidence"),
        (a_caption(role=""), "smaller line"),
        (a_caption(span=Span(start_pts=0, end_pts=2 * TICKS)), "2 sampled"),
    ],
)
def test_a_caption_that_is_less_than_sure_becomes_a_question(caption: Caption, word: str) -> None:
    (found,) = candidates(scene(SPEAKER, caption))
    assert not found.complete
    assert any(word in doubt for doubt in found.doubts)


def test_a_second_face_nearly_as_large_becomes_a_question() -> None:
    second = [a_face(index, seed=2, track="1", side=0.176, x=0.7) for index in range(8)]
    (found,) = candidates(scene(SPEAKER + second, a_caption()))
    assert not found.complete
    assert "77%" in found.doubts[0]


def test_a_small_second_face_does_not_matter() -> None:
    bystander = [a_face(index, seed=2, track="1", side=0.1, x=0.7) for index in range(8)]
    (found,) = candidates(scene(SPEAKER + bystander, a_caption()))
    assert found.complete


def test_a_track_that_may_hold_two_people_becomes_a_question() -> None:
    restless = [a_face(index, wobble=0.6) for index in range(8)]
    (found,) = candidates(scene(restless, a_caption()))
    assert any("two people" in doubt for doubt in found.doubts)


@pytest.mark.parametrize(
    "worse",
    [{"side_pixels": 63.0}, {"score": 0.84}, {"turn": 0.4}, {"sharpness": 30.0}, {"brightness": 30.0}],
)
def test_faces_that_are_not_good_enough_to_register_become_a_question(worse: dict[str, float]) -> None:
    poor = [a_face(index, **worse) for index in range(8)]  # type: ignore[arg-type]
    (found,) = candidates(scene(poor, a_caption()))
    assert not found.complete
    assert len(found.crops.faces) == 1


def test_a_face_in_another_shot_is_not_named() -> None:
    elsewhere = [a_face(index, shot=1) for index in range(8)]
    assert candidates(scene(elsewhere, a_caption())) == []


def test_a_place_under_a_face_names_nobody() -> None:
    assert candidates(scene(SPEAKER, a_caption("Brandenburger Tor"))) == []


def test_a_still_without_a_caption_asks_who_it_is() -> None:
    (found,) = candidates(scene([a_face(0)], still=True))
    assert not found.complete
    assert found.named is None
    assert len(found.crops.faces) == 1


def test_a_still_with_a_caption_is_never_more_than_a_question() -> None:
    (found,) = candidates(scene([a_face(0)], a_caption(agreeing_reads=1), still=True))
    assert not found.complete
    assert found.named is not None


def test_moving_pictures_without_a_caption_ask_nothing() -> None:
    assert candidates(scene(SPEAKER)) == []


def test_near_duplicates_collapse_to_the_best_crop() -> None:
    frozen = [a_face(index, wobble=0.01, sharpness=150.0 + index) for index in range(8)]
    crops = choose(frozen)
    assert [face.moment.pts for face in crops.faces] == [7 * TICKS]
    assert len(crops.collapsed) == 7
    assert crops.good == 8


def test_a_face_cut_by_a_chunks_edge_is_one_track_in_the_final_shot() -> None:
    first = SeenInChunk(0, None, tuple(SPEAKER[:4]), (a_caption(agreeing_reads=1),))  # type: ignore[arg-type]
    rest = tuple(a_face(index, chunk=1) for index in range(4, 8))
    goes_on = a_caption(
        agreeing_reads=1,
        observation_id="text/0/1/0",
        chunk=1,
        span=Span(start_pts=4 * TICKS, end_pts=8 * TICKS),
    )
    second = SeenInChunk(1, None, rest, (goes_on,))  # type: ignore[arg-type]
    shots = [Shot(span=Span(start_pts=0, end_pts=99 * TICKS))]
    tracks, captions = along_shots([first, second], shots)
    assert [len(track.faces) for track in tracks] == [8]
    (found,) = candidates(Scene(tracks, captions, Fraction(1, 25600)))
    assert found.complete


def test_a_final_cut_inside_a_track_parts_it() -> None:
    chunk = SeenInChunk(0, None, tuple(SPEAKER))  # type: ignore[arg-type]
    cut = 4 * TICKS
    shots = [Shot(span=Span(start_pts=0, end_pts=cut)), Shot(span=Span(start_pts=cut, end_pts=9 * TICKS))]
    tracks, _ = along_shots([chunk], shots)
    assert [len(track.faces) for track in tracks] == [4, 4]


NAMES = {
    "Angela Schmidt": "Angela Schmidt",
    "Dr. Jördis Größler-Würz": "Jördis Größler-Würz",
    "PROF. DR. KARL LAUTERBACH": "Karl Lauterbach",
    "Ursula von der Leyen": "Ursula von der Leyen",
    "URSULA VON DER LEYEN (CDU)": "Ursula von der Leyen",
    "Robert Habeck, Bündnis 90/Die Grünen": "Robert Habeck",
    "Olaf Scholz, SPD": "Olaf Scholz",
    "Sahra Wagenknecht (BSW)": "Sahra Wagenknecht",
    "Barack Obama": "Barack Obama",
    "EILEEN COLLINS": "Eileen Collins",
    "Sinéad O'Connor": "Sinéad O'Connor",
    "John F. Kennedy": "John F. Kennedy",
    "Jean-Claude Juncker": "Jean-Claude Juncker",
    "Martin Luther King Jr.": "Martin Luther King",
    "Ömer Özdemir": "Ömer Özdemir",
    "Shaun McCarthy": "Shaun McCarthy",
    "Karl-Theodor zu Guttenberg": "Karl-Theodor zu Guttenberg",
    "JÖRG MÜßIGBRODT": "Jörg Müßigbrodt",
    "BEN AFFLECK": "Ben Affleck",
    "Will Smith": "Will Smith",
    "Björk": None,
}


@pytest.mark.parametrize(("line", "name"), NAMES.items())
def test_a_name_line_is_read_as_it_should_be_written(line: str, name: str | None) -> None:
    found = person_name(line)
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    "line",
    [
        "STREIT UM HAUSHALT", "Brandenburger Tor", "Deutscher Bundestag", "Weißes Haus", "White House",
        "Breaking News", "Wetter Berlin", "Quelle: dpa", "20 Uhr", "Live aus Berlin", "Bundesministerium",
        "Vereinigte Staaten", "Europäische Zentralbank", "Berlin", "Berlin Hauptbahnhof", "New York",
        "der große Tag", "ein zwei drei vier fünf sechs", "", "...", "Angela Schmidt 20:15",
        "Friedrich-Ebert-Straße Potsdam", "United Nations",
    ],
)  # fmt: skip
def test_what_is_no_persons_name_is_not_taken_for_one(line: str) -> None:
    assert person_name(line) is None


@pytest.mark.parametrize(
    ("line", "role"),
    [
        ("Jörg Müßiggang", "Autofahrer (fiktiv)"),
        ("Jörg Müßiggang (fiktiv)", "Autofahrer"),
        ("JÖRG MÜSSIGGANG", "Driver, fictional"),
    ],
)
def test_a_caption_that_says_fiction_marks_the_name(line: str, role: str) -> None:
    found = person_name(line, role)
    assert found is not None
    assert found.fictional
    assert "fiktiv" not in found.name
