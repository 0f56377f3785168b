"""`python -m framewell_training.adapters.training_worker FD`: one training, for `training_process`.

The only program of the mesh that imports torch. It ends with its training, and with the process that started
it.
"""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection

from framewell_training.adapters.training_process import (
    CUDA,
    FAILED,
    HEADS,
    KEEP,
    LATEST,
    NO_CUDA,
    LinearSettings,
)


class NoSuchDeviceError(Exception):
    """The device that was asked for is not here; the message says what is."""


@dataclass(frozen=True, slots=True)
class DistantCheckpoints:
    """Checkpoints kept by the process that started this one."""

    connection: Connection

    def latest(self) -> bytes | None:
        self.connection.send((LATEST,))
        state: bytes | None = self.connection.recv()
        return state

    def keep(self, epoch: int, epochs: int, state: bytes, loss: float) -> None:
        self.connection.send((KEEP, epoch, epochs, state, loss))
        self.connection.recv()


def main() -> None:
    """Do the one thing that is asked for over the connection, and end."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with Connection(int(sys.argv[1])) as connection:
        asked = connection.recv()
        # Read by cuBLAS when it starts: without it its products are not the same twice.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        import torch  # noqa: PLC0415 - takes seconds: what starts this process should be told first

        if asked is None:
            connection.send((CUDA, torch.cuda.is_available()))
            return
        from framewell_training.adapters.torch_linear import TorchLinearTrainer  # noqa: PLC0415

        settings, problem = asked
        torch.set_num_threads(settings.threads)
        try:
            chosen = choose_device(settings, cuda=torch.cuda.is_available())
        except NoSuchDeviceError as error:
            connection.send((FAILED, str(error)))
            return
        heads = TorchLinearTrainer(chosen, DistantCheckpoints(connection)).train(problem)
        connection.send((HEADS, heads))


def choose_device(settings: LinearSettings, *, cuda: bool) -> LinearSettings:
    """Return the settings with `cuda` or `cpu`; `auto` takes CUDA where it is. Raise NoSuchDeviceError."""
    if settings.device == "cuda" and not cuda:
        raise NoSuchDeviceError(NO_CUDA)
    return replace(settings, device="cuda" if settings.device != "cpu" and cuda else "cpu")


def _end_with_parent() -> None:
    """End this process when its standard input ends: whoever started it is gone."""
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main()
