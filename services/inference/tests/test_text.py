"""Captions on rendered frames: read exactly, with structure; tickers kept apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import pytest

from framewell.media.v1.media_pb2 import (
    TEXT_REGION_LOWER_THIRD,
    TEXT_REGION_OTHER,
    TEXT_REGION_TICKER,
    TextAttributes,
    TextRegion,
)
from framewell_inference.analysers.text.detection import TextBox
from framewell_inference.analysers.text.layout import CAPTION_ROWS
from framewell_inference.analysers.text.lines import Line, LineFollower
from framewell_inference.analysers.text.recognition import Reading
from framewell_inference.analysers.text.stillness import correlation, strokes_in_common
from framewell_inference.domain.messages import observation_messages
from framewell_inference.domain.observations import Findings, Observation
from framewell_inference.domain.pictures import Frame, Picture, PixelBox
from framewell_inference.ports.analysers import Analysers
from framewell_kit.testing.ids import asset_called

NAME, ROLE = "Dr. Jördis Größler-Würz", "Verkehrsforscherin (fiktiv)"
TICKER = (
    "+++ Angela Schmidt eröffnet die Messe in Köln +++ Wetter: morgen sonnig, später Schauer an der Küste "
    "+++ Fußball: Bremen gewinnt in München mit drei zu eins +++ Börse: kaum verändert"
)


Look = Callable[..., Findings]
Sampled = Callable[..., list[Frame]]


@pytest.fixture
def look(analysers: Analysers, frames: Sampled) -> Look:
    """The findings of the text analyser in pictures of one shot."""

    def looked(pictures: Sequence[Picture], *, still: bool = False) -> Findings:
        one = analysers.pictures[1].begin(still=still)
        one.look(frames(pictures))
        return one.finish()

    return looked


def text(observation: Observation) -> TextAttributes:
    assert isinstance(observation.attributes, TextAttributes)
    return observation.attributes


def by_region(found: Findings, region: TextRegion.ValueType) -> list[Observation]:
    return [one for one in found.observations if text(one).region == region]


def test_a_lower_third_is_read_exactly_with_its_role_line(
    look: Look, man_in_car: list[Picture], caption: Callable[..., Picture]
) -> None:
    bare = [caption(one, "", "") for one in man_in_car[:2]]
    titled = [caption(one, NAME, ROLE) for one in man_in_car[2:8]]
    found = look([*bare, *titled, *bare])
    lines = by_region(found, TEXT_REGION_LOWER_THIRD)
    assert [line.text for line in lines] == [NAME, ROLE]
    name, role = lines
    assert text(name).below_text == ROLE
    assert name.below is not None
    assert found.observations[name.below] is role
    messages = observation_messages(found, f"{asset_called(1)}/0/900")
    assert messages[found.observations.index(name)].text_attributes.below_id == f"text/0/900/{name.below}"
    assert text(name).agreeing_reads >= 2
    assert (name.span.start_pts, name.span.end_pts) == (20, 80)
    assert name.score > 0.9


def test_a_running_ticker_is_kept_as_ticker_and_never_as_caption(
    look: Look, man_in_car: list[Picture], caption: Callable[..., Picture]
) -> None:
    pictures = [caption(one, NAME, ROLE, ticker=TICKER, shift=at * 90) for at, one in enumerate(man_in_car)]
    found = look(pictures)
    assert [line.text for line in by_region(found, TEXT_REGION_LOWER_THIRD)] == [NAME, ROLE]
    assert any("Angela Schmidt" in line.text for line in by_region(found, TEXT_REGION_TICKER))


def test_a_caption_seen_once_is_not_believed(
    look: Look, man_in_car: list[Picture], caption: Callable[..., Picture]
) -> None:
    pictures = [caption(one, "", "") for one in man_in_car[:3]]
    pictures[1] = caption(man_in_car[1], NAME, ROLE)
    assert by_region(look(pictures), TEXT_REGION_LOWER_THIRD) == []


def test_a_still_is_read_whole_and_once(
    look: Look, astronaut: Picture, caption: Callable[..., Picture]
) -> None:
    found = look([caption(astronaut, NAME, ROLE)], still=True)
    (name,) = [one for one in found.observations if one.text == NAME]
    assert text(name).agreeing_reads == 1


def test_the_same_place_used_twice_is_two_captions(
    look: Look, man_in_car: list[Picture], caption: Callable[..., Picture]
) -> None:
    """Programmes repeat their captions at the very same pixels."""
    titled = [caption(one, NAME, ROLE) for one in man_in_car[:4]]
    bare = [caption(one, "", "") for one in man_in_car[4:6]]
    found = look([*titled, *bare, *titled])
    names = [one for one in found.observations if one.text == NAME]
    assert [(one.span.start_pts, one.span.end_pts) for one in names] == [(0, 40), (60, 100)]
    lower = [found.observations[one.below] for one in names if one.below is not None]
    assert [one.span for one in lower] == [one.span for one in names]


class ScriptedReader:
    """A reader that returns the texts it was given, one after the other."""

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)

    def __call__(self, lines: Sequence[Picture]) -> list[Reading]:
        return [Reading(self.texts.pop(0), 0.95) for _ in lines]


Follow = Callable[..., list[Line]]


@pytest.fixture
def follow(frames: Sampled) -> Follow:
    """The lines that come out when the same box is found in every picture."""

    def followed(reader: ScriptedReader, pictures: Sequence[Picture], box: PixelBox) -> list[Line]:
        follower = LineFollower(reader, runs=lambda _: False)
        for frame in frames(pictures):
            follower.look(frame, frame.picture[..., 0], [TextBox(box, 0.9)])
        follower.read_offered()
        return follower.finish()

    return followed


def textured(seed: int) -> Picture:
    return np.random.default_rng(seed).integers(0, 255, (100, 400, 3)).astype(np.uint8)


def test_reading_stops_when_two_agree(follow: Follow) -> None:
    reader = ScriptedReader("Größier", "Größler", "Größler", "never asked for")
    (line,) = follow(reader, [textured(1)] * 8, PixelBox(10, 10, 300, 40))
    assert line.best.text == "Größler"
    assert (len(line.readings), line.agreeing) == (3, 2)
    assert reader.texts == ["never asked for"]


def test_reading_gives_up_after_four(follow: Follow) -> None:
    reader = ScriptedReader("a", "b", "c", "d", "never asked for")
    (line,) = follow(reader, [textured(1)] * 9, PixelBox(10, 10, 300, 40))
    assert line.agreeing == 1
    assert reader.texts == ["never asked for"]


def test_what_moves_under_the_box_is_never_read(follow: Follow) -> None:
    assert follow(ScriptedReader(), [textured(seed) for seed in range(6)], PixelBox(10, 10, 300, 40)) == []


def test_flat_patches_do_not_count_as_equal() -> None:
    flat = np.full((10, 10), 128, np.uint8)
    assert correlation(flat, flat) == 0.0
    assert correlation(flat[:5], flat) == 0.0


def panned(picture: Picture, step: int) -> list[Picture]:
    """Five pictures, 1280 x 720, of a camera that moves over a picture, so many pixels a sample."""
    large = np.asarray(cv2.resize(picture, (1920, 1080)), np.uint8)
    return [large[100 + at : 820 + at, 60 + at * step :][:720, :1280].copy() for at in range(5)]


def test_a_caption_without_a_bar_is_read_before_a_scene_that_moves(
    look: Look, man_in_car: list[Picture], lettering: Callable[..., Picture]
) -> None:
    found = look([lettering(one, NAME, (80, 528)) for one in panned(man_in_car[3], 40)])
    assert [(line.text, line.span.start_pts, line.span.end_pts) for line in found.observations] == [
        (NAME, 0, 50)
    ]


@pytest.mark.parametrize("step", [5, 40])
def test_a_sign_in_a_scene_that_moves_is_not_read(
    look: Look, man_in_car: list[Picture], lettering: Callable[..., Picture], step: int
) -> None:
    scene = np.asarray(cv2.resize(man_in_car[3], (1920, 1080)), np.uint8)
    found = look(panned(lettering(scene, "HAUPTBAHNHOF", (500, 640)), step))
    assert by_region(found, TEXT_REGION_LOWER_THIRD) == []


def test_strokes_stay_where_they_are_whatever_lies_behind_them() -> None:
    rng = np.random.default_rng(4)
    letters = np.zeros((40, 300), bool)
    letters[8:32, ::9] = letters[8:32, 1::9] = True
    behind = [rng.integers(0, 150, letters.shape).astype(np.uint8) for _ in range(2)]
    light = [np.where(letters, 250, one).astype(np.uint8) for one in behind]
    assert correlation(*light) < 0.9 < strokes_in_common(*light)
    assert strokes_in_common(255 - light[0], 255 - light[1]) > 0.9
    assert strokes_in_common(light[0], np.roll(light[1], 2, axis=1)) < 0.6
    assert strokes_in_common(*behind) < 0.6
    assert strokes_in_common(light[0], light[0][:, :-1]) == 0.0
    assert strokes_in_common(np.full((40, 300), 9, np.uint8), np.full((40, 300), 9, np.uint8)) == 0.0


def test_a_sign_beside_a_lower_third_is_read_too(
    look: Look, man_in_car: list[Picture], caption: Callable[..., Picture], lettering: Callable[..., Picture]
) -> None:
    captioned = [caption(one, NAME, ROLE) for one in man_in_car[:5]]
    pictures = [lettering(one, "HAUPTBAHNHOF", (700, 120), bar=(20, 70, 30)) for one in captioned]
    found = look(pictures)
    assert [line.text for line in by_region(found, TEXT_REGION_OTHER)] == ["HAUPTBAHNHOF"]
    assert [line.text for line in by_region(found, TEXT_REGION_LOWER_THIRD)] == [NAME, ROLE]


def test_a_line_across_the_first_caption_row_is_read_whole_and_once(
    look: Look, man_in_car: list[Picture], lettering: Callable[..., Picture], caption: Callable[..., Picture]
) -> None:
    seam = int(CAPTION_ROWS[0] * 720)
    pictures = [lettering(caption(one, "", ""), "Sondersendung", (300, seam - 24)) for one in man_in_car[:6]]
    assert [line.text for line in look(pictures).observations] == ["Sondersendung"]


def test_a_standing_lower_third_is_one_line_however_long_it_stands(
    look: Look, man_in_car: list[Picture], caption: Callable[..., Picture]
) -> None:
    pictures = [caption(man_in_car[at % 12], NAME, ROLE) for at in range(24)]
    found = look(pictures)
    assert [(line.text, line.span.start_pts, line.span.end_pts) for line in found.observations] == [
        (NAME, 0, 240),
        (ROLE, 0, 240),
    ]
    assert [text(line).reads for line in found.observations] == [2, 2]


@pytest.mark.parametrize("name", ["İbrahim Ünal", "Gyula Szűcs", "Çağla İpek", "Łukasz Żółć"])
def test_names_of_the_neighbours_are_read_with_their_accents(
    look: Look, man_in_car: list[Picture], caption: Callable[..., Picture], name: str
) -> None:
    found = look([caption(one, name, ROLE) for one in man_in_car[:4]])
    assert [line.text for line in by_region(found, TEXT_REGION_LOWER_THIRD)] == [name, ROLE]


@pytest.mark.parametrize("words", ["in der Stadt", "ist heute", "iPhone im Test"])
def test_a_small_i_at_the_beginning_of_a_word_stays_small(
    look: Look, man_in_car: list[Picture], caption: Callable[..., Picture], words: str
) -> None:
    found = look([caption(one, words, ROLE) for one in man_in_car[:4]])
    assert by_region(found, TEXT_REGION_LOWER_THIRD)[0].text == words


@pytest.mark.parametrize("bar", [200, 225])
def test_white_letters_on_a_light_bar_are_read(
    look: Look,
    man_in_car: list[Picture],
    lettering: Callable[..., Picture],
    caption: Callable[..., Picture],
    bar: int,
) -> None:
    pictures = [
        lettering(caption(one, "", ""), NAME, (80, 520), bar=(bar, bar, bar)) for one in man_in_car[:4]
    ]
    assert [line.text for line in look(pictures).observations] == [NAME]
