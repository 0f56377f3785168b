"""A sample as the wire knows it."""

from framewell.dataset.v1.dataset_pb2 import Sample as SampleMessage
from framewell_dataset.domain.samples import Sample


def sample_message(sample: Sample, *, repeats: int, class_name: str = "") -> SampleMessage:
    """Return a sample with the number of its near-duplicates; a name is joined on reading, never stored."""
    return SampleMessage(
        sample_id=sample.sample_id,
        dataset_id=sample.dataset_id,
        class_id=sample.class_id,
        state=sample.state.wire,
        crops=sample.crops,
        evidence=sample.evidence,
        provenance=sample.provenance,
        question=sample.question,
        revision=sample.revision,
        claimed_by=sample.claimed_by,
        collapsed=repeats,
        class_name=class_name,
        reason=sample.reason,
    )
