"""Why a decision about a sample is not taken, in words and for programs."""

from datetime import UTC
from typing import Final

from framewell.dataset.v1.review_service_pb2 import (
    REVIEW_REFUSAL_CHANGED,
    REVIEW_REFUSAL_CLAIMED,
    REVIEW_REFUSAL_NOT_OPEN,
    ReviewRefusal,
)
from framewell_contracts.sentences import say
from framewell_dataset.domain.samples import Sample, State

_DID: Final = {
    State.ACCEPTED: say("did.accepted", "accepted it"),
    State.REJECTED: say("did.rejected", "rejected it"),
    State.UNSURE: say("did.unsure", "could not tell who it is"),
    State.PROPOSED: say("did.proposed", "proposed it again"),
}


class NotTaken(Exception):
    """The decision about one sample was not taken; the text says why and what to do."""

    def __init__(self, refusal: "ReviewRefusal.ValueType", text: str) -> None:
        super().__init__(text)
        self.refusal, self.text = refusal, text


def changed_since(sample: Sample, expected: int) -> NotTaken:
    """Return that the sample is not what the reviewer saw, with who made what of it."""
    return NotTaken(
        REVIEW_REFUSAL_CHANGED,
        say(
            "review.changed",
            "the sample is at revision {revision}, not {expected}: {last_word}, look at it again",
            revision=sample.revision,
            expected=expected,
            last_word=last_word(sample),
        ),
    )


def decided_already(sample: Sample) -> NotTaken:
    """Return that a person decided about a sample before it could be claimed."""
    text = say("review.decided", "{last_word}: take that back first, or go on", last_word=last_word(sample))
    return NotTaken(REVIEW_REFUSAL_CHANGED, text)


def not_open(sample: Sample) -> NotTaken:
    """Return that nobody may decide about a sample now, with the reason that it has."""
    return NotTaken(
        REVIEW_REFUSAL_NOT_OPEN,
        say(
            "review.not_open",
            "the sample is {state} and cannot be decided about: {reason}",
            state=sample.state,
            reason=sample.reason,
        ),
    )


def claimed_by_another(sample: Sample) -> NotTaken:
    """Return that somebody else is reviewing a sample."""
    text = say("review.claimed", "{reviewer} is reviewing the sample", reviewer=sample.claimed_by)
    return NotTaken(REVIEW_REFUSAL_CLAIMED, text)


def last_word(sample: Sample) -> str:
    """Return who changed a sample last as far as that is known: no name of anybody whom it shows."""
    decided = sample.decided_by
    if decided is None or sample.state not in _DID:
        return say("last_word.somebody", "somebody changed it meanwhile")
    at = decided.decided_at.ToDatetime(tzinfo=UTC)
    return say(
        "last_word",
        "{who} {did} at {at} UTC",
        who=decided.principal,
        did=_DID[sample.state],
        at=f"{at:%Y-%m-%d %H:%M}",
    )
