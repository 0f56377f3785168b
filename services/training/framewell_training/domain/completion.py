"""The facts about how a run ended and what went into service."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from framewell.mesh.v1.mesh_pb2 import Actor, ModelVersion
from framewell.model.v1.model_pb2 import Measure, ModelHeld, ModelPromoted, ModelRetired
from framewell.rights.v1.rights_pb2 import PAY_MODEL_PER_USE, PURPOSE_OWN_TRAINING, Payment, StatementRef
from framewell.training.v1.training_pb2 import (
    VERDICT_PROMOTED,
    VERDICT_REFUSED,
    VERDICT_UNSPECIFIED,
    VERDICT_WAITS,
    ComparedRate,
    Lineage,
    ModelComparison,
    PromotionCheck,
    TrainingCompleted,
)
from framewell.usage.v1.usage_pb2 import UsageRecorded
from framewell_contracts.sentences import Sentence, say, wording_of
from framewell_kit import outcome_messages
from framewell_training.domain.figures import Figures, Rate
from framewell_training.domain.judgement import Judgement, Reference, Verdict
from framewell_training.domain.models import Folder, Hold, Model
from framewell_training.domain.runs import Run
from framewell_training.domain.snapshots import Owed

VERDICTS = {
    Verdict.PROMOTED: VERDICT_PROMOTED,
    Verdict.WAITS: VERDICT_WAITS,
    Verdict.REFUSED: VERDICT_REFUSED,
}
PHOTOS = say("tried.photos", "held-out photos")
STRANGERS = say("tried.strangers", "people whom it does not know")
"""What a rate is counted over."""


@dataclass(frozen=True, slots=True)
class Made:
    """A model folder that a run made, its measures, and how far the graph is off its head at most."""

    folder: Folder
    measures: Sequence[Measure]
    onnx_difference: float


def done(
    run: Run, judgement: Judgement, lineage: Lineage, seconds: float, made: Made | None
) -> TrainingCompleted:
    """Return training.completed for a run that ended well; without a model when no challenger won."""
    completed = TrainingCompleted(
        run_id=run.run_id,
        dataset_id=run.dataset_id,
        outcome=outcome_messages.done(),
        checks=[
            PromotionCheck(
                check=check.check,
                passed=check.passed,
                sentence=check.sentence,
                wording=wording_of(check.sentence),
            )
            for check in judgement.checks
        ],
        verdict=VERDICTS[judgement.verdict],
        lineage=lineage,
    )
    completed.duration.FromNanoseconds(int(seconds * 1e9))
    if judgement.against is not None:
        completed.comparison.CopyFrom(compared(judgement.against))
    if made is not None:
        completed.model.CopyFrom(made.folder.model)
        completed.measures.extend(made.measures)
        completed.manifest.CopyFrom(made.folder.manifest)
        completed.artefact.CopyFrom(made.folder.artefact)
        completed.card.CopyFrom(made.folder.card)
        completed.onnx_difference = made.onnx_difference
    return completed


def compared(reference: Reference) -> ModelComparison:
    """Return a candidate beside what was in service when it was judged: counts over the same trials."""
    found = reference.comparison
    if found is None:
        return ModelComparison(
            version=reference.version,
            why_not=reference.why_not,
            why_not_wording=wording_of(reference.why_not),
        )
    pairs = (
        ("recall", found.found),
        ("wrong_name_rate", found.wrong),
        ("false_name_rate", found.strangers),
    )
    return ModelComparison(
        version=reference.version,
        rates=[
            ComparedRate(
                name=name,
                trials=one.of,
                candidate_count=one.candidate.count,
                in_service_count=one.reference.count,
                certain=one.surely_more or one.surely_less,
            )
            for name, one in pairs
        ],
        class_count=len(found.shared),
        programme_count=len(found.programmes),
    )


def failed(run_id: str, dataset_id: str, code: str, detail: str) -> TrainingCompleted:
    """Return training.completed for a run that was given up."""
    return TrainingCompleted(
        run_id=run_id,
        dataset_id=dataset_id,
        outcome=outcome_messages.failed(code, detail),
        verdict=VERDICT_UNSPECIFIED,
    )


def without_sources(completed: TrainingCompleted) -> TrainingCompleted:
    """Return what may be kept of a run whose sources were erased: no class, no file, no list of sources."""
    kept = TrainingCompleted()
    kept.CopyFrom(completed)
    for field in ("checks", "manifest", "artefact", "card"):
        kept.ClearField(field)
    kept.lineage.ClearField("sources")
    return kept


def measures_of(figures: Figures, least: int) -> list[Measure]:
    """Return the rates of a model; those of single classes stand in its card.

    A rate over fewer than `least` trials counts as not measured.
    """
    overall = (
        ("recall", figures.recalled, PHOTOS),
        ("wrong_name_rate", figures.wrongly_named, PHOTOS),
        ("false_name_rate", figures.strangers, STRANGERS),
    )
    return [_measure(name, rate, what, least) for name, rate, what in overall]


def _measure(name: str, rate: Rate, what: Sentence, least: int) -> Measure:
    why_not = "" if rate.of >= least else why_not_measured(rate.of, what, least)
    return Measure(
        name=name,
        value=rate.value,
        sample_count=rate.of,
        low=rate.low,
        high=rate.high,
        not_measured=why_not,
        not_measured_wording=wording_of(why_not),
    )


def why_not_measured(tried: int, what: Sentence, least: int) -> Sentence:
    """Return why so few trials are no measurement."""
    return say(
        "not_measured",
        "{tried} {what} were tried; {least} are needed, since of fewer a single one moves the rate by more"
        " than {share}.",
        tried=tried, what=what, least=least, share=f"{1 / least:.0%}",
    )  # fmt: skip


def promoted(model: Model, actor: Actor, revision: int, reason: str = "") -> ModelPromoted:
    """Return model.promoted: a version goes into service, and with it the embedding that it reads.

    `reason` are the words of the person who decided it; a rule has none.
    """
    made = model.completed
    return ModelPromoted(
        model=ModelVersion(name=model.name, version=model.version),
        manifest=made.manifest,
        artefact=made.artefact,
        measures=made.measures,
        actor=actor,
        run_id=made.run_id,
        revision=revision,
        embedding=made.lineage.embedding,
        reason=reason,
    )


def held(model: Model, hold: Hold, *, now: bool) -> ModelHeld:
    """Return model.held: a person holds a version back, or releases it where not `now`."""
    version = ModelVersion(name=model.name, version=model.version)
    return ModelHeld(model=version, held=now, reason=hold.reason, actor=hold.actor, revision=model.holds + 1)


def retired(name: str, version: str, reason: str, actor: Actor, revision: int) -> ModelRetired:
    """Return model.retired: a name goes out of service."""
    model = ModelVersion(name=name, version=version)
    return ModelRetired(
        model=model, reason=reason, wording=wording_of(reason), actor=actor, revision=revision
    )


def usage(run_id: str, owed: Iterable[Owed], used_at: datetime) -> list[UsageRecorded]:
    """Return one use per sample that is paid per use.

    A challenge is no second use: it belongs to the same training.
    """
    recorded = []
    for one in owed:
        fact = UsageRecorded(
            holder=one.holder,
            run_id=run_id,
            sample_id=one.sample_id,
            asset_id=one.asset_id,
            purpose=PURPOSE_OWN_TRAINING,
            quantity="1",
            rate=Payment(model=PAY_MODEL_PER_USE, amount=one.amount, currency=one.currency),
            statement=StatementRef(issuer=one.issuer, statement_id=one.statement_id, revision=one.revision),
        )
        fact.used_at.FromDatetime(used_at)
        recorded.append(fact)
    return recorded


def rule_actor(rule: str, now: datetime) -> Actor:
    """Return the actor of a decision that a rule of this service made."""
    actor = Actor(principal=f"rule:{rule}", authority="rule")
    actor.decided_at.FromDatetime(now)
    return actor
