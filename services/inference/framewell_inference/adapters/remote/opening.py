"""Opens model folders: what runs here is loaded, what runs elsewhere is reached where that is allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from framewell_inference.adapters.remote.chat_completions import ChatCompletionsModel
from framewell_inference.adapters.remote.open_inference import OpenInferenceModel
from framewell_inference.domain.tensors import InvalidInputError
from framewell_inference.ports.models import Model, ModelLoader, OnDemand
from framewell_models.folders import ModelFolder
from framewell_models.sources import encrypted, endpoint, scheme


@dataclass(frozen=True, slots=True)
class OpenFolder:
    """Makes the model of a folder.

    `hosts` are patterns of `host:port` that may be shown pictures of the house, `tokens` bearer tokens by
    `host:port`.
    """

    loader: ModelLoader
    hosts: Sequence[str] = ()
    tokens: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, folder: ModelFolder, on_demand: OnDemand | None = None) -> Model:
        """Return the model, `on_demand` as ModelLoader has it; one that runs elsewhere connects by itself.

        Blocks. Raises InvalidInputError, and ManifestError for unreadable labels.
        """
        manifest = folder.manifest
        if not manifest.remote:
            return self.loader.load(folder, on_demand=on_demand)
        where = endpoint(manifest.source)
        address = where["address"]
        if not any(fnmatchcase(address, pattern) for pattern in self.hosts):
            allowed = ", ".join(self.hosts) or "none"
            raise InvalidInputError(
                f"{address} is no host at which models may run (FRAMEWELL_INFERENCE_REMOTE_HOSTS: {allowed})"
            )
        token, tls = self.tokens.get(address, ""), encrypted(manifest.source)
        if scheme(manifest.source) == "openai":
            return ChatCompletionsModel(manifest, address, where["model"], where.get("path", ""), token, tls)
        version = where.get("version", "")
        return OpenInferenceModel(
            manifest, address, where["model"], version, token, tls, labels=folder.labels()
        )
