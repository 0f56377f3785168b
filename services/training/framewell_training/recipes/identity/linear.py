"""The trained head as a task, and the port of whoever trains it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from framewell_training.domain.faces import Vectors
from framewell_training.recipes.identity.heads import LinearHead


@dataclass(frozen=True, slots=True, eq=False)
class LinearProblem:
    """Several fits over the same rows: `fits[i, row]` says whether fit i learns from that row."""

    vectors: Vectors
    """float32 [rows, dimensions]."""
    columns: NDArray[np.int64]
    """[rows]: the class a row shows, -1 for a background face (and for a class that is not learned)."""
    fits: NDArray[np.bool_]
    """[fits, rows]."""
    classes: tuple[str, ...]


class Checkpoints(Protocol):
    """Where a training leaves its state. Blocking; `keep` may raise RunStopped to end the training."""

    def latest(self) -> bytes | None:
        """Return what was kept last, None at the beginning."""
        ...

    def keep(self, epoch: int, epochs: int, state: bytes, loss: float) -> None:
        """Keep the state after `epoch` of `epochs`, in which `loss` was lost; durable when this returns."""
        ...


class LinearTrainer(Protocol):
    """Trains one linear head a fit; the same problem and seed give the same heads on one device.

    Blocks for as long as it trains. Interrupted and called again it goes on after the last checkpoint
    and returns what an uninterrupted run would have returned. Raises RunStopped when it must not go on.
    """

    def train(self, problem: LinearProblem) -> tuple[LinearHead, ...]: ...
