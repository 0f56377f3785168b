"""The facts that say how a run ended and what went into service."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from framewell.mesh.v1.mesh_pb2 import Actor, Done, Failed, Outcome
from framewell.model.v1.model_pb2 import Measure, ModelPromoted, ModelRetired
from framewell.rights.v1.rights_pb2 import PAY_MODEL_PER_USE, PURPOSE_OWN_TRAINING, Payment
from framewell.training.v1.training_pb2 import (
    VERDICT_PROMOTED,
    VERDICT_REFUSED,
    VERDICT_UNSPECIFIED,
    VERDICT_WAITS,
    GateStep,
    Lineage,
    TrainingCompleted,
)
from framewell.usage.v1.usage_pb2 import UsageRecorded
from framewell_training.domain import gate
from framewell_training.domain.figures import Figures
from framewell_training.domain.models import Folder, Model
from framewell_training.domain.runs import Run
from framewell_training.domain.snapshots import Owed

VERDICTS = {
    gate.Verdict.PROMOTED: VERDICT_PROMOTED,
    gate.Verdict.WAITS: VERDICT_WAITS,
    gate.Verdict.REFUSED: VERDICT_REFUSED,
}

ON_HELD_OUT = "held_out"
"""What figures over all held-out photos were measured on."""


@dataclass(frozen=True, slots=True)
class Made:
    """A folder that a run made, how good it is and how near to torch."""

    folder: Folder
    figures: Figures
    onnx_difference: float


def done(
    run: Run, judgement: gate.Judgement, lineage: Lineage, seconds: float, made: Made | None
) -> TrainingCompleted:
    """A run that ended well; without a model when no challenger won."""
    completed = TrainingCompleted(
        run_id=run.run_id,
        dataset_id=run.dataset_id,
        outcome=Outcome(done=Done()),
        gate=[
            GateStep(check=step.check, passed=step.passed, sentence=step.sentence) for step in judgement.steps
        ],
        verdict=VERDICTS[judgement.verdict],
        lineage=lineage,
        seconds=seconds,
    )
    if made is not None:
        completed.model.CopyFrom(made.folder.model)
        completed.measures.extend(measures_of(made.figures))
        completed.manifest.CopyFrom(made.folder.manifest)
        completed.artefact.CopyFrom(made.folder.artefact)
        completed.card.CopyFrom(made.folder.card)
        completed.onnx_difference = made.onnx_difference
    return completed


def failed(run_id: str, dataset_id: str, code: str, detail: str) -> TrainingCompleted:
    """A run that was given up."""
    return TrainingCompleted(
        run_id=run_id,
        dataset_id=dataset_id,
        outcome=Outcome(failed=Failed(code=code, detail=detail)),
        verdict=VERDICT_UNSPECIFIED,
    )


def measures_of(figures: Figures) -> list[Measure]:
    """All figures of a model: over every held-out photo first, then the recall of each class."""
    overall = {
        "recall": figures.recall(figures.tried),
        "false_name_rate": figures.false_name_rate,
        "wrong_name_rate": figures.misnamed_rate,
        "photos": figures.photos,
        "strangers": figures.strangers,
    }
    return [
        *(Measure(name=name, value=value, on=ON_HELD_OUT) for name, value in overall.items()),
        *(Measure(name="recall", value=figures.recall_of(one), on=one) for one in sorted(figures.tried)),
        *(Measure(name="not_evaluated", value=1.0, on=one) for one in figures.not_evaluated),
    ]


def promoted(model: Model, actor: Actor, revision: int) -> ModelPromoted:
    """A version goes into service."""
    made = model.completed
    return ModelPromoted(
        name=model.name,
        version=model.version,
        manifest=made.manifest,
        artefact=made.artefact,
        measures=made.measures,
        actor=actor,
        run_id=made.run_id,
        revision=revision,
    )


def retired(name: str, version: str, reason: str, actor: Actor, revision: int) -> ModelRetired:
    """A name goes out of service."""
    return ModelRetired(name=name, version=version, reason=reason, actor=actor, revision=revision)


def usage(run_id: str, owed: Iterable[Owed], used_at: datetime) -> list[UsageRecorded]:
    """One use of every sample that is paid per use. A challenge is no second use: it is the same training."""
    recorded = []
    for one in owed:
        fact = UsageRecorded(
            holder=one.holder,
            use_id=f"run:{run_id}",
            sample_id=one.sample_id,
            asset_id=one.asset_id,
            purpose=PURPOSE_OWN_TRAINING,
            quantity="1",
            rate=Payment(model=PAY_MODEL_PER_USE, amount=one.amount, currency=one.currency),
            statement=one.statement,
        )
        fact.used_at.FromDatetime(used_at)
        recorded.append(fact)
    return recorded


def rule_actor(rule: str, now: datetime) -> Actor:
    """A decision made by a rule of this service."""
    actor = Actor(principal=f"rule:{rule}", authority="rule")
    actor.decided_at.FromDatetime(now)
    return actor
