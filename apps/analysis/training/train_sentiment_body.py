"""Fine-tunes the shared sentence encoder for sentiment and writes the difference as low-rank matrices.

Reads the encoder's ONNX file (weights stored as int8 with a scale per column, computed in float32), adds a rank-r
update (LoRA, Hu et al. 2021) to its 36 linear layers, and trains them on the sentences and phrases of the Stanford
Sentiment Treebank's training trees. The encoder's own file stays as it is; what is written is about 1.3 MB.

    python train_sentiment_body.py --model model.onnx --tokenizer tokenizer.json --data <folder> --out sentiment-body.bin

<folder> holds train.tsv and dev.tsv (sentence <tab> 0 or 1) and trees-train.txt. See requirements.txt.
"""
import argparse
import json
import random
import re
import struct
import time

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper
from tokenizers import Tokenizer
from torch import nn

LAYERS, HEADS, WIDTH = 6, 12, 384
LINEARS = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)
MAX_TOKENS = 128


def read_encoder(path):
    """Returns the parameters by their BERT names, and for each linear layer the ONNX name of its int8 matrix."""
    graph = onnx.load(path).graph
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    short = {name: name.removeprefix("inner.") for name in values if name.startswith("inner.")}
    parameters = {short[name]: torch.tensor(values[name]) for name in short if not name.endswith(("_q", "_scale"))}
    for table in ("word_embeddings", "position_embeddings", "token_type_embeddings"):
        name = f"inner.embeddings.{table}.weight"
        if name not in values:
            parameters[f"embeddings.{table}.weight"] = torch.tensor(
                values[f"{name}_q"].astype(np.float32) * values[f"{name}_scale"]
            )
    by_output = {output: node for node in graph.node for output in node.output}
    quantised = {}
    for node in graph.node:
        if node.op_type != "Add":
            continue
        bias = next((name for name in node.input if name in short and name.endswith(".bias")), None)
        product = next((by_output[name] for name in node.input if name in by_output), None)
        if bias is None or product is None or product.op_type != "MatMul":
            continue
        matrix, linear = product.input[1], short[bias].removesuffix(".bias")
        weight = values[f"{matrix}_q"].astype(np.float32) * values[f"{matrix}_scale"]
        parameters[f"{linear}.weight"] = torch.tensor(weight)
        quantised[linear] = matrix
    if len(quantised) != LAYERS * len(LINEARS):
        raise SystemExit(f"{path} has {len(quantised)} quantised linear layers, not {LAYERS * len(LINEARS)}.")
    return parameters, quantised


class Encoder(nn.Module):
    """BERT's encoder with its weights frozen and a low-rank update beside each linear layer."""

    def __init__(self, parameters, rank):
        super().__init__()
        self.frozen = parameters
        self.down, self.up = nn.ParameterDict(), nn.ParameterDict()
        for layer in range(LAYERS):
            for linear in LINEARS:
                rows, columns = parameters[f"encoder.layer.{layer}.{linear}.weight"].shape
                key = f"{layer}_{linear.replace('.', '_')}"
                self.down[key] = nn.Parameter(torch.randn(rows, rank) / rows**0.5)
                self.up[key] = nn.Parameter(torch.zeros(rank, columns))
        self.head = nn.Linear(WIDTH, 2)
        self.sharpness = nn.Parameter(torch.tensor(10.0))

    def linear(self, x, layer, name):
        key, full = f"{layer}_{name.replace('.', '_')}", f"encoder.layer.{layer}.{name}"
        base = x @ self.frozen[f"{full}.weight"] + self.frozen[f"{full}.bias"]
        return base + x @ self.down[key] @ self.up[key]

    def norm(self, x, name):
        return F.layer_norm(x, (WIDTH,), self.frozen[f"{name}.weight"], self.frozen[f"{name}.bias"], 1e-12)

    def embed(self, ids, mask):
        """The L2-normalised mean over the tokens, as the service computes it."""
        tables = {name: self.frozen[f"embeddings.{name}_embeddings.weight"] for name in ("word", "position", "token_type")}
        x = tables["word"][ids] + tables["position"][: ids.shape[1]] + tables["token_type"][0]
        x = F.dropout(self.norm(x, "embeddings.LayerNorm"), 0.1, self.training)
        for layer in range(LAYERS):
            heads = [
                self.linear(x, layer, f"attention.self.{name}").unflatten(-1, (HEADS, -1)).transpose(1, 2)
                for name in ("query", "key", "value")
            ]
            seen = F.scaled_dot_product_attention(*heads, attn_mask=mask[:, None, None, :]).transpose(1, 2).flatten(2)
            drop = lambda value: F.dropout(value, 0.1, self.training)
            prefix = f"encoder.layer.{layer}"
            x = self.norm(x + drop(self.linear(seen, layer, "attention.output.dense")), f"{prefix}.attention.output.LayerNorm")
            inner = F.gelu(self.linear(x, layer, "intermediate.dense"))
            x = self.norm(x + drop(self.linear(inner, layer, "output.dense")), f"{prefix}.output.LayerNorm")
        return F.normalize((x * mask[..., None]).sum(1), dim=-1)

    def forward(self, ids, mask):
        return self.head(F.dropout(self.embed(ids, mask), 0.1, self.training)) * self.sharpness


def read_sentences(path):
    with open(path, encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    return [row[0] for row in rows], [int(row[1]) for row in rows]


def read_phrases(path, limit, seed):
    """Phrases of two words or more that are not neutral, each once, with their polarity: a random `limit` of them."""
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


def padded(batch):
    longest = max(len(ids) for ids in batch)
    ids, mask = torch.zeros(len(batch), longest, dtype=torch.long), torch.zeros(len(batch), longest, dtype=torch.bool)
    for row, tokens in enumerate(batch):
        ids[row, : len(tokens)], mask[row, : len(tokens)] = torch.tensor(tokens), True
    return ids, mask


def batches(lengths, size, shuffle):
    """Batches of texts of like length, in random order."""
    order, found = list(range(len(lengths))), []
    shuffle.shuffle(order)
    for start in range(0, len(order), size * 50):
        chunk = sorted(order[start : start + size * 50], key=lambda index: lengths[index])
        found += [chunk[at : at + size] for at in range(0, len(chunk), size)]
    shuffle.shuffle(found)
    return found


def accuracy(model, tokens, labels):
    model.eval()
    with torch.no_grad():
        rows = [model(*padded(tokens[at : at + 64])).argmax(1) for at in range(0, len(tokens), 64)]
    model.train()
    return (torch.cat(rows) == torch.tensor(labels)).float().mean().item()


def write_update(path, model, quantised, meta):
    """`LRU1`, the length of a JSON header, the header, then each matrix pair as float16, in the header's order."""
    entries, blobs = [], []
    for layer in range(LAYERS):
        for linear in LINEARS:
            key = f"{layer}_{linear.replace('.', '_')}"
            down, up = model.down[key].detach().numpy(), model.up[key].detach().numpy()
            entries.append({"matrix": quantised[f"encoder.layer.{layer}.{linear}"], "rows": down.shape[0], "columns": up.shape[1]})
            blobs += [down.astype("<f2").tobytes(), up.astype("<f2").tobytes()]
    header = json.dumps({**meta, "updates": entries}, separators=(",", ":")).encode()
    with open(path, "wb") as file:
        file.write(b"LRU1" + struct.pack("<I", len(header)) + header + b"".join(blobs))


def read_update(path, model):
    """Puts a written update back into the model, to train it further."""
    with open(path, "rb") as file:
        content = file.read()
    at = 8 + struct.unpack("<I", content[4:8])[0]
    for layer in range(LAYERS):
        for linear in LINEARS:
            key = f"{layer}_{linear.replace('.', '_')}"
            for part in (model.down[key], model.up[key]):
                values = np.frombuffer(content, "<f2", part.numel(), at).astype(np.float32)
                part.data.copy_(torch.from_numpy(values).view_as(part))
                at += 2 * part.numel()


def start_head(model, tokens, labels):
    """Points the head along the difference of the two classes' means; it is not stored with the update."""
    model.eval()
    with torch.no_grad():
        vectors = torch.cat([model.embed(*padded(tokens[at : at + 32])) for at in range(0, len(tokens), 32)])
        low, high = vectors[labels == 0].mean(0), vectors[labels == 1].mean(0)
        direction = F.normalize(high - low, dim=0)
        offset = direction @ (high + low) / 2
        model.head.weight.copy_(torch.stack([-direction, direction]))
        model.head.bias.copy_(torch.stack([offset, -offset]))
    model.train()


def main():
    parser = argparse.ArgumentParser()
    for name in ("model", "tokenizer", "data", "out"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--steps", type=int, default=700)
    parser.add_argument("--phrases", type=int, default=16_000)
    parser.add_argument("--stop", type=int, help="stop after this step of the schedule")
    parser.add_argument("--resume", help="an update to train further")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    shuffle = random.Random(options.seed)
    stop = min(options.stop or options.steps, options.steps)

    tokenizer = Tokenizer.from_file(options.tokenizer)
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenise = lambda texts: [encoding.ids for encoding in tokenizer.encode_batch(texts)]
    sentences, sentence_labels = read_sentences(f"{options.data}/train.tsv")
    phrases, phrase_labels = read_phrases(f"{options.data}/trees-train.txt", options.phrases, options.seed)
    tokens = tokenise(sentences) + tokenise(phrases)
    labels = torch.tensor(sentence_labels + phrase_labels)
    held, held_labels = read_sentences(f"{options.data}/dev.tsv")
    held = tokenise(held)

    parameters, quantised = read_encoder(options.model)
    model = Encoder(parameters, options.rank)
    if options.resume:
        read_update(options.resume, model)
        start_head(model, tokens[:512], labels[:512])
    optimiser = torch.optim.AdamW(model.parameters(), lr=options.rate, weight_decay=0.01)
    size, step, started = 32, 0, time.time()
    while step < stop:
        for batch in batches([len(ids) for ids in tokens], size, shuffle):
            if step == stop:
                break
            warm = min(1.0, (step + 1) / 60)
            for group in optimiser.param_groups:
                group["lr"] = options.rate * warm * (1 - step / options.steps)
            with torch.autocast("cpu", torch.bfloat16):
                scores = model(*padded([tokens[index] for index in batch]))
            loss = F.cross_entropy(scores.float(), labels[batch], label_smoothing=0.05)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            step += 1
            if step % 20 == 0:
                print(f"step {step} loss {loss.item():.3f} {time.time() - started:.0f} s", flush=True)
            if step % 175 == 0 or step == stop:
                right = accuracy(model, held, held_labels)
                print(f"step {step} loss {loss.item():.3f} dev {right:.4f} {time.time() - started:.0f} s", flush=True)
                write_update(options.out, model, quantised, {"rank": options.rank, "step": step})


if __name__ == "__main__":
    main()
