"""Values of training as the messages of its service."""

from __future__ import annotations

from typing import Final

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.training.v1 import training_service_pb2 as messages
from framewell_contracts.sentences import wording_of, wordings_of
from framewell_training.domain.models import Deployment, Model
from framewell_training.domain.runs import Run, RunState
from framewell_training.queries.preview_training import Preview

MOST_CLASSES: Final = 100

STATES: Final = {
    RunState.QUEUED: messages.RUN_STATE_QUEUED,
    RunState.RUNNING: messages.RUN_STATE_RUNNING,
    RunState.DONE: messages.RUN_STATE_DONE,
    RunState.FAILED: messages.RUN_STATE_FAILED,
    RunState.CANCELLED: messages.RUN_STATE_CANCELLED,
}


def run_message(run: Run) -> messages.Run:
    """Return a run as a message."""
    message = messages.Run(
        run_id=run.run_id,
        dataset_id=run.dataset_id,
        snapshot_id=run.key.snapshot_id,
        recipe=run.key.recipe,
        state=STATES[run.state],
        stage=run.stage,
        stage_wording=wording_of(run.stage),
        progress=run.progress,
        completed=run.completed,
        step=run.key.step.value,
        parameters=dict(run.key.parameters),
        seed=run.key.seed,
        requested_by=run.requested_by,
        epochs=[messages.EpochMeasure(epoch=epoch, loss=loss) for epoch, loss in sorted(run.losses.items())],
    )
    message.requested_at.FromDatetime(run.requested_at)
    if run.started_at is not None:
        message.started_at.FromDatetime(run.started_at)
    if run.ended_at is not None:
        message.ended_at.FromDatetime(run.ended_at)
    return message


def candidate_message(model: Model, in_service: Deployment | None) -> messages.Candidate:
    """Return a model beside what is in service under its name."""
    serving = in_service is not None and in_service.version == model.version
    message = messages.Candidate(
        model=model.completed.model,
        completed=model.completed,
        in_service=serving,
        withdrawn=model.withdrawn,
        withdrawn_wording=wording_of(model.withdrawn),
        snapshot_number=model.snapshot_number,
        class_count=len(model.classes),
    )
    if in_service is not None and serving:
        message.promoted_by.CopyFrom(Actor.FromString(in_service.actor))
        message.promoted_because = in_service.reason
    if model.hold is not None:
        message.hold.reason = model.hold.reason
        message.hold.actor.CopyFrom(model.hold.actor)
    return message


def preview_message(found: Preview) -> messages.PreviewTrainingResponse:
    """Return what a run would learn from as a message."""
    photos = found.photos
    message = messages.PreviewTrainingResponse(
        run_id=found.key.run_id,
        known=None if found.known is None else run_message(found.known),
        snapshot_id=found.snapshot.published.snapshot_id,
        snapshot_number=found.snapshot.published.number,
        sample_count=len(photos) if photos else 0,
        class_count=len(found.classes),
        programme_count=len(set(photos.programmes)) if photos else 0,
        unnamed_count=found.unnamed,
        classes=[
            messages.ClassToLearn(
                class_id=one.class_id, sample_count=one.samples, programme_count=one.programmes
            )
            for one in found.classes[:MOST_CLASSES]
        ],
        refusals=found.refusals,
        refusal_wordings=wordings_of(found.refusals),
        challenge=not found.no_challenge,
        no_challenge_because=found.no_challenge,
        no_challenge_wording=wording_of(found.no_challenge),
        estimated_from=found.estimate.runs if found.estimate else 0,
        runs_before=found.runs_before,
        pay=[
            messages.RunPay(
                holder=one.holder,
                currency=one.currency,
                amount=format(one.amount, "f"),
                sample_count=one.samples,
            )
            for one in found.pay
        ],
    )
    if found.estimate is not None:
        message.estimate.FromNanoseconds(int(found.estimate.seconds * 1e9))
    return message
