"""The model in service as inference serves it: its graph, its thresholds, its classes."""

from __future__ import annotations

from dataclasses import dataclass

from framewell_kit.outcomes import NotFound
from framewell_training.domain.judgement import not_comparable
from framewell_training.domain.models import Deployment, Model
from framewell_training.ports import ModelFiles, ModelFolders, ModelRepository, UnreadableModel
from framewell_training.recipes.graphs import GraphReader, UnreadableGraph
from framewell_training.recipes.identity.heads import HeadKind, Thresholds
from framewell_training.recipes.identity.recipe import Incumbent


@dataclass(frozen=True, slots=True)
class ReadIncumbent:
    """Reads the files of what is in service. One that cannot be run says why instead of answering."""

    models: ModelRepository
    folders: ModelFolders
    graphs: GraphReader

    async def __call__(
        self, in_service: Deployment, snapshot_id: str, parameters: dict[str, str]
    ) -> Incumbent | None:
        """Return what a candidate from the snapshot is judged against, None when nothing serves."""
        model = await self.models.get(in_service.name, in_service.version) if in_service.version else None
        if model is None:
            return None
        replaced = ""
        if in_service.left is not None and in_service.left.snapshot_number > model.snapshot_number:
            replaced = in_service.left.reason
        try:
            files = await self.folders.read(model)
            lineage = model.completed.lineage
            sources = await self.folders.read_sources(lineage.sources)
            return Incumbent(
                version=model.version,
                classes=model.classes,
                snapshot_number=model.snapshot_number,
                sample_ids=tuple(sources.sample_ids),
                embedding=str(files.manifest.embedding),
                thresholds=_thresholds(files),
                distances=self.graphs.read(files.graph),
                same_centroid=(model.kind, lineage.snapshot_id, dict(lineage.parameters))
                == (HeadKind.CENTROID, snapshot_id, parameters),
                replaced=replaced,
            )
        except (UnreadableModel, UnreadableGraph, NotFound) as error:
            return _unreadable(model, error.reason, replaced)


def _thresholds(files: ModelFiles) -> Thresholds:
    found = files.manifest.thresholds
    return Thresholds(found.get("hit", 0.0), found.get("review", 0.0), found.get("margin", 0.0))


def _unreadable(model: Model, reason: str, replaced: str) -> Incumbent:
    return Incumbent(
        version=model.version,
        classes=model.classes,
        snapshot_number=model.snapshot_number,
        sample_ids=(),
        embedding="",
        thresholds=Thresholds(0.0, 0.0),
        distances=None,
        why_not=not_comparable(model.version, reason),
        replaced=replaced,
    )
