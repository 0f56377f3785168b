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
from framewell_contracts.sentences import say
from framewell_inference.domain.identity import Identity, Verdict

VERDICTS: Final[Mapping[Verdict, IdentityVerdict.ValueType]] = {
    "known": IDENTITY_VERDICT_KNOWN,
    "review": IDENTITY_VERDICT_REVIEW,
    "unknown": IDENTITY_VERDICT_UNKNOWN,
}

NO_MODEL: Final = say("verdict.no_model", "Not judged: no identity model is in force.")

NO_REASON: Final = say(
    "verdict.no_reason",
    "Not said: whoever asks who a face is says why; give a `reason`, which is kept with who asked.",
)

NO_VECTOR: Final = say(
    "verdict.no_vector",
    "Not judged: its faces are too small to tell people apart, or what described them was erased.",
)
"""Of a track none of whose faces has a vector."""

WITHOUT: Final[Mapping[WithoutVector.ValueType, str]] = {
    WITHOUT_VECTOR_TOO_SMALL: say(
        "verdict.too_small", "Not judged: the face is too small to tell people apart."
    ),
    WITHOUT_VECTOR_NO_PERSON: say(
        "verdict.drawn", "Not judged: it is drawn, an animal's or a thing's, no filmed person's face."
    ),
}
"""Of a face without a vector."""


def verdict_sentence(identity: Identity, *, twice: bool) -> str:
    """Return a decision in a sentence; `twice`: who is nearest is named in the same picture already."""
    if identity.nearest is None:
        return say("verdict.nobody", "Unknown: the identity model knows nobody whom it may name.")
    apart = say("distance", "at distance {distance}", distance=f"{identity.distance:.2f}")
    if identity.verdict == "known":
        return say("verdict.known", "Known: {apart} the face is near enough to be named.", apart=apart)
    if identity.verdict == "review" and twice:
        return say(
            "verdict.twice",
            "A question for a person: {apart} it is near to somebody who is named in this picture already.",
            apart=apart,
        )
    if identity.verdict == "review":
        return say(
            "verdict.question",
            "A question for a person: {apart} the face is near to somebody, and not near enough to be named.",
            apart=apart,
        )
    return say(
        "verdict.unknown", "Unknown: the nearest person is {apart}, too far to be the same.", apart=apart
    )
