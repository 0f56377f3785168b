"""Objects: how many of those that are reported are there, on 326 pictures out of packages.

`material/object_truth.tsv` names every picture and the kinds of objects in it that COCO knows (none: of them
there is nothing in it). An object counts as right when the picture shows one of its kind; that its box is
where the thing is was looked at, not measured. What the network says of each picture is in
`material/object_scores.npz`: picture, kind and score (in 1 / 65535) of every box from 0.35.

279 of the pictures are those of `labels`. `sample`: Debian opencv-doc 4.6.0+dfsg-12. `asset`: PyPI
gradio 6.31.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.quality.figure import MATERIAL, Figure
from framewell_models.converters.nanodet import CLASSES
from framewell_models.folders import shipped
from framewell_models.manifest import Manifest

LEAST_PRECISION: Final = 0.8
MODEL: Final = "objects/nanodet-g"


@dataclass(frozen=True, slots=True)
class Case:
    """One picture: its name, the kinds of objects in it, and the kind of every object that is reported."""

    name: str
    true: frozenset[str]
    reported: tuple[str, ...]


def manifest() -> Manifest:
    """Return the manifest of the detector."""
    (found,) = [one for one in shipped() if one.name == MODEL]
    return found


def cases(thresholds: Mapping[str, float]) -> list[Case]:
    """Return all pictures with what is reported at these thresholds by kind."""
    lines = (MATERIAL / "object_truth.tsv").read_text(encoding="utf-8").splitlines()
    reported: list[list[str]] = [[] for _ in lines]
    with np.load(MATERIAL / "object_scores.npz", allow_pickle=False) as stored:
        for picture, kind, score in zip(stored["pictures"], stored["kinds"], stored["scores"], strict=True):
            if score / 65535 >= thresholds[CLASSES[kind]]:
                reported[picture].append(CLASSES[kind])
    found = []
    for line, kinds in zip(lines, reported, strict=True):
        name, _, true = line.partition("\t")
        found.append(Case(name, frozenset(true.split(",")) - {""}, tuple(kinds)))
    return found


def in_force() -> dict[str, float]:
    """Return the threshold of every kind, as the manifest has it."""
    return {kind: manifest().threshold(kind) for kind in CLASSES}


def precision(of: list[Case], *, once: bool = False) -> Figure:
    """Return the share of reported objects that are there; with `once` each kind counts once a picture."""
    right = [kind in case.true for case in of for kind in (set(case.reported) if once else case.reported)]
    return Figure("", sum(right) / len(right), len(right), least=LEAST_PRECISION)


def measure() -> Iterator[Figure]:
    """Yield the figures of objects."""
    every = cases(in_force())
    general = manifest().thresholds["report"]
    untuned = cases(dict.fromkeys(CLASSES, general))
    for what, found in (
        ("objects reported that are there", precision(every)),
        ("of these each kind once a picture", precision(every, once=True)),
        ("of these on whole pictures, no cut-outs", precision(_whole_pictures(every), once=True)),
    ):
        yield Figure(what, found.value, found.cases, least=found.least)
    found = precision(untuned, once=True)
    yield Figure(
        f"kinds a picture that are there, with one threshold ({general:.2f}) for all",
        found.value,
        found.cases,
    )
    shown = [case for case in every if case.true]
    seen = [case for case in shown if case.true & set(case.reported)]
    yield Figure(
        "pictures of something known in which a true object is reported", len(seen) / len(shown), len(shown)
    )


def _whole_pictures(of: list[Case]) -> list[Case]:
    return [case for case in of if not case.name.startswith("stamp:")]
