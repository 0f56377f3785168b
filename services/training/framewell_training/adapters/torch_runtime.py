"""torch, warm: imported, its threads set, its device chosen, one export done."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TorchRuntime:
    """A torch that is ready to train."""

    device: str
    version: str


class NoSuchDevice(Exception):
    """The device that was asked for is not here; the message says what is."""


def warm_up(device: str, threads: int) -> TorchRuntime:
    """Import torch (seconds), choose `auto`, `cpu` or `cuda`, and export one small head. Blocks.

    One thread is the default: the sums of these small products then come in one order, and the other
    cores stay with inference. Raises NoSuchDevice for `cuda` where there is none.
    """
    # Read by cuBLAS when it starts: without it its products are not the same twice.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    import numpy as np  # noqa: PLC0415 - imported in the thread that warms up, not with the service
    import torch  # noqa: PLC0415

    from framewell_training.adapters.onnx_graphs import OnnxExporter  # noqa: PLC0415
    from framewell_training.recipes.identity.heads import CentroidHead  # noqa: PLC0415

    torch.set_num_threads(threads)
    chosen = choose_device(device, cuda=torch.cuda.is_available())
    OnnxExporter().export(CentroidHead(np.eye(2, 128, dtype=np.float32)), np.eye(2, 128, dtype=np.float32))
    return TorchRuntime(chosen, torch.__version__)


def choose_device(wanted: str, *, cuda: bool) -> str:
    """`cuda` or `cpu`; `auto` takes CUDA where it is."""
    if wanted == "auto":
        return "cuda" if cuda else "cpu"
    if wanted == "cuda" and not cuda:
        raise NoSuchDevice(
            "FRAMEWELL_TRAINING_DEVICE is cuda, but torch sees no CUDA device here: set it to auto or cpu,"
            " or install a torch with CUDA and its driver"
        )
    return wanted
