"""A sample as a document and back."""

from datetime import UTC

from framewell.dataset.v1.dataset_pb2 import Sample as SampleMessage
from framewell.media.v1.media_pb2 import Span
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.rights.v1.rights_pb2 import RightsDecision
from framewell_contracts.sentences import kept_wording, worded, worded_as_kept
from framewell_dataset.domain.geometry import Sighting
from framewell_dataset.domain.samples import Sample, State, Withdrawal
from framewell_kit.documents.protocol import Document


def changing_fields(sample: Sample) -> Document:
    """Return what a change writes: everything but its age, the place and the facts that wait."""
    content = SampleMessage(crops=sample.crops, evidence=sample.evidence, provenance=sample.provenance)
    return {
        "dataset_id": sample.dataset_id,
        "asset_id": sample.asset_id,
        "class_id": sample.class_id,
        "programme_key": sample.programme_key,
        "rule": sample.rule,
        "purpose": sample.purpose,
        "state": str(sample.state),
        "question": sample.question,
        "content": content.SerializeToString(),
        "quality": sample.quality,
        "revision": sample.revision,
        "reason": str(sample.reason),
        "reason_wording": kept_wording(sample.reason),
        "withdrawal": str(sample.withdrawal),
        "claimed_by": sample.claimed_by,
        "claimed_until": sample.claimed_until,
        "certainty": sample.certainty,
        "cluster_decision_id": sample.cluster_decision_id,
        "moved_from": list(sample.moved_from),
        **_decision_fields(sample.decided_by),
    }


def place_fields(sample: Sample) -> Document:
    """Return when and where it was seen: what a growing sample writes."""
    return {
        "start_pts": sample.span.start_pts,
        # A single picture stands for one tick.
        "end_pts": max(sample.span.end_pts, sample.span.start_pts + 1),
        "span": sample.span.SerializeToString(),
        "trajectory": [[s.pts, s.x, s.y, s.width, s.height] for s in sample.trajectory],
    }


def sample_of(document: Document) -> Sample:
    """Return the sample that a document holds."""
    content = SampleMessage.FromString(document["content"])
    return Sample(
        sample_id=document["_id"],
        dataset_id=document["dataset_id"],
        asset_id=document["asset_id"],
        class_id=document["class_id"],
        programme_key=document["programme_key"],
        rule=document["rule"],
        purpose=document["purpose"],
        state=State(document["state"]),
        question=document["question"],
        span=Span.FromString(document["span"]),
        trajectory=tuple(Sighting(int(row[0]), *row[1:]) for row in document["trajectory"]),
        crops=tuple(content.crops),
        evidence=tuple(content.evidence),
        provenance=content.provenance,
        quality=document["quality"],
        created_at=document["created_at"],
        revision=document["revision"],
        reason=_reason(document, content.provenance.rights),
        withdrawal=Withdrawal(document["withdrawal"]),
        claimed_by=document["claimed_by"],
        claimed_until=document["claimed_until"],
        decided_by=_decided_by(document),
        cluster_decision_id=document.get("cluster_decision_id", ""),
        moved_from=tuple(document.get("moved_from", ())),
    )


def _reason(document: Document, decided: RightsDecision) -> str:
    """Return why it is not in use. Where no wording was kept beside it, that of the same decision holds."""
    reason = str(document["reason"])
    if "reason_wording" in document:
        return worded_as_kept(reason, document["reason_wording"])
    return worded(reason, decided.wording) if reason == decided.sentence else reason


def _decision_fields(actor: Actor | None) -> Document:
    if actor is None:
        return {"decided_by": "", "decided_authority": "", "decided_at": None}
    return {
        "decided_by": actor.principal,
        "decided_authority": actor.authority,
        "decided_at": actor.decided_at.ToDatetime(tzinfo=UTC),
    }


def _decided_by(document: Document) -> Actor | None:
    """Return who decided; nobody of samples that were kept before that was noted."""
    if not document.get("decided_by"):
        return None
    actor = Actor(principal=document["decided_by"], authority=document["decided_authority"])
    actor.decided_at.FromDatetime(document["decided_at"])
    return actor
