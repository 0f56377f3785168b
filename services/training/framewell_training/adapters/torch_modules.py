"""Heads as torch modules: what is exported, and what the exported graph is compared with."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from framewell_training.recipes.identity.heads import CentroidHead, CorrectedHead, Head, LinearHead


def module_of(head: Head) -> nn.Module:
    """Return the module that computes the same distances as `head`, on the CPU and in evaluation mode."""
    match head:
        case CentroidHead():
            module: nn.Module = CentroidModule(head)
        case CorrectedHead():
            module = CorrectedModule(head)
        case LinearHead():
            module = LinearModule(head)
    return module.eval()


class _Euclidean(nn.Module):
    """Distances to fixed points, in double precision inside: the expanded square cancels near zero."""

    points: Tensor
    squares: Tensor

    def __init__(self, points: np.ndarray) -> None:
        super().__init__()
        double = torch.as_tensor(points, dtype=torch.float64)
        self.register_buffer("points", double.T.contiguous())
        self.register_buffer("squares", (double * double).sum(dim=1))

    def forward(self, embedding: Tensor) -> Tensor:
        squared = (embedding * embedding).sum(dim=1, keepdim=True) - 2.0 * (embedding @ self.points)
        return torch.sqrt(torch.clamp(squared + self.squares, min=0.0))


class CentroidModule(nn.Module):
    """See CentroidHead."""

    def __init__(self, head: CentroidHead) -> None:
        super().__init__()
        self.centroids = _Euclidean(head.centroids)

    def forward(self, embedding: Tensor) -> Tensor:
        distance: Tensor = self.centroids(embedding.double())
        return distance.float()


class CorrectedModule(nn.Module):
    """See CorrectedHead."""

    def __init__(self, head: CorrectedHead) -> None:
        super().__init__()
        self.centroids = _Euclidean(head.centroids)
        self.background = _Euclidean(head.background)
        self.weight = head.weight
        self.offset = head.offset
        self.neighbours = min(head.neighbours, len(head.background))

    def forward(self, embedding: Tensor) -> Tensor:
        double = embedding.double()
        nearest, _ = torch.topk(self.background(double), self.neighbours, dim=1, largest=False)
        shift = self.offset - self.weight * nearest.mean(dim=1, keepdim=True)
        return torch.clamp(self.centroids(double) + shift, min=0.0).float()


class LinearModule(nn.Module):
    """See LinearHead."""

    weights: Tensor
    biases: Tensor

    def __init__(self, head: LinearHead) -> None:
        super().__init__()
        self.register_buffer("weights", torch.as_tensor(head.weights.T.copy(), dtype=torch.float64))
        self.register_buffer("biases", torch.as_tensor(head.biases, dtype=torch.float64))

    def forward(self, embedding: Tensor) -> Tensor:
        return functional.softplus(-(embedding.double() @ self.weights + self.biases)).float()
