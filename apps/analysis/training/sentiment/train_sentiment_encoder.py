"""Fine-tunes the shared sentence encoder for sentiment and writes the difference as low-rank matrices.

Reads the encoder's ONNX file (weights stored as int8 with a scale per column, computed in float32), adds a rank-r
update (LoRA, Hu et al. 2021) to its 36 linear layers, and trains them for two questions: positive or negative, and
neutral or not. The file of the encoder is not changed; the update takes about 1.3 MB.

    python train_sentiment_encoder.py --model model.onnx --tokenizer tokenizer.json --data <folder> --out <file>

<folder> holds train.tsv, dev.tsv and trees-train.txt of the Stanford Sentiment Treebank, everyday.tsv of
everyday_sentences.py, and reviews-train.tsv and reviews-test.tsv (sentence <tab> 0 or 1), the halves of the Sentiment
Labelled Sentences. See libs/models/training/requirements.txt.
"""
import argparse
import random
import re
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[4] / "libs" / "models" / "training"))
from low_rank_encoder import Average, Encoder, batches, padded, read_encoder, read_tokenizer, read_update, write_update  # noqa: E402

MAX_TOKENS = 128


def read_sentences(path):
    with open(path, encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    return [row[0] for row in rows], [int(row[1]) for row in rows]


def read_phrases(path, limit, seed):
    """A random selection of `limit` distinct phrases of two or more words that are not neutral, with their polarity."""
    phrases = {}
    for line in open(path, encoding="utf-8"):
        open_nodes = []
        for symbol in re.findall(r"\(|\)|[^\s()]+", line):
            if symbol == "(":
                open_nodes.append([None, []])
            elif symbol == ")":
                label, words = open_nodes.pop()
                phrases.setdefault(plain(words), label)
                if open_nodes:
                    open_nodes[-1][1].extend(words)
            elif open_nodes[-1][0] is None:
                open_nodes[-1][0] = int(symbol)
            else:
                open_nodes[-1][1].append(symbol)
    kept = sorted((phrase, label) for phrase, label in phrases.items() if label != 2 and " " in phrase)
    random.Random(seed).shuffle(kept)
    kept = kept[:limit]
    return [phrase for phrase, _ in kept], [int(label > 2) for _, label in kept]


def plain(words):
    text = " ".join(words).replace("-LRB-", "(").replace("-RRB-", ")")
    return text.replace("\\/", "/").replace("``", '"').replace("''", '"')


def read_everyday(path):
    """Sentences with two targets: 1 for positive (any for a neutral one), and 1 for neutral."""
    with open(path, encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    return [row[0] for row in rows], [(float(row[1] == "positive"), float(row[1] == "neutral")) for row in rows]


def accuracy(model, tokens, labels):
    """Of positive against negative."""
    model.eval()
    with torch.no_grad():
        rows = [model(*padded(tokens[at : at + 64]))[:, 0] > 0 for at in range(0, len(tokens), 64)]
    model.train()
    return (torch.cat(rows) == torch.tensor(labels)).float().mean().item()


def start_head(model, tokens, targets):
    """Initialises the head with the differences of the class means; the update file does not contain the head."""
    model.eval()
    with torch.no_grad():
        vectors = torch.cat([model.embed(*padded(tokens[at : at + 32])) for at in range(0, len(tokens), 32)])
        for row, (high, low) in enumerate(
            [
                (targets[:, 0].eq(1) & targets[:, 1].eq(0), targets[:, 0].eq(0) & targets[:, 1].eq(0)),
                (targets[:, 1].eq(1), targets[:, 1].eq(0)),
            ]
        ):
            one, other = vectors[high].mean(0), vectors[low].mean(0)
            direction = F.normalize(one - other, dim=0)
            model.head.weight[row] = direction
            model.head.bias[row] = -direction @ (one + other) / 2
    model.train()


def loss_of(scores, targets):
    """Neutral texts have no polarity: they count for the second question only."""
    polarity, neutral = scores.float().unbind(1)
    smooth = targets * 0.95 + 0.025
    each = F.binary_cross_entropy_with_logits(polarity, smooth[:, 0], reduction="none") * (1 - targets[:, 1])
    return each.mean() + F.binary_cross_entropy_with_logits(neutral, smooth[:, 1])


def main():
    parser = argparse.ArgumentParser()
    for name in ("model", "tokenizer", "data", "out"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--steps", type=int, default=900)
    parser.add_argument("--phrases", type=int, default=8_000)
    parser.add_argument("--resume", help="an update to train further")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--bfloat16", action="store_true", help="faster on a processor that has it, 16 times slower on others")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    shuffle = random.Random(options.seed)

    tokenizer = read_tokenizer(options.tokenizer, MAX_TOKENS)
    tokenise = lambda texts: [encoding.ids for encoding in tokenizer.encode_batch(texts)]
    texts, targets = read_everyday(f"{options.data}/everyday.tsv")
    for more, labels in (
        read_sentences(f"{options.data}/train.tsv"),
        read_phrases(f"{options.data}/trees-train.txt", options.phrases, options.seed),
        *[read_sentences(f"{options.data}/reviews-train.tsv")] * 2,
    ):
        texts = texts + more
        targets = targets + [(float(label), 0.0) for label in labels]
    tokens, targets = tokenise(texts), torch.tensor(targets)
    held = [(name, *read_sentences(f"{options.data}/{name}.tsv")) for name in ("dev", "reviews-test")]

    parameters, quantised = read_encoder(options.model)
    model = Encoder(parameters, options.rank, outputs=2)
    if options.resume:
        read_update(options.resume, model, quantised)
    start_head(model, tokens[:512], targets[:512])
    average = Average(model, 0.99)
    optimiser = torch.optim.AdamW(model.parameters(), lr=options.rate, weight_decay=0.01)
    size, step, started = 32, 0, time.time()
    while step < options.steps:
        for batch in batches([len(ids) for ids in tokens], size, shuffle):
            if step == options.steps:
                break
            warm = min(1.0, (step + 1) / 60)
            for group in optimiser.param_groups:
                group["lr"] = options.rate * warm * (1 - step / options.steps)
            with torch.autocast("cpu", torch.bfloat16, enabled=options.bfloat16):
                scores = model(*padded([tokens[index] for index in batch]))
            loss = loss_of(scores, targets[batch])
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            average.update()
            step += 1
            if step % 20 == 0:
                print(f"step {step} loss {loss.item():.3f} {time.time() - started:.0f} s", flush=True)
            if step % 300 == 0 or step == options.steps:
                if step == options.steps:
                    average.apply()
                right = {name: round(accuracy(model, tokenise(rows), labels), 4) for name, rows, labels in held}
                print(f"step {step} accuracy {right} {time.time() - started:.0f} s", flush=True)
                write_update(options.out, model, quantised, {"rank": options.rank, "step": step})


if __name__ == "__main__":
    main()
