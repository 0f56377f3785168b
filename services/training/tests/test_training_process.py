"""torch in a process of its own: not there while nothing is trained, gone with its training."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from framewell_training.adapters import training_process
from framewell_training.adapters.torch_linear import TorchLinearTrainer
from framewell_training.adapters.training_process import (
    NO_CUDA,
    LinearSettings,
    ProcessLinearTrainer,
    TorchProcesses,
    TrainingProcessEnded,
)
from framewell_training.domain.runs import RunStopped
from framewell_training.recipes.identity.linear import LinearProblem

SETTINGS = LinearSettings(epochs=6, learning_rate=0.05, weight_decay=0.001, seed=7, device="cpu")
STARTED = """
import sys
import framewell_training.__main__, framewell_training.adapters.training_worker
from framewell_training import wiring
loaded = sorted({name.partition(".")[0] for name in sys.modules} & {"torch", "triton", "sympy"})
sys.exit(f"imported at the start: {loaded}" if loaded else 0)
"""


@dataclass
class Kept:
    """Checkpoints in memory. `at` is called with every epoch before its state is kept."""

    at: object = lambda epoch: None
    states: list[bytes] = field(default_factory=list)

    def latest(self) -> bytes | None:
        return self.states[-1] if self.states else None

    def keep(self, epoch: int, epochs: int, state: bytes, loss: float) -> None:
        self.at(epoch)
        self.states.append(state)


def problem() -> LinearProblem:
    random = np.random.default_rng(3)
    columns = np.arange(40) % 4 - 1
    vectors = random.standard_normal((40, 16)).astype(np.float32)
    return LinearProblem(vectors, columns, np.ones((2, 40), dtype=np.bool_), ("a", "b", "c"))


def children() -> set[int]:
    return {int(pid) for pid in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()}


def test_nothing_of_the_service_imports_torch_at_its_start() -> None:
    ended = subprocess.run([sys.executable, "-c", STARTED], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def test_a_training_in_its_own_process_gives_the_same_heads_and_leaves_none() -> None:
    kept = Kept()
    before = children()
    found = ProcessLinearTrainer(SETTINGS, kept).train(problem())
    expected = TorchLinearTrainer(SETTINGS, Kept()).train(problem())
    for one, other in zip(found, expected, strict=True):
        assert np.array_equal(one.weights, other.weights)
        assert np.array_equal(one.biases, other.biases)
    assert len(kept.states) == SETTINGS.epochs
    assert children() == before


def test_a_run_that_is_stopped_takes_its_process_along() -> None:
    def stop(epoch: int) -> None:
        if epoch == 2:
            raise RunStopped("cancelled", "enough")

    before = children()
    with pytest.raises(RunStopped):
        ProcessLinearTrainer(SETTINGS, Kept(stop)).train(problem())
    assert children() == before


def test_a_killed_process_is_an_error_with_its_reason_and_the_next_goes_on_after_its_checkpoint() -> None:
    trained: list[int] = []
    before = children()

    def kill(epoch: int) -> None:
        trained.append(epoch)
        if epoch == 3 and trained.count(3) == 1:
            (child,) = children() - before
            os.kill(child, signal.SIGKILL)

    kept = Kept(kill)
    with pytest.raises(TrainingProcessEnded, match="killed, as the kernel does when memory is short"):
        ProcessLinearTrainer(SETTINGS, kept).train(problem())
    ProcessLinearTrainer(SETTINGS, kept).train(problem())
    assert trained == [1, 2, 3, 4, 5, 6]


def test_a_worker_whose_parent_died_ends() -> None:
    """Its connection is open still, as a copy of it in another process may be."""
    here, there = os.pipe()
    line = [sys.executable, "-m", training_process.WORKER, str(here)]
    with subprocess.Popen(line, stdin=subprocess.PIPE, pass_fds=[here]) as worker:
        assert worker.stdin is not None
        worker.stdin.close()
        assert worker.wait() == 1
    os.close(here)
    os.close(there)


async def test_without_the_device_that_was_asked_for_the_service_is_not_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = iter([False, True])
    monkeypatch.setattr(training_process, "cuda_is_there", lambda: next(seen))
    for reason in (NO_CUDA, ""):
        part = TorchProcesses("cuda", 1)
        await part.start()
        assert part.waiting()
        assert part._looking is not None
        await part._looking
        assert part.waiting() == reason
    part = TorchProcesses("auto", 1)
    await part.start()
    assert part.waiting() == "", "nothing is looked for that was not asked for by name"
