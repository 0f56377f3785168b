"""Request bodies as messages of the mesh."""

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from framewell.dataset.v1.dataset_service_pb2 import Review
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import Programme, Span
from framewell.mesh.v1.mesh_pb2 import Actor, Lane, ModelVersion
from framewell.rights.v1.rights_pb2 import (
    LegalBasis,
    Payment,
    PayModel,
    Purpose,
    RightsChanged,
    RightsStatement,
    StatementSource,
    Use,
)
from framewell.sample.v1.sample_pb2 import Decision
from framewell.training.v1.training_pb2 import TrainingRequested
from framewell_gateway.views.requests import (
    DecisionBody,
    IngestBody,
    ModelBody,
    ProgrammeBody,
    RightsChangeBody,
    RunBody,
    StatementBody,
    rfc3339,
)


def ingest_requested(body: IngestBody) -> IngestRequested:
    """The request as a fact."""
    return IngestRequested(
        asset_id=body.asset_id or "",
        uri=body.uri,
        programme=_programme(body.programme) if body.programme else None,
        statements=[statement(one) for one in body.statements],
        lane=Lane.Value(_constant("LANE", body.lane)),
        expected_sha256=body.expected_sha256,
        labels=body.labels,
        existing_proxy=body.existing_proxy,
    )


def rights_changed(body: RightsChangeBody, actor: Actor, revision: int) -> RightsChanged:
    """The change as a fact; `revision` counts where the body names none."""
    return RightsChanged(
        target=body.target,
        statements=[statement(one) for one in body.statements],
        actor=actor,
        revision=body.revision or revision,
    )


def statement(body: StatementBody) -> RightsStatement:
    """A rights statement."""
    return RightsStatement(
        issuer=body.issuer,
        statement_id=body.statement_id,
        revision=body.revision,
        holder=body.holder,
        source=StatementSource.Value(_constant("STATEMENT_SOURCE", body.source)),
        span=Span(**body.span.model_dump()) if body.span else None,
        purposes=[Purpose.Value(_constant("PURPOSE", purpose)) for purpose in body.purposes],
        use=Use.Value(_constant("USE", body.use)),
        legal_basis=LegalBasis.Value(_constant("LEGAL_BASIS", body.legal_basis or "unspecified")),
        valid_from=_timestamp(body.valid_from),
        valid_until=_timestamp(body.valid_until),
        territories=body.territories,
        payment=(
            Payment(
                model=PayModel.Value(_constant("PAY_MODEL", body.payment.model)),
                amount=body.payment.amount,
                currency=body.payment.currency,
            )
            if body.payment
            else None
        ),
        verbatim=body.verbatim,
        found_at=body.found_at,
    )


def review(body: DecisionBody) -> Review:
    """One decision."""
    return Review(
        sample_id=body.sample_id,
        decision=Decision.Value(_constant("DECISION", body.decision)),
        class_id=body.class_id,
        note=body.note,
        expected_revision=body.expected_revision,
    )


def training_requested(body: RunBody, actor: Actor) -> TrainingRequested:
    """The request as a fact."""
    return TrainingRequested(
        dataset_id=body.dataset_id,
        snapshot_id=body.snapshot_id,
        recipe=body.recipe,
        parameters=body.parameters,
        seed=body.seed,
        actor=actor,
    )


def model_version(body: ModelBody) -> ModelVersion:
    """A model and its version."""
    return ModelVersion(name=body.name, version=body.version)


def _programme(body: ProgrammeBody) -> Programme:
    return Programme(
        title=body.title,
        series=body.series,
        channel=body.channel,
        broadcast_time=rfc3339(body.broadcast_time),
        language=body.language,
        identifiers=body.identifiers,
        timecode_offset=body.timecode_offset,
    )


def _constant(prefix: str, name: str) -> str:
    return f"{prefix}_{name.upper()}"


def _timestamp(moment: datetime | None) -> Timestamp | None:
    if moment is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
