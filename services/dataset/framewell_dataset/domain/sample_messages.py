"""A sample as the wire knows it."""

from framewell.dataset.v1.dataset_service_pb2 import Sample as SampleMessage
from framewell_dataset.domain.samples import Sample


def sample_message(sample: Sample, class_name: str = "") -> SampleMessage:
    """The message of a sample; the name is joined on reading and is never stored with it."""
    return SampleMessage(
        sample_id=sample.sample_id,
        dataset_id=sample.dataset_id,
        class_id=sample.class_id,
        state=sample.state.wire,
        crops=sample.crops,
        evidence=sample.evidence,
        passport=sample.passport,
        question=sample.question,
        revision=sample.revision,
        claimed_by=sample.claimed_by,
        collapsed=len(sample.collapsed),
        class_name=class_name,
        reason=sample.reason,
    )
