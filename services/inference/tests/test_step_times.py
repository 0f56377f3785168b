"""Where an analyser's time goes: by step, and beside the programme that it looked at or listened to."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pytest

from framewell_inference.adapters import metrics
from framewell_inference.adapters.metrics import MeteredPictures, MeteredSounds
from framewell_inference.domain.observations import Findings, SoundSegment
from framewell_inference.domain.pictures import Float, Frame
from framewell_inference.ports.step_times import Step, prepares, taking, timed
from framewell_models.manifest import ModelRef

MODEL = ModelRef("slow/model", "1.0")
NAP = 0.02


@prepares
def prepared(frames: Sequence[Frame]) -> None:
    time.sleep(NAP)


class Slow:
    """Prepares for one nap, runs for two, assembles for three, and one more at its end."""

    name = "slow"
    description = "Nothing."
    models = (MODEL,)

    def begin(self, *, still: bool = False) -> Slow:
        return self

    def look(self, frames: Sequence[Frame]) -> None:
        prepared(frames)
        with taking(Step.RUN):
            time.sleep(2 * NAP)
        time.sleep(3 * NAP)

    def finish(self) -> Findings:
        time.sleep(NAP)
        return Findings(self.name, MODEL, ())

    def listen(self, blocks: Iterable[Float]) -> Sequence[SoundSegment]:
        for block in blocks:
            time.sleep(len(block) / 160_000)
        return list(blocks) and []


class Recorded:
    """Stands for an instrument and keeps what it is given."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, ...], float] = {}

    def add(self, value: float, labels: dict[str, str]) -> None:
        place = tuple(labels.values())
        self.values[place] = self.values.get(place, 0.0) + value

    record = add


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    return instrument(monkeypatch, "STEP_SECONDS")


@pytest.fixture
def factor(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    return instrument(monkeypatch, "REAL_TIME_FACTOR")


def instrument(monkeypatch: pytest.MonkeyPatch, name: str) -> Recorded:
    recorded = Recorded()
    monkeypatch.setattr(metrics, name, recorded)
    return recorded


def pictures(*, lasts_seconds: float) -> list[Frame]:
    picture: Any = np.zeros((8, 8, 3), np.uint8)
    return [Frame(picture, at, at, at + 1, at + 1, 0, at / 2, lasts_seconds) for at in range(4)]


def test_the_time_of_an_analyser_is_told_by_step(steps: Recorded, factor: Recorded) -> None:
    one = MeteredPictures(Slow()).begin()
    one.look(pictures(lasts_seconds=0.5))
    one.finish()
    assert list(steps.values) == [("slow", "prepare"), ("slow", "run"), ("slow", "assemble")]
    prepare, run, assemble = steps.values.values()
    assert prepare >= NAP
    assert run >= 2 * NAP
    assert assemble >= 4 * NAP, "what nobody marked"
    assert factor.values == {("slow",): pytest.approx((prepare + run + assemble) / 2.0)}


def test_a_still_has_no_real_time_factor(factor: Recorded) -> None:
    one = MeteredPictures(Slow()).begin(still=True)
    one.look(pictures(lasts_seconds=0.0))
    one.finish()
    assert factor.values == {}


def test_sound_is_counted_once_however_often_it_is_listened_to(factor: Recorded) -> None:
    blocks = [np.zeros(1600, np.float32)] * 10
    MeteredSounds(Slow()).listen(blocks)
    assert 0.1 <= factor.values[("slow",)] < 0.19, "a tenth of a second of work for a second of sound"


def test_time_is_taken_in_the_context_of_whoever_measures(steps: Recorded) -> None:
    with taking(Step.RUN):
        pass  # nobody measures: nothing happens
    with timed() as outer:
        with timed() as inner, taking(Step.RUN):
            time.sleep(NAP)
        assert inner.seconds()[Step.RUN] >= NAP
    assert outer.seconds()[Step.RUN] == 0
    assert outer.seconds()[Step.ASSEMBLE] >= NAP


def test_a_step_that_raises_is_measured_too(steps: Recorded) -> None:
    def breaks() -> None:
        with taking(Step.RUN):
            time.sleep(NAP)
            raise ZeroDivisionError

    with timed() as times, pytest.raises(ZeroDivisionError):
        breaks()
    assert times.seconds()[Step.RUN] >= NAP
