"""Sound of the programmes: a beep at the start, a real reading aloud, silence in between."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]

RATE: Final = 48_000
BEEP_HERTZ: Final = 1000
BEEP_SECONDS: Final = 0.2


def read_speech(path: Path) -> Samples:
    """Return a mono 16-bit WAV file, resampled to `RATE` by linear interpolation."""
    with wave.open(str(path)) as reader:
        if reader.getnchannels() != 1 or reader.getsampwidth() != 2 or RATE % reader.getframerate():
            raise ValueError(f"{path} is no mono 16-bit WAV file whose rate divides {RATE}")
        samples = np.frombuffer(reader.readframes(reader.getnframes()), np.int16)
        factor = RATE // reader.getframerate()
    positions = np.arange(len(samples) * factor) / factor
    raised: Samples = np.interp(positions, np.arange(len(samples)), samples).astype(np.int16)
    return raised


def mix(seconds: float, placed: list[tuple[float, Samples]]) -> Samples:
    """Return `seconds` of sound: a beep at 0, each piece of speech at its second, silence elsewhere."""
    track = np.zeros(round(seconds * RATE), np.int32)
    beep = np.sin(2 * np.pi * BEEP_HERTZ * np.arange(round(BEEP_SECONDS * RATE)) / RATE) * 3000
    for start, samples in [(0.0, beep.astype(np.int16)), *placed]:
        first = round(start * RATE)
        piece = samples[: max(0, len(track) - first)]
        track[first : first + len(piece)] += piece
    mixed: Samples = track.clip(-32768, 32767).astype(np.int16)
    return mixed
