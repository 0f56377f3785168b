"""Captions on rendered frames: read exactly, with structure; tickers told apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from framewell_inference.analysers.text.detection import TextBox
from framewell_inference.analysers.text.lines import Line, LineFollower, correlation
from framewell_inference.analysers.text.recognition import Reading
from framewell_inference.domain.observations import Findings, Observation
from framewell_inference.domain.pictures import Frame, Picture, PixelBox
from framewell_inference.wiring.analysers import Analysers

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
        for frame in frames(pictures):
            one.look(frame)
        return one.finish()

    return looked


def by_region(found: Findings, region: str) -> list[Observation]:
    return [observation for observation in found.observations if observation.attributes["region"] == region]


def test_a_lower_third_is_read_exactly_with_its_role_line(
    look: Look, man_in_car: list[Picture], caption: Callable[..., Picture]
) -> None:
    bare = [caption(one, "", "") for one in man_in_car[:2]]
    titled = [caption(one, NAME, ROLE) for one in man_in_car[2:8]]
    found = look([*bare, *titled, *bare])
    lines = by_region(found, "lower_third")
    assert [line.text for line in lines] == [NAME, ROLE]
    name, role = lines
    assert name.attributes["below_text"] == ROLE
    assert found.observations[int(name.attributes["below"].removeprefix("text/"))] is role
    assert int(name.attributes["agreeing_reads"]) >= 2
    assert (name.span.start_pts, name.span.end_pts) == (20, 80)
    assert name.score > 0.9


def test_a_running_ticker_is_kept_as_ticker_and_never_as_caption(
    look: Look, man_in_car: list[Picture], caption: Callable[..., Picture]
) -> None:
    pictures = [caption(one, NAME, ROLE, ticker=TICKER, shift=at * 90) for at, one in enumerate(man_in_car)]
    found = look(pictures)
    assert [line.text for line in by_region(found, "lower_third")] == [NAME, ROLE]
    assert any("Angela Schmidt" in line.text for line in by_region(found, "ticker"))


def test_a_caption_seen_once_is_not_believed(
    look: Look, man_in_car: list[Picture], caption: Callable[..., Picture]
) -> None:
    pictures = [caption(one, "", "") for one in man_in_car[:3]]
    pictures[1] = caption(man_in_car[1], NAME, ROLE)
    assert by_region(look(pictures), "lower_third") == []


def test_a_still_is_read_whole_and_once(
    look: Look, astronaut: Picture, caption: Callable[..., Picture]
) -> None:
    found = look([caption(astronaut, NAME, ROLE)], still=True)
    (name,) = [observation for observation in found.observations if observation.text == NAME]
    assert name.attributes["agreeing_reads"] == "1"


def test_the_same_place_used_twice_is_two_captions(
    look: Look, man_in_car: list[Picture], caption: Callable[..., Picture]
) -> None:
    """Programmes repeat their captions at the very same pixels."""
    titled = [caption(one, NAME, ROLE) for one in man_in_car[:4]]
    bare = [caption(one, "", "") for one in man_in_car[4:6]]
    found = look([*titled, *bare, *titled])
    names = [observation for observation in found.observations if observation.text == NAME]
    assert [(observation.span.start_pts, observation.span.end_pts) for observation in names] == [(0, 40), (60, 100)]
    assert [found.observations[int(observation.attributes["below"][5:])].span for observation in names] == [
        observation.span for observation in names
    ]


class Dictation:
    """A reader that says what it is told, one text after the other."""

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)

    def __call__(self, _: Picture) -> Reading:
        return Reading(self.texts.pop(0), 0.95)


Follow = Callable[..., list[Line]]


@pytest.fixture
def follow(frames: Sampled) -> Follow:
    """The lines that come out when the same box is found in every picture."""

    def followed(reader: Dictation, pictures: Sequence[Picture], box: PixelBox) -> list[Line]:
        follower = LineFollower(reader, runs=lambda _: False)
        for frame in frames(pictures):
            follower.look(frame, frame.picture[..., 0], [TextBox(box, 0.9)])
        return follower.finish()

    return followed


def textured(seed: int) -> Picture:
    return np.random.default_rng(seed).integers(0, 255, (100, 400, 3)).astype(np.uint8)


def test_reading_stops_when_two_agree(follow: Follow) -> None:
    reader = Dictation("Größier", "Größler", "Größler", "never asked for")
    (line,) = follow(reader, [textured(1)] * 8, PixelBox(10, 10, 300, 40))
    assert line.best.text == "Größler"
    assert (len(line.readings), line.agreeing) == (3, 2)
    assert reader.texts == ["never asked for"]


def test_reading_gives_up_after_four(follow: Follow) -> None:
    reader = Dictation("a", "b", "c", "d", "never asked for")
    (line,) = follow(reader, [textured(1)] * 9, PixelBox(10, 10, 300, 40))
    assert line.agreeing == 1
    assert reader.texts == ["never asked for"]


def test_what_moves_under_the_box_is_never_read(follow: Follow) -> None:
    assert follow(Dictation(), [textured(seed) for seed in range(6)], PixelBox(10, 10, 300, 40)) == []


def test_flat_patches_do_not_count_as_equal() -> None:
    flat = np.full((10, 10), 128, np.uint8)
    assert correlation(flat, flat) == 0.0
    assert correlation(flat[:5], flat) == 0.0
