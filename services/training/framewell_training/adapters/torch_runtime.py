"""torch, kept warm: imported in a thread while the service starts, its device chosen, one export done."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from framewell_kit.telemetry import logger
from framewell_training.domain.faces import Vectors
from framewell_training.recipes.graphs import Graph, GraphExporter
from framewell_training.recipes.identity.heads import Head
from framewell_training.recipes.identity.linear import Checkpoints, LinearTrainer
from framewell_training.recipes.identity.parameters import IdentityParameters

log = logger(__name__)

WARM_SECONDS: Final = 300.0
"""Longest that a run waits for torch; its import takes 3-5 s, more from a cold disk."""


class NoSuchDeviceError(Exception):
    """The device that was asked for is not here; the message says what is."""


@dataclass(frozen=True, slots=True)
class Torch:
    """A torch that is ready."""

    device: str
    version: str
    exporter: GraphExporter
    trainer: Callable[[IdentityParameters, int, Checkpoints], LinearTrainer]


class TorchRuntime:
    """Part of the service that warms torch up; GraphExporter and TrainerFactory for those who can wait.

    torch is imported here and nowhere else at run time, so the service answers while it loads.
    """

    name = "torch"

    def __init__(self, device: str, threads: int) -> None:
        self._device, self._threads = device, threads
        self._warm: Future[Torch] = Future()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="torch")

    async def start(self) -> None:
        """Begin to import; returns at once."""
        self._thread.submit(self._warm_up)

    async def stop(self, seconds: float) -> None:  # noqa: ARG002 - nothing here can be hurried
        """Wait for the import, which cannot be interrupted."""
        await asyncio.to_thread(self._thread.shutdown, wait=True)

    def waiting(self) -> str:
        """Why the service is not ready: torch still loads, or cannot be used."""
        if not self._warm.done():
            return "torch is being loaded"
        error = self._warm.exception()
        return str(error) if error is not None else ""

    def export(self, head: Head, probes: Vectors) -> Graph:
        """See GraphExporter; blocks until torch is warm."""
        return self._torch().exporter.export(head, probes)

    def trainer(self, parameters: IdentityParameters, seed: int, checkpoints: Checkpoints) -> LinearTrainer:
        """Return a trainer of linear heads. Blocks until torch is warm."""
        return self._torch().trainer(parameters, seed, checkpoints)

    def _torch(self) -> Torch:
        return self._warm.result(WARM_SECONDS)

    def _warm_up(self) -> None:
        began = time.monotonic()
        try:
            torch = warm_up(self._device, self._threads)
        except Exception as error:
            log.exception("torch cannot be used", reason=str(error))
            self._warm.set_exception(error)
            return
        log.info(
            "torch is warm",
            device=torch.device,
            version=torch.version,
            seconds=round(time.monotonic() - began, 1),
        )
        self._warm.set_result(torch)


def warm_up(device: str, threads: int) -> Torch:
    """Import torch, choose the device, export one small head. Blocks for seconds.

    One thread is the default: the sums of these small products then come in one order, and the other
    cores stay with inference. Raises NoSuchDeviceError for `cuda` where there is none.
    """
    # Read by cuBLAS when it starts: without it its products are not the same twice.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    import numpy as np  # noqa: PLC0415 - here, in the thread that warms up, not when the service starts
    import torch  # noqa: PLC0415

    from framewell_training.adapters.onnx_graphs import OnnxExporter  # noqa: PLC0415
    from framewell_training.adapters.torch_linear import (  # noqa: PLC0415
        LinearSettings,
        TorchLinearTrainer,
    )
    from framewell_training.recipes.identity.heads import CentroidHead  # noqa: PLC0415

    torch.set_num_threads(threads)
    chosen = choose_device(device, cuda=torch.cuda.is_available())
    exporter = OnnxExporter()
    exporter.export(CentroidHead(np.eye(2, 128, dtype=np.float32)), np.eye(2, 128, dtype=np.float32))

    def trainer(parameters: IdentityParameters, seed: int, checkpoints: Checkpoints) -> LinearTrainer:
        settings = LinearSettings(
            parameters.epochs, parameters.learning_rate, parameters.weight_decay, seed, chosen
        )
        return TorchLinearTrainer(settings, checkpoints)

    return Torch(chosen, str(torch.__version__), exporter, trainer)


def choose_device(wanted: str, *, cuda: bool) -> str:
    """`cuda` or `cpu`; `auto` takes CUDA where it is."""
    if wanted == "auto":
        return "cuda" if cuda else "cpu"
    if wanted == "cuda" and not cuda:
        raise NoSuchDeviceError(
            "FRAMEWELL_TRAINING_DEVICE is cuda, but torch sees no CUDA device here: set it to auto or cpu,"
            " or install a torch with CUDA and its driver"
        )
    return wanted
