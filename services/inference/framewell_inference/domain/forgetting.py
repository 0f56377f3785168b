"""Observations without what must be forgotten: texts with the name of somebody, and vectors of faces."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from framewell.inference.v1.inference_pb2 import ObservationSet
from framewell_inference.domain.pictures import Float
from framewell_kit.name_hashes import NameHashes

Forgotten = Callable[[str], bool]
"""Whether a text holds a name that must be forgotten."""


def nobody(_: str) -> bool:
    """Return that no name must be forgotten."""
    return False


@dataclass(frozen=True, slots=True)
class ForgottenNames:
    """The names that were erased, by their keyed hashes."""

    names: NameHashes
    hashes: frozenset[str]

    def __call__(self, text: str) -> bool:
        return self.names.any_in(text, self.hashes)


NOBODY_IS_FORGOTTEN: Final[Forgotten] = nobody


def without_names(found: ObservationSet, forgotten: Forgotten) -> ObservationSet:
    """Return the set without the texts that hold a forgotten name; all others keep their ids.

    A name that begins in one sentence and ends in the next takes both along.
    """
    kept = ObservationSet()
    kept.CopyFrom(found)
    del kept.observations[:]
    across = _ids_of_names_across_sentences(found, forgotten)
    kept.observations.extend(
        one for one in found.observations if one.id not in across and not forgotten(one.text)
    )
    ids = {one.id for one in kept.observations}
    for one in kept.observations:
        if one.text_attributes.below_id and (
            one.text_attributes.below_id not in ids or forgotten(one.text_attributes.below_text)
        ):
            one.text_attributes.below_id = one.text_attributes.below_text = ""
    return kept


def _ids_of_names_across_sentences(found: ObservationSet, forgotten: Forgotten) -> set[str]:
    spoken = [one for one in found.observations if one.speech_attributes.words]
    return {
        one.id
        for pair in pairwise(spoken)
        if not any(forgotten(each.text) for each in pair) and forgotten(" ".join(each.text for each in pair))
        for one in pair
    }


def has_text(found: ObservationSet) -> bool:
    """Return whether there is anything in the set that a name may stand in."""
    return any(one.text for one in found.observations)


def without_vectors(found: ObservationSet, rows: Container[int]) -> ObservationSet:
    """Return the set with no observation naming one of these rows of vectors."""
    kept = ObservationSet()
    kept.CopyFrom(found)
    for one in kept.observations:
        if one.HasField("vector_row") and one.vector_row in rows:
            one.ClearField("vector_row")
    return kept


def blanked(vectors: Float, rows: Container[int]) -> Float:
    """Return the vectors with these rows no number any more, so that the others keep their places."""
    kept = vectors.copy()
    kept[[row for row in range(len(kept)) if row in rows]] = np.nan
    return kept
