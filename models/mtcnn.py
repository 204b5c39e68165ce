"""The model `mtcnn`: three small networks that find faces and five landmarks together. See mtcnn.md."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Dict

from download import Package, check_bytes, read_member
from onnx_model import GraphBuilder, np, numbers, onnx
from recipe import Recipe, main
from torch_format import read_tensors

PACKAGE = Package(
    requirement="facenet-pytorch==2.6.0",
    filename="facenet_pytorch-2.6.0-py3-none-any.whl",
    sha256="ecb82b27beb226d106f2219efe8f829b01b87a8595badd01545679bdb9f19cca",
)
MEMBERS = {
    "pnet": (28_570, "a2a71925e0b9996a42f63e47efc1ca19043e69558b5c523b978d611dfae49c8f"),
    "rnet": (403_147, "bbb937de72efc9ef83b186c49f5f558467a1d7e3453a8ece0d71a886633f6a86"),
    "onet": (1_559_269, "165bfbe42940416ccfb977545cf0e976d5bf321f67083ae2aaaa5c764280118d"),
}
METADATA = {
    "role": "detector",
    "name": "mtcnn",
    "version": "1",
    "licence": "MIT",
    "source": f"{PACKAGE.requirement}, facenet_pytorch/data/pnet.pt, rnet.pt, onet.pt",
    "source.sha256": ",".join(digest for _, digest in MEMBERS.values()),
    "recipe": "mtcnn.py 1",
    "input.color": "RGB",
    "input.mean": numbers([127.5] * 3),
    "input.scale": numbers([1 / 128] * 3),
    "input.multiple": "1",
    "detector": "mtcnn",
    "detector.score": "0.7",
    "detector.overlap": "0.7",
    "detector.pyramid": "0.709",
    "detector.scores": numbers([0.6, 0.7, 0.7]),
    "detector.overlaps": numbers([0.5, 0.7, 0.7, 0.7]),
}


class Network:
    """Adds the layers of one of the three networks, each under the name it has in the file."""

    def __init__(self, builder: GraphBuilder, name: str, tensors: Dict[str, np.ndarray]) -> None:
        self.builder, self.name, self.tensors = builder, name, tensors
        self.value = f"{name}_input"

    def activate(self, layer: str, axes: int) -> None:
        """Adds a PReLU with a slope for each channel, the first of so many axes."""
        output = f"{self.name}.{layer}"
        slope = self.tensors[f"{layer}.weight"].reshape([-1] + [1] * (axes - 1))
        self.value = self.builder.node("PRelu", [self.value, self.builder.constant(f"{output}.slope", slope)], output)

    def convolve(self, layer: str) -> None:
        """Adds a convolution without padding and the PReLU of the same number."""
        output = f"{self.name}.{layer}"
        weight, bias = self.tensors[f"{layer}.weight"], self.tensors[f"{layer}.bias"]
        self.value = self.builder.conv(self.value, weight, bias, output)
        self.activate(layer.replace("conv", "prelu"), axes=3)

    def pool(self, layer: str, side: int) -> None:
        """Adds a maximum over windows two pixels apart; the last window may hang over the edge."""
        window = {"kernel_shape": [side, side], "strides": [2, 2], "ceil_mode": 1}
        self.value = self.builder.node("MaxPool", [self.value], f"{self.name}.{layer}", **window)

    def flatten(self) -> None:
        """Adds the step from maps to one row."""
        self.value = self.builder.node("Flatten", [self.value], f"{self.name}.flat")

    def dense(self, layer: str, channels: int) -> None:
        """Adds a fully connected layer on flattened square maps, and the PReLU of the same number."""
        weight = self.tensors[f"{layer}.weight"]
        side = round((weight.shape[1] / channels) ** 0.5)
        # The file's columns run over x, y, channel; a flattened map runs over channel, y, x.
        weight = weight.reshape(-1, side, side, channels).transpose(0, 3, 2, 1).reshape(weight.shape)
        self.value = self.gemm(weight, self.tensors[f"{layer}.bias"], f"{self.name}.{layer}")
        self.activate(layer.replace("dense", "prelu"), axes=1)

    def gemm(self, weight: np.ndarray, bias: np.ndarray, output: str) -> str:
        """Adds a fully connected layer."""
        inputs = [self.value, self.builder.constant(f"{output}.weight", weight)]
        inputs.append(self.builder.constant(f"{output}.bias", bias))
        return self.builder.node("Gemm", inputs, output, transB=1)

    def head(self, layer: str, result: str) -> None:
        """Adds an output, after a softmax if it holds scores."""
        weight, bias = self.tensors[f"{layer}.weight"], self.tensors[f"{layer}.bias"]
        target = f"{self.name}_{result}"
        output = f"{target}.logits" if result == "scores" else target
        if weight.ndim == 4:
            self.builder.conv(self.value, weight, bias, output)
        else:
            self.gemm(weight, bias, output)
        if result == "scores":
            self.builder.node("Softmax", [output], target, axis=1)


def add_pnet(network: Network) -> None:
    """The proposal network: every 12x12 window, two pixels apart."""
    network.convolve("conv1")
    network.pool("pool1", 2)
    network.convolve("conv2")
    network.convolve("conv3")
    network.head("conv4_1", "scores")
    network.head("conv4_2", "boxes")


def add_rnet(network: Network) -> None:
    """The refinement network: crops of 24x24."""
    network.convolve("conv1")
    network.pool("pool1", 3)
    network.convolve("conv2")
    network.pool("pool2", 3)
    network.convolve("conv3")
    network.flatten()
    network.dense("dense4", 64)
    network.head("dense5_1", "scores")
    network.head("dense5_2", "boxes")


def add_onet(network: Network) -> None:
    """The output network: crops of 48x48."""
    network.convolve("conv1")
    network.pool("pool1", 3)
    network.convolve("conv2")
    network.pool("pool2", 3)
    network.convolve("conv3")
    network.pool("pool3", 2)
    network.convolve("conv4")
    network.flatten()
    network.dense("dense5", 128)
    network.head("dense6_1", "scores")
    network.head("dense6_2", "boxes")
    network.head("dense6_3", "landmarks")


def convert(archive: Path) -> onnx.ModelProto:
    """The model from the package's wheel."""
    builder = GraphBuilder()
    for (name, (size, digest)), add in zip(MEMBERS.items(), (add_pnet, add_rnet, add_onet)):
        member = f"facenet_pytorch/data/{name}.pt"
        data = check_bytes(read_member(archive, member, size), digest, member)
        add(Network(builder, name, read_tensors(data, member)))
    inputs = {"pnet_input": ["N", 3, "H", "W"], "rnet_input": ["R", 3, 24, 24], "onet_input": ["O", 3, 48, 48]}
    outputs = {
        "pnet_scores": ["N", 2, "h", "w"],
        "pnet_boxes": ["N", 4, "h", "w"],
        "rnet_scores": ["R", 2],
        "rnet_boxes": ["R", 4],
        "onet_scores": ["O", 2],
        "onet_boxes": ["O", 4],
        "onet_landmarks": ["O", 10],
    }
    return builder.model("mtcnn", inputs, outputs, METADATA)


RECIPE = Recipe(name="mtcnn", package=PACKAGE, convert=convert, modules=["download.py", "torch_format.py"])

if __name__ == "__main__":
    sys.exit(main(RECIPE))
