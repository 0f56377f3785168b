"""Settings of the inference service, prefix `FRAMEWELL_INFERENCE_`."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from framewell_inference.domain.devices import Device
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
    live_budget: float = Field(
        0.0,
        ge=0,
        le=100,
        description="Seconds of analysis that a second of a live programme may take once analysis lags; what "
        "does not fit is skipped, the dearest analyser first, and said. 0: everything is looked at, late.",
    )
    chunk_seconds: float = Field(
        120.0,
        gt=0,
        le=3600,
        description="Seconds that a declared model may take for the pictures of one chunk; then it is ended "
        "there, and what waits behind it goes on.",
    )
    make_up: bool = Field(
        True,
        description="Whether what a live budget skipped is looked at afterwards, below all other work.",
    )
    live_lag: float = Field(
        60.0,
        ge=0,
        le=3600,
        description="Seconds that a chunk of a live programme may wait before the budget counts.",
    )
    oip_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Port of the Open Inference Protocol; 0: port base + 29.",
    )
    oip_requests: int = Field(
        256,
        ge=1,
        le=4096,
        description="Requests of the Open Inference Protocol that are held at once; more are refused.",
    )
    oip_streams: int = Field(
        1000,
        ge=1,
        le=20_000,
        description="Streams of the Open Inference Protocol that may be open; an idle one costs a thread.",
    )
    runs: int = Field(
        default_factory=lambda: max(2, os.cpu_count() or 2),
        ge=1,
        le=256,
        description="Runs of models at once, all together; of a model from outside, its processes.",
    )
    queue: int = Field(
        128,
        ge=1,
        le=4096,
        description="Requests of clients that may wait for one model; more are refused.",
    )
    memory_mib: int = Field(
        0,
        ge=0,
        description="What loaded models may hold together; 0: half of the machine's memory. "
        "Above it the least recently used one leaves, and comes back at its next run.",
    )
    trusted_models: str = Field(
        "",
        description="Names of models from outside, * for anything, that run inside the process: "
        "about a millisecond faster, and nobody can end what does not end by itself.",
    )
    device: Device = Field(
        Device.AUTO,
        description="Where models run: auto (a GPU where ONNX Runtime has one), cpu, cuda, or tensorrt, with "
        "which the first run of a model takes minutes. Where it cannot be had, the CPU, and that is told.",
    )
    model_mib: int = Field(
        4096,
        ge=1,
        le=65536,
        description="Largest model folder that is taken in, in MiB.",
    )
    languages: str = Field(
        "",
        description="Languages that may be spoken, by their codes (de, en), separated by commas; none: any "
        "of 99. With them a transcript takes none for another.",
    )
    remote_hosts: str = Field(
        "",
        description="Hosts at which models may run and be shown pictures, host:port, * for anything, "
        "separated by commas; none: no model runs elsewhere.",
    )
    remote_tokens: dict[str, SecretStr] = Field(
        default_factory=dict,
        description='Bearer tokens of these hosts: {"host:port": "token"}; no manifest may hold one.',
    )
