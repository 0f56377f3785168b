"""A line-up tone is told from all other sound."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from framewell_transcode.domain.sound import SOUND_RATE, OpenEvents, SoundEvent, SoundEventKind
from framewell_transcode.domain.sound_pieces import GRID
from framewell_transcode.transcoding.sound_events import SoundEventFinder, tone_of

Samples = NDArray[np.float32]


def sine(frequency: float, decibels: float = -18, samples: int = GRID) -> Samples:
    at = np.arange(samples) / SOUND_RATE
    return (10 ** (decibels / 20) * np.sin(2 * np.pi * frequency * at + 1))[None].astype(np.float32)


NOISE = np.random.default_rng(1).normal(0, 0.1, (1, GRID)).astype(np.float32)
STILL = np.zeros((1, GRID), np.float32)


@pytest.mark.parametrize("frequency", [400, 997, 1000, 1004.6, 8000])
@pytest.mark.parametrize("decibels", [-36, -18, 0])
def test_a_tone_of_any_usual_level_is_found(frequency: float, decibels: float) -> None:
    found = tone_of(sine(frequency, decibels) + NOISE * 0.001)
    assert found == pytest.approx(frequency / 10, abs=1)


@pytest.mark.parametrize(
    "block",
    [
        np.concatenate([sine(1000), STILL]),
        np.concatenate([sine(1000), np.where(np.arange(GRID) < 1900, sine(1000), 0).astype(np.float32)]),
    ],
    ids=["one channel", "interrupted in one"],
)
def test_a_tone_may_be_missing_in_some_channels(block: Samples) -> None:
    assert tone_of(block) == 100


@pytest.mark.parametrize(
    "block",
    [
        STILL,
        NOISE,
        sine(50),
        sine(1000, -60),
        sine(440) + sine(660),
        sine(1000) + NOISE * 0.3,
        np.concatenate([sine(1000), NOISE]),
        np.sign(sine(1000)) * np.float32(0.1),
    ],
    ids=["silence", "noise", "hum", "faint", "chord", "noisy", "beside other sound", "square wave"],
)
def test_other_sound_is_no_tone(block: Samples) -> None:
    assert tone_of(block) is None


def test_a_tone_that_changes_its_frequency_is_two_and_a_short_one_is_none() -> None:
    finder = SoundEventFinder(OpenEvents())
    seconds = [(1000, 3), (400, 2), (1000, 1), (0, 1)]
    sound = np.concatenate(
        [sine(frequency, samples=length * SOUND_RATE) for frequency, length in seconds], axis=1
    )
    for start in range(0, sound.shape[1], GRID):
        finder.take(start, sound[:, start : start + GRID])
    assert finder.found == [
        SoundEvent(SoundEventKind.TONE, 0, 3 * SOUND_RATE),
        SoundEvent(SoundEventKind.TONE, 3 * SOUND_RATE, 5 * SOUND_RATE),
    ]
