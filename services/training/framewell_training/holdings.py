"""What training holds of people, assets and holders of rights, store by store."""

from __future__ import annotations

from framewell_kit.holdings import Holding, Holdings
from framewell_training.steps.erase_models import EraseModels
from framewell_training.steps.take_away_sources import CARDS, CHECKPOINTS, GRAPHS, MANIFESTS, SOURCE_LISTS


def holdings(models: EraseModels) -> Holdings:
    """Return the table of the service.

    Tables of snapshots are read where dataset keeps them; a copy of one under way is a scratch file, which
    goes when it was read, and the process that trains has vectors in its memory alone.
    """
    return Holdings(
        (
            Holding("models", "which classes a model names, its measures and its lineage", models),
            Holding(
                "runs", "how a run ended, with the classes in its checks, and the objects it made", models
            ),
            Holding("sources", "which run read which class, asset and holder (by hash)", models),
            Holding(GRAPHS, "graphs of models: centroids are biometric templates", models),
            Holding(MANIFESTS, "manifests of models: ids of their classes", models),
            Holding(CARDS, "cards of models: measures of each class", models),
            Holding(SOURCE_LISTS, "ids of the assets and samples of a model", models),
            Holding(CHECKPOINTS, "weights of heads while a run trains", models),
            Holding("numbers", kept="versions of models: says nothing of anybody"),
            Holding("in_service", kept="which version serves since when: says nothing of anybody"),
            Holding(
                "snapshots", kept="that a snapshot was published and withdrawn, and where its tables lie"
            ),
        )
    )
