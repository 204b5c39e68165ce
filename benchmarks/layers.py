"""Layers with seeded random weights, put together to ONNX graphs of the shape that exporters leave.

A batch normalisation after a convolution is folded into it: the convolution has a bias. Weights are scaled so that
every convolution's output has a variance of about 1, whatever the depth: the mean and the mean square of each value
are carried along as if it were a normal variable.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Sequence, Tuple, Union

sys.path.append(str(Path(__file__).resolve().parents[1] / "models"))

from onnx_model import GraphBuilder, np

Pair = Union[int, Tuple[int, int]]


@dataclass(frozen=True)
class Value:
    """A value of the graph: its name, its shape without the batch, and what is expected of its numbers."""

    name: str
    channels: int
    height: int
    width: int
    mean: float
    square: float
    """The mean of the squares."""

    @property
    def deviation(self) -> float:
        return math.sqrt(max(self.square - self.mean**2, 1e-12))


def pair(value: Pair) -> Tuple[int, int]:
    """One number for both directions, or (vertical, horizontal)."""
    return (value, value) if isinstance(value, int) else value


class Layers:
    """Adds layers to a graph; every method returns the value it made."""

    def __init__(self, seed: int) -> None:
        self.builder = GraphBuilder()
        self.random = np.random.default_rng(seed)
        self.multiplications = 0
        """Multiply-adds of all convolutions and products for one picture."""
        self._count = 0

    def name(self, kind: str) -> str:
        self._count += 1
        return f"{kind}.{self._count}"

    def normal(self, deviation: float, *shape: int) -> np.ndarray:
        return (self.random.standard_normal(shape, dtype=np.float32) * np.float32(deviation)).astype(np.float32)

    def weight(self, value: Value, *shape: int) -> np.ndarray:
        """Weights, outputs first, that make numbers of variance 1 of a value.

        Those over many channels sum to 0, as trained ones with a batch normalisation nearly do: what all pictures have
        in common would drown their differences after some layers.
        """
        fan_in = math.prod(shape[1:])
        if shape[1] <= 3:
            return self.normal(1 / math.sqrt(fan_in * value.square), *shape)
        weight = self.normal(1 / math.sqrt(fan_in) / value.deviation, *shape)
        return weight - weight.mean(axis=tuple(range(1, len(shape))), keepdims=True)

    def node(self, operator: str, inputs: Sequence[str], **attributes: Any) -> str:
        return self.builder.node(operator, inputs, self.name(operator.lower()), **attributes)

    def constant(self, value: Any) -> str:
        return self.builder.constant(self.name("constant"), value)

    def convolution(
        self, value: Value, channels: int, kernel: Pair, stride: int = 1, pad: Pair = 0, groups: int = 1
    ) -> Value:
        """A convolution with a bias."""
        (rows, columns), (vertical, horizontal) = pair(kernel), pair(pad)
        fan_in = value.channels // groups * rows * columns
        weight = self.weight(value, channels, value.channels // groups, rows, columns)
        height = (value.height + 2 * vertical - rows) // stride + 1
        width = (value.width + 2 * horizontal - columns) // stride + 1
        self.multiplications += channels * fan_in * height * width
        output = self.builder.conv(
            value.name,
            weight,
            self.normal(0.1, channels),
            self.name("convolution"),
            strides=[stride, stride],
            pads=[vertical, horizontal, vertical, horizontal],
            dilations=[1, 1],
            group=groups,
        )
        return Value(output, channels, height, width, 0.0, 1.0)

    def relu(self, value: Value) -> Value:
        mean, square = rectified(value)
        return replace(value, name=self.node("Relu", [value.name]), mean=mean, square=square)

    def prelu(self, value: Value) -> Value:
        """Negative numbers times a slope of 0.1 to 0.4, one a channel."""
        slope = self.random.uniform(0.1, 0.4, (value.channels, 1, 1)).astype(np.float32)
        mean, square = rectified(value)
        mean, square = mean + 0.25 * (value.mean - mean), square + 0.07 * (value.square - square)
        return replace(value, name=self.node("PRelu", [value.name, self.constant(slope)]), mean=mean, square=square)

    def normalization(self, value: Value) -> Value:
        """A batch normalisation that no convolution stands before."""
        count = value.channels
        scale = self.random.uniform(0.7, 1.3, count).astype(np.float32)
        mean = value.mean + self.normal(0.1 * value.deviation, count)
        variance = np.full(count, value.deviation**2, dtype=np.float32)
        parameters = [self.constant(item) for item in (scale, self.normal(0.1, count), mean, variance)]
        name = self.node("BatchNormalization", [value.name, *parameters], epsilon=1e-5, momentum=0.9)
        return replace(value, name=name, mean=0.0, square=1.0)

    def maximum(self, value: Value, kernel: int = 3, stride: int = 2, pad: int = 0) -> Value:
        """A max pool; the size is rounded down."""
        result = self._pool("MaxPool", value, kernel, stride, pad)
        mean = value.mean + value.deviation
        return replace(result, mean=mean, square=mean**2 + value.deviation**2 / 2)

    def average(self, value: Value, kernel: int, stride: int) -> Value:
        """An average pool without a border."""
        result = self._pool("AveragePool", value, kernel, stride, 0, count_include_pad=1)
        return replace(result, square=value.mean**2 + value.deviation**2 / kernel)

    def _pool(self, operator: str, value: Value, kernel: int, stride: int, pad: int, **attributes: Any) -> Value:
        shape = {"kernel_shape": [kernel] * 2, "strides": [stride] * 2, "pads": [pad] * 4, "ceil_mode": 0}
        name = self.node(operator, [value.name], **shape, **attributes)
        height, width = ((size + 2 * pad - kernel) // stride + 1 for size in (value.height, value.width))
        return replace(value, name=name, height=height, width=width)

    def global_average(self, value: Value) -> Value:
        """The mean of every channel, flattened."""
        square = value.mean**2 + value.deviation**2 / math.sqrt(value.height * value.width)
        name = self.node("GlobalAveragePool", [value.name])
        return self.flatten(replace(value, name=name, height=1, width=1, square=square))

    def flatten(self, value: Value) -> Value:
        count = value.channels * value.height * value.width
        return replace(value, name=self.node("Flatten", [value.name], axis=1), channels=count, height=1, width=1)

    def linear(self, value: Value, outputs: int, bias: bool = True) -> Value:
        """A fully connected layer: Gemm with a bias, MatMul without one."""
        weight = self.weight(value, outputs, value.channels)
        self.multiplications += weight.size
        if bias:
            inputs = [value.name, self.constant(weight), self.constant(self.normal(0.1, outputs))]
            name = self.node("Gemm", inputs, alpha=1.0, beta=1.0, transB=1)
        else:
            name = self.node("MatMul", [value.name, self.constant(weight.T)])
        return Value(name, outputs, 1, 1, 0.0, 1.0)

    def add(self, first: Value, second: Value) -> Value:
        mean, deviation = first.mean + second.mean, math.hypot(first.deviation, second.deviation)
        name = self.node("Add", [first.name, second.name])
        return replace(first, name=name, mean=mean, square=mean**2 + deviation**2)

    def multiply(self, value: Value, factor: float) -> Value:
        name = self.node("Mul", [value.name, self.constant(np.float32(factor))])
        return replace(value, name=name, mean=factor * value.mean, square=factor**2 * value.square)

    def concatenate(self, values: Sequence[Value]) -> Value:
        """Values side by side along the channels."""
        channels = sum(value.channels for value in values)
        mean, square = (
            sum(getattr(value, part) * value.channels for value in values) / channels for part in ("mean", "square")
        )
        name = self.node("Concat", [value.name for value in values], axis=1)
        return replace(values[0], name=name, channels=channels, mean=mean, square=square)

    def pad(self, value: Value, before: Sequence[int], after: Sequence[int]) -> Value:
        """Zeros around a value: channels, rows and columns before it and after it."""
        pads = self.constant(np.array([0, *before, 0, *after], dtype=np.int64))
        sizes = (value.channels, value.height, value.width)
        channels, height, width = (size + first + last for size, first, last in zip(sizes, before, after))
        share = math.prod(sizes) / (channels * height * width)
        name = self.node("Pad", [value.name, pads], mode="constant")
        return Value(name, channels, height, width, share * value.mean, share * value.square)

    def power_average(self, value: Value, kernel: int) -> Value:
        """The root of the sum of the squares in each window, made of the operators that exporters make it of."""
        squares = replace(value, name=self.node("Mul", [value.name, value.name]))
        total = self.multiply(self._pool("AveragePool", squares, kernel, kernel, 0, count_include_pad=1), kernel**2)
        mean = kernel * math.sqrt(value.square)
        return replace(total, name=self.node("Sqrt", [total.name]), mean=0.9 * mean, square=mean**2)

    def local_response(self, value: Value) -> Value:
        """A local response normalisation over five channels."""
        return replace(value, name=self.node("LRN", [value.name], size=5, alpha=1e-4, beta=0.75, bias=1.0))

    def double(self, value: Value) -> Value:
        """Twice the height and width, each number four times."""
        scales = self.constant(np.array([1, 1, 2, 2], dtype=np.float32))
        modes = {"mode": "nearest", "nearest_mode": "floor", "coordinate_transformation_mode": "asymmetric"}
        name = self.node("Resize", [value.name, "", scales], **modes)
        return replace(value, name=name, height=2 * value.height, width=2 * value.width)

    def sigmoid(self, value: Value) -> Value:
        return replace(value, name=self.node("Sigmoid", [value.name]))

    def unit(self, value: Value) -> Value:
        """Each row divided by its length."""
        length = self.node("ReduceL2", [value.name], axes=[1], keepdims=1)
        length = self.node("Clip", [length, self.constant(np.float32(1e-12))])
        return replace(value, name=self.node("Div", [value.name, length]))

    def named(self, value: Value, name: str) -> Value:
        """The value under the name of an output."""
        for node in self.builder.nodes:
            node.output[:] = [name if output == value.name else output for output in node.output]
            node.input[:] = [name if source == value.name else source for source in node.input]
        return replace(value, name=name)


def rectified(value: Value) -> Tuple[float, float]:
    """Mean and mean square of a normal variable whose negative part is cut off."""
    ratio = value.mean / value.deviation
    below = 0.5 * (1 + math.erf(ratio / math.sqrt(2)))
    density = math.exp(-(ratio**2) / 2) / math.sqrt(2 * math.pi)
    mean = value.mean * below + value.deviation * density
    return mean, value.square * below + value.mean * value.deviation * density


def picture(side: Tuple[int, int], count: int, seed: int = 99) -> np.ndarray:
    """Smooth random pictures with some noise: float32 (count, 3, height, width) of -1 to 1."""
    random = np.random.default_rng(seed)
    coarse = random.standard_normal((count, 3, 9, 9))
    for axis, size in zip((2, 3), side):
        place = np.linspace(0, 8, size, endpoint=False)
        low, share = place.astype(int), place % 1
        share = share.reshape([-1 if axis == index else 1 for index in range(4)])
        coarse = (1 - share) * coarse.take(low, axis) + share * coarse.take(low + 1, axis)
    noise = random.standard_normal((count, 3, *side))
    return np.clip(0.7 * coarse + 0.1 * noise, -1, 1).astype(np.float32)
