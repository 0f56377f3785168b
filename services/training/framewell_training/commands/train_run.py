"""The work of a run: read the snapshot, learn, export, judge, promote, end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

from framewell.training.v1.training_pb2 import Lineage, LineageSources, TrainingCompleted
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause
from framewell_kit.outcomes import NotFound, NotYet, Rejected
from framewell_training.domain import completion
from framewell_training.domain.models import Deployment, Model
from framewell_training.domain.promotion import Judgement, PromotionCheck, Verdict
from framewell_training.domain.runs import Run, RunState, RunStopped, Step
from framewell_training.domain.snapshots import Snapshot
from framewell_training.ports import (
    DeploymentRepository,
    ModelFolders,
    ModelRepository,
    RunRepository,
    SnapshotRepository,
    SnapshotTables,
    Tables,
)
from framewell_training.recipes.folder import About, card_of, manifest_of
from framewell_training.recipes.graphs import Graph, GraphDiffers, GraphExporter
from framewell_training.recipes.identity.heads import HeadKind, Thresholds
from framewell_training.recipes.identity.linear import Checkpoints
from framewell_training.recipes.identity.parameters import IdentityParameters
from framewell_training.recipes.identity.recipe import Draft, IdentityRecipe, Incumbent, Learned, Material
from framewell_training.steps.promote_model import PromoteModel
from framewell_training.steps.request_run import RequestRun

MINOR = {Step.CENTROID: 0, Step.CHALLENGE: 1}
MOST_JUDGEMENTS = 3
"""How often a run is judged anew because what is in service changed meanwhile, before it waits."""


class RunContext(Protocol):
    """The context of one attempt at a run: its checkpoints."""

    @property
    def checkpoints(self) -> Checkpoints: ...

    async def forget_checkpoints(self) -> None:
        """Delete the checkpoints of a run that has ended."""
        ...


@dataclass(frozen=True, slots=True)
class _Task:
    """A run under work, with everything it reads."""

    run: Run
    snapshot: Snapshot
    tables: Tables
    parameters: IdentityParameters
    version: str

    @property
    def name(self) -> str:
        return self.snapshot.model_name

    @property
    def material(self) -> Material:
        return Material(self.snapshot.published.number, self.tables.photos, self.tables.background)


@dataclass(frozen=True, slots=True)
class TrainRun:
    """Do a run to its end. Killed at any moment and begun again it ends with the same measures.

    What a run decided stands in its model before anything is promoted, so a second worker promotes what
    the first one judged. Facts leave with the document that they are about.
    """

    runs: RunRepository
    snapshots: SnapshotRepository
    tables: SnapshotTables
    models: ModelRepository
    deployments: DeploymentRepository
    folders: ModelFolders
    recipe: IdentityRecipe
    exporter: GraphExporter
    promoter: PromoteModel
    request: RequestRun
    clock: Clock
    thresholds: Thresholds
    code_version: str

    async def __call__(self, run_id: str, context: RunContext, cause: Cause) -> None:
        """Do the run. Raise NotYet when it has to wait; after any error it may begin again."""
        run = await self.runs.get(run_id)
        if run is None:
            raise NotYet(f"run {run_id} is not registered yet")
        if run.state.ended:
            return
        try:
            await self._work(run, context, cause)
        except RunStopped as stopped:
            await self._fail(run, RunState.CANCELLED, stopped.code, stopped.reason, cause)
        except GraphDiffers as differs:
            await self._fail(run, RunState.FAILED, "graph_differs", str(differs), cause)
        except Rejected as refusal:
            await self._fail(run, RunState.FAILED, refusal.code, refusal.reason, cause)
        except NotFound as missing:
            await self._fail(run, RunState.FAILED, "object_missing", missing.reason, cause)
        await context.forget_checkpoints()

    async def _work(self, run: Run, context: RunContext, cause: Cause) -> None:
        began = self.clock.monotonic()
        await self.runs.report(run.run_id, "reads the snapshot", 0.0)
        task = await self._open(run)
        if not task.tables.photos.classes:
            await self._nothing_to_learn(task, cause)
        completed = await self._made_before(task)
        for _ in range(MOST_JUDGEMENTS):
            if completed is not None:
                break
            completed = await self._learn_and_promote(task, context, began, cause)
        if completed is None:
            raise NotYet(f"{task.name} was changed again and again while run {run.run_id} was judged")
        if run.key.step is Step.CENTROID:
            await self._follow_up(task, cause)
        owed = task.tables.owed if run.key.step is Step.CENTROID else ()
        also = completion.usage(run.run_id, owed, self.clock.now())
        await self.runs.end(run.run_id, RunState.DONE, completed, also, cause)

    async def _open(self, run: Run) -> _Task:
        snapshot = await self.snapshots.get(run.key.snapshot_id)
        if snapshot is None:
            raise NotYet(f"snapshot {run.key.snapshot_id} of run {run.run_id} is not known yet")
        if snapshot.withdrawn:
            raise RunStopped("snapshot_withdrawn", snapshot.withdrawn)
        tables = await self.tables.read(snapshot.published)
        number = await self.runs.number(snapshot.model_name, run.key)
        parameters = IdentityParameters.parse(run.key.parameters, self.thresholds)
        return _Task(run, snapshot, tables, parameters, f"{number}.{MINOR[run.key.step]}")

    async def _nothing_to_learn(self, task: _Task, cause: Cause) -> None:
        """Retire what is in service: an empty snapshot says that nobody may be known any more."""
        in_service = await self.deployments.get(task.name)
        newest = await self.snapshots.newest(task.snapshot.published.dataset_id)
        reason = f"snapshot {task.snapshot.published.number} holds no sample to learn from"
        if in_service.version and newest and newest.published.number <= task.snapshot.published.number:
            actor = completion.rule_actor("promotion", self.clock.now())
            fact = completion.retired(task.name, in_service.version, reason, actor, in_service.revision + 1)
            await self.deployments.retire(in_service, fact, cause)
            reason += f"; {task.name} was taken out of service"
        raise Rejected(reason, code="empty_snapshot")

    async def _made_before(self, task: _Task) -> TrainingCompleted | None:
        """Return what an earlier worker of this run promoted before it died, None when none did."""
        in_service = await self.deployments.get(task.name)
        model = await self.models.get(task.name, task.version)
        return model.completed if model is not None and task.version in in_service.history else None

    async def _learn_and_promote(
        self, task: _Task, context: RunContext, began: float, cause: Cause
    ) -> TrainingCompleted | None:
        """Make one pass from photos to a verdict. Return None when what is in service changed meanwhile."""
        in_service = await self.deployments.get(task.name)
        await self.runs.report(task.run.run_id, "learns", 0.1)
        learned = await self._learn(task, context, await self._incumbent(in_service))
        if task.run.key.step is Step.CENTROID:
            learned = _with_check(learned, await self._challenge_check(task))
        if learned.draft is None:
            lineage = await self._lineage(task)
            return completion.done(task.run, learned.judgement, lineage, self._since(began), None)
        await self.runs.report(task.run.run_id, "exports and compares", 0.9)
        model = await self._make(task, learned.draft, learned.judgement, began)
        await self.models.put(model)
        await self._still_allowed(model)
        await self.runs.report(task.run.run_id, "judged", 1.0)
        if learned.judgement.verdict is not Verdict.PROMOTED:
            return model.completed
        actor = completion.rule_actor("promotion", self.clock.now())
        entered = await self.promoter.enter(model, in_service, actor, cause)
        return model.completed if entered else None

    async def _learn(self, task: _Task, context: RunContext, incumbent: Incumbent | None) -> Learned:
        seed = task.run.key.seed
        if task.run.key.step is Step.CENTROID:
            return await _in_thread(
                lambda: self.recipe.learn_centroids(task.material, task.parameters, seed, incumbent)
            )
        return await _in_thread(
            lambda: self.recipe.challenge(
                task.material, task.parameters, seed, incumbent, context.checkpoints
            )
        )

    async def _incumbent(self, in_service: Deployment) -> Incumbent | None:
        model = await self.models.get(in_service.name, in_service.version) if in_service.version else None
        if model is None:
            return None
        sources = await self.folders.read_sources(model.completed.lineage.sources)
        return Incumbent(
            version=model.version,
            kind=HeadKind(model.kind),
            classes=model.classes,
            sample_ids=tuple(sources.sample_ids),
            snapshot_number=model.snapshot_number,
            withdrawn=model.withdrawn,
        )

    async def _make(self, task: _Task, draft: Draft, judgement: Judgement, began: float) -> Model:
        vectors = task.tables.photos.vectors
        graph: Graph = await _in_thread(lambda: self.exporter.export(draft.head, vectors))
        lineage = await self._lineage(task, with_background=draft.kind is not HeadKind.CENTROID)
        about = About(
            name=task.name,
            version=task.version,
            run_id=task.run.run_id,
            draft=draft,
            judgement=judgement,
            lineage=lineage,
            graph=graph,
            dimensions=int(vectors.shape[1]),
        )
        folder = await self.folders.write(manifest_of(about), graph.onnx, card_of(about))
        made = completion.Made(folder, draft.figures, graph.difference)
        return Model(
            name=task.name,
            version=task.version,
            kind=draft.kind.value,
            classes=draft.classes,
            holders=tuple(sorted({owed.holder for owed in task.tables.owed})),
            snapshot_number=task.snapshot.published.number,
            completed=completion.done(task.run, judgement, lineage, self._since(began), made),
        )

    async def _still_allowed(self, model: Model) -> None:
        """Look at the snapshot again once its model is stored.

        A withdrawal is stored before models are marked, and a model before this look: one of the two sees
        the other, whichever comes first.
        """
        snapshot = await self.snapshots.get(model.snapshot_id)
        if snapshot is not None and snapshot.withdrawn:
            reason = f"snapshot {model.snapshot_id} was withdrawn: {snapshot.withdrawn}"
            await self.models.withdraw(model, reason)
            raise RunStopped("snapshot_withdrawn", reason)

    async def _follow_up(self, task: _Task, cause: Cause) -> None:
        """Queue the challenge of this centroid, unless there is nothing to win."""
        if not await self._why_not(task):
            key = task.run.key.challenge()
            await self.request.queue(key, task.run.dataset_id, cause)

    async def _challenge_check(self, task: _Task) -> PromotionCheck:
        why_not = await self._why_not(task)
        return PromotionCheck("challengers_follow", not why_not, why_not or "Challengers are trained next.")

    async def _why_not(self, task: _Task) -> str:
        return await _in_thread(lambda: self.recipe.why_not_challenge(task.material, task.parameters))

    async def _lineage(self, task: _Task, *, with_background: bool = False) -> Lineage:
        photos, published, key = task.tables.photos, task.snapshot.published, task.run.key
        learned = photos.keep(photos.learned)
        assets = set(learned.asset_ids) | (
            set(task.tables.background.asset_ids) if with_background else set()
        )
        sources = LineageSources(asset_ids=sorted(assets), sample_ids=learned.sample_ids)
        return Lineage(
            snapshot_id=published.snapshot_id,
            manifest_sha256=published.manifest.sha256,
            recipe=key.recipe,
            parameters=key.parameters,
            seed=key.seed,
            embedding=published.embedding,
            sources=await self.folders.write_sources(sources),
            asset_count=len(sources.asset_ids),
            sample_count=len(sources.sample_ids),
            code_version=self.code_version,
        )

    async def _fail(self, run: Run, state: RunState, code: str, reason: str, cause: Cause) -> None:
        fact = completion.failed(run.run_id, run.dataset_id, code, reason)
        await self.runs.end(run.run_id, state, fact, (), cause)

    def _since(self, began: float) -> float:
        return self.clock.monotonic() - began


def _with_check(learned: Learned, check: PromotionCheck) -> Learned:
    judgement = Judgement(learned.judgement.verdict, (*learned.judgement.checks, check))
    return Learned(learned.draft, judgement)


# numpy lets go of the interpreter while it computes, so the event loop goes on meanwhile.
_in_thread = asyncio.to_thread
