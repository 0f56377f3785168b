"""PP-OCR text recognition: one line of picture to characters, greedily (CTC)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final

import cv2
import numpy as np

from framewell_inference.analysers.batching import on_cpu, run_pictures
from framewell_inference.domain.pictures import Float, Picture
from framewell_inference.ports.models import Model

ROWS: Final = 48
NARROWEST: Final = 320
WIDEST: Final = 1600
WIDTH_STEP: Final = 32

DEVICE_WIDTH_STEP: Final = 320
"""On a GPU, which prepares itself anew for each width that it has not seen: five widths instead of 41."""

CAPITAL_FROM: Final = 0.11
"""Probability of the capital from which a letter that was read as small begins its word with the capital:
ć, š, z and their like differ by their size alone. Measured: 0.137 to 0.44 for capitals that were read as
small, at most 0.082 for small letters."""

DOTTED_FROM: Final = 0.0005
"""The same for the capital i with a dot, which is read as a small i: 0.0005 to 0.45 in Turkish names, at most
0.0002 for `in`, `ist`, `iPhone`."""

FAINT: Final = 120
"""Levels of grey between letters and ground (2nd to 98th percentile) below which a line is spread to all 256:
white on light bars is read with a third fewer faults then."""

ALPHABET_KEY: Final = "character"
"""Where the graph's own metadata lists its characters, one a line."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The text of a line, and the mean probability of its characters."""

    text: str
    confidence: float


class TextReader:
    """`alphabet` is the graph's list of characters; blank comes before it and the space after it."""

    def __init__(self, model: Model, alphabet: str) -> None:
        self._model = model
        self._characters, self._places = _characters(alphabet)

    def __call__(self, lines: Sequence[Picture]) -> list[Reading]:
        """Return what each line says. Lines of about one width go through the network together."""
        step = WIDTH_STEP if on_cpu(self._model) else DEVICE_WIDTH_STEP
        widths = [network_width(line, step) for line in lines]
        readings: dict[int, Reading] = {}
        for width in sorted(set(widths)):
            places = [at for at, one in enumerate(widths) if one == width]
            prepare = partial(network_input, width=width)
            outputs, *_ = run_pictures(self._model, "x", [lines[at] for at in places], prepare).values()
            readings |= {at: self._reading(steps) for at, steps in zip(places, outputs, strict=True)}
        return [readings[at] for at in range(len(lines))]

    def _reading(self, steps: Float) -> Reading:
        """Return the reading of one line from its row of the output, [steps, characters]."""
        best, probability = steps.argmax(axis=1), steps.max(axis=1)
        kept = [
            step for step in range(len(best)) if best[step] and (step == 0 or best[step] != best[step - 1])
        ]
        if not kept:
            return Reading("", 0.0)
        characters = [self._characters[best[step]] for step in kept]
        text = "".join(
            self._capital(one, steps[step]) if at == 0 or characters[at - 1] == " " else one
            for at, (one, step) in enumerate(zip(characters, kept, strict=True))
        )
        return Reading(" ".join(text.split()), float(np.mean(probability[kept])))

    def _capital(self, letter: str, probabilities: Float) -> str:
        """Return the capital of a letter that begins a word, where its probability tells that it is one."""
        capital, least = ("İ", DOTTED_FROM) if letter == "i" else (letter.upper(), CAPITAL_FROM)
        place = self._places.get(capital) if capital != letter else None
        return capital if place is not None and probabilities[place] >= least else letter


@lru_cache(maxsize=8)
def _characters(alphabet: str) -> tuple[list[str], dict[str, int]]:
    """Return the characters that a graph tells apart, in the order of its outputs, and the place of each."""
    characters = ["", *alphabet.splitlines(), " "]
    return characters, {character: place for place, character in enumerate(characters)}


def network_input(lines: Sequence[Picture], width: int) -> Float:
    """Return lines that fit into the width, [n, 3, 48, width] BGR, -1..1, 0 beyond the end of each."""
    images = np.zeros((len(lines), 3, ROWS, width), np.float32)
    for image, line in zip(images, lines, strict=True):
        resized = cv2.resize(_spread(line), (_columns(line), ROWS))
        image[:, :, : resized.shape[1]] = (resized.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)
    return images


def network_width(line: Picture, step: int = WIDTH_STEP) -> int:
    """Return how wide the network's input is for a line, in whole steps."""
    return max(NARROWEST, -(-_columns(line) // step) * step)


def _columns(line: Picture) -> int:
    """Return how wide a line is in the network's input."""
    height, width = line.shape[:2]
    return int(max(ROWS, min(WIDEST, math.ceil(ROWS * width / height))))


def _spread(line: Picture) -> Picture:
    """Return a line of little contrast with its greys spread over the whole range."""
    grey = cv2.cvtColor(line, cv2.COLOR_BGR2GRAY)
    low, high = np.percentile(grey, [2, 98])
    if high - low >= FAINT:
        return line
    return np.asarray(np.clip((line - low) * (255 / max(high - low, 1)), 0, 255), np.uint8)
