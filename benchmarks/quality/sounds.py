"""Music, noise and silence: on generated sound, the music of a film, and readings over both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final

import numpy as np

from benchmarks.quality.figure import Figure
from benchmarks.quality.pictures import SOURCES, analysers
from framewell_inference.adapters.media_objects import FlacSounds
from framewell_inference.analysers.sounds import SoundsAnalyser
from framewell_inference.domain.pictures import Float

RATE: Final = 16_000
SECONDS: Final = 20

NOTES: Final = (262, 330, 392, 523, 440, 349, 392, 330)
"""Of the melodies, in hertz."""


def measure() -> Iterator[Figure]:
    """Yield the figures of sounds: shares of time in which what is there is reported."""
    for label, sounds in truth().items():
        shares = {name: share(sound, label) for name, sound in sounds.items()}
        for name, one in shares.items():
            goal = 0.9 if name not in TOLD_ONLY else None
            yield Figure(f"of {name} that is reported as {label}", one, least=goal)
    for name, sound in readings().items():
        yield Figure(f"of {name} that is reported as music or singing", _music(sound), most=0.1)
    for decibels in (0, 10, 20):
        over = {name: over_music(sound, decibels) for name, sound in readings().items()}
        found = float(np.mean([share(sound, "music") for sound in over.values()]))
        yield Figure(f"of music {decibels} dB below a reading that is reported", found, len(over))
        spoken = float(np.mean([_speech(sound) for sound in over.values()]))
        yield Figure("of readings over such music that are heard as speech", spoken, len(over))


TOLD_ONLY: Final = frozenset({"a swelling chord", "a beat"})
"""What a person may call noise or music."""


def truth() -> Mapping[str, Mapping[str, Float]]:
    """Return sounds by what they are and by name."""
    sounds = made()
    return {
        "music": {
            "a plucked melody": sounds["a plucked melody"],
            "a melody of an organ": sounds["a melody of an organ"],
            "the film's music": music(),
            "a beat": sounds["a beat"],
            "a swelling chord": sounds["a swelling chord"],
        },
        "noise": {name: sounds[name] for name in ("white noise", "brown noise", "hum of 50 Hz", "clicks")},
        "silence": {name: sounds[name] for name in ("silence", "noise at -65 dB")},
    }


@cache
def made() -> Mapping[str, Float]:
    """Return 20 seconds each of generated sounds by name."""
    at = np.arange(SECONDS * RATE) / RATE
    random = np.random.default_rng(2)
    white = random.standard_normal(len(at))
    brown = np.convolve(white, np.ones(40) / 40, "same")
    chord = sum(np.sin(2 * np.pi * hertz * at) for hertz in (220, 277.2, 329.6, 440))
    beat = np.exp(-30 * (at % 0.5)) * np.sin(2 * np.pi * 60 * at) + np.exp(-200 * (at % 0.25)) * 0.3
    sounds = {
        "silence": np.zeros(len(at)),
        "noise at -65 dB": white * 10 ** (-65 / 20),
        "white noise": white * 0.1,
        "brown noise": brown * 0.3,
        "hum of 50 Hz": np.sin(2 * np.pi * 50 * at) * 0.05,
        "clicks": (np.exp(-300 * (at % 0.7)) * 0.5 + 0.01) * white,
        "a beat": beat * 0.8,
        "a swelling chord": chord * (1 + np.sin(np.pi * at)) * 0.1,
        "a plucked melody": _melody(3.0),
        "a melody of an organ": _melody(0.2),
    }
    return {name: np.asarray(sound, np.float32) for name, sound in sounds.items()}


def _melody(decay: float) -> Float:
    at = np.arange(RATE // 2) / RATE
    fading = np.exp(-decay * at)
    notes = [sum(np.sin(2 * np.pi * hertz * k * at) / k for k in range(1, 7)) * fading for hertz in NOTES]
    return np.asarray(np.resize(np.concatenate(notes), SECONDS * RATE) * 0.15, np.float32)


@cache
def music() -> Float:
    """Return the music of a film, 5 s."""
    return np.concatenate(list(FlacSounds().blocks(SOURCES / "big-buck-bunny.mp4")))


@cache
def readings() -> Mapping[str, Float]:
    """Return two readings by name."""
    names = {"a reading": "reading-1.wav", "another reading": "reading-2.wav"}
    return {name: np.concatenate(list(FlacSounds().blocks(SOURCES / file))) for name, file in names.items()}


def noisy(sound: Float, decibels: float) -> Float:
    """Return a sound with white noise so many dB below it."""
    level = np.sqrt((sound**2).mean()) * 10 ** (-decibels / 20)
    return np.asarray(sound + level * np.random.default_rng(1).standard_normal(len(sound)), np.float32)


def over_music(sound: Float, decibels: float, melody: Float | None = None) -> Float:
    """Return a sound with music, if nothing else is given a plucked melody, so many dB below it."""
    under = np.resize(made()["a plucked melody"] if melody is None else melody, len(sound))
    level = np.sqrt((sound**2).mean()) * 10 ** (-decibels / 20)
    return np.asarray(sound + under * level / np.sqrt((under**2).mean()), np.float32)


def share(sound: Float, label: str) -> float:
    """Return the share of a sound in which a label is reported."""
    (analyser,) = [one for one in analysers().sounds if isinstance(one, SoundsAnalyser)]
    ends = [(one.start_seconds, one.end_seconds) for one in analyser.listen([sound]) if one.label == label]
    return _together(ends) / (len(sound) / RATE)


def _music(sound: Float) -> float:
    return share(sound, "music") + share(sound, "singing")


def _speech(sound: Float) -> float:
    found = analysers().sounds[0].listen([sound])
    return _together([(one.start_seconds, one.end_seconds) for one in found]) / (len(sound) / RATE)


def _together(ends: Sequence[tuple[float, float]]) -> float:
    return sum(end - start for start, end in ends)
