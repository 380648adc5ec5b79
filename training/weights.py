"""Checkpoints as float16 safetensors; the computation stays in float32."""

from pathlib import Path

from safetensors.torch import load_file, save_file

from config import Shape
from model import Transformer


def save(model: Transformer, path: Path) -> None:
    save_file({name: p.detach().half().cpu().contiguous() for name, p in model.state_dict().items()}, path)


def load(path: Path, shape: Shape, device: str = "cpu") -> Transformer:
    """The model in evaluation mode, its float16 weights widened to float32."""
    model = Transformer(shape)
    model.load_state_dict({name: p.float() for name, p in load_file(path).items()})
    return model.eval().to(device)
