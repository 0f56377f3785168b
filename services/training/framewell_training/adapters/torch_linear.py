"""The trained head: logistic regressions by torch, checkpointed every epoch, the same on every run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor
from torch.nn import functional

from framewell_training.adapters.training_process import LinearSettings
from framewell_training.recipes.identity.heads import LinearHead
from framewell_training.recipes.identity.linear import Checkpoints, LinearProblem

BATCH_ROWS: Final = 1024
_PERMUTATION_STRIDE: Final = 1_000_003
"""A prime: (seed, epoch) pairs do not meet in the generator's seed."""


@dataclass(frozen=True, slots=True)
class TorchLinearTrainer:
    """LinearTrainer on torch. All fits train side by side as one batched product.

    Deterministic: nothing random but the order of rows, which follows from (seed, epoch) alone, so a
    resumed run sees the same batches and ends with the same bits on the same device.
    """

    settings: LinearSettings
    checkpoints: Checkpoints

    def train(self, problem: LinearProblem) -> tuple[LinearHead, ...]:
        state = _State.begin(problem, self.settings, self.checkpoints.latest())
        rows = _Rows.of(problem, self.settings.device)
        with _deterministic():
            for epoch in range(state.epoch + 1, self.settings.epochs + 1):
                lost = 0.0
                for batch in _batches(len(problem.vectors), self.settings.seed, epoch):
                    lost += state.step(rows, batch.to(self.settings.device))
                state.epoch = epoch
                mean = lost / rows.weight
                self.checkpoints.keep(epoch, self.settings.epochs, state.to_bytes(), mean)
        return state.heads()


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """The problem as tensors: inputs [rows, D], targets [rows, K], importance [fits, rows, K]."""

    inputs: Tensor
    targets: Tensor
    importance: Tensor

    @property
    def weight(self) -> float:
        """Return the weight of all rows in all fits together."""
        return float(self.importance.sum())

    @staticmethod
    def of(problem: LinearProblem, device: str) -> _Rows:
        targets = (problem.columns[:, None] == np.arange(len(problem.classes))[None, :]).astype(np.float32)
        fits = problem.fits.astype(np.float32)
        positives = np.einsum("fr,rk->fk", fits, targets)
        negatives = fits.sum(axis=1)[:, None] - positives
        # A class has few photos among thousands of others: both sides weigh the same.
        weight = np.where(
            targets[None] > 0,
            0.5 / np.maximum(positives, 1)[:, None],
            0.5 / np.maximum(negatives, 1)[:, None],
        )
        importance = fits[:, :, None] * weight
        return _Rows(
            torch.as_tensor(problem.vectors, dtype=torch.float32, device=device),
            torch.as_tensor(targets, device=device),
            torch.as_tensor(importance.astype(np.float32), device=device),
        )


class _State:
    """Weights of all fits, the optimiser's moments, and the last finished epoch."""

    def __init__(self, weights: Tensor, biases: Tensor, settings: LinearSettings) -> None:
        self.weights = weights.to(settings.device).requires_grad_()
        self.biases = biases.to(settings.device).requires_grad_()
        self.optimizer = torch.optim.AdamW(
            [
                {"params": [self.weights], "weight_decay": settings.weight_decay},
                {"params": [self.biases], "weight_decay": 0.0},
            ],
            lr=settings.learning_rate,
        )
        self.epoch = 0

    @classmethod
    def begin(cls, problem: LinearProblem, settings: LinearSettings, kept: bytes | None) -> _State:
        """Begin from a checkpoint, or from zero: the loss is convex, so there is nothing to draw."""
        fits, classes, dimensions = len(problem.fits), len(problem.classes), problem.vectors.shape[1]
        if kept is None:
            return cls(torch.zeros(fits, classes, dimensions), torch.zeros(fits, 1, classes), settings)
        tensors = load_tensors(kept)
        state = cls(tensors["weights"], tensors["biases"], settings)
        for name, parameter in state._parameters().items():
            state.optimizer.state[parameter] = {
                "step": tensors[f"{name}.step"],
                "exp_avg": tensors[f"{name}.exp_avg"].to(settings.device),
                "exp_avg_sq": tensors[f"{name}.exp_avg_sq"].to(settings.device),
            }
        state.epoch = int(tensors["epoch"])
        return state

    def step(self, rows: _Rows, batch: Tensor) -> float:
        """Take one step down the weighted cross-entropy of the batch, in all fits; return it before."""
        logits = torch.matmul(rows.inputs[batch], self.weights.transpose(1, 2)) + self.biases
        targets = rows.targets[batch].expand_as(logits)
        loss = functional.binary_cross_entropy_with_logits(
            logits, targets, weight=rows.importance[:, batch], reduction="sum"
        )
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        return float(loss.detach())

    def to_bytes(self) -> bytes:
        """Return the whole state as safetensors."""
        tensors = {"epoch": torch.tensor(self.epoch), "weights": self.weights, "biases": self.biases}
        for name, parameter in self._parameters().items():
            kept = self.optimizer.state[parameter]
            tensors |= {f"{name}.{key}": kept[key] for key in ("step", "exp_avg", "exp_avg_sq")}
        return save_tensors({key: tensor.detach().cpu().contiguous() for key, tensor in tensors.items()})

    def heads(self) -> tuple[LinearHead, ...]:
        weights = self.weights.detach().cpu().numpy().astype(np.float32)
        biases = self.biases.detach().cpu().numpy().astype(np.float32)
        return tuple(LinearHead(weights[fit], biases[fit, 0]) for fit in range(len(weights)))

    def _parameters(self) -> dict[str, Tensor]:
        return {"weights": self.weights, "biases": self.biases}


def _batches(rows: int, seed: int, epoch: int) -> tuple[Tensor, ...]:
    generator = torch.Generator().manual_seed((seed * _PERMUTATION_STRIDE + epoch) % 2**63)
    return torch.split(torch.randperm(rows, generator=generator), BATCH_ROWS)


@contextmanager
def _deterministic() -> Iterator[None]:
    """Deterministic kernels while inside, whatever the process uses outside."""
    before = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before)
