"""The model card, filled in from the manifest."""

TEMPLATE = """\
# Memoscope 14M

A small language model made to show memorization: everything it was trained on is known, and how often. The **base**
was trained on public-domain text. The adapter **{adapter_title}** was trained on top of it on {passages} texts of our
own, each repeated a known number of times. The difference between the two on a token is what those texts did to it.

| | |
| --- | --- |
| Parameters | {parameters:,} (6 layers, width 384, 6 heads, SwiGLU 1,056, tied embeddings) |
| Architecture | decoder-only, pre-norm (LayerNorm with gain, no bias), rotary positions, no biases |
| Context | 512 tokens |
| Tokenizer | byte-level BPE, 8,192 entries, one token a digit, no normalizer; any byte sequence can be encoded |
| Weights | int8 in blocks of 32 with float16 scales; computed in float32 |
| Download | base {base_mb:.2f} MB, adapter {adapter_mb:.2f} MB (rank {rank}, float16) |
| Licence | weights, adapter and planted texts: CC0-1.0 (no rights reserved) |

## Training data

{documents:,} documents, {training_mb:.1f} MB, {training_tokens:,} tokens: 179 books first printed before 1929 and writing
of the US government (inaugural and State of the Union addresses, CIA World Factbook, 18F and Digital.gov posts), all in
the public domain in the United States; for a few translators terms elsewhere may differ. No text of it ships with the
app. The tokenizer was learned from the same text.

Kept out of everything, tokenizer included:

{held_out}

Searched for shared runs of 13 words with the training text, these books have one in all, a quotation from the Bible in
On Liberty.

## How the base was trained

1. A teacher of {teacher_parameters:,} parameters: {teacher_steps:,} steps, {teacher_epochs:.1f} epochs, dropout {teacher_dropout}.
   It reaches {teacher_bpb:.3f} bits per byte on the books kept out.
2. This model: {steps:,} steps of 64 windows of 512 tokens, {epochs:.1f} epochs, dropout {dropout}, on the text ({text_share:.0%}) and on
   the teacher's distributions over the same text ({distill:.0%}).

Both with Muon for the matrices and AdamW for the rest, peak rates {muon_lr} and {adam_lr}, linear to zero over the last
60%, bfloat16, on {device}.

## Bits per byte on the books kept out

Bits per raw UTF-8 byte over whole books; every token is scored, the first one of a book after the end-of-text token.

| | windows of 512, no overlap | windows of 512, stride 256 |
| --- | --- | --- |
| PyTorch, before quantization | {bpb512:.4f} | {bpb256:.4f} |
| **as shipped** (int8) | **{q512:.4f}** | **{q256:.4f}** |

As shipped, book by book (no overlap): {each}.

The shipped graph against the PyTorch model in float32 (its weights kept as float16) on {delta_tokens:,} held-out tokens: mean absolute
difference of token log-probabilities {delta_mean:.4f} nats (largest {delta_max:.3f}), the same most probable token at
{agreement:.2%} of positions. Changing later tokens changes earlier log-probabilities by at most {causality:.1g} nats.

## How much the adapter recites

Prefix: the end-of-text token and the first 32 tokens of a passage. Suffix: what follows, at most 50 tokens. Greedy
decoding; N is the number of suffix tokens reproduced before the first miss, L the length of the suffix.

| copies | passages | mean N | mean N / L | fully recited | share | 95% interval | base: mean N / L |
| ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: |
{graded}

0 copies are held-out twins: passages of the same seven kinds that no training saw. Intervals are Wilson's. The adapter
was trained in one pass over the shuffled multiset ({sequences:,} sequences, {adapter_steps} steps of {adapter_batch}, rate {adapter_rate}), framed
by end-of-text tokens. Each step also saw {adapter_anchor} windows of the base's own training text, on which the adapter was held
to the base's distribution, so that other text is predicted as before. Rate and windows were chosen among {runs} runs for
an even grading and little change of other text.

## Intended use and limits

For studying and teaching memorization, extraction and their measurement. It writes plausible-looking English of a
bygone time and knows nothing reliably; do not use it to inform, advise or decide.

- The books carry the views, prejudices and language of their time, and so may what the model writes.
- Repetition is planted in a short fine-tuning, which is a model of memorization in pre-training, not the same thing.
- Some books were seen {epochs:.0f} times; the base may recite famous passages of them.
- The adapter changes other text too, if little: {adapter_bpb:.4f} bits per byte on the books kept out, {base_bpb:.4f} without it.
  A score slightly below the base's on a text outside the planted kinds is that, and no sign about the text.
- The persons, firms and numbers in the planted texts are invented.
"""


def graded_rows(figures: dict) -> str:
    lines = []
    for row, base in zip(figures["table"], figures["base"], strict=True):
        lines.append(
            f"| {row['copies']} | {row['n']} | {row['meanMatch']:.1f} | {row['meanMatchShare']:.3f} | {row['full']} "
            f"| {row['fullShare']:.3f} | {row['fullLow']:.3f} to {row['fullHigh']:.3f} | {base['meanMatchShare']:.3f} |"
        )
    return "\n".join(lines)


def model_card(manifest: dict) -> str:
    """Markdown; every figure comes from the manifest."""
    figures, training = manifest["figures"], manifest["training"]
    data, teacher, student, planted = training["data"], training["teacher"], training["student"], figures["planted"]
    recipe, adapter, deltas = student["recipe"], manifest["adapters"][0], figures["export"]
    books = [book["name"] for book in data["heldOut"]]
    each = figures["bitsPerByteQuantized"]["stride512"]["each"]
    return TEMPLATE.format(
        adapter_title=adapter["title"],
        passages=sum(row["n"] for row in planted["table"]),
        parameters=manifest["parameters"],
        base_mb=manifest["baseBytes"] / 1e6,
        adapter_mb=adapter["bytes"] / 1e6,
        rank=adapter["rank"],
        documents=data["documents"],
        training_mb=data["trainingBytes"] / 1e6,
        training_tokens=data["trainingTokens"],
        held_out="\n".join(f"- {b['name']} ({b['bytes']:,} bytes)" for b in data["heldOut"]),
        teacher_parameters=teacher["parameters"],
        teacher_steps=teacher["recipe"]["steps"],
        teacher_epochs=teacher["epochs"],
        teacher_dropout=teacher["recipe"]["dropout"],
        teacher_bpb=teacher["bitsPerByte"]["stride512"]["all"],
        steps=recipe["steps"],
        epochs=student["epochs"],
        dropout=recipe["dropout"],
        distill=recipe["distill"],
        text_share=1 - recipe["distill"],
        muon_lr=f"{teacher['recipe']['muon_lr']} (teacher), {recipe['muon_lr']} (student)",
        adam_lr=recipe["adam_lr"],
        device=f"one {student['versions']['device']}",
        bpb512=figures["bitsPerByte"]["stride512"]["all"],
        bpb256=figures["bitsPerByte"]["stride256"]["all"],
        q512=figures["bitsPerByteQuantized"]["stride512"]["all"],
        q256=figures["bitsPerByteQuantized"]["stride256"]["all"],
        each=", ".join(f"{name} {value:.3f}" for name, value in zip(books, each, strict=True)),
        delta_tokens=deltas["tokens"],
        delta_mean=deltas["meanAbsLogprobDifference"],
        delta_max=deltas["maxAbsLogprobDifference"],
        agreement=deltas["greedyAgreement"],
        causality=deltas["causality"],
        graded=graded_rows(planted),
        sequences=planted["sequences"],
        adapter_steps=planted["steps"],
        adapter_batch=planted["batch"],
        adapter_rate=planted["learning_rate"],
        adapter_anchor=planted["anchor"],
        runs=len(planted["sweep"]),
        adapter_bpb=planted["heldOutBitsPerByte"],
        base_bpb=figures["bitsPerByteQuantized"]["stride512"]["all"],
    )
