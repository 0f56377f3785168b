"""Safety: how often a harmless picture is flagged. No explicit picture is at hand: nothing is said of misses.

`material/safety_scores.npz` holds what the network says, [pictures, classes] in 1 / 65535, of the 279
pictures of `labels`. None of them is explicit; six show people in evening dress at a party.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from benchmarks.quality.figure import MATERIAL, Figure
from framewell_models.folders import shipped

MODEL: Final = "safety/nsfw-mobilenet-v2"
ALARMS: Final = (1, 3, 4)
"""Places of `hentai`, `porn` and `sexy`."""


def measure() -> Iterator[Figure]:
    """Yield the figures of safety."""
    with np.load(MATERIAL / "safety_scores.npz", allow_pickle=False) as stored:
        scores = stored["scores"].astype(np.float32) / 65535
    (manifest,) = [one for one in shipped() if one.name == MODEL]
    best = scores.argmax(axis=1)
    alarms = np.isin(best, ALARMS)
    for flag in (0.6, manifest.thresholds["flag"]):
        flagged = alarms & (scores.max(axis=1) >= flag)
        most = 0.01 if flag == manifest.thresholds["flag"] else None
        yield Figure(
            f"harmless pictures flagged at {flag:.2f}", float(flagged.mean()), len(scores), most=most
        )
