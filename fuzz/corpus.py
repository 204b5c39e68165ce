#!/usr/bin/env python3
"""Writes the files that fuzz/header.c starts from: tiny pictures and networks, each right before it is changed.

Usage: corpus.py FOLDER CONFORMANCE SAMPLES
CONFORMANCE is what `make conformance` writes: its small models are taken too. SAMPLES is what `make samples` fetches: a
face is taken from it, if it is there.

The first word of a file's name says what it is: picture, model, embedder or detector. The same files every time.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Dict, List, Optional, Sequence

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

TYPES = {
    TensorProto.FLOAT: 1, TensorProto.INT8: 2, TensorProto.UINT8: 3, TensorProto.INT32: 4, TensorProto.INT64: 5,
    TensorProto.BOOL: 6,
}
FREE: Sequence[Optional[int]] = (None, 3, None, None)


class Network:
    """An ONNX graph in the making."""

    def __init__(self, shape: Sequence[Optional[int]], **metadata: str) -> None:
        self.random = numpy.random.default_rng(7)
        self.inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, list(shape))]
        self.nodes: List[onnx.NodeProto] = []
        self.weights: List[onnx.TensorProto] = []
        self.outputs: List[onnx.ValueInfoProto] = []
        self.metadata = {f"facenet.{key.replace('_', '.')}": value for key, value in metadata.items()}

    def constant(self, array: numpy.ndarray) -> str:
        self.weights.append(numpy_helper.from_array(array, f"w{len(self.weights)}"))
        return self.weights[-1].name

    def random_constant(self, *shape: int) -> str:
        return self.constant(self.random.normal(0, 0.2, shape).astype(numpy.float32))

    def node(self, operation: str, *inputs: str, name: str = "", **attributes: object) -> str:
        name = name or f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(operation, list(inputs), [name], **attributes))
        return name

    def convolution(self, x: str, inputs: int, outputs: int, side: int, stride: int) -> str:
        weights = self.random_constant(outputs, inputs, side, side)
        return self.node("Conv", x, weights, self.random_constant(outputs), strides=[stride, stride])

    def output(self, name: str, *shape: Optional[int]) -> None:
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape)))

    def model(self) -> onnx.ModelProto:
        graph = helper.make_graph(self.nodes, "g", self.inputs, self.outputs, self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        helper.set_model_props(model, self.metadata)
        return model


def sum_model() -> Network:
    """Any count of rows of three numbers, and a second input."""
    network = Network([None, 3], note="na\u00efve")
    network.inputs.append(helper.make_tensor_value_info("b", TensorProto.FLOAT, [3]))
    network.output(network.node("Add", network.node("Relu", "x"), "b"), None, 3)
    return network


def picture_model() -> Network:
    """The layers of a real network for pictures of any size, with two outputs."""
    network = Network(FREE)
    x = network.node("Relu", network.convolution("x", 3, 8, 3, 2))
    x = network.node("Conv", x, network.random_constant(8, 1, 3, 3), group=8, pads=[1, 1, 1, 1])
    x = network.node("PRelu", x, network.random_constant(8, 1, 1))
    x = network.node("Add", x, network.convolution(x, 8, 8, 1, 1))
    wide = network.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2], pads=[1, 1, 1, 1])
    x = network.node("Concat", wide, network.node("Sigmoid", wide), axis=1)
    network.output(wide, None, 8, None, None)
    network.output(network.node("Softmax", network.node("Transpose", x, perm=[0, 2, 3, 1]), axis=3), None, None, None, 16)
    return network


def embedder(batch: Optional[int], metric: str, is_merged: bool = False) -> Network:
    """Crops of 8x8 pixels to four numbers. Merged: it claims to take many crops and gives one row for all of them."""
    network = Network(
        [batch, 3, 8, 8], schema="1", role="embedder", name="tiny", metric=metric, threshold="0.75",
        thresholds_far="0.01:0.5,0.1:0.9", input_side="8", input_color="rgb", input_mean="127.5,127.5,127.5",
        input_scale="0.01,0.01,0.01", align_points="2.5,3 5.5,3 4,4.5 3,6 -",
    )
    x = network.convolution("x", 3, 4, 3, 1)
    x = network.node("Flatten", network.node("GlobalAveragePool", x))
    x = network.node("Gemm", x, network.random_constant(4, 4))
    if is_merged:
        x = network.node("ReduceMean", x, axes=[0], keepdims=1)
    network.output(x, batch, 4)
    return network


def head(network: Network, stride: int, numbers: int, name: str = "") -> str:
    """`numbers` of each cell of `stride` pixels as rows (1, cells, numbers)."""
    x = network.node("AveragePool", "x", kernel_shape=[stride, stride], strides=[stride, stride])
    x = network.convolution(x, 3, numbers, 1, 1)
    x = network.node("Mul", x, network.constant(numpy.float32([0.002])))
    x = network.node("Transpose", x, perm=[0, 2, 3, 1])
    return network.node("Reshape", x, network.constant(numpy.int64([1, -1, numbers])), name=name)


def retinaface(shape: Sequence[Optional[int]]) -> Network:
    network = Network(
        shape, schema="1", role="detector", detector="retinaface", detector_strides="8", detector_anchors="16",
        detector_variances="0.1,0.2", detector_score="0.3", detector_overlap="0.4", input_multiple="8",
    )
    for numbers in (4, 2, 10):
        network.output(head(network, 8, numbers), 1, None, numbers)
    return network


def yunet() -> Network:
    network = Network(FREE, detector="yunet", detector_score="0.1")
    for part, numbers in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)):
        for stride in (8, 16, 32):
            network.output(head(network, stride, numbers, f"{part}_{stride}"), 1, None, numbers)
    return network


def centerface() -> Network:
    network = Network(FREE, detector="centerface", detector_score="0.01")
    for name, channels in (("heatmap", 1), ("scale", 2), ("offset", 2), ("landmarks", 10)):
        x = network.convolution("x", 3, channels, 4, 4)
        network.output(network.node("Mul", x, network.constant(numpy.float32([0.002])), name=name), 1, channels, None, None)
    return network


def mtcnn() -> Network:
    network = Network(
        FREE, detector="mtcnn", detector_scores="0.1,-0.5,-0.5", detector_overlaps="0.5,0.7,0.7,0.7",
        detector_pyramid="0.709",
    )
    for name, channels in (("pnet_boxes", 4), ("pnet_scores", 2)):
        x = network.node("MaxPool", network.convolution("x", 3, channels, 3, 1), kernel_shape=[10, 10], strides=[2, 2])
        network.output(network.node("Mul", x, network.constant(numpy.float32([0.1])), name=name), 1, channels, None, None)
    pooled = network.node("Flatten", network.node("GlobalAveragePool", "x"))
    for net in ("rnet", "onet"):
        for part, numbers in (("boxes", 4), ("scores", 2), ("landmarks", 10)):
            if (net, part) != ("rnet", "landmarks"):
                name = f"{net}_{part}"
                network.output(network.node("Gemm", pooled, network.random_constant(3, numbers), name=name), None, numbers)
    return network


def networks() -> Dict[str, Network]:
    return {
        "model-sum": sum_model(),
        "model-picture": picture_model(),
        "embedder-one": embedder(1, "euclidean"),
        "embedder-many": embedder(None, "squared-l2-unit"),
        "embedder-merged": embedder(None, "squared-l2-unit", is_merged=True),
        "detector-retinaface": retinaface(FREE),
        "detector-retinaface-fixed": retinaface([1, 3, 32, 40]),
        "detector-yunet": yunet(),
        "detector-centerface": centerface(),
        "detector-mtcnn": mtcnn(),
    }


def pictures() -> Dict[str, bytes]:
    """Each of the formats that are read, and in each what its decoder has a branch for."""
    y, x = numpy.mgrid[0:37, 0:53]
    colour = numpy.stack([5 * x, 7 * y, 3 * (x ^ y)], axis=2).astype(numpy.uint8)
    rgb = Image.fromarray(colour)
    turned = Image.Exif()
    turned[0x0112] = 6
    files = {}

    def add(name: str, image: Image.Image, format: str, **options: object) -> None:
        stream = io.BytesIO()
        image.save(stream, format, **options)
        files[f"picture-{name}"] = stream.getvalue()

    add("baseline.jpg", rgb, "JPEG", quality=80, subsampling=2)
    add("full.jpg", rgb, "JPEG", quality=90, subsampling=0, restart_marker_blocks=2)
    add("progressive.jpg", rgb, "JPEG", quality=70, progressive=True)
    add("turned.jpg", rgb, "JPEG", exif=turned)
    add("grey.jpg", rgb.convert("L"), "JPEG")
    add("ink.jpg", rgb.convert("CMYK"), "JPEG")
    add("rgb.png", rgb, "PNG")
    add("turned.png", rgb, "PNG", exif=turned)
    add("grey.png", rgb.convert("L"), "PNG")
    add("bits.png", rgb.convert("1"), "PNG")
    add("palette.png", rgb.convert("P"), "PNG", transparency=3)
    add("alpha.png", rgb.convert("RGBA"), "PNG")
    add("deep.png", Image.fromarray((colour[:, :, 0].astype(numpy.uint16) * 257)), "PNG")
    add("rgb.ppm", rgb, "PPM")
    add("grey.pgm", rgb.convert("L"), "PPM")
    add("other.gif", rgb, "GIF")
    return files


def inputs_of(model: onnx.ModelProto) -> str:
    """A line an input: its facenet_element_type (0 for another), then its sizes, 0 where they are free."""
    lines = []
    for value in model.graph.input:
        tensor = value.type.tensor_type
        sizes = [TYPES.get(tensor.elem_type, 0)] + [size.dim_value for size in tensor.shape.dim]
        lines.append(" ".join(map(str, sizes)) + "\n")
    return "".join(lines)


def write_model(path: Path, model: onnx.ModelProto) -> None:
    path.write_bytes(model.SerializeToString(deterministic=True))
    path.with_suffix(".inputs").write_text(inputs_of(model))


def main() -> int:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, network in networks().items():
        write_model(folder / f"{name}.onnx", network.model())
    for name, data in pictures().items():
        (folder / name).write_bytes(data)
    photograph = Path(sys.argv[3]) / "obama.jpg"
    if photograph.exists():
        image = Image.open(photograph)
        image.thumbnail((240, 240))
        image.save(folder / "picture-face.jpg", quality=90)
    for path in sorted(Path(sys.argv[2]).glob("test_*/model.onnx")):
        if path.stat().st_size < 4096:
            write_model(folder / f"model-{path.parent.name}.onnx", onnx.load(str(path)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
