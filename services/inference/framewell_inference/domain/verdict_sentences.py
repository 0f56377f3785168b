"""Decisions about faces in words, for a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from framewell.inference.v1.inference_service_pb2 import (
    IDENTITY_VERDICT_KNOWN,
    IDENTITY_VERDICT_REVIEW,
    IDENTITY_VERDICT_UNKNOWN,
    IdentityVerdict,
)
from framewell.media.v1.media_pb2 import (
    WITHOUT_VECTOR_NO_PERSON,
    WITHOUT_VECTOR_TOO_SMALL,
    WithoutVector,
)
from framewell_inference.domain.identity import Identity, Verdict

VERDICTS: Final[Mapping[Verdict, IdentityVerdict.ValueType]] = {
    "known": IDENTITY_VERDICT_KNOWN,
    "review": IDENTITY_VERDICT_REVIEW,
    "unknown": IDENTITY_VERDICT_UNKNOWN,
}

NO_MODEL: Final = "Not judged: no identity model is in force."

NO_VECTOR: Final = (
    "Not judged: its faces are too small to tell people apart, or what described them was erased."
)
"""Of a track none of whose faces has a vector."""

WITHOUT: Final[Mapping[WithoutVector.ValueType, str]] = {
    WITHOUT_VECTOR_TOO_SMALL: "Not judged: the face is too small to tell people apart.",
    WITHOUT_VECTOR_NO_PERSON: "Not judged: it is drawn, an animal's or a thing's, no filmed person's face.",
}
"""Of a face without a vector."""


def verdict_sentence(identity: Identity, *, twice: bool) -> str:
    """Return a decision in a sentence; `twice`: who is nearest is named in the same picture already."""
    if identity.nearest is None:
        return "Unknown: the identity model knows nobody whom it may name."
    apart = f"at distance {identity.distance:.2f}"
    if identity.verdict == "known":
        return f"Known: {apart} the face is near enough to be named."
    if identity.verdict == "review" and twice:
        return (
            f"A question for a person: {apart} it is near to somebody who is named in this picture already."
        )
    if identity.verdict == "review":
        return (
            f"A question for a person: {apart} the face is near to somebody, and not near enough to be named."
        )
    return f"Unknown: the nearest person is {apart}, too far to be the same."
