"""The transformer: pre-norm, rotary positions, SwiGLU, tied embeddings, no biases, optional low-rank adapter."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from config import Shape

NORM_EPS = 1e-5
ROTARY_BASE = 10_000.0

Adapter = dict[str, tuple[Tensor, Tensor]]
"""Linear name (`layers.{i}.{qkv|o|gate_up|down}`) to (a [in, r], b [r, out]); adds `(x a) b` to that linear."""


def rotary_tables(shape: Shape, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    """Cosine and signed sine, [context, head_dim]: rotated(x) = x * cos + swap_halves(x) * sin (Su et al. 2021)."""
    half = shape.head_dim // 2
    frequency = ROTARY_BASE ** (-torch.arange(half, dtype=torch.float64) / half)
    angle = torch.arange(shape.context, dtype=torch.float64)[:, None] * frequency
    cos = torch.cat([angle.cos(), angle.cos()], dim=1)
    sin = torch.cat([-angle.sin(), angle.sin()], dim=1)
    return cos.to(dtype), sin.to(dtype)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat([second, first], dim=-1) * sin


def causal_attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Softmax attention over [batch, heads, time, head_dim]."""
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(q, k, v, is_causal=True)
    time = q.shape[2]
    scores = (q @ k.transpose(2, 3)) / math.sqrt(q.shape[3])
    future = torch.ones(time, time, dtype=torch.bool, device=q.device).triu(1)
    return scores.masked_fill(future, -torch.inf).softmax(-1) @ v


class Layer(nn.Module):
    def __init__(self, shape: Shape, index: int, dropout: float):
        super().__init__()
        self.shape, self.index, self.dropout = shape, index, dropout
        self.attention_norm = nn.Parameter(torch.ones(shape.width))
        self.mlp_norm = nn.Parameter(torch.ones(shape.width))
        for name, (inputs, outputs) in shape.linears().items():
            self.register_parameter(name, nn.Parameter(torch.empty(outputs, inputs)))

    def linear(self, name: str, x: Tensor, adapter: Adapter | None) -> Tensor:
        y = F.linear(x, getattr(self, name))
        pair = adapter.get(f"layers.{self.index}.{name}") if adapter else None
        return y if pair is None else y + (x @ pair[0]) @ pair[1]

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, adapter: Adapter | None) -> Tensor:
        shape = self.shape
        batch, time, width = x.shape
        h = F.layer_norm(x, (width,), self.attention_norm, None, NORM_EPS)
        qkv = self.linear("qkv", h, adapter).view(batch, time, 3, shape.heads, shape.head_dim)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        h = causal_attention(rotate(q, cos, sin).type_as(v), rotate(k, cos, sin).type_as(v), v)
        h = self.linear("o", h.transpose(1, 2).reshape(batch, time, width), adapter)
        x = x + F.dropout(h, self.dropout, self.training)
        h = F.layer_norm(x, (width,), self.mlp_norm, None, NORM_EPS)
        gate, up = self.linear("gate_up", h, adapter).chunk(2, dim=-1)
        h = self.linear("down", F.silu(gate) * up, adapter)
        return x + F.dropout(h, self.dropout, self.training)


class Transformer(nn.Module):
    def __init__(self, shape: Shape, dropout: float = 0.0):
        super().__init__()
        self.shape, self.dropout = shape, dropout
        self.embedding = nn.Parameter(torch.empty(shape.vocab, shape.width))
        self.layers = nn.ModuleList(Layer(shape, i, dropout) for i in range(shape.layers))
        self.final_norm = nn.Parameter(torch.ones(shape.width))
        cos, sin = rotary_tables(shape)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)

    def initialize(self, generator: torch.Generator) -> "Transformer":
        """Normal weights; maps that write to the residual stream start at zero."""
        with torch.no_grad():
            self.embedding.normal_(std=0.02, generator=generator)
            for layer in self.layers:
                for name, (inputs, _) in self.shape.linears().items():
                    weight = getattr(layer, name)
                    if name in ("o", "down"):
                        weight.zero_()
                    else:
                        weight.normal_(std=0.5 / math.sqrt(inputs), generator=generator)
        return self

    def matrices(self) -> list[nn.Parameter]:
        """The weights of all linear maps: what Muon trains."""
        return [getattr(layer, name) for layer in self.layers for name in self.shape.linears()]

    def others(self) -> list[nn.Parameter]:
        """Embedding and norm gains: what AdamW trains."""
        matrices = {id(p) for p in self.matrices()}
        return [p for p in self.parameters() if id(p) not in matrices]

    def hidden(self, ids: Tensor, adapter: Adapter | None = None) -> Tensor:
        """The state that feeds the head: ids [batch, time] to [batch, time, width]."""
        time = ids.shape[1]
        x = F.dropout(F.embedding(ids, self.embedding), self.dropout, self.training)
        for layer in self.layers:
            x = layer(x, self.cos[:time], self.sin[:time], adapter)
        return F.layer_norm(x, (self.shape.width,), self.final_norm, None, NORM_EPS)

    def forward(self, ids: Tensor, adapter: Adapter | None = None) -> Tensor:
        """Logits [batch, time, vocab]."""
        return F.linear(self.hidden(ids, adapter), self.embedding)


def count_parameters(model: nn.Module) -> int:
    return sum(p.numel() for p in model.parameters())
