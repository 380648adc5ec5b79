"""Muon (Jordan et al. 2024) for matrices, with the update scale of Liu et al. 2025 (arXiv 2502.16982)."""

import math
from collections import defaultdict

import torch
from torch import Tensor

NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)


def orthogonalize(g: Tensor, iterations: int = 5) -> Tensor:
    """Nearest semi-orthogonal matrices, about, of a stack [n, rows, columns], in bfloat16."""
    a, b, c = NEWTON_SCHULZ
    x = g.bfloat16()
    tall = x.shape[1] > x.shape[2]
    x = x.mT if tall else x
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(iterations):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.mT if tall else x


class Muon:
    """Momentum, orthogonalized; decoupled weight decay.

    A fused weight is cut along its outputs into square-ish blocks (q, k, v; gate, up), each orthogonalized alone;
    blocks of equal shape go through the iteration as one stack.
    """

    def __init__(self, weights: list[Tensor], weight_decay: float, momentum: float = 0.95):
        self.weight_decay, self.momentum = weight_decay, momentum
        self.groups = defaultdict(list)
        for weight in weights:
            rows, columns = weight.shape
            parts = 3 if rows == 3 * columns else 2 if rows > 4 * columns else 1
            self.groups[weight.shape, parts].append(weight)
        self.velocity = {key: torch.zeros(len(ws), *key[0], device=ws[0].device) for key, ws in self.groups.items()}
        self.direction = torch.compile(_direction) if weights[0].is_cuda else _direction

    @torch.no_grad()
    def step(self, lr: float) -> None:
        for (shape, parts), weights in self.groups.items():
            gradients = torch.stack([w.grad for w in weights])
            update = self.direction(gradients, self.velocity[shape, parts], parts, self.momentum)
            torch._foreach_mul_(weights, 1 - lr * self.weight_decay)
            torch._foreach_add_(weights, list(update.unbind(0)), alpha=-lr)


def _direction(gradients: Tensor, velocity: Tensor, parts: int, momentum: float) -> Tensor:
    n, rows, columns = gradients.shape
    velocity.lerp_(gradients, 1 - momentum)
    nesterov = gradients.lerp(velocity, momentum)
    blocks = nesterov.view(n * parts, rows // parts, columns)
    scale = 0.2 * math.sqrt(max(rows // parts, columns))
    return orthogonalize(blocks).float().mul(scale).view(n, rows, columns)
