"""Settings of the inference service, prefix `FRAMEWELL_INFERENCE_`."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from framewell_kit.settings import ServiceSettings
from framewell_models.folders import default_root


class InferenceSettings(ServiceSettings):
    """Settings of one inference process."""

    model_config = SettingsConfigDict(env_prefix="FRAMEWELL_INFERENCE_", frozen=True, extra="ignore")

    models: Path = Field(
        default_factory=default_root,
        description="Folder of the model weights, filled by `framewell models pull`; or FRAMEWELL_MODELS.",
    )
    threads: int = Field(
        1,
        ge=1,
        le=64,
        description="Threads one run of a model may use; with several chunks at once, 1 is fastest.",
    )
    chunks: int = Field(1, ge=1, le=64, description="Chunks this process analyses at once.")
    oip_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Port of the Open Inference Protocol; 0: port base + 29.",
    )
    oip_threads: int = Field(
        default_factory=lambda: max(2, os.cpu_count() or 2),
        ge=1,
        le=256,
        description="Requests of the Open Inference Protocol that run at once.",
    )
