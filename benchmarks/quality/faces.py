"""Faces: turned ones are found and stay the same person, and what only looks like a face is no person.

`material/face_truth.tsv` has the 56 faces that YuNet finds in the pictures of `labels` and in the films:
picture, score, shorter side in pixels, and whether it is a filmed person's. `material/face_scores.npz` holds
what the network of the labels says of their surroundings, [faces, classes] in 1 / 65535: the pictures' terms
keep them out of this repository.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.quality.figure import MATERIAL, Figure
from benchmarks.quality.pictures import FACES, analysers, astronaut, film, looked, man_in_car
from framewell_inference.analysers.faces.persons import NO_PERSON_FROM, share_of_no_people
from framewell_inference.domain.observations import Findings
from framewell_inference.domain.pictures import Float, Picture

TURNS = (1, 2, 3)


def measure() -> Iterator[Figure]:
    """Yield the figures of faces."""
    yield from persons()
    yield from _turned()
    rabbit = film("big-buck-bunny.mp4", every=6)
    drawn = _found(rabbit)
    yield Figure(
        "faces of the animated rabbit with a vector", float(_with_vector(drawn)), unit="faces", most=0
    )
    yield Figure(
        "the same rabbit on its side",
        float(_with_vector(_found(_turned_by(rabbit, 1)))),
        unit="faces",
        most=0,
    )
    street = [one for turn in TURNS for one in _turned_by(film("bikes.mp4", every=24)[7:], turn)]
    yield Figure(
        "faces in 4 street pictures without any, turned thrice",
        float(_with_vector(_found(street))),
        unit="faces",
        most=0,
    )


def persons() -> Iterator[Figure]:
    """Yield the figures of what counts as a person: pure arithmetic on what is stored."""
    lines = (MATERIAL / "face_truth.tsv").read_text(encoding="utf-8").splitlines()
    with np.load(MATERIAL / "face_scores.npz", allow_pickle=False) as stored:
        shares = share_of_no_people(stored["scores"].astype(np.float32) / 65535)
    person = np.array([line.endswith("\tperson") for line in lines])
    taken = shares < NO_PERSON_FROM
    yield Figure(
        "filmed faces that count as a person's", float(taken[person].mean()), int(person.sum()), least=0.95
    )
    yield Figure(
        "other faces that count as no person's",
        float((~taken[~person]).mean()),
        int((~person).sum()),
        least=0.9,
    )
    yield Figure("highest share of other classes around a person", float(shares[person].max()))
    yield Figure("lowest around anything else", float(shares[~person].min()))


def _turned() -> Iterator[Figure]:
    pictures = [astronaut(), *man_in_car()]
    upright = _vectors(_found(pictures))
    found, distances = 0, []
    for turn in TURNS:
        vectors = _vectors(_found(_turned_by(pictures, turn)))
        found += len(vectors)
        if len(vectors) == len(upright):
            distances += np.linalg.norm(vectors - upright, axis=1).tolist()
    cases = len(pictures) * len(TURNS)
    yield Figure("faces turned by 90, 180 and 270 degrees that are found", found / cases, cases, least=0.95)
    yield Figure(
        "farthest such face from itself upright (0.52 is a hit)", max(distances), len(distances), most=0.35
    )


def _found(pictures: Sequence[Picture]) -> Findings:
    return looked(analysers().pictures[FACES], pictures)


def _vectors(found: Findings) -> Float:
    assert found.vectors is not None
    return found.vectors


def _with_vector(found: Findings) -> int:
    return sum(one.vector is not None for one in found.observations)


def _turned_by(pictures: Sequence[Picture], turns: int) -> list[Picture]:
    return [np.ascontiguousarray(np.rot90(picture, turns)) for picture in pictures]
