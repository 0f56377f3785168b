"""A sample as the wire knows it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from framewell.dataset.v1.dataset_pb2 import Sample as SampleMessage
from framewell.sample.v1.sample_pb2 import Evidence
from framewell_contracts.sentences import wording_of
from framewell_dataset.domain.samples import Sample


def sample_message(
    sample: Sample, *, repeats: int, class_name: str = "", words: Mapping[str, str] | None = None
) -> SampleMessage:
    """Return a sample with the number of its near-duplicates; a name is joined on reading, never stored.

    `words` are notes by their ids: what a person said stands where the sample names their note. Who reviews
    it, and who decided, is not in it: `reviewed_message` adds that for people.
    """
    return SampleMessage(
        sample_id=sample.sample_id,
        dataset_id=sample.dataset_id,
        class_id=sample.class_id,
        state=sample.state.wire,
        crops=sample.crops,
        evidence=[_in_words(each, words or {}) for each in sample.evidence],
        provenance=sample.provenance,
        question=sample.question,
        revision=sample.revision,
        collapsed=repeats,
        class_name=class_name,
        reason=sample.reason,
        reason_wording=wording_of(sample.reason),
    )


def reviewed_message(message: SampleMessage, sample: Sample, now: datetime) -> SampleMessage:
    """Return the message of a sample with who is reviewing it now, who decided last, and its age."""
    message.created_at.FromDatetime(sample.created_at)
    if sample.claimed_at(now) and sample.claimed_until is not None:
        message.claimed_by = sample.claimed_by
        message.claimed_until.FromDatetime(sample.claimed_until)
    if sample.decided_by is not None:
        message.decided_by.CopyFrom(sample.decided_by)
    return message


SOMEBODY: Final = "somebody else"
"""Stands in evidence for whom it named, once it says something of somebody else than its sample shows."""


def _in_words(evidence: Evidence, words: Mapping[str, str]) -> Evidence:
    said = words.get(evidence.note_id)
    if not said:
        return evidence
    full = Evidence()
    full.CopyFrom(evidence)
    full.sentence = said
    before, named, after = evidence.sentence.partition(SOMEBODY)
    if named and said.startswith(before) and said.endswith(after):
        name = said[len(before) : len(said) - len(after)]
        for place, value in evidence.wording.params.items():
            full.wording.params[place] = value.replace(SOMEBODY, name)
    else:
        full.ClearField("wording")
    return full
