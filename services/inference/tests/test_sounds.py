"""Music, singing, noise and silence: on generated sound, through the model that ships."""

from __future__ import annotations

import numpy as np
import pytest

from framewell_inference.analysers.sounds import FRAMES_A_RUN, SoundsAnalyser, runs
from framewell_inference.domain.pictures import Float
from framewell_inference.ports.analysers import Analysers

RATE = 16_000


@pytest.fixture
def sounds(analysers: Analysers) -> SoundsAnalyser:
    (one,) = [one for one in analysers.sounds if isinstance(one, SoundsAnalyser)]
    return one


def melody(seconds: int) -> Float:
    """Return plucked notes, two a second."""
    at = np.arange(RATE // 2) / RATE
    notes = (262, 330, 392, 523, 440, 349, 392, 330)
    plucked = [
        sum(np.sin(2 * np.pi * hertz * k * at) / k for k in range(1, 7)) * np.exp(-3 * at) for hertz in notes
    ]
    return np.asarray(np.resize(np.concatenate(plucked), seconds * RATE) * 0.15, np.float32)


def noise(seconds: int) -> Float:
    return np.asarray(np.random.default_rng(1).standard_normal(seconds * RATE) * 0.05, np.float32)


def test_music_noise_and_silence_are_told_apart(sounds: SoundsAnalyser) -> None:
    heard = sounds.listen([melody(6), np.zeros(4 * RATE, np.float32), noise(5)])
    assert [one.label for one in heard] == ["music", "silence", "noise"]
    ends = [(one.start_seconds, one.end_seconds) for one in heard]
    assert np.array(ends) == pytest.approx(np.array([(0, 6), (6, 10), (10, 15)]), abs=0.6)
    assert {one.kind for one in heard} == {"sound"}


def test_a_long_sound_is_heard_as_if_whole(sounds: SoundsAnalyser) -> None:
    sound = np.concatenate([noise(20), melody(25), noise(21)])
    assert len(sound) / RATE * 100 > 2 * FRAMES_A_RUN
    probabilities, levels = sounds.heard([sound[at : at + 5000] for at in range(0, len(sound), 5000)])
    assert len(probabilities) == len(levels) == (len(sound) - 400) // 160 + 1
    for start in (0, 2900, 3100, 6000):
        alone, _ = sounds.heard([sound[max(0, start - 200) * 160 : (start + 400) * 160]])
        from_start = min(start, 200)
        assert alone[from_start : from_start + 200] == pytest.approx(
            probabilities[start : start + 200], abs=1e-4
        )


def test_too_little_sound_is_nothing(sounds: SoundsAnalyser) -> None:
    assert list(sounds.listen([])) == []
    assert list(sounds.listen([np.zeros(399, np.float32)])) == []


def test_short_gaps_are_bridged_and_short_runs_are_left_out() -> None:
    present = np.array([*[1] * 5, *[0] * 2, *[1] * 5, *[0] * 9, *[1] * 3], bool)
    assert list(runs(present, shortest=5, gap=3)) == [(0, 12)]
    assert list(runs(~present, shortest=5, gap=3)) == [(12, 21)]
    assert list(runs(np.zeros(4, bool), shortest=1, gap=1)) == []
