"""Builds the graphs with which the service fine-tunes the shared sentence encoder for a classifier.

Reads the tensor names from the encoder's ONNX file and writes graphs without weights (a few KB each). The service fills
them with the tensors of the encoder file when it creates a session. Every linear layer has a low-rank update (LoRA, Hu
et al. 2021). All updates are one flat input, so that one session serves every classifier.

    python build_tuning_graphs.py --model model.onnx --out ../model

tuned-encoder.onnx    input_ids, attention_mask, update -> vectors: the normalised mean over the tokens
tuning-gradient.onnx  the same, same, weight            -> loss: sum(weight * (cosine - same)^2) over all pairs of texts,
                                                          gradient: its derivative with respect to the update

tuning.json           the layout of an update, and the hashes of the graphs and of their encoder

Each forward step defines its backward pass. See libs/models/training/requirements.txt.
"""
import argparse
import hashlib
import json

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LAYERS, HEADS, WIDTH, INNER = 6, 12, 384, 1536
RANK = 8
EPSILON = 1e-12
LINEARS = {
    "attention.self.query": (WIDTH, WIDTH),
    "attention.self.key": (WIDTH, WIDTH),
    "attention.self.value": (WIDTH, WIDTH),
    "attention.output.dense": (WIDTH, WIDTH),
    "intermediate.dense": (WIDTH, INNER),
    "output.dense": (INNER, WIDTH),
}


def matrix_names(path):
    """The name of the int8 matrix of each linear layer, by the BERT name of the layer."""
    graph = onnx.load(path).graph
    names = {tensor.name for tensor in graph.initializer}
    by_output = {output: node for node in graph.node for output in node.output}
    found = {}
    for node in graph.node:
        bias = next((name for name in node.input if name in names and name.endswith(".bias")), None)
        product = next((by_output[name] for name in node.input if name in by_output), None)
        if node.op_type == "Add" and bias and product is not None and product.op_type == "MatMul":
            found[bias.removesuffix(".bias")] = product.input[1]
    if len(found) != LAYERS * len(LINEARS):
        raise SystemExit(f"{path} has {len(found)} linear layers, not {LAYERS * len(LINEARS)}.")
    return found


class Graph:
    """A list of nodes; `op` adds a node and returns the names of its outputs."""

    def __init__(self, matrices):
        self.matrices, self.nodes, self.constants, self.gradients = matrices, [], {}, {}

    def op(self, kind, *inputs, outputs=1, **attributes):
        names = [f"t{len(self.nodes)}_{at}" for at in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, value, kind=np.float32):
        array = np.asarray(value, kind)
        key = (array.tobytes(), str(array.dtype), array.shape)
        return self.constants.setdefault(key, (f"c{len(self.constants)}", array))[0]

    def scaled(self, value, factor):
        return self.op("Mul", value, self.constant(factor))

    def reshaped(self, value, *shape):
        return self.op("Reshape", value, self.constant(shape, np.int64))

    def weight(self, linear):
        matrix = self.matrices[linear]
        return self.op("Mul", self.op("Cast", f"{matrix}_q", to=TensorProto.FLOAT), f"{matrix}_scale")

    def transposed(self, value):
        return self.op("Transpose", value, perm=[1, 0])

    def model(self, name, inputs, outputs):
        value = helper.make_tensor_value_info
        for output, (source, _) in outputs.items():
            self.nodes.append(helper.make_node("Identity", [source], [output]))
        graph = helper.make_graph(
            self.nodes,
            name,
            [value(each, kind, shape) for each, (kind, shape) in inputs.items()],
            [value(each, TensorProto.FLOAT, shape) for each, (_, shape) in outputs.items()],
            [numpy_helper.from_array(array, each) for each, array in self.constants.values()],
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def update_parts(g):
    """Splits the flat update into the matrices of each linear layer: down (rows × RANK), then up (RANK × columns)."""
    shapes = {
        f"{layer}.{linear}": (rows, columns) for layer in range(LAYERS) for linear, (rows, columns) in LINEARS.items()
    }
    sizes = [size for rows, columns in shapes.values() for size in (rows * RANK, RANK * columns)]
    pieces = g.op("Split", "update", g.constant(sizes, np.int64), outputs=len(sizes), axis=0)
    parts = {}
    for at, (key, (rows, columns)) in enumerate(shapes.items()):
        parts[key] = (g.reshaped(pieces[2 * at], rows, RANK), g.reshaped(pieces[2 * at + 1], RANK, columns))
    return parts, sum(sizes)


def linear(g, x, layer, name, parts):
    """x · W + bias + x · down · up."""
    full, key = f"inner.encoder.layer.{layer}.{name}", f"{layer}.{name}"
    weight = g.weight(full)
    y = g.op("Add", g.op("MatMul", x, weight), f"{full}.bias")
    if key not in parts:
        return y, None
    down, up = parts[key]
    narrow = g.op("MatMul", x, down)
    y = g.op("Add", y, g.op("MatMul", narrow, up))

    def backward(dy):
        d_narrow = g.op("MatMul", dy, g.transposed(up))
        g.gradients[key] = (g.op("MatMul", g.transposed(x), d_narrow), g.op("MatMul", g.transposed(narrow), dy))
        return g.op("Add", g.op("MatMul", dy, g.transposed(weight)), g.op("MatMul", d_narrow, g.transposed(down)))

    return y, backward


def norm(g, x, name):
    y, mean, inverse = g.op(
        "LayerNormalization", x, f"{name}.weight", f"{name}.bias", outputs=3, axis=-1, epsilon=EPSILON
    )

    def backward(dy):
        standard = g.op("Mul", g.op("Sub", x, mean), inverse)
        ahead = g.op("Mul", dy, f"{name}.weight")
        average = lambda value: g.op("ReduceMean", value, axes=[-1], keepdims=1)
        along = g.op("Mul", standard, average(g.op("Mul", ahead, standard)))
        return g.op("Mul", inverse, g.op("Sub", g.op("Sub", ahead, average(ahead)), along))

    return y, backward


def gelu(g, x):
    share = g.scaled(g.op("Add", g.op("Erf", g.scaled(x, 0.5**0.5)), g.constant(1)), 0.5)

    def backward(dy):
        bell = g.scaled(g.op("Exp", g.scaled(g.op("Mul", x, x), -0.5)), (2 * np.pi) ** -0.5)
        return g.op("Mul", dy, g.op("Add", share, g.op("Mul", x, bell)))

    return g.op("Mul", x, share), backward


def heads(g, x, perm):
    return g.op("Transpose", g.op("Reshape", x, "by_head"), perm=perm)


def whole(g, x):
    return g.reshaped(g.op("Transpose", x, perm=[0, 2, 1, 3]), -1, WIDTH)


def attention(g, x, layer, parts, bias):
    (q, back_q), (k, back_k), (v, back_v) = (
        linear(g, x, layer, f"attention.self.{name}", parts) for name in ("query", "key", "value")
    )
    factor = (WIDTH / HEADS) ** -0.5
    q_heads, k_transposed, v_heads = heads(g, q, [0, 2, 1, 3]), heads(g, k, [0, 2, 3, 1]), heads(g, v, [0, 2, 1, 3])
    scores = g.op("Add", g.scaled(g.op("MatMul", q_heads, k_transposed), factor), bias)
    shares = g.op("Softmax", scores, axis=-1)
    y = whole(g, g.op("MatMul", shares, v_heads))

    def backward(dy):
        swap = lambda value: g.op("Transpose", value, perm=[0, 1, 3, 2])
        d_seen = heads(g, dy, [0, 2, 1, 3])
        d_shares = g.op("MatMul", d_seen, swap(v_heads))
        total = g.op("ReduceSum", g.op("Mul", d_shares, shares), g.constant([-1], np.int64), keepdims=1)
        d_scores = g.scaled(g.op("Mul", shares, g.op("Sub", d_shares, total)), factor)
        d_q = back_q(whole(g, g.op("MatMul", d_scores, swap(k_transposed))))
        d_k = back_k(whole(g, g.op("MatMul", swap(d_scores), q_heads)))
        d_v = back_v(whole(g, g.op("MatMul", swap(shares), d_seen)))
        return g.op("Add", g.op("Add", d_q, d_k), d_v)

    return y, backward


def encoder_layer(g, x, layer, parts, bias):
    prefix = f"inner.encoder.layer.{layer}"
    seen, back_seen = attention(g, x, layer, parts, bias)
    mixed, back_mixed = linear(g, seen, layer, "attention.output.dense", parts)
    middle, back_middle = norm(g, g.op("Add", x, mixed), f"{prefix}.attention.output.LayerNorm")
    wide, back_wide = linear(g, middle, layer, "intermediate.dense", parts)
    bent, back_bent = gelu(g, wide)
    narrow, back_narrow = linear(g, bent, layer, "output.dense", parts)
    y, back_y = norm(g, g.op("Add", middle, narrow), f"{prefix}.output.LayerNorm")

    def backward(dy):
        d_sum = back_y(dy)
        d_middle = back_middle(g.op("Add", d_sum, back_wide(back_bent(back_narrow(d_sum)))))
        return g.op("Add", d_middle, back_seen(back_mixed(d_middle)))

    return y, backward


def mask_of(g):
    """The mask as floats and the attention bias; also the shape texts × tokens × heads × width."""
    mask = g.op("Cast", "attention_mask", to=TensorProto.FLOAT)
    hidden = g.op("Sub", mask, g.constant(1))
    bias = g.op("Unsqueeze", g.scaled(hidden, 1e9), g.constant([1, 2], np.int64))
    shape = g.op("Concat", g.op("Shape", "attention_mask"), g.constant([HEADS, WIDTH // HEADS], np.int64), axis=0)
    g.nodes.append(helper.make_node("Identity", [shape], ["by_head"]))
    return mask, bias


def text_shape(g):
    return g.op("Concat", g.op("Shape", "attention_mask"), g.constant([WIDTH], np.int64), axis=0)


def embeddings(g):
    """The input of the first layer. The tables stay int8; only the rows of the texts are dequantised."""
    rows = lambda name, at: g.op(
        "Mul",
        g.op("Cast", g.op("Gather", f"{name}_q", at, axis=0), to=TensorProto.FLOAT),
        g.op("Gather", f"{name}_scale", at, axis=0),
    )
    length = g.op("Gather", g.op("Shape", "input_ids"), g.constant(1, np.int64), axis=0)
    places = g.op("Range", g.constant(0, np.int64), length, g.constant(1, np.int64))
    kind = g.op("Gather", "inner.embeddings.token_type_embeddings.weight", g.constant(0, np.int64), axis=0)
    x = g.op("Add", rows("inner.embeddings.word_embeddings.weight", "input_ids"), kind)
    x = g.op("Add", x, rows("inner.embeddings.position_embeddings.weight", places))
    x, _ = norm(g, x, "inner.embeddings.LayerNorm")
    return g.reshaped(x, -1, WIDTH)


def encode(g, parts):
    """The normalised mean over the tokens of each text."""
    mask, bias = mask_of(g)
    x, backs = embeddings(g), []
    for layer in range(LAYERS):
        x, back = encoder_layer(g, x, layer, parts, bias)
        backs.append(back)
    column = g.op("Unsqueeze", mask, g.constant([2], np.int64))
    axis = lambda at: g.constant([at], np.int64)
    shape = g.op("Concat", g.op("Shape", "input_ids"), g.constant([WIDTH], np.int64), axis=0)
    total = g.op("ReduceSum", g.op("Mul", g.op("Reshape", x, shape), column), axis(1), keepdims=0)
    length = g.op("Sqrt", g.op("ReduceSum", g.op("Mul", total, total), axis(1), keepdims=1))
    vectors = g.op("Div", total, length)

    def backward(d_vectors):
        along = g.op("ReduceSum", g.op("Mul", d_vectors, vectors), axis(1), keepdims=1)
        d_total = g.op("Div", g.op("Sub", d_vectors, g.op("Mul", vectors, along)), length)
        dy = g.reshaped(g.op("Mul", g.op("Unsqueeze", d_total, axis(1)), column), -1, WIDTH)
        for back in reversed(backs):
            dy = back(dy)

    return vectors, backward


TEXTS = ["texts", "tokens"]
PAIRS = ["texts", "texts"]


def inputs_of(size):
    whole_numbers = {name: (TensorProto.INT64, TEXTS) for name in ("input_ids", "attention_mask")}
    return {**whole_numbers, "update": (TensorProto.FLOAT, [size])}


def encoder_graph(matrices):
    g = Graph(matrices)
    parts, size = update_parts(g)
    vectors, _ = encode(g, parts)
    return g.model("tuned-encoder", inputs_of(size), {"vectors": (vectors, ["texts", WIDTH])})


def gradient_graph(matrices):
    g = Graph(matrices)
    parts, size = update_parts(g)
    vectors, backward = encode(g, parts)
    off = g.op("Sub", g.op("MatMul", vectors, g.transposed(vectors)), "same")
    weighted = g.op("Mul", "weight", off)
    loss = g.op("ReduceSum", g.op("Mul", weighted, off), keepdims=0)
    by_cosine = g.scaled(weighted, 2)
    backward(g.op("MatMul", g.op("Add", by_cosine, g.transposed(by_cosine)), vectors))
    gradient = g.op("Concat", *[g.reshaped(each, -1) for key in parts for each in g.gradients[key]], axis=0)
    inputs = {**inputs_of(size), "same": (TensorProto.FLOAT, PAIRS), "weight": (TensorProto.FLOAT, PAIRS)}
    return g.model("tuning-gradient", inputs, {"loss": (loss, []), "gradient": (gradient, [size])})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    matrices = matrix_names(options.model)
    with open(options.model, "rb") as file:
        description = {"format": "llmos-tuning/1", "encoder": sha256(file.read()), "rank": RANK, "graphs": {}}
    description["matrices"] = [list(shape) for _ in range(LAYERS) for shape in LINEARS.values()]
    for model in (encoder_graph(matrices), gradient_graph(matrices)):
        content = model.SerializeToString()
        description["graphs"][model.graph.name] = sha256(content)
        with open(f"{options.out}/{model.graph.name}.onnx", "wb") as file:
            file.write(content)
        print(f"{model.graph.name}.onnx: {len(content)} bytes")
    with open(f"{options.out}/tuning.json", "w", encoding="utf-8") as file:
        file.write(json.dumps(description, indent=2) + "\n")


def sha256(content):
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    main()
