"""The work of a run: read the snapshot, learn, export, judge, promote, end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from framewell.training.v1.training_pb2 import TrainingCompleted
from framewell_contracts.sentences import say
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Conflict, NotFound, NotYet, Rejected
from framewell_training.domain import completion
from framewell_training.domain.judgement import PromotionCheck, Verdict
from framewell_training.domain.models import Deployment, Model, unusable
from framewell_training.domain.runs import (
    ERASED,
    EXPORTS,
    JUDGED,
    LEARNS,
    READS,
    Run,
    RunState,
    RunStopped,
    Step,
)
from framewell_training.ports import (
    DeploymentRepository,
    ModelRepository,
    RunRepository,
    SnapshotRepository,
    SnapshotTables,
    SourceRepository,
)
from framewell_training.recipes.graphs import GraphDiffers
from framewell_training.recipes.identity.heads import Thresholds
from framewell_training.recipes.identity.linear import Checkpoints
from framewell_training.recipes.identity.parameters import IdentityParameters
from framewell_training.recipes.identity.recipe import IdentityRecipe, Learned, UnusableHead
from framewell_training.steps.ask_permission import AskPermission, NotAllowed
from framewell_training.steps.make_model import MakeModel, Task
from framewell_training.steps.promote_model import PromoteModel
from framewell_training.steps.read_incumbent import ReadIncumbent
from framewell_training.steps.request_run import RequestRun
from framewell_training.steps.take_away_sources import TakeAwaySources

MINOR = {Step.CENTROID: 0, Step.CHALLENGE: 1}
CHALLENGERS_FOLLOW = "challengers_follow"
_FOLLOW: Final = say("check.challengers_follow", "Challengers are trained next.")
"""The check that says whether there is something to win."""
MOST_JUDGEMENTS = 3
"""How often a run is judged anew because what is in service changed meanwhile, before it waits."""


class RunContext(Protocol):
    """The context of one attempt at a run: its checkpoints."""

    @property
    def checkpoints(self) -> Checkpoints: ...

    def guard(self, ask: Callable[[], Awaitable[None]]) -> None:
        """Have `ask` called before every checkpoint: it raises RunStopped when the run must not go on."""
        ...

    async def forget_checkpoints(self) -> None:
        """Delete the checkpoints of a run that has ended."""
        ...


@dataclass(frozen=True, slots=True)
class TrainRun:
    """Do a run to its end. Killed at any moment and begun again it ends with the same measures.

    What a run decided stands in its model before anything is promoted, so a second worker promotes what
    the first one judged. Facts leave with the document that they are about. Whether snapshot, classes, assets
    and holders may still be used is asked at the start, at every checkpoint, when the model is stored and not
    yet shown, and when it is about to enter service.
    """

    runs: RunRepository
    snapshots: SnapshotRepository
    tables: SnapshotTables
    sources: SourceRepository
    models: ModelRepository
    deployments: DeploymentRepository
    recipe: IdentityRecipe
    make: MakeModel
    incumbent: ReadIncumbent
    ask: AskPermission
    take_away: TakeAwaySources
    promoter: PromoteModel
    request: RequestRun
    clock: Clock
    thresholds: Thresholds

    async def __call__(self, run_id: str, context: RunContext, cause: Cause) -> None:
        """Do the run. Raise NotYet when it has to wait; after any error it may begin again."""
        run = await self.runs.get(run_id)
        if run is None:
            raise NotYet(say("run_not_registered", "run {run_id} is not registered yet", run_id=run_id))
        if run.state.ended:
            return
        try:
            await self._work(run, context, cause)
        except RunStopped as stopped:
            if stopped.code == ERASED:
                await self.take_away.forget(run_id)
            await self._fail(run, RunState.CANCELLED, stopped.code, stopped.reason, cause)
        except GraphDiffers as differs:
            await self._fail(run, RunState.FAILED, "graph_differs", differs.reason, cause)
        except UnusableHead as unusable:
            await self._fail(run, RunState.FAILED, "unusable_head", unusable.reason, cause)
        except Rejected as refusal:
            await self._fail(run, RunState.FAILED, refusal.code, refusal.reason, cause)
        except NotFound as missing:
            await self._fail(run, RunState.FAILED, "object_missing", missing.reason, cause)
        await context.forget_checkpoints()

    async def _work(self, run: Run, context: RunContext, cause: Cause) -> None:
        task = await self._open(run)
        context.guard(lambda: self._ask(task))
        if not task.tables.photos.classes:
            await self._nothing_to_learn(task, cause)
        completed = await self._made_before(task)
        for _ in range(MOST_JUDGEMENTS):
            if completed is not None:
                break
            completed = await self._learn_and_promote(task, context, cause)
        if completed is None:
            raise NotYet(
                say(
                    "promoted_meanwhile",
                    "{name} was changed again and again while run {run_id} was judged",
                    name=task.name,
                    run_id=run.run_id,
                )
            )
        if run.key.step is Step.CENTROID:
            await self._follow_up(task, completed, cause)
        owed = task.tables.owed if run.key.step is Step.CENTROID else ()
        also = completion.usage(run.run_id, owed, self.clock.now())
        await self.runs.end(run.run_id, RunState.DONE, completed, also, cause)

    async def _open(self, run: Run) -> Task:
        """Read the snapshot, note what of, and ask: so an erasure either finds the run or is found here."""
        began = self.clock.monotonic()
        snapshot = await self.snapshots.get(run.key.snapshot_id)
        if snapshot is None:
            raise NotYet(
                say(
                    "snapshot_not_known",
                    "snapshot {snapshot_id} of run {run_id} is not known yet",
                    snapshot_id=run.key.snapshot_id,
                    run_id=run.run_id,
                )
            )
        await self.runs.report(run.run_id, READS, 0.0)
        await self.ask.for_run(run.key.snapshot_id, ())
        tables = await self.tables.read(snapshot.published)
        number = await self.runs.number(snapshot.model_name, run.key)
        parameters = IdentityParameters.parse(run.key.parameters, self.thresholds)
        version = f"{number}.{MINOR[run.key.step]}"
        task = Task(run, snapshot, tables, self.ask.subjects(tables), parameters, version, began)
        await self.sources.note(run.run_id, task.subjects)
        await self._ask(task)
        return task

    async def _ask(self, task: Task) -> None:
        await self.ask.for_run(task.run.key.snapshot_id, task.subjects)

    async def _nothing_to_learn(self, task: Task, cause: Cause) -> None:
        """Retire what is in service: an empty snapshot says that nobody may be known any more."""
        in_service = await self.deployments.get(task.name)
        newest = await self.snapshots.newest(task.snapshot.published.dataset_id)
        number = task.snapshot.published.number
        reason = say("empty_snapshot", "snapshot {number} holds no sample to learn from", number=number)
        if in_service.version and newest and newest.published.number <= number:
            await self.promoter.retire(in_service, reason, cause)
            reason = say(
                "empty_snapshot.retired",
                "{why}; {model} was taken out of service",
                why=reason,
                model=task.name,
            )
        raise Rejected(reason, code="empty_snapshot")

    async def _made_before(self, task: Task) -> TrainingCompleted | None:
        """Return what an earlier worker of this run promoted before it died, None when none did."""
        in_service = await self.deployments.get(task.name)
        model = await self.models.get(task.name, task.version)
        return model.completed if model is not None and task.version in in_service.entered else None

    async def _learn_and_promote(
        self, task: Task, context: RunContext, cause: Cause
    ) -> TrainingCompleted | None:
        """Make one pass from photos to a verdict. Return None when what is in service changed meanwhile."""
        in_service = await self.deployments.get(task.name)
        await self.runs.report(task.run.run_id, LEARNS, 0.1)
        learned = await self._learn(task, context, in_service)
        if task.run.key.step is Step.CENTROID:
            learned = _with_check(learned, await self._challenge_check(task))
        if learned.draft is None:
            lineage = await self.make.lineage(task)
            return completion.done(task.run, learned.judgement, lineage, self._since(task), None)
        await self.runs.report(task.run.run_id, EXPORTS, 0.9)
        await self._ask(task)
        model = await self.make(task, learned.draft, learned.judgement, self._since(task))
        await self._show(task, model)
        await self.runs.report(task.run.run_id, JUDGED, 1.0)
        if learned.judgement.verdict is not Verdict.PROMOTED:
            return model.completed
        actor = completion.rule_actor("promotion", self.clock.now())
        try:
            entered = await self.promoter.enter(model, in_service, actor, cause)
        except NotAllowed as refusal:
            raise RunStopped(refusal.code, refusal.reason) from refusal
        except Conflict as damaged:
            raise Rejected(damaged.reason, code="unusable_model") from damaged
        return model.completed if entered else None

    async def _learn(self, task: Task, context: RunContext, in_service: Deployment) -> Learned:
        key = task.run.key
        incumbent = await self.incumbent(in_service, key.snapshot_id, dict(key.parameters))
        if key.step is Step.CENTROID:
            return await _in_thread(
                lambda: self.recipe.learn_centroids(task.material, task.parameters, incumbent)
            )
        return await _in_thread(
            lambda: self.recipe.challenge(
                task.material, task.parameters, key.seed, incumbent, context.checkpoints
            )
        )

    async def _show(self, task: Task, model: Model) -> None:
        """Store the model as a draft, ask once more, and show it. Raise RunStopped if it may not be used."""
        await self.models.put(model)
        try:
            await self._ask(task)
        except RunStopped as refusal:
            await self.models.withdraw(model, refusal.reason)
            raise
        if not await self.models.show(model):
            found = await self.models.get(model.name, model.version)
            reason = found.withdrawn if found is not None else say("withdrawn.gone", "it is gone")
            raise RunStopped("model_withdrawn", unusable(model.ref, reason))

    async def _follow_up(self, task: Task, completed: TrainingCompleted, cause: Cause) -> None:
        """Queue the challenge of this centroid, unless there is nothing to win."""
        if any(one.check == CHALLENGERS_FOLLOW and one.passed for one in completed.checks):
            key = task.run.key.challenge()
            await self.request.queue(key, task.run.dataset_id, cause, task.run.requested_by)

    async def _challenge_check(self, task: Task) -> PromotionCheck:
        why_not = await _in_thread(lambda: self.recipe.why_not_challenge(task.material, task.parameters))
        return PromotionCheck(CHALLENGERS_FOLLOW, not why_not, why_not or _FOLLOW)

    async def _fail(self, run: Run, state: RunState, code: str, reason: str, cause: Cause) -> None:
        fact = completion.failed(run.run_id, run.dataset_id, code, reason)
        await self.runs.end(run.run_id, state, fact, (), cause)

    def _since(self, task: Task) -> float:
        return self.clock.monotonic() - task.began


def _with_check(learned: Learned, check: PromotionCheck) -> Learned:
    judgement = learned.judgement
    return Learned(learned.draft, replace(judgement, checks=(*judgement.checks, check)))


# numpy lets go of the interpreter while it computes, so the event loop goes on meanwhile.
_in_thread = asyncio.to_thread
