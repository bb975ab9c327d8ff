"""Trains a low-rank update (LoRA, Hu et al. 2021) of a small Llama model that answers a question from passages.

    pip install -r apps/generation/training/requirements.txt
    python apps/generation/training/train_rewriter.py --base SmolLM2-135M-Instruct.Q4_1.gguf --out rewriter.gguf

Reads the base model from its GGUF file, trains on examples.jsonl beside this file, and writes the update as a GGUF file
that llama.cpp and node-llama-cpp load beside the base model. It uses one thread. The layers below the first that is
trained give the same states in each epoch, so they run only once. What came of it: docs/adr/0041.
"""
import argparse
import json
import math
import random
import time
from pathlib import Path

import gguf
import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from torch import nn

LINEARS = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
SYSTEM = "Answer the question in short sentences, from the text alone."


class Base:
    """A Llama model of a GGUF file, as float32, in the file's own order of rows: neighbouring rows rotate together."""

    def __init__(self, path):
        reader = gguf.GGUFReader(path)
        value = lambda name: reader.fields[name].contents()
        self.layers, self.heads = value("llama.block_count"), value("llama.attention.head_count")
        self.kv_heads, self.width = value("llama.attention.head_count_kv"), value("llama.embedding_length")
        self.rope_base, self.eps = value("llama.rope.freq_base"), value("llama.attention.layer_norm_rms_epsilon")
        self.weights = {
            tensor.name: torch.from_numpy(gguf.dequantize(tensor.data, tensor.tensor_type).astype(np.float32))
            for tensor in reader.tensors
        }
        tokens, merges = value("tokenizer.ggml.tokens"), value("tokenizer.ggml.merges")
        self.ids = {token: at for at, token in enumerate(tokens)}
        self.begin_id = value("tokenizer.ggml.bos_token_id")
        self.tokenizer = Tokenizer(models.BPE(self.ids, [tuple(merge.split(" ")) for merge in merges]))
        self.tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
        )
        self.tokenizer.decoder = decoders.ByteLevel()

    def prompt(self, text):
        """The tokens of a conversation that begins with the system's message and asks for an answer."""
        start, end = self.ids["<|im_start|>"], self.ids["<|im_end|>"]
        encode = lambda part: self.tokenizer.encode(part).ids
        ids = [self.begin_id]
        for role, content in (("system", SYSTEM), ("user", text)):
            ids += [start, *encode(f"{role}\n{content}"), end, *encode("\n")]
        return [*ids, start, *encode("assistant\n")]

    def answer(self, text):
        return [*self.tokenizer.encode(text).ids, self.ids["<|im_end|>"]]


class Rewriter(nn.Module):
    """The base model, frozen, with a low-rank update beside each linear layer from one layer on."""

    def __init__(self, base, first, rank, alpha):
        super().__init__()
        self.base, self.first, self.scale = base, first, alpha / rank
        self.down, self.up = nn.ParameterDict(), nn.ParameterDict()
        for layer in range(first, base.layers):
            for name in LINEARS:
                rows, columns = base.weights[f"blk.{layer}.{name}.weight"].shape
                self.down[f"{layer}_{name}"] = nn.Parameter(torch.randn(rank, columns) / columns**0.5)
                self.up[f"{layer}_{name}"] = nn.Parameter(torch.zeros(rows, rank))

    def linear(self, x, layer, name):
        key = f"{layer}_{name}"
        plain = F.linear(x, self.base.weights[f"blk.{layer}.{name}.weight"])
        return plain + self.scale * F.linear(F.linear(x, self.down[key]), self.up[key]) if key in self.down else plain

    def norm(self, x, name):
        return F.rms_norm(x, (self.base.width,), self.base.weights[f"{name}.weight"], self.base.eps)

    def block(self, x, layer):
        batch, length, width = x.shape
        size = width // self.base.heads
        y = self.norm(x, f"blk.{layer}.attn_norm")
        split = lambda name: self.linear(y, layer, name).view(batch, length, -1, size).transpose(1, 2)
        query, key = rotated(split("attn_q"), self.base.rope_base), rotated(split("attn_k"), self.base.rope_base)
        seen = F.scaled_dot_product_attention(query, key, split("attn_v"), is_causal=True, enable_gqa=True)
        x = x + self.linear(seen.transpose(1, 2).reshape(batch, length, width), layer, "attn_output")
        y = self.norm(x, f"blk.{layer}.ffn_norm")
        inner = F.silu(self.linear(y, layer, "ffn_gate")) * self.linear(y, layer, "ffn_up")
        return x + self.linear(inner, layer, "ffn_down")

    @torch.no_grad()
    def begin(self, ids):
        """The states below the first trained layer."""
        x = self.base.weights["token_embd.weight"][ids]
        for layer in range(self.first):
            x = self.block(x, layer)
        return x

    def finish(self, x):
        for layer in range(self.first, self.base.layers):
            x = self.block(x, layer)
        return self.norm(x, "output_norm")

    def logits(self, states):
        return F.linear(states, self.base.weights["token_embd.weight"])


def rotated(x, base):
    """Rotary positions (Su et al. 2021) of neighbouring pairs."""
    length, size = x.shape[-2:]
    angles = torch.arange(length)[:, None] * base ** (-torch.arange(0, size, 2) / size)
    even, odd = x[..., 0::2], x[..., 1::2]
    turned = (even * angles.cos() - odd * angles.sin(), even * angles.sin() + odd * angles.cos())
    return torch.stack(turned, -1).flatten(-2)


def losses(model, batch):
    """The cross-entropy of each token of the answers."""
    longest = max(len(states) for states, _, _ in batch)
    x = torch.stack([F.pad(states, (0, 0, 0, longest - len(states))) for states, _, _ in batch])
    x = model.finish(x)
    wanted = torch.cat([torch.tensor(answer) for _, _, answer in batch])
    ends = [(row, len(prompt) - 1, len(answer)) for row, (_, prompt, answer) in enumerate(batch)]
    said = torch.cat([x[row, at : at + count] for row, at, count in ends])
    return F.cross_entropy(model.logits(said), wanted, reduction="none")


def tokenised(model, examples):
    """The tokens of each example: its prompt, and its answer."""
    return [(model.base.prompt(example["prompt"]), model.base.answer(example["answer"])) for example in examples]


def train(model, examples, options):
    """Follows one cosine of the learning rate, until all steps are taken or the time is up."""
    training = tokenised(model, examples)
    lengths = [len(prompt) + len(answer) for prompt, answer in training]
    steps = options.epochs * math.ceil(len(training) / options.batch)
    optimizer = torch.optim.AdamW(model.parameters(), options.rate, weight_decay=0.0)
    shuffle, step, seen, started = random.Random(options.seed), 0, {}, time.monotonic()
    print(f"{len(training)} examples with {sum(lengths)} tokens, {steps} steps", flush=True)
    while step < steps:
        for batch in batches(lengths, options.batch, shuffle)[: steps - step]:
            done = max(step / steps, (time.monotonic() - started) / 60 / options.minutes)
            if done >= 1:
                return
            for group in optimizer.param_groups:
                group["lr"] = options.rate * min(1, (step + 1) / 8) * (1 + math.cos(math.pi * done)) / 2
            for at in batch:
                if at not in seen:
                    prompt, answer = training[at]
                    seen[at] = (model.begin(torch.tensor([prompt + answer[:-1]]))[0], prompt, answer)
            loss = losses(model, [seen[at] for at in batch]).mean()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            step += 1
            print(f"step {step} of {steps}: loss {loss:.3f}, {time.monotonic() - started:.0f} s", flush=True)
            if step % options.save == 0:
                write(model, options)


def batches(lengths, size, shuffle):
    """Batches of examples of like length, in random order."""
    order = sorted(range(len(lengths)), key=lambda at: (lengths[at] // 16, shuffle.random()))
    found = [order[at : at + size] for at in range(0, len(order), size)]
    shuffle.shuffle(found)
    return found


def write(model, options):
    """A GGUF file with the matrices as float16."""
    writer = gguf.GGUFWriter(options.out, "llama")
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, options.alpha)
    for key in model.down:
        layer, name = key.split("_", 1)
        for part, values in (("a", model.down[key]), ("b", model.up[key])):
            writer.add_tensor(f"blk.{layer}.{name}.weight.lora_{part}", values.detach().numpy().astype(np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", required=True, help="the GGUF file of the base model")
    parser.add_argument("--out", required=True, help="the GGUF file to write")
    parser.add_argument("--examples", type=Path, default=Path(__file__).with_name("examples.jsonl"))
    parser.add_argument("--first", type=int, default=14, help="the first layer that is trained")
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--alpha", type=float, default=32)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--batch", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=math.inf, help="time limit; the rate falls to 0 by then")
    parser.add_argument("--save", type=int, default=20, help="write the update each so many steps")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main():
    options = read_options()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    model = Rewriter(Base(options.base), options.first, options.rank, options.alpha)
    examples = [json.loads(line) for line in options.examples.read_text().splitlines()]
    train(model, examples, options)
    write(model, options)


if __name__ == "__main__":
    main()
