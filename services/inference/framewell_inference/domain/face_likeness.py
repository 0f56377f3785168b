"""What the distance between two faces says, for whoever looks for one: it names nobody."""

from __future__ import annotations

from typing import Final

from framewell.inference.v1.inference_service_pb2 import (
    FACE_LIKENESS_FAR,
    FACE_LIKENESS_NEAR,
    FACE_LIKENESS_QUESTION,
    FaceLikeness,
)
from framewell_contracts.sentences import Sentence, say

NEAR: Final = 0.52
"""Up to this distance two faces are taken for one person's; every embedding is scaled so that this is it.

Among 1,000 people 44 of 100 strangers have somebody so near (`docs/quality.md`): that names nobody."""

FAR: Final = 0.60
"""Farther apart are the pictures of two people, with few exceptions."""


def likeness(distance: float) -> tuple[FaceLikeness.ValueType, Sentence]:
    """Return what a distance says, as a word for programs and as a sentence for people."""
    apart = say("distance", "at distance {distance}", distance=f"{distance:.2f}")
    if distance <= NEAR:
        return FACE_LIKENESS_NEAR, say(
            "likeness.near",
            "Near: {apart} it can be the same person, or somebody who looks alike.",
            apart=apart,
        )
    if distance <= FAR:
        return FACE_LIKENESS_QUESTION, say(
            "likeness.question", "A question for a person: {apart} it is seldom the same person.", apart=apart
        )
    return FACE_LIKENESS_FAR, say("likeness.far", "Far: {apart} it is somebody else.", apart=apart)
