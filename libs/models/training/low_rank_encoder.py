"""The shared sentence encoder in PyTorch, frozen, with a low-rank update (LoRA, Hu et al. 2021) beside each linear layer.

Used by the scripts that fine-tune it for one task (sentiment, screening, search): the encoder's ONNX file stays as it is, and
only the update is written, which `withLowRankUpdate` of this library applies when a service loads the encoder.
"""
import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper
from safetensors.numpy import load_file, save_file
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

    def __init__(self, parameters, rank, outputs):
        super().__init__()
        self.frozen = parameters
        self.down, self.up = nn.ParameterDict(), nn.ParameterDict()
        for layer in range(LAYERS):
            for linear in LINEARS:
                rows, columns = parameters[f"encoder.layer.{layer}.{linear}.weight"].shape
                key = f"{layer}_{linear.replace('.', '_')}"
                self.down[key] = nn.Parameter(torch.randn(rows, rank) / rows**0.5)
                self.up[key] = nn.Parameter(torch.zeros(rank, columns))
        self.head = nn.Linear(WIDTH, outputs)
        self.sharpness = nn.Parameter(torch.tensor(10.0))

    def linear(self, x, layer, name):
        key, full = f"{layer}_{name.replace('.', '_')}", f"encoder.layer.{layer}.{name}"
        base = x @ self.frozen[f"{full}.weight"] + self.frozen[f"{full}.bias"]
        return base + x @ self.down[key] @ self.up[key]

    def norm(self, x, name):
        return F.layer_norm(x, (WIDTH,), self.frozen[f"{name}.weight"], self.frozen[f"{name}.bias"], 1e-12)

    def states(self, ids, mask):
        """The last layer's state of each token."""
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
        return x

    def embed(self, ids, mask):
        """The L2-normalised mean over the tokens, as the service computes it."""
        return F.normalize((self.states(ids, mask) * mask[..., None]).sum(1), dim=-1)

    def forward(self, ids, mask):
        return self.head(F.dropout(self.embed(ids, mask), 0.1, self.training)) * self.sharpness


class Average:
    """An exponential moving average of the parameters; it generalises better than the last step."""

    def __init__(self, model, decay):
        self.model, self.decay = model, decay
        self.values = None

    @torch.no_grad()
    def update(self):
        parameters = [parameter.detach() for parameter in self.model.parameters()]
        if self.values is None:
            self.values = [parameter.clone() for parameter in parameters]
        else:
            torch._foreach_lerp_(self.values, parameters, 1 - self.decay)

    @torch.no_grad()
    def apply(self):
        for parameter, value in zip(self.model.parameters(), self.values):
            parameter.copy_(value)


def read_tokenizer(path, max_tokens):
    """The tokenizer as the service uses it: long texts are cut, none is padded."""
    tokenizer = Tokenizer.from_file(path)
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer


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


def update_parts(model, quantised):
    """The tensors of an update by the names they have in its file: A and B of each of the ONNX model's matrices."""
    for layer in range(LAYERS):
        for linear in LINEARS:
            key, matrix = f"{layer}_{linear.replace('.', '_')}", quantised[f"encoder.layer.{layer}.{linear}"]
            yield f"{matrix}.down", model.down[key]
            yield f"{matrix}.up", model.up[key]


def write_update(path, model, quantised, meta):
    """A safetensors file with the matrices as float16."""
    tensors = {name: part.detach().numpy().astype(np.float16) for name, part in update_parts(model, quantised)}
    save_file(tensors, path, metadata={key: str(value) for key, value in meta.items()})


def read_update(path, model, quantised):
    """Loads a written update into the model, to train it further."""
    tensors = load_file(path)
    for name, part in update_parts(model, quantised):
        part.data.copy_(torch.from_numpy(tensors[name].astype(np.float32)))
