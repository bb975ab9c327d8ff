"""Fine-tunes the shared sentence encoder to separate attacks on a language model from ordinary texts.

Trains a low-rank update of the encoder's 36 linear layers with two heads, one for inputs and one for passages, on the
windows that `train.ts --export` writes. It leaves out every fifth document; `train.ts` calibrates the thresholds on
those. It discards the two heads; `train.ts` fits the second stage's head to the encoder's vectors.

    python train_screening_encoder.py --model model.onnx --tokenizer tokenizer.json --windows windows.jsonl \
      --out screening-encoder-update.safetensors

Deterministic on one machine with one number of threads. See libs/models/training/requirements.txt.
"""
import argparse
import json
import random
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "libs" / "models" / "training"))
from low_rank_encoder import Average, Encoder, batches, padded, read_encoder, read_tokenizer, write_update  # noqa: E402

MAX_TOKENS = 256
MASK_TOKEN = 103
CALIBRATION_FOLDS = 5
WARM_UP_STEPS = 60


def read_windows(path):
    with open(path, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file if line.strip()]
    return [row for row in rows if row["document"] % CALIBRATION_FOLDS != 0]


def masked(ids, share):
    """Masks a share of the words, so that no single word decides."""
    hidden = (torch.rand(ids.shape) < share) & (ids > MASK_TOKEN)
    return torch.where(hidden, MASK_TOKEN, ids)


def main():
    parser = argparse.ArgumentParser()
    for name in ("model", "tokenizer", "windows", "out"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    shuffle = random.Random(options.seed)

    windows = read_windows(options.windows)
    tokenizer = read_tokenizer(options.tokenizer, MAX_TOKENS)
    tokens = [encoding.ids for encoding in tokenizer.encode_batch([row["text"] for row in windows])]
    attack = torch.tensor([int(row["attack"]) for row in windows])
    counts_as_input = torch.tensor([float(row["side"] == "input") for row in windows])
    # Attacks of both sides count as attacks in a document.
    counts_as_passage = torch.tensor([float(row["side"] == "passage" or row["attack"]) for row in windows])

    parameters, quantised = read_encoder(options.model)
    model = Encoder(parameters, options.rank, outputs=4)
    optimiser = torch.optim.AdamW(model.parameters(), lr=options.rate, weight_decay=0.01)
    average = Average(model, decay=0.998)
    size, step, started = 32, 0, time.time()
    steps = -(-len(windows) // size) * options.epochs
    for _ in range(options.epochs):
        for batch in batches([len(ids) for ids in tokens], size, shuffle):
            for group in optimiser.param_groups:
                group["lr"] = options.rate * min(1.0, (step + 1) / WARM_UP_STEPS) * (1 - step / steps)
            ids, mask = padded([tokens[index] for index in batch])
            scores = model(masked(ids, 0.1), mask)
            loss_of = lambda part: F.cross_entropy(part, attack[batch], label_smoothing=0.1, reduction="none")
            losses = loss_of(scores[:, :2]) * counts_as_input[batch] + loss_of(scores[:, 2:]) * counts_as_passage[batch]
            loss = losses.sum() / len(batch)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            step += 1
            if step >= steps // 4:
                average.update()
            if step % 50 == 0:
                print(f"step {step} of {steps} loss {loss.item():.3f} {time.time() - started:.0f} s", flush=True)
    average.apply()
    write_update(options.out, model, quantised, {"rank": options.rank, "windows": len(windows)})


if __name__ == "__main__":
    main()
