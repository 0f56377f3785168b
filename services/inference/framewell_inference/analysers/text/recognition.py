"""PP-OCR text recognition: one line of picture to characters, greedily (CTC)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from framewell_inference.domain.pictures import Picture
from framewell_inference.ports.models import Model

ROWS: Final = 48
NARROWEST: Final = 320
WIDEST: Final = 1600

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
        self._characters = ["", *alphabet.splitlines(), " "]

    def __call__(self, line: Picture) -> Reading:
        height, width = line.shape[:2]
        columns = max(ROWS, min(WIDEST, math.ceil(ROWS * width / height)))
        padded = max(NARROWEST, -(-columns // 32) * 32)
        image = np.zeros((1, 3, ROWS, padded), np.float32)
        resized = cv2.resize(line, (columns, ROWS))
        image[0, :, :, :columns] = (resized.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)
        steps = next(iter(self._model.run({"x": image}).values()))[0]
        best, probability = steps.argmax(axis=1), steps.max(axis=1)
        kept = [
            step for step in range(len(best)) if best[step] and (step == 0 or best[step] != best[step - 1])
        ]
        if not kept:
            return Reading("", 0.0)
        text = "".join(self._characters[best[step]] for step in kept)
        return Reading(" ".join(text.split()), float(np.mean(probability[kept])))
