"""Weight-only quantization: int8, symmetric, one float16 scale for each block of inputs."""

from typing import NamedTuple

import numpy as np
import torch

from config import QUANT_BLOCK, Shape
from model import Transformer


class Blocks(NamedTuple):
    """A matrix [rows, columns] as int8 `values` [rows, n, block] times float16 `scales` [rows, n, 1]."""

    values: np.ndarray
    scales: np.ndarray

    def dequantize(self) -> np.ndarray:
        """The float32 matrix that the ONNX graph computes, bit for bit."""
        product = self.values.astype(np.float32) * self.scales.astype(np.float32)
        return product.reshape(len(product), -1)


def quantize_matrix(weight: np.ndarray, block: int = QUANT_BLOCK) -> Blocks:
    """Rounds to the nearest of 255 levels; the scale is the block's largest magnitude over 127, as float16."""
    blocks = weight.astype(np.float32).reshape(len(weight), -1, block)
    scales = (np.abs(blocks).max(axis=2, keepdims=True) / 127).astype(np.float16)
    divisor = np.where(scales == 0, 1, scales).astype(np.float32)
    values = np.clip(np.rint(blocks / divisor), -127, 127).astype(np.int8)
    return Blocks(values, scales)


class Quantized(NamedTuple):
    """A model's weights: matrices (embedding and linears, [out, in]) in blocks, norm gains in float32."""

    shape: Shape
    matrices: dict[str, Blocks]
    gains: dict[str, np.ndarray]

    def to_model(self) -> Transformer:
        """A PyTorch model that holds exactly the weights that are shipped."""
        model = Transformer(self.shape)
        state = {name: torch.from_numpy(m.dequantize()) for name, m in self.matrices.items()}
        state |= {name: torch.from_numpy(g) for name, g in self.gains.items()}
        model.load_state_dict(state)
        return model.eval()


def quantize(model: Transformer) -> Quantized:
    state = {name: p.detach().float().cpu().numpy() for name, p in model.state_dict().items()}
    matrices = {name: quantize_matrix(w) for name, w in state.items() if w.ndim == 2}
    gains = {name: w for name, w in state.items() if w.ndim == 1}
    return Quantized(model.shape, matrices, gains)
