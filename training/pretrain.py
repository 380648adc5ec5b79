"""Pre-training of one model, on the text alone or also on a teacher's distributions."""

import math
import time
from dataclasses import asdict
from typing import Iterator, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from config import SEED, Recipe
from evaluate import bits_per_byte
from model import Transformer, count_parameters
from optim import Muon

CLIP = 1.0
SPEED_STEPS = (40, 120)
"""Steps between which the speed is measured; compilation is over by then."""


class Targets(NamedTuple):
    """A teacher's most probable next tokens for each position of the stream: ids and log-probabilities [n, k]."""

    ids: Tensor
    logprobs: Tensor


class HeldOut(NamedTuple):
    stream: np.ndarray
    sizes: list[int]


def crops(length: int, context: int, batch: int, seed: int) -> Iterator[Tensor]:
    """Start positions of windows, for ever: each epoch cuts the stream at a new random offset, in random order."""
    generator = torch.Generator().manual_seed(seed)
    carry = torch.empty(0, dtype=torch.long)
    while True:
        offset = int(torch.randint(context, (1,), generator=generator))
        starts = torch.arange(offset, length - context - 1, context)
        carry = torch.cat([carry, starts[torch.randperm(len(starts), generator=generator)]])
        while len(carry) >= batch:
            yield carry[:batch]
            carry = carry[batch:]


def text_loss(model: Transformer, ids: Tensor) -> Tensor:
    logits = model(ids[:, :-1])
    return F.cross_entropy(logits.flatten(0, 1).float(), ids[:, 1:].flatten().long())


def distillation_loss(model: Transformer, ids: Tensor, top: Tensor, top_logprobs: Tensor, share: float) -> Tensor:
    """Cross-entropy on the text mixed with cross-entropy to the teacher (Hinton et al. 2015).

    The teacher's distribution is its top k tokens and one bucket for all others, so no mass is lost.
    """
    logits = model(ids[:, :-1]).flatten(0, 1).float()
    total = logits.logsumexp(1)
    text = (total - logits.gather(1, ids[:, 1:].flatten().long()[:, None])[:, 0]).mean()
    p = top_logprobs.float().exp()
    q_log = logits.gather(1, top.long()) - total[:, None]
    p_rest = (1 - p.sum(1)).clamp_min(0)
    q_rest = (1 - q_log.exp().sum(1)).clamp_min(1e-6)
    teacher = -((p * q_log).sum(1) + p_rest * q_rest.log()).mean()
    return (1 - share) * text + share * teacher


def learning_rate(step: int, steps: int, recipe: Recipe) -> float:
    """Factor on the peak rate: linear warm-up, constant, then linear to zero over the `cooldown` share."""
    return min(1.0, (step + 1) / recipe.warmup, (steps - step) / (steps * recipe.cooldown))


class Trainer:
    """State of one run: data on the device, model, optimizers."""

    def __init__(self, recipe: Recipe, stream: np.ndarray, targets: Targets | None, device: str):
        self.recipe, self.targets, self.device = recipe, targets, device
        self.stream = torch.from_numpy(stream.astype(np.int32)).to(device)
        self.span = torch.arange(recipe.shape.context + 1, device=device)
        generator = torch.Generator().manual_seed(SEED)
        self.model = Transformer(recipe.shape, recipe.dropout).initialize(generator).to(device)
        self.muon = Muon(self.model.matrices(), recipe.weight_decay)
        cuda = device == "cuda"
        groups = [
            {"params": [p for p in self.model.others() if p.ndim == 2], "weight_decay": recipe.weight_decay},
            {"params": [p for p in self.model.others() if p.ndim == 1], "weight_decay": 0.0},
        ]
        self.adam = torch.optim.AdamW(groups, lr=recipe.adam_lr, betas=(0.9, 0.95), **({"fused": True} if cuda else {}))
        loss = text_loss if targets is None else distillation_loss
        self.loss = torch.compile(loss) if cuda else loss

    def step(self, starts: Tensor, factor: float) -> Tensor:
        rows = starts.to(self.device, non_blocking=True)[:, None] + self.span
        extra = ()
        if self.targets is not None:
            positions = rows[:, :-1].flatten()
            extra = (self.targets.ids[positions], self.targets.logprobs[positions], self.recipe.distill)
        with torch.autocast(self.device, torch.bfloat16, enabled=self.device == "cuda"):
            loss = self.loss(self.model, self.stream[rows], *extra)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), CLIP)
        for group in self.adam.param_groups:
            group["lr"] = self.recipe.adam_lr * factor
        self.adam.step()
        self.muon.step(self.recipe.muon_lr * factor)
        self.model.zero_grad(set_to_none=True)
        return loss.detach()

    def synchronize(self) -> float:
        if self.device == "cuda":
            torch.cuda.synchronize()
        return time.monotonic()


def plan_steps(recipe: Recipe, elapsed: float, seconds_per_step: float, done: int, tokens: int) -> int:
    """Steps that fit the time budget, at most `max_epochs` over the text."""
    fitting = done + int((recipe.seconds - elapsed) / seconds_per_step)
    limit = math.ceil(recipe.max_epochs * tokens / (recipe.batch * recipe.shape.context))
    return max(done + 1, min(fitting, limit))


def pretrain(
    recipe: Recipe, stream: np.ndarray, held_out: HeldOut, device: str, targets: Targets | None = None, name: str = ""
) -> tuple[Transformer, dict]:
    """Trains one model; returns it in evaluation mode with a record of the run for the manifest."""
    torch.manual_seed(SEED)
    trainer = Trainer(recipe, stream, targets, device)
    begin = time.monotonic()
    steps, started = recipe.steps, begin
    losses = []
    for step, starts in enumerate(crops(len(stream), recipe.shape.context, recipe.batch, SEED)):
        if step == SPEED_STEPS[0]:
            started = trainer.synchronize()
        if step == SPEED_STEPS[1] and steps is None:
            now = trainer.synchronize()
            pace = (now - started) / (SPEED_STEPS[1] - SPEED_STEPS[0])
            steps = plan_steps(recipe, now - begin, pace, step, len(stream))
            speed = recipe.batch * recipe.shape.context / pace
            print(f"{name}: {steps} steps, {speed:.0f} tokens/s, begun in {started - begin:.0f} s", flush=True)
        if steps is not None and step >= steps:
            break
        loss = trainer.step(starts, learning_rate(step, steps or 10**9, recipe))
        if step % 50 == 0:
            losses.append((step, loss))
        if steps and step and step % max(1, steps // 8) == 0:
            trainer.model.eval()
            figure = bits_per_byte(trainer.model, *held_out, recipe.shape.context)["all"]
            trainer.model.train()
            seconds = time.monotonic() - begin
            print(f"{name}: step {step}, loss {float(loss):.4f}, held out {figure:.4f}, {seconds:.0f} s", flush=True)
    seconds = trainer.synchronize() - begin
    model = trainer.model.eval()
    tokens = steps * recipe.batch * recipe.shape.context
    record = {
        "recipe": asdict(recipe) | {"steps": steps},
        "parameters": count_parameters(model),
        "tokens": tokens,
        "epochs": round(tokens / len(stream), 3),
        "seconds": round(seconds, 1),
        "loss": [[s, round(float(x), 4)] for s, x in losses[:: max(1, len(losses) // 60)]],
    }
    return model, record


@torch.no_grad()
def teacher_targets(teacher: Transformer, stream: np.ndarray, k: int, batch: int = 32) -> Targets:
    """The teacher's top k for every position that has a successor, seen with at least half a context of text."""
    context, device = teacher.shape.context, teacher.embedding.device
    data = torch.from_numpy(stream.astype(np.int32)).to(device)
    ids = torch.zeros(len(stream), k, dtype=torch.int16, device=device)
    logprobs = torch.zeros(len(stream), k, dtype=torch.float16, device=device)
    stride = context // 2
    starts = torch.arange(0, len(stream) - context, stride, device=device)
    starts = torch.cat([starts, starts.new_tensor([len(stream) - context])])
    span = torch.arange(context, device=device)
    forward = torch.compile(teacher) if device.type == "cuda" else teacher
    for part in starts.split(batch):
        part = F.pad(part, (0, batch - len(part)), value=int(part[-1]))
        rows = part[:, None] + span
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            logits = forward(data[rows])
        late = rows[:, stride:].flatten()
        _store(logits[:, stride:].flatten(0, 1), late, ids, logprobs, k)
        if int(part[0]) == 0:
            _store(logits[0, :stride], rows[0, :stride], ids, logprobs, k)
    return Targets(ids, logprobs)


def _store(logits: Tensor, positions: Tensor, ids: Tensor, logprobs: Tensor, k: int) -> None:
    logits = logits.float()
    top = logits.topk(k)
    ids[positions] = top.indices.to(torch.int16)
    logprobs[positions] = (top.values - logits.logsumexp(1, keepdim=True)).to(torch.float16)
