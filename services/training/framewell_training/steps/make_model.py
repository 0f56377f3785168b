"""A head becomes a model folder: graph, manifest, card and the list of what it was made from."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from framewell.media.v1.media_pb2 import ObjectRef
from framewell.training.v1.training_pb2 import Lineage, LineageSources
from framewell_training.domain import completion
from framewell_training.domain.judgement import Judgement
from framewell_training.domain.models import Model
from framewell_training.domain.runs import Run
from framewell_training.domain.snapshots import Snapshot
from framewell_training.ports import ModelFolders, Note, RunRepository, Tables
from framewell_training.recipes.folder import About, card_of, manifest_of
from framewell_training.recipes.graphs import Graph, GraphExporter
from framewell_training.recipes.identity.parameters import IdentityParameters
from framewell_training.recipes.identity.recipe import Draft, Material


@dataclass(frozen=True, slots=True)
class Task:
    """A run under work, with everything it reads."""

    run: Run
    snapshot: Snapshot
    tables: Tables
    subjects: frozenset[str]
    parameters: IdentityParameters
    version: str
    began: float
    """When the attempt began, on the monotonic clock."""

    @property
    def name(self) -> str:
        return self.snapshot.model_name

    @property
    def material(self) -> Material:
        published = self.snapshot.published
        return Material(published.number, self.tables.photos, self.tables.background, published.embedding)


@dataclass(frozen=True, slots=True)
class MakeModel:
    """Stores a model's files; each is noted with the run before it is stored, so that none is ever lost."""

    runs: RunRepository
    folders: ModelFolders
    exporter: GraphExporter
    code_version: str
    least: int
    """Trials below which a rate counts as not measured."""

    async def __call__(self, task: Task, draft: Draft, judgement: Judgement, seconds: float) -> Model:
        """Return the model, its files stored. Raise GraphDiffers for a graph that is not the head."""
        vectors = task.tables.photos.vectors
        graph: Graph = await asyncio.to_thread(self.exporter.export, draft.head, vectors)
        lineage = await self.lineage(task)
        measures = completion.measures_of(draft.figures, self.least)
        about = About(
            name=task.name,
            version=task.version,
            run_id=task.run.run_id,
            draft=draft,
            judgement=judgement,
            measures=measures,
            lineage=lineage,
            graph=graph,
            dimensions=int(vectors.shape[1]),
        )
        note = self._note(task)
        folder = await self.folders.write(manifest_of(about), graph.onnx, card_of(about), note)
        made = completion.Made(folder, measures, graph.difference)
        return Model(
            name=task.name,
            version=task.version,
            kind=draft.kind.value,
            classes=draft.classes,
            snapshot_number=task.snapshot.published.number,
            completed=completion.done(task.run, judgement, lineage, seconds, made),
        )

    async def lineage(self, task: Task) -> Lineage:
        """Return what a model of the run is made from, all of it stored."""
        photos, published, key = task.tables.photos, task.snapshot.published, task.run.key
        learned = photos.keep(photos.learned)
        assets = set(photos.asset_ids) | set(task.tables.background.asset_ids)
        sources = LineageSources(asset_ids=sorted(assets), sample_ids=learned.sample_ids)
        return Lineage(
            snapshot_id=published.snapshot_id,
            manifest_sha256=published.manifest.sha256,
            recipe=key.recipe,
            parameters=key.parameters,
            seed=key.seed,
            embedding=published.embedding,
            sources=await self.folders.write_sources(sources, self._note(task)),
            asset_count=len(sources.asset_ids),
            sample_count=len(sources.sample_ids),
            code_version=self.code_version,
        )

    def _note(self, task: Task) -> Note:
        async def note(ref: ObjectRef) -> None:
            await self.runs.note_object(task.run.run_id, ref)

        return note
