"""Everything but the composed asset, made from what the services answer."""

from collections.abc import Callable, Iterable
from datetime import UTC

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from framewell.dataset.v1 import dataset_service_pb2 as dataset
from framewell.inference.v1.inference_service_pb2 import Model
from framewell.media.v1.media_pb2 import Box, ObjectRef, Observation
from framewell.model.v1.model_pb2 import Measure
from framewell.rights.v1.rights_pb2 import Purpose
from framewell.sample.v1.sample_pb2 import Crop, SampleState
from framewell.snapshot.v1.snapshot_pb2 import Split
from framewell.training.v1.training_pb2 import GateStep, TrainingCompleted, Verdict
from framewell.training.v1.training_service_pb2 import Candidate, Run, RunState
from framewell_gateway.domain.events import RecordedEvent
from framewell_gateway.domain.summary import enum_text
from framewell_gateway.views import resources as views
from framewell_gateway.views.from_messages import PURPOSES, model_text, span_view, statement_views

ObjectUrl = Callable[[str], str]


def event_view(event: RecordedEvent) -> views.EventView:
    """An event as it is told."""
    return views.EventView(
        id=event.id,
        type=event.type,
        source=event.source,
        time=event.time.isoformat(),
        subject=event.subject,
        data=dict(event.data),
    )


def observation_view(seen: Observation) -> views.ObservationView:
    """An observation as it is told."""
    return views.ObservationView(
        id=seen.id,
        kind=seen.kind,
        span=span_view(seen.span),
        frame=seen.moment.frame,
        pts=seen.moment.pts,
        box=_box(seen, seen.box),
        score=round(seen.score, 4),
        label=seen.label,
        text=seen.text,
        attributes=dict(seen.attributes),
        model=model_text(seen.model),
    )


def sample_view(sample: dataset.Sample, url: ObjectUrl) -> views.SampleView:
    """A sample as a reviewer sees it."""
    passport = sample.passport
    return views.SampleView(
        sample_id=sample.sample_id,
        dataset_id=sample.dataset_id,
        class_id=sample.class_id,
        class_name=sample.class_name,
        state=enum_text(SampleState.DESCRIPTOR, sample.state),
        question=sample.question,
        reason=sample.reason,
        revision=sample.revision,
        asset_id=passport.asset_id,
        programme=passport.programme.title,
        timecode=passport.timecode,
        span=span_view(passport.span),
        crops=[_crop(crop, url) for crop in sample.crops],
        evidence=[
            views.EvidenceView(kind=one.kind, sentence=one.sentence, score=round(one.score, 4))
            for one in sample.evidence
        ],
        rights=passport.rights.sentence,
        collapsed=sample.collapsed,
    )


def review_result_view(result: dataset.ReviewResult, url: ObjectUrl) -> views.ReviewResultView:
    """What became of one decision."""
    sample = sample_view(result.sample, url) if result.HasField("sample") else None
    return views.ReviewResultView(sample=sample, error=result.error)


def dataset_view(one: dataset.Dataset) -> views.DatasetView:
    """A dataset as it is told."""
    return views.DatasetView(
        dataset_id=one.dataset_id,
        title=one.title,
        rules=list(one.rules),
        recipe=one.recipe,
        purpose=enum_text(Purpose.DESCRIPTOR, one.purpose),
    )


def class_view(one: dataset.DatasetClass) -> views.ClassView:
    """A class as it is told."""
    return views.ClassView(
        class_id=one.class_id,
        dataset_id=one.dataset_id,
        name=one.name,
        aliases=list(one.aliases),
        external_ids=dict(one.external_ids),
        fictional=one.fictional,
        merged_into=one.merged_into,
    )


def snapshot_view(one: dataset.Snapshot, url: ObjectUrl) -> views.SnapshotView:
    """A snapshot as it is told."""
    published = one.published
    return views.SnapshotView(
        snapshot_id=published.snapshot_id,
        dataset_id=published.dataset_id,
        number=published.number,
        published_at=moment_text(one, one.published_at, "published_at"),
        withdrawn=one.withdrawn.reason if one.HasField("withdrawn") else None,
        recipe=published.recipe,
        embedding=model_text(published.embedding),
        counts=[
            views.ClassCountView(
                class_id=count.class_id, split=enum_text(Split.DESCRIPTOR, count.split), samples=count.samples
            )
            for count in published.counts
        ],
        manifest_url=_url(published.manifest, url),
    )


def model_view(model: Model) -> views.ModelView:
    """A model as it is told."""
    return views.ModelView(
        model=model_text(model.model),
        analyser=model.analyser,
        in_force=model.in_force,
        provider=model.provider,
        code_licence=model.code_licence,
        weights_licence=model.weights_licence,
        source=model.source,
        sha256=model.sha256,
        intended_use=model.intended_use,
    )


def run_view(run: Run) -> views.RunView:
    """A run as it is told; figures are there once it has ended."""
    ended = run.completed if run.HasField("completed") else None
    return views.RunView(
        run_id=run.run_id,
        dataset_id=run.dataset_id,
        snapshot_id=run.snapshot_id,
        recipe=run.recipe,
        state=enum_text(RunState.DESCRIPTOR, run.state),
        stage=run.stage,
        progress=run.progress,
        requested_at=moment_text(run, run.requested_at, "requested_at"),
        model=model_text(ended.model) if ended else None,
        verdict=_verdict(ended),
        failure=ended.outcome.failed.detail or None if ended else None,
        seconds=ended.seconds if ended else None,
        measures=_measures(ended.measures if ended else ()),
        gate=_gate(ended.gate if ended else ()),
    )


def candidate_view(candidate: Candidate) -> views.CandidateView:
    """A candidate as it is told."""
    completed = candidate.completed
    return views.CandidateView(
        model=model_text(candidate.model),
        in_service=candidate.in_service,
        promoted_by=candidate.promoted_by.principal or None,
        verdict=_verdict(completed),
        run_id=completed.run_id,
        measures=_measures(completed.measures),
        gate=_gate(completed.gate),
    )


def asset_rights_view(asset_id: str, rights: dataset.GetRightsResponse) -> views.AssetRightsView:
    """Rights of an asset as they are told."""
    return views.AssetRightsView(
        asset_id=asset_id,
        revision=rights.revision,
        decisions=[
            views.DecisionView(
                purpose=PURPOSES[one.purpose],
                verdict="allowed" if one.allowed else "withheld",
                sentence=one.sentence,
            )
            for one in rights.decisions
            if one.purpose in PURPOSES
        ],
        statements=statement_views(rights.statements),
    )


def moment_text(message: Message, stamp: Timestamp, field: str) -> str | None:
    """RFC 3339, None when the field is not set."""
    return stamp.ToDatetime(UTC).isoformat() if message.HasField(field) else None


def _crop(crop: Crop, url: ObjectUrl) -> views.CropView:
    return views.CropView(
        key=crop.picture.key,
        url=url(crop.picture.key),
        frame=crop.moment.frame,
        pts=crop.moment.pts,
        box=_box(crop, crop.box),
    )


def _box(message: Message, box: Box) -> views.BoxView | None:
    if not message.HasField("box"):
        return None
    return views.BoxView(
        x=round(box.x, 5), y=round(box.y, 5), width=round(box.width, 5), height=round(box.height, 5)
    )


def _url(ref: ObjectRef, url: ObjectUrl) -> str | None:
    return url(ref.key) if ref.key else None


def _verdict(completed: TrainingCompleted | None) -> str | None:
    return enum_text(Verdict.DESCRIPTOR, completed.verdict) if completed and completed.verdict else None


def _measures(measures: Iterable[Measure]) -> list[views.MeasureView]:
    return [views.MeasureView(name=one.name, value=one.value, on=one.on) for one in measures]


def _gate(steps: Iterable[GateStep]) -> list[views.GateStepView]:
    return [views.GateStepView(check=one.check, passed=one.passed, sentence=one.sentence) for one in steps]
