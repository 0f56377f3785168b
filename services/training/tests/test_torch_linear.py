"""The trained head: the same however often it is interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import torch

from framewell_kit.testing.waiting import wait_until
from framewell_training.adapters.torch_linear import TorchLinearTrainer
from framewell_training.adapters.training_process import LinearSettings
from framewell_training.adapters.training_worker import NoSuchDeviceError, choose_device
from framewell_training.domain.runs import RunStopped
from framewell_training.recipes.identity.heads import LinearHead
from framewell_training.recipes.identity.linear import LinearProblem

EPOCHS = 30


@dataclass
class Kept:
    """Checkpoints in memory; stops after `until` epochs."""

    until: int = 10_000
    states: list[bytes] = field(default_factory=list)

    def latest(self) -> bytes | None:
        return self.states[-1] if self.states else None

    def keep(self, epoch: int, epochs: int, state: bytes, loss: float) -> None:
        self.states.append(state)
        if len(self.states) >= self.until:
            raise RunStopped("cancelled", "enough")


@dataclass
class OnDisk:
    """A checkpoint in a file, replaced whole; slow enough to be killed between two."""

    path: Path

    def latest(self) -> bytes | None:
        return self.path.read_bytes() if self.path.exists() else None

    def keep(self, epoch: int, epochs: int, state: bytes, loss: float) -> None:
        temporary = self.path.with_suffix(".new")
        temporary.write_bytes(state)
        temporary.replace(self.path)
        time.sleep(0.02)


def problem(rows: int = 60, classes: int = 4) -> LinearProblem:
    random = np.random.default_rng(3)
    columns = np.arange(rows) % (classes + 1) - 1
    centres = random.standard_normal((classes + 1, 128)).astype(np.float32)
    vectors = centres[columns] + 0.3 * random.standard_normal((rows, 128)).astype(np.float32)
    fits = np.ones((3, rows), dtype=np.bool_)
    fits[0, ::3] = False
    fits[1, 1::3] = False
    return LinearProblem(vectors, columns, fits, tuple(f"c{n}" for n in range(classes)))


def settings(device: str = "cpu") -> LinearSettings:
    return LinearSettings(epochs=EPOCHS, learning_rate=0.05, weight_decay=0.001, seed=7, device=device)


def same(left: tuple[LinearHead, ...], right: tuple[LinearHead, ...]) -> bool:
    return all(
        np.array_equal(a.weights, b.weights) and np.array_equal(a.biases, b.biases)
        for a, b in zip(left, right, strict=True)
    )


def test_it_learns_what_it_is_shown_and_leaves_strangers_alone() -> None:
    shown = problem()
    head = TorchLinearTrainer(settings(), Kept()).train(shown)[-1]
    distances = head.distances(shown.vectors)
    known = shown.columns >= 0
    assert (distances[known].argmin(axis=1) == shown.columns[known]).all()
    assert distances[~known].min() > distances[known].min(axis=1).max()


def test_each_fit_learns_from_its_own_rows_alone() -> None:
    shown = problem()
    heads = TorchLinearTrainer(settings(), Kept()).train(shown)
    assert not np.array_equal(heads[0].weights, heads[1].weights)
    alone = LinearProblem(shown.vectors, shown.columns, shown.fits[:1], shown.classes)
    np.testing.assert_allclose(
        TorchLinearTrainer(settings(), Kept()).train(alone)[0].weights, heads[0].weights, atol=1e-5
    )


@pytest.mark.parametrize("interrupted_after", [1, 17, EPOCHS])
def test_an_interrupted_training_ends_as_if_it_had_not_been(interrupted_after: int) -> None:
    whole = TorchLinearTrainer(settings(), Kept()).train(problem())
    kept = Kept(until=interrupted_after)
    with pytest.raises(RunStopped):
        TorchLinearTrainer(settings(), kept).train(problem())
    kept.until = 10_000
    assert same(whole, TorchLinearTrainer(settings(), kept).train(problem()))
    assert len(kept.states) == EPOCHS, "no epoch was trained twice"


def test_the_seed_alone_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("framewell_training.adapters.torch_linear.BATCH_ROWS", 16)
    once, again = (TorchLinearTrainer(settings(), Kept()).train(problem()) for _ in range(2))
    assert same(once, again)
    other = LinearSettings(EPOCHS, 0.05, 0.001, 8, "cpu")
    assert not same(once, TorchLinearTrainer(other, Kept()).train(problem()))


@pytest.mark.slow
def test_a_process_killed_between_epochs_resumes_and_ends_the_same(tmp_path: Path) -> None:
    whole = TorchLinearTrainer(settings(), Kept()).train(problem())
    kept = tmp_path / "checkpoint.safetensors"
    child = subprocess.Popen([sys.executable, __file__, str(kept)], env=os.environ | {"OMP_NUM_THREADS": "1"})
    try:
        wait_until(lambda: kept.exists() or child.poll() is not None, every=0.01)
        assert child.poll() is None, "it must be killed while it trains"
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert kept.exists()
    assert same(whole, TorchLinearTrainer(settings(), OnDisk(kept)).train(problem()))


def test_auto_takes_cuda_where_it_is() -> None:
    assert choose_device(settings("auto"), cuda=True).device == "cuda"
    assert choose_device(settings("auto"), cuda=False).device == "cpu"
    assert choose_device(settings("cpu"), cuda=True).device == "cpu"
    with pytest.raises(NoSuchDeviceError, match="FRAMEWELL_TRAINING_DEVICE is cuda"):
        choose_device(settings("cuda"), cuda=False)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no CUDA device")
@pytest.mark.parametrize("interrupted_after", [11])
def test_cuda_learns_the_same_and_resumes_the_same(interrupted_after: int) -> None:
    whole = TorchLinearTrainer(settings("cuda"), Kept()).train(problem())
    on_cpu = TorchLinearTrainer(settings("cpu"), Kept()).train(problem())
    for left, right in zip(whole, on_cpu, strict=True):
        np.testing.assert_allclose(left.weights, right.weights, atol=1e-2)
    kept = Kept(until=interrupted_after)
    with pytest.raises(RunStopped):
        TorchLinearTrainer(settings("cuda"), kept).train(problem())
    kept.until = 10_000
    assert same(whole, TorchLinearTrainer(settings("cuda"), kept).train(problem()))


if __name__ == "__main__":
    TorchLinearTrainer(settings(), OnDisk(Path(sys.argv[1]))).train(problem())
