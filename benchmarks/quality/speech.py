"""Speech: found in a reading between silence and over noise, and not in noise or tones."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from typing import Final

import numpy as np

from benchmarks.quality.figure import Figure
from benchmarks.quality.pictures import SOURCES, analysers
from framewell_inference.domain.pictures import Float

RATE: Final = 16_000
PAUSE: Final = 3.0
"""Seconds of silence before and after a reading."""


def measure() -> Iterator[Figure]:
    """Yield the figures of speech: two readings, 7 and 5 s, spoken nearly without a pause."""
    readings = [_sound("reading-1.wav"), _sound("reading-2.wav")]
    for called, noise in (("silence", 0.0), ("noise 20 dB below it", 0.1), ("noise 10 dB below it", 0.316)):
        inside, outside = zip(*(_shares(one, noise) for one in readings), strict=True)
        yield Figure(
            f"of a reading that is heard as speech, over {called}", float(np.mean(inside)), 2, least=0.85
        )
        yield Figure(f"of {called} around it that is heard as speech", float(np.mean(outside)), 2, most=0.1)
    for called, sound in _others().items():
        yield Figure(f"of {called} that is heard as speech", _spoken(sound, 0, len(sound) / RATE), most=0.05)


def _shares(reading: Float, noise: float) -> tuple[float, float]:
    """Return which share of a reading, and of what lies around it, is heard as speech."""
    silence = np.zeros(round(PAUSE * RATE), np.float32)
    sound = np.concatenate([silence, reading, silence])
    level = noise * float(np.sqrt((reading**2).mean()))
    sound = (sound + level * np.random.default_rng(1).standard_normal(len(sound))).astype(np.float32)
    end = PAUSE + len(reading) / RATE
    around = _spoken(sound, 0, PAUSE) + _spoken(sound, end, end + PAUSE)
    return _spoken(sound, PAUSE, end), around / 2


def _spoken(sound: Float, start: float, end: float) -> float:
    """Return the share of a stretch, in seconds, that is heard as speech."""
    segments = analysers().sounds[0].listen([sound])
    heard = sum(max(0.0, min(end, one.end_seconds) - max(start, one.start_seconds)) for one in segments)
    return heard / (end - start)


def _others() -> dict[str, Float]:
    """Return 20 s of white noise, of a chord that swells, and of a rhythm of clicks and bass."""
    at = np.arange(20 * RATE) / RATE
    chord = sum(np.sin(2 * np.pi * hertz * at) for hertz in (220, 277.2, 329.6, 440)) * (
        1 + np.sin(np.pi * at)
    )
    beat = np.exp(-30 * (at % 0.5)) * np.sin(2 * np.pi * 60 * at) + np.exp(-200 * (at % 0.25)) * 0.3
    made = {
        "white noise": np.random.default_rng(2).standard_normal(len(at)) * 0.1,
        "a swelling chord": chord * 0.1,
        "a beat": beat * 0.8,
    }
    return {name: np.asarray(sound, np.float32) for name, sound in made.items()}


def _sound(name: str) -> Float:
    with wave.open(str(SOURCES / name)) as source:
        samples = np.frombuffer(source.readframes(source.getnframes()), "<i2")
    return samples.astype(np.float32) / np.float32(32768)
