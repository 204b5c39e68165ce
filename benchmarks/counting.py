"""Counts the multiply-adds of an ONNX network: those of its convolutions and matrix products."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Dict, List, Sequence

import onnx


def multiplications(path: Path, shape: Sequence[int]) -> int:
    """Multiply-adds of one run on one input of this shape."""
    model = onnx.load(str(path))
    for dimension, size in zip(model.graph.input[0].type.tensor_type.shape.dim, shape):
        dimension.dim_value = size
    del model.graph.value_info[:]
    model = onnx.shape_inference.infer_shapes(model, data_prop=True)
    shapes = _shapes(model.graph)
    return sum(_node(node, shapes) for node in model.graph.node)


def _shapes(graph: onnx.GraphProto) -> Dict[str, List[int]]:
    shapes = {tensor.name: list(tensor.dims) for tensor in graph.initializer}
    for value in [*graph.value_info, *graph.input, *graph.output]:
        shapes.setdefault(value.name, [size.dim_value for size in value.type.tensor_type.shape.dim])
    return shapes


def _node(node: onnx.NodeProto, shapes: Dict[str, List[int]]) -> int:
    if node.op_type not in ("Conv", "Gemm", "MatMul"):
        return 0
    output = shapes[node.output[0]]
    if node.op_type == "Conv":
        return math.prod(output) * math.prod(shapes[node.input[1]][1:])
    first = shapes[node.input[0]]
    turned = any(attribute.name == "transA" and attribute.i for attribute in node.attribute)
    return math.prod(output) * first[0 if turned else -1]
