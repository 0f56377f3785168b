"""torch in a process of its own, there only while something is trained.

With torch in memory the service took 740 MB while it waited for work; the import takes 3 to 5 s, which a
training of minutes does not feel, and what torch holds is given back when it ends. A training that the kernel
kills for its memory leaves the service, its leases and its other runs as they were.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, Final

from framewell_kit.telemetry import logger
from framewell_training.recipes.identity.heads import LinearHead
from framewell_training.recipes.identity.linear import Checkpoints, LinearProblem, LinearTrainer
from framewell_training.recipes.identity.parameters import IdentityParameters

log = logger(__name__)

WORKER: Final = "framewell_training.adapters.training_worker"

NO_CUDA: Final = (
    "FRAMEWELL_TRAINING_DEVICE is cuda, but torch sees no CUDA device here: set it to auto or cpu,"
    " or install a torch with CUDA and its driver"
)


class TrainingProcessEnded(Exception):
    """The process ended in the middle of its work; the message says how. Its last checkpoint is kept."""


@dataclass(frozen=True, slots=True)
class LinearSettings:
    """How to train. `device` is `auto`, `cpu` or `cuda`; `threads` are torch's on the CPU.

    One thread is the default: the sums of these small products then come in one order, and the other cores
    stay with inference.
    """

    epochs: int
    learning_rate: float
    weight_decay: float
    seed: int
    device: str
    threads: int = 1


# What the worker sends, as tuples of a word and its values; it is answered where that is noted.
LATEST, KEEP, HEADS, FAILED, CUDA = "latest", "keep", "heads", "failed", "cuda"
"""latest() -> bytes or None; keep(epoch, epochs, state, loss) -> None; heads(heads); failed(reason);
cuda(seen)."""


class TorchProcesses:
    """Makes trainers whose torch runs in processes of their own. Part of the service: it knows the device.

    Only where CUDA is asked for by name is it looked for at the start: the service is not ready without it.
    """

    name = "torch"

    def __init__(self, device: str, threads: int) -> None:
        self._device, self._threads = device, threads
        self._reason = ""
        self._looking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Look for CUDA where it is asked for; returns at once."""
        if self._device == "cuda":
            self._reason = "torch is being asked for CUDA"
            self._looking = asyncio.create_task(self._look())

    async def stop(self, seconds: float) -> None:  # noqa: ARG002 - nothing here takes long
        """Look no more."""
        if self._looking is not None:
            self._looking.cancel()

    def waiting(self) -> str:
        """Return why the service is not ready: the device asked for is missing, or not known yet."""
        return self._reason

    def trainer(self, parameters: IdentityParameters, seed: int, checkpoints: Checkpoints) -> LinearTrainer:
        """Return a trainer of linear heads."""
        settings = LinearSettings(
            parameters.epochs,
            parameters.learning_rate,
            parameters.weight_decay,
            seed,
            self._device,
            self._threads,
        )
        return ProcessLinearTrainer(settings, checkpoints)

    async def _look(self) -> None:
        try:
            self._reason = "" if await asyncio.to_thread(cuda_is_there) else NO_CUDA
        except TrainingProcessEnded as error:
            self._reason = f"torch cannot be used: {error}"
        if self._reason:
            log.error("torch cannot be used", reason=self._reason)


@dataclass(frozen=True, slots=True)
class ProcessLinearTrainer:
    """LinearTrainer in a process that ends with the training.

    Raise TrainingProcessEnded when it ends before: called again, the training goes on after the last
    checkpoint.
    """

    settings: LinearSettings
    checkpoints: Checkpoints

    def train(self, problem: LinearProblem) -> tuple[LinearHead, ...]:
        with _worker() as (process, connection):
            log.info("a training begins in a process of its own", pid=process.pid)
            _send(process, connection, (self.settings, problem))
            while True:
                match _receive(process, connection):
                    case (str(word),) if word == LATEST:
                        _send(process, connection, self.checkpoints.latest())
                    case (str(word), epoch, epochs, state, loss) if word == KEEP:
                        self.checkpoints.keep(epoch, epochs, state, loss)  # RunStopped ends the process
                        _send(process, connection, None)
                    case (str(word), heads) if word == HEADS:
                        return tuple(heads)
                    case (str(word), reason) if word == FAILED:
                        raise TrainingProcessEnded(reason)


def cuda_is_there() -> bool:
    """Return whether torch sees a CUDA device. Blocks for seconds. Raise TrainingProcessEnded."""
    with _worker() as (process, connection):
        _send(process, connection, None)
        match _receive(process, connection):
            case (str(word), seen) if word == CUDA:
                return bool(seen)
            case answer:
                raise TrainingProcessEnded(f"its answer is {answer!r}")


@contextmanager
def _worker() -> Iterator[tuple[subprocess.Popen[bytes], Connection]]:
    """Yield a new worker and the connection to it; it is gone when the block is left.

    Its standard input stays open for as long as this process lives: by its end the worker knows that it is
    an orphan.
    """
    here, there = Pipe()
    with here:
        with there:
            process = subprocess.Popen(
                [sys.executable, "-m", WORKER, str(there.fileno())],
                stdin=subprocess.PIPE,
                pass_fds=[there.fileno()],
            )
        try:
            yield process, here
        finally:
            process.kill()
            process.communicate()


def _send(process: subprocess.Popen[bytes], connection: Connection, value: object) -> None:
    try:
        connection.send(value)
    except OSError as error:
        raise _ended(process) from error


def _receive(process: subprocess.Popen[bytes], connection: Connection) -> Any:
    try:
        return connection.recv()
    except (EOFError, OSError) as error:
        raise _ended(process) from error


def _ended(process: subprocess.Popen[bytes]) -> TrainingProcessEnded:
    status = process.wait()
    if status == -signal.SIGKILL:
        return TrainingProcessEnded(
            "the process that trains was killed, as the kernel does when memory is short"
        )
    return TrainingProcessEnded(
        f"the process that trains was ended by signal {-status}"
        if status < 0
        else f"the process that trains ended with status {status}: its error stands in the log"
    )
