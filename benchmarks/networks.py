"""The face networks that are timed, with random weights: the published structures, as exporters write them.

Speed depends on the structure alone, so seeded random weights stand for trained ones, which may not be passed on.
Each network's function takes the layers and the input, and returns the outputs by name.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Dict, List, Optional, Sequence, Tuple

from layers import Layers, Pair, Value, np
from recipe import write_atomically

FOLDER = Path(__file__).resolve().parent
OUTPUT_FOLDER = FOLDER.parent / "build" / "benchmark" / "models"

Outputs = Dict[str, Value]


def activated(layers: Layers, value: Value, channels: int, kernel: Pair, stride: int = 1, pad: Pair = 0) -> Value:
    """A convolution and a ReLU."""
    return layers.relu(layers.convolution(value, channels, kernel, stride, pad))


def chain(layers: Layers, value: Value, *steps: Tuple[int, Pair, int, Pair]) -> Value:
    """Convolutions with ReLUs one after the other; a step is (channels, kernel, stride, pad)."""
    for step in steps:
        value = activated(layers, value, *step)
    return value


# FaceNet: Inception-ResNet-v1 (Szegedy et al., 2016) with the widths of the FaceNet models in use.


def residual(layers: Layers, value: Value, branches: Sequence[Value], scale: float, last: bool = False) -> Value:
    """value + scale * (1x1 convolution of the branches), and a ReLU unless it is the last block."""
    change = layers.convolution(layers.concatenate(branches), value.channels, 1)
    total = layers.add(layers.multiply(change, scale), value)
    return total if last else layers.relu(total)


def block35(layers: Layers, value: Value) -> Value:
    first, middle = (32, 1, 1, 0), (32, 3, 1, 1)
    branches = [chain(layers, value, *steps) for steps in ([first], [first, middle], [first, middle, middle])]
    return residual(layers, value, branches, 0.17)


def block17(layers: Layers, value: Value) -> Value:
    first, across, down = (128, 1, 1, 0), (128, (1, 7), 1, (0, 3)), (128, (7, 1), 1, (3, 0))
    branches = [chain(layers, value, first), chain(layers, value, first, across, down)]
    return residual(layers, value, branches, 0.1)


def block8(layers: Layers, value: Value, scale: float = 0.2, last: bool = False) -> Value:
    first, across, down = (192, 1, 1, 0), (192, (1, 3), 1, (0, 1)), (192, (3, 1), 1, (1, 0))
    branches = [chain(layers, value, first), chain(layers, value, first, across, down)]
    return residual(layers, value, branches, scale, last)


def facenet(layers: Layers, value: Value) -> Outputs:
    value = chain(layers, value, (32, 3, 2, 0), (32, 3, 1, 0), (64, 3, 1, 1))
    value = chain(layers, layers.maximum(value), (80, 1, 1, 0), (192, 3, 1, 0), (256, 3, 2, 0))
    for _ in range(5):
        value = block35(layers, value)
    branches = [[(384, 3, 2, 0)], [(192, 1, 1, 0), (192, 3, 1, 1), (256, 3, 2, 0)]]
    value = layers.concatenate([*(chain(layers, value, *steps) for steps in branches), layers.maximum(value)])
    for _ in range(10):
        value = block17(layers, value)
    branches = [[(384, 3, 2, 0)], [(256, 3, 2, 0)], [(256, 3, 1, 1), (256, 3, 2, 0)]]
    parts = [chain(layers, value, (256, 1, 1, 0), *steps) for steps in branches]
    value = layers.concatenate([*parts, layers.maximum(value)])
    for _ in range(5):
        value = block8(layers, value)
    value = block8(layers, value, scale=1.0, last=True)
    return {"embedding": layers.unit(layers.linear(layers.global_average(value), 512))}


# OpenFace nn4.small2 (Amos et al., 2016).


def inception(
    layers: Layers,
    value: Value,
    three: Tuple[int, int],
    five: Optional[Tuple[int, int]],
    pool: str,
    projection: Optional[int],
    one: Optional[int],
    stride: int = 1,
) -> Value:
    """Branches of 3x3, 5x5, pooling and 1x1 side by side; the pooled one is smaller and padded with zeros."""
    branches = [chain(layers, value, (three[0], 1, 1, 0), (three[1], 3, stride, 1))]
    if five:
        branches.append(chain(layers, value, (five[0], 1, 1, 0), (five[1], 5, stride, 2)))
    pooled = layers.maximum(value) if pool == "maximum" else layers.power_average(value, 3)
    if projection:
        pooled = activated(layers, pooled, projection, 1)
    missing = branches[0].height - pooled.height
    before, after = missing // 2, missing - missing // 2
    branches.append(layers.pad(pooled, (0, before, before), (0, after, after)))
    if one:
        branches.append(activated(layers, value, one, 1))
    return layers.concatenate(branches)


def openface(layers: Layers, value: Value) -> Outputs:
    value = layers.local_response(layers.maximum(activated(layers, value, 64, 7, 2, 3), pad=1))
    value = chain(layers, value, (64, 1, 1, 0), (192, 3, 1, 1))
    value = layers.maximum(layers.local_response(value), pad=1)
    value = inception(layers, value, (96, 128), (16, 32), "maximum", 32, 64)
    value = inception(layers, value, (96, 128), (32, 64), "power", 64, 64)
    value = inception(layers, value, (128, 256), (32, 64), "maximum", None, None, stride=2)
    value = inception(layers, value, (96, 192), (32, 64), "power", 128, 256)
    value = inception(layers, value, (160, 256), (64, 128), "maximum", None, None, stride=2)
    value = inception(layers, value, (96, 384), None, "power", 96, 256)
    value = inception(layers, value, (96, 384), None, "maximum", 96, 256)
    value = layers.flatten(layers.average(value, 3, 3))
    return {"embedding": layers.unit(layers.linear(value, 128))}


# dlib's ResNet-29 (King, 2017).


def dlib_block(layers: Layers, value: Value, channels: int, down: bool = False) -> Value:
    """Two 3x3 convolutions added to the input.

    Where the block goes down in size, the input is averaged and zeros make up for missing channels, rows and columns.
    """
    changed = activated(layers, value, channels, 3, 2 if down else 1, 0 if down else 1)
    changed = layers.convolution(changed, channels, 3, 1, 1)
    if down:
        value = layers.average(value, 2, 2)
        if channels > value.channels:
            value = layers.pad(value, (0, 0, 0), (channels - value.channels, 0, 0))
        if changed.height < value.height:
            missing = value.height - changed.height
            changed = layers.pad(changed, (0, 0, 0), (0, missing, missing))
    return layers.relu(layers.add(changed, value))


def dlib(layers: Layers, value: Value) -> Outputs:
    value = layers.maximum(activated(layers, value, 32, 7, 2, 0))
    for channels, blocks in ((32, 3), (64, 4), (128, 3), (256, 3), (256, 1)):
        for index in range(blocks):
            value = dlib_block(layers, value, channels, down=index == 0 and channels != 32)
    return {"embedding": layers.linear(layers.global_average(value), 128, bias=False)}


# MobileFaceNet (Chen et al., 2018) in the widths of InsightFace's w600k_mbf.


def inclined(
    layers: Layers, value: Value, channels: int, kernel: int, stride: int = 1, pad: int = 0, groups: int = 1
) -> Value:
    """A convolution and a PReLU."""
    return layers.prelu(layers.convolution(value, channels, kernel, stride, pad, groups))


def bottleneck(layers: Layers, value: Value, inner: int, channels: int, stride: int = 1) -> Value:
    """1x1, depthwise 3x3 and 1x1 without an activation; added to the input where the stride is 1."""
    changed = inclined(layers, inclined(layers, value, inner, 1), inner, 3, stride, 1, inner)
    changed = layers.convolution(changed, channels, 1)
    return layers.add(value, changed) if stride == 1 else changed


def mobilefacenet(layers: Layers, value: Value) -> Outputs:
    value = inclined(layers, inclined(layers, value, 128, 3, 2, 1), 128, 3, 1, 1, 64)
    for entrance, inner, channels, repeats in ((128, 128, 128, 4), (256, 256, 256, 6), (512, 256, 256, 2)):
        value = bottleneck(layers, value, entrance, channels, 2)
        for _ in range(repeats):
            value = bottleneck(layers, value, inner, channels)
    value = layers.convolution(inclined(layers, value, 512, 1), 512, 7, 1, 0, 512)
    return {"embedding": layers.linear(layers.flatten(value), 512)}


# ArcFace's IResNet-50 (Deng et al., 2019).


def improved_block(layers: Layers, value: Value, channels: int, stride: int) -> Value:
    """A batch normalisation and two 3x3 convolutions, added to the input."""
    changed = inclined(layers, layers.normalization(value), channels, 3, 1, 1)
    changed = layers.convolution(changed, channels, 3, stride, 1)
    if stride != 1 or channels != value.channels:
        value = layers.convolution(value, channels, 1, stride)
    return layers.add(changed, value)


def arcface(layers: Layers, value: Value) -> Outputs:
    value = inclined(layers, value, 64, 3, 1, 1)
    for channels, blocks in ((64, 3), (128, 4), (256, 14), (512, 3)):
        for index in range(blocks):
            value = improved_block(layers, value, channels, 2 if index == 0 else 1)
    return {"embedding": layers.linear(layers.flatten(layers.normalization(value)), 512)}


# SCRFD-500M with landmarks (Guo et al., 2021), its heads as they leave the last convolution.


def separable(layers: Layers, value: Value, channels: int, stride: int = 1) -> Value:
    """A depthwise 3x3 and a 1x1, each with a ReLU."""
    value = layers.relu(layers.convolution(value, value.channels, 3, stride, 1, value.channels))
    return activated(layers, value, channels, 1)


def pyramid(layers: Layers, maps: Sequence[Value]) -> List[Value]:
    """Three maps of 16 channels that have exchanged what they know, downwards and then upwards."""
    low, middle, high = (layers.convolution(value, 16, 1) for value in maps)
    middle = layers.add(middle, layers.double(high))
    low = layers.add(low, layers.double(middle))
    low, middle, high = (layers.convolution(value, 16, 3, 1, 1) for value in (low, middle, high))
    middle = layers.add(middle, layers.convolution(low, 16, 3, 2, 1))
    high = layers.add(high, layers.convolution(middle, 16, 3, 2, 1))
    return [low, *(layers.convolution(value, 16, 3, 1, 1) for value in (middle, high))]


def scrfd(layers: Layers, value: Value) -> Outputs:
    value = separable(layers, activated(layers, value, 16, 3, 2, 1), 16)
    maps = []
    for channels, blocks in ((40, 2), (72, 3), (152, 2), (288, 6)):
        for index in range(blocks):
            value = separable(layers, value, channels, 2 if index == 0 else 1)
        maps.append(value)
    heads = [separable(layers, separable(layers, value, 64), 64) for value in pyramid(layers, maps[1:])]
    outputs = {}
    for kind, channels in (("score", 2), ("box", 8), ("landmarks", 20)):
        for stride, head in zip((8, 16, 32), heads):
            result = layers.convolution(head, channels, 3, 1, 1)
            outputs[f"{kind}_{stride}"] = layers.sigmoid(result) if kind == "score" else result
    return outputs


@dataclass(frozen=True)
class Network:
    """A network to time."""

    name: str
    title: str
    side: int
    """Height and width of its input in pixels."""

    construct: Callable[[Layers, Value], Outputs]


NETWORKS = [
    Network("facenet", "FaceNet Inception-ResNet-v1", 160, facenet),
    Network("openface", "OpenFace nn4.small2", 96, openface),
    Network("dlib", "dlib ResNet-29", 150, dlib),
    Network("mobilefacenet", "MobileFaceNet", 112, mobilefacenet),
    Network("arcface", "ArcFace IResNet-50", 112, arcface),
    Network("scrfd", "SCRFD-500M", 320, scrfd),
]


def build(network: Network, batch: object = 1) -> Tuple[bytes, int]:
    """The network as an ONNX file, and its multiply-adds a picture; a word as batch is a free dimension."""
    layers = Layers(seed=NETWORKS.index(network) + 1)
    side = network.side
    outputs = network.construct(layers, Value("input", 3, side, side, 0.0, 0.2))
    shapes = {}
    for name, value in outputs.items():
        layers.named(value, name)
        shapes[name] = [batch, value.channels] + ([value.height, value.width] if len(outputs) > 1 else [])
    facts = {"benchmark.multiplications": str(layers.multiplications)}
    model = layers.builder.model(network.name, {"input": [batch, 3, side, side]}, shapes, facts)
    return model.SerializeToString(deterministic=True), layers.multiplications


def stamp() -> str:
    """A digest of what the files are made by."""
    texts = [FOLDER / "networks.py", FOLDER / "layers.py", FOLDER.parent / "models" / "onnx_model.py"]
    return hashlib.sha256(b"".join(path.read_bytes() for path in texts) + np.__version__.encode()).hexdigest()


def place(folder: Path) -> None:
    """Writes every network as NAME.onnx (a batch of 1) and NAME-batch.onnx (a free one), unless they are there."""
    mark, current = folder / ".stamp", stamp()
    if mark.is_file() and mark.read_text() == current:
        return
    for network in NETWORKS:
        for ending, batch in (("", 1), ("-batch", "batch")):
            data, count = build(network, batch)
            write_atomically(folder / f"{network.name}{ending}.onnx", data)
        print(f"{network.name}: {count / 1e6:.0f} million multiply-adds, {len(data) >> 20} MB", file=sys.stderr)
    write_atomically(mark, current.encode())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=OUTPUT_FOLDER, metavar="DIR")
    place(parser.parse_args().output)


if __name__ == "__main__":
    main()
