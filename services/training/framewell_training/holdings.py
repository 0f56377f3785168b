"""What training holds of people, assets and holders of rights, store by store."""

from framewell_kit.holdings import Holding, Holdings
from framewell_training.steps.erase_models import EraseModels

WITHOUT_NAMES = "ids of samples and classes, without a name, a picture or a vector"


def holdings(models: EraseModels) -> Holdings:
    """Return the table of the service. All files of a model are counted with its graph."""
    return Holdings(
        (
            Holding("models", "which classes a model names; that it was withdrawn stays", models),
            Holding("objects/application/x-onnx", "graphs of models: centroids are templates", models),
            Holding("objects/application/yaml", "manifests of models", models),
            Holding("objects/text/markdown", "cards of models", models),
            Holding("objects/application/protobuf", kept=f"sources of models: {WITHOUT_NAMES}"),
            Holding("objects/application/octet-stream", kept="states of runs, until they end"),
            Holding("runs", kept=f"what was trained when: {WITHOUT_NAMES}"),
            Holding("numbers", kept="versions of models: says nothing of anybody"),
            Holding("in_service", kept="which version serves: says nothing of anybody"),
            Holding("snapshots", kept=f"what was published: {WITHOUT_NAMES}"),
        )
    )
