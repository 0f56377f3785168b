"""The analysers reach the goals of their quality on material whose truth is written down."""

from __future__ import annotations

import pytest

from benchmarks.quality import (
    clusters,
    duplicates,
    faces,
    galleries,
    labels,
    objects,
    safety,
    sounds,
    speech,
    transcript,
)
from benchmarks.quality import pictures as pictures_at_hand
from benchmarks.quality.figure import Figure, table
from benchmarks.quality.pictures import SOURCES
from framewell_inference.analysers.labels.vocabulary import shipped_vocabulary
from framewell_models.folders import ModelMissingError

needs_media = pytest.mark.skipif(
    not (SOURCES / "man-in-car.mp4").is_file(), reason=f"{SOURCES} is not here: run `make setup`"
)


def unreached(figures: list[Figure]) -> list[str]:
    return [one.what for one in figures if one.reached is False]


def test_words_that_are_reported_are_right() -> None:
    figures = list(labels.measure())
    assert unreached(figures) == []
    assert figures[0].cases is not None
    assert figures[0].cases >= 100


def test_objects_that_are_reported_are_there() -> None:
    assert unreached(list(objects.measure())) == []
    every = objects.cases(objects.in_force())
    halves = [objects.precision(every[start::2], once=True).value for start in (0, 1)]
    assert min(halves) >= objects.LEAST_PRECISION


def test_only_filmed_people_count_as_people() -> None:
    assert unreached(list(faces.persons())) == []


def test_strangers_are_as_seldom_named_in_a_large_gallery_as_in_a_small_one() -> None:
    assert unreached([one for size in (10, 1_000) for one in galleries.of_size(size)]) == []


def test_faces_that_look_like_one_person_are_one() -> None:
    assert unreached([one for size in (10, 100) for one in clusters.archive(size)]) == []


def test_harmless_pictures_are_seldom_flagged() -> None:
    assert unreached(list(safety.measure())) == []


@needs_media
def test_music_noise_and_silence_are_told_apart_also_under_a_reading() -> None:
    assert unreached(list(sounds.measure())) == []


@needs_media
def test_what_is_said_is_written_down_and_nothing_where_nobody_speaks() -> None:
    try:
        figures = list(transcript.measure())
    except ModelMissingError as missing:
        pytest.skip(str(missing))
    assert unreached(figures) == []


@needs_media
def test_speech_is_heard_over_noise_and_neither_noise_nor_tones_are_speech() -> None:
    assert unreached(list(speech.measure())) == []


def test_a_picture_is_found_again_after_what_broadcasting_does_to_it() -> None:
    assert unreached(list(duplicates.measure())) == []


@needs_media
def test_the_distances_of_changed_pictures_are_those_of_the_model_in_force() -> None:
    pictures = [pictures_at_hand.astronaut(), pictures_at_hand.man_in_car()[0]]
    for change in duplicates.CHANGES:
        assert duplicates.distances(pictures, change).max() < duplicates.same_within()


def test_either_half_of_the_pictures_reaches_the_goal() -> None:
    vocabulary = shipped_vocabulary(1000)
    every = labels.cases(vocabulary, labels.threshold())
    assert min(labels.precision(every[0::2]), labels.precision(every[1::2])) >= labels.LEAST_PRECISION


@pytest.mark.parametrize(
    ("figure", "reached"),
    [
        (Figure("told", 0.2), None),
        (Figure("enough", 0.8, least=0.8), True),
        (Figure("too little", 0.79, least=0.8), False),
        (Figure("too much", 12, unit="ms", most=10), False),
    ],
)
def test_a_figure_is_held_to_its_goal(figure: Figure, reached: bool | None) -> None:
    assert figure.reached is reached
    assert table([figure]).rows == (figure.cells,)
