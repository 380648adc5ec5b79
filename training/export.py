"""The ONNX graph, written node by node in plain operators (opset 17).

The weights are int8 initializers that a constant subgraph turns into float32 (Cast, Mul, Reshape, Transpose); the
runtime folds it when the session is created, so the graph runs in float32 throughout. Each linear map takes the two
matrices of a low-rank adapter as inputs, which default to zeros: y = x W + (x a) b.
"""

import json
import math
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from config import EOT_ID, MODEL_ID, Shape
from model import NORM_EPS, ROTARY_BASE, rotary_tables
from quantize import Blocks, Quantized

OPSET, IR = 17, 8
MASKED = -1e9


class Graph:
    """Collects nodes, initializers, inputs and outputs; methods return the name of the tensor they make."""

    def __init__(self):
        self.nodes, self.initializers, self.inputs, self.outputs = [], [], [], []

    def op(self, kind: str, inputs: list[str], out: str, **attributes) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [out], name=out, **attributes))
        return out

    def split(self, x: str, sizes: list[int], out: str, axis: int) -> list[str]:
        names = [f"{out}.{i}" for i in range(len(sizes))]
        inputs = [x, self.constant(f"{out}.sizes", np.array(sizes, np.int64))]
        self.nodes.append(helper.make_node("Split", inputs, names, name=out, axis=axis))
        return names

    def constant(self, name: str, value: np.ndarray) -> str:
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def input(self, name: str, kind: int, dims: list[int | str]) -> str:
        self.inputs.append(helper.make_tensor_value_info(name, kind, dims))
        return name

    def output(self, name: str, kind: int, dims: list[int | str]) -> str:
        self.outputs.append(helper.make_tensor_value_info(name, kind, dims))
        return name

    def dequantized(self, name: str, blocks: Blocks) -> str:
        """A float32 matrix [rows, columns]."""
        rows, count, block = blocks.values.shape
        values = self.op("Cast", [self.constant(f"{name}.int8", blocks.values)], f"{name}.values", to=TensorProto.FLOAT)
        scales = self.op("Cast", [self.constant(f"{name}.scale", blocks.scales)], f"{name}.scales", to=TensorProto.FLOAT)
        product = self.op("Mul", [values, scales], f"{name}.product")
        dims = self.constant(f"{name}.dims", np.array([rows, count * block], np.int64))
        return self.op("Reshape", [product, dims], f"{name}.weight")

    def transposed(self, name: str, blocks: Blocks) -> str:
        return self.op("Transpose", [self.dequantized(name, blocks)], f"{name}.weight_t", perm=[1, 0])


class Builder(Graph):
    """The graph of one model."""

    def __init__(self, weights: Quantized):
        super().__init__()
        self.weights, self.shape = weights, weights.shape
        self.axis = {i: self.constant(f"axis{i}", np.array([i], np.int64)) for i in (0, 1, 2)}

    def norm(self, x: str, gain: str, out: str) -> str:
        scale = self.constant(gain, self.weights.gains[gain])
        return self.op("LayerNormalization", [x, scale], out, axis=-1, epsilon=NORM_EPS)

    def linear(self, x: str, layer: int, name: str, dims: tuple[int, int]) -> str:
        key = f"layers.{layer}.{name}"
        a = self.adapter_input(f"lora.{layer}.{name}.a", [dims[0], "rank"])
        b = self.adapter_input(f"lora.{layer}.{name}.b", ["rank", dims[1]])
        base = self.op("MatMul", [x, self.transposed(key, self.weights.matrices[key])], f"{key}.base")
        low = self.op("MatMul", [self.op("MatMul", [x, a], f"{key}.low"), b], f"{key}.delta")
        return self.op("Add", [base, low], key)

    def adapter_input(self, name: str, dims: list[int | str]) -> str:
        """An input that is also an initializer: zeros of rank 1 unless it is fed."""
        self.constant(name, np.zeros([1 if d == "rank" else d for d in dims], np.float32))
        return self.input(name, TensorProto.FLOAT, dims)

    def rotary(self, positions: str) -> None:
        """Cosine and sine for the given positions, [batch, 1, time, head_dim]."""
        for name, table in zip(("cos", "sin"), rotary_tables(self.shape), strict=True):
            rows = self.op("Gather", [self.constant(f"{name}.table", table.numpy()), positions], f"{name}.rows", axis=0)
            self.op("Unsqueeze", [rows, self.axis[1]], name)

    def mask(self, ids: str, attention: str) -> None:
        """Additive mask [batch, 1, time, total]: a key is seen if it is not later than the query and not padding."""
        one = self.constant("one", np.array(1, np.int64))
        zero = self.constant("zero", np.array(0, np.int64))
        time = self.op("Gather", [self.op("Shape", [ids], "ids.shape"), one], "time", axis=0)
        total = self.op("Gather", [self.op("Shape", [attention], "attention.shape"), one], "total", axis=0)
        past = self.op("Sub", [total, time], "past")
        query = self.op("Add", [self.op("Range", [zero, time, one], "query.range"), past], "query.positions")
        key = self.op("Range", [zero, total, one], "key.positions")
        rows = self.op("Unsqueeze", [query, self.axis[1]], "query.column")
        causal = self.op("LessOrEqual", [self.op("Unsqueeze", [key, self.axis[0]], "key.row"), rows], "causal")
        axes = self.constant("axes12", np.array([1, 2], np.int64))
        present = self.op("Unsqueeze", [attention, axes], "attention.4d")
        present = self.op("Cast", [present], "attention.bool", to=TensorProto.BOOL)
        allowed = self.op("And", [causal, present], "allowed")
        seen, unseen = (self.constant(n, np.array(v, np.float32)) for n, v in (("seen", 0), ("unseen", MASKED)))
        self.op("Where", [allowed, seen, unseen], "mask")

    def attention(self, x: str, layer: int) -> str:
        """Self-attention of the normed state; appends to the layer's key and value cache."""
        shape, key = self.shape, f"layers.{layer}"
        heads, size = shape.heads, shape.head_dim
        qkv = self.linear(x, layer, "qkv", shape.linears()["qkv"])
        split = self.constant(f"{key}.split_heads", np.array([0, 0, 3 * heads, size], np.int64))
        qkv = self.op("Transpose", [self.op("Reshape", [qkv, split], f"{key}.qkv4")], f"{key}.qkvt", perm=[0, 2, 1, 3])
        qk, value = self.split(qkv, [2 * heads, heads], f"{key}.qk_v", axis=1)
        first, second = self.split(qk, [size // 2, size // 2], f"{key}.halves", axis=3)
        swapped = self.op("Concat", [second, first], f"{key}.swapped", axis=-1)
        turned = self.op("Mul", [swapped, "sin"], f"{key}.turned")
        qk = self.op("Add", [self.op("Mul", [qk, "cos"], f"{key}.kept"), turned], f"{key}.rotated")
        query, new_key = self.split(qk, [heads, heads], f"{key}.q_k", axis=1)
        keys = self.cache(layer, "key", new_key)
        values = self.cache(layer, "value", value)
        scaled = self.op("Mul", [query, "attention_scale"], f"{key}.q_scaled")
        keys = self.op("Transpose", [keys], f"{key}.keys_t", perm=[0, 1, 3, 2])
        scores = self.op("Add", [self.op("MatMul", [scaled, keys], f"{key}.scores"), "mask"], f"{key}.masked")
        weights = self.op("Softmax", [scores], f"{key}.attention", axis=-1)
        mixed = self.op("MatMul", [weights, values], f"{key}.mixed")
        mixed = self.op("Transpose", [mixed], f"{key}.mixed_t", perm=[0, 2, 1, 3])
        merge = self.constant(f"{key}.merge_heads", np.array([0, 0, shape.width], np.int64))
        merged = self.op("Reshape", [mixed, merge], f"{key}.merged")
        return self.linear(merged, layer, "o", shape.linears()["o"])

    def cache(self, layer: int, kind: str, new: str) -> str:
        dims = ["batch_size", self.shape.heads, "past_sequence_length", self.shape.head_dim]
        past = self.input(f"past_key_values.{layer}.{kind}", TensorProto.FLOAT, dims)
        present = self.op("Concat", [past, new], f"present.{layer}.{kind}", axis=2)
        dims[2] = "total_sequence_length"
        return self.output(present, TensorProto.FLOAT, dims)

    def mlp(self, x: str, layer: int) -> str:
        key, linears = f"layers.{layer}", self.shape.linears()
        both = self.linear(x, layer, "gate_up", linears["gate_up"])
        gate, up = self.split(both, [self.shape.ff] * 2, f"{key}.halves_ff", axis=2)
        silu = self.op("Mul", [gate, self.op("Sigmoid", [gate], f"{key}.sigmoid")], f"{key}.silu")
        return self.linear(self.op("Mul", [silu, up], f"{key}.gated"), layer, "down", linears["down"])

    def build(self) -> onnx.ModelProto:
        shape = self.shape
        ids = self.input("input_ids", TensorProto.INT64, ["batch_size", "sequence_length"])
        attention = self.input("attention_mask", TensorProto.INT64, ["batch_size", "total_sequence_length"])
        positions = self.input("position_ids", TensorProto.INT64, ["batch_size", "sequence_length"])
        self.constant("attention_scale", np.array(1 / math.sqrt(shape.head_dim), np.float32))
        self.rotary(positions)
        self.mask(ids, attention)
        table = self.dequantized("embedding", self.weights.matrices["embedding"])
        x = self.op("Gather", [table, ids], "embedded", axis=0)
        self.output("logits", TensorProto.FLOAT, ["batch_size", "sequence_length", shape.vocab])
        for i in range(shape.layers):
            key = f"layers.{i}"
            h = self.attention(self.norm(x, f"{key}.attention_norm", f"{key}.normed"), i)
            x = self.op("Add", [x, h], f"{key}.attended")
            h = self.mlp(self.norm(x, f"{key}.mlp_norm", f"{key}.normed_mlp"), i)
            x = self.op("Add", [x, h], f"{key}.out")
        hidden = self.norm(x, "final_norm", "hidden")
        head = self.op("Transpose", [table], "embedding.weight_t", perm=[1, 0])
        self.op("MatMul", [hidden, head], "logits")
        graph = helper.make_graph(self.nodes, MODEL_ID, self.inputs, self.outputs, self.initializers)
        opsets = [helper.make_opsetid("", OPSET)]
        return helper.make_model(graph, producer_name="memoscope", ir_version=IR, opset_imports=opsets)


def model_config(shape: Shape) -> dict:
    """`config.json`: named after Llama so that transformers.js finds the cache dimensions it needs."""
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": shape.vocab,
        "hidden_size": shape.width,
        "intermediate_size": shape.ff,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.heads,
        "head_dim": shape.head_dim,
        "max_position_embeddings": shape.context,
        "rope_theta": ROTARY_BASE,
        "hidden_act": "silu",
        "tie_word_embeddings": True,
        "attention_bias": False,
        "mlp_bias": False,
        "bos_token_id": EOT_ID,
        "eos_token_id": EOT_ID,
        "use_cache": True,
    }


def write_json(path: Path, value: object, indent: int | None = 2) -> None:
    separators = (",", ":") if indent is None else None
    text = json.dumps(value, indent=indent, ensure_ascii=False, separators=separators)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")


def export(weights: Quantized, folder: Path) -> None:
    """Writes the model's files in the layout of the model hub, tokenizer aside."""
    model = Builder(weights).build()
    onnx.checker.check_model(model, full_check=True)
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    (folder / "onnx" / "model.onnx").write_bytes(model.SerializeToString())
    write_json(folder / "config.json", model_config(weights.shape))
    generation = {"bos_token_id": EOT_ID, "eos_token_id": EOT_ID, "do_sample": False}
    write_json(folder / "generation_config.json", generation)
