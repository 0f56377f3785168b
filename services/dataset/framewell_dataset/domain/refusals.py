"""Why a decision about a sample is not taken, in words and for programs."""

from datetime import UTC
from typing import Final

from framewell.dataset.v1.review_service_pb2 import (
    REVIEW_REFUSAL_CHANGED,
    REVIEW_REFUSAL_CLAIMED,
    REVIEW_REFUSAL_NOT_OPEN,
    ReviewRefusal,
)
from framewell_dataset.domain.samples import Sample, State

_DID: Final = {
    State.ACCEPTED: "accepted it",
    State.REJECTED: "rejected it",
    State.UNSURE: "could not tell who it is",
    State.PROPOSED: "proposed it again",
}


class NotTaken(Exception):
    """The decision about one sample was not taken; the text says why and what to do."""

    def __init__(self, refusal: "ReviewRefusal.ValueType", text: str) -> None:
        super().__init__(text)
        self.refusal = refusal


def changed_since(sample: Sample, expected: int) -> NotTaken:
    """Return that the sample is not what the reviewer saw, with who made what of it."""
    return NotTaken(
        REVIEW_REFUSAL_CHANGED,
        f"the sample is at revision {sample.revision}, not {expected}: {last_word(sample)}, look at it again",
    )


def decided_already(sample: Sample) -> NotTaken:
    """Return that a person decided about a sample before it could be claimed."""
    return NotTaken(REVIEW_REFUSAL_CHANGED, f"{last_word(sample)}: take that back first, or go on")


def not_open(sample: Sample) -> NotTaken:
    """Return that nobody may decide about a sample now, with the reason that it has."""
    return NotTaken(
        REVIEW_REFUSAL_NOT_OPEN, f"the sample is {sample.state} and cannot be decided about: {sample.reason}"
    )


def claimed_by_another(sample: Sample) -> NotTaken:
    """Return that somebody else is reviewing a sample."""
    return NotTaken(REVIEW_REFUSAL_CLAIMED, f"{sample.claimed_by} is reviewing the sample")


def last_word(sample: Sample) -> str:
    """Return who changed a sample last as far as that is known: no name of anybody whom it shows."""
    decided = sample.decided_by
    if decided is None or sample.state not in _DID:
        return "somebody changed it meanwhile"
    at = decided.decided_at.ToDatetime(tzinfo=UTC)
    return f"{decided.principal} {_DID[sample.state]} at {at:%Y-%m-%d %H:%M} UTC"
