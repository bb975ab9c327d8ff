"""Writes a graph that computes the shared encoder in whole numbers.

The encoder's file has its matrices in int8 and multiplies them in float32. In this graph the other side of each product is
rounded to 8 bits too (`DynamicQuantizeLinear`), and the processor multiplies whole numbers. Rows of the embedding tables
are looked up before they become float32. The graph has no weights: those of the encoder, also with a low-rank update,
are filled in by their names when a service loads it (`filledGraph`).

    python build_integer_graph.py --model model.onnx --out deploy/graphs/minilm.onnx

Deterministic. See requirements.txt.
"""
import argparse

import onnx
from onnx import TensorProto, helper


def quantised_nodes(graph):
    # `x_f = Cast(x_q)` and `x = x_f * x_scale` unfold the matrix x.
    matrices = {tensor.name.removesuffix("_q") for tensor in graph.initializer if tensor.name.endswith("_q")}
    nodes = []
    for node in graph.node:
        if node.output[0].removesuffix("_f") in matrices:
            continue
        if node.op_type == "MatMul" and node.input[1] in matrices:
            nodes += whole_product(node.input[0], node.input[1], node.output[0])
        elif node.op_type == "Gather" and node.input[0] in matrices:
            nodes += looked_up(node.input[0], node.input[1], node.output[0])
        elif any(name in matrices for name in node.input):
            raise SystemExit(f"{node.op_type} {node.output[0]} reads a matrix in a way that this script does not know.")
        else:
            nodes.append(node)
    return nodes


def whole_product(value, matrix, out):
    codes, scale, zero = f"{out}_codes", f"{out}_scale", f"{out}_zero"
    return [
        helper.make_node("DynamicQuantizeLinear", [value], [codes, scale, zero]),
        helper.make_node("MatMulInteger", [codes, f"{matrix}_q", zero], [f"{out}_whole"]),
        helper.make_node("Cast", [f"{out}_whole"], [f"{out}_float"], to=TensorProto.FLOAT),
        helper.make_node("Mul", [scale, f"{matrix}_scale"], [f"{out}_scales"]),
        helper.make_node("Mul", [f"{out}_float", f"{out}_scales"], [out]),
    ]


def looked_up(table, rows, out):
    return [
        helper.make_node("Gather", [f"{table}_q", rows], [f"{out}_codes"], axis=0),
        helper.make_node("Cast", [f"{out}_codes"], [f"{out}_float"], to=TensorProto.FLOAT),
        helper.make_node("Gather", [f"{table}_scale", rows], [f"{out}_scales"], axis=0),
        helper.make_node("Mul", [f"{out}_float", f"{out}_scales"], [out]),
    ]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    model = onnx.load(options.model)
    nodes = quantised_nodes(model.graph)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    for part in (model.graph.initializer, model.graph.value_info, model.metadata_props):
        del part[:]
    for node in model.graph.node:
        node.ClearField("doc_string")
        del node.metadata_props[:]
    content = model.SerializeToString()
    with open(options.out, "wb") as file:
        file.write(content)
    print(f"{options.out}: {len(content)} bytes")


if __name__ == "__main__":
    main()
