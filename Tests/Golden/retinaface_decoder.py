"""A plain decoder of RetinaFace's outputs on top of ONNX Runtime, after docs/model-metadata.md."""

from __future__ import annotations

from pathlib import Path
from typing import Dict, Tuple

import numpy as np
import onnxruntime


class RetinaFace:
    """Finds faces in a photograph at its own size: nothing is resized and nothing is padded."""

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.facts: Dict[str, str] = self.session.get_modelmeta().custom_metadata_map
        self.mean = self.numbers("input.mean")
        self.strides = self.numbers("detector.strides").astype(int)
        self.sides = [np.array(group.split(","), dtype=np.float64) for group in self.fact("detector.anchors").split()]
        self.variances = self.numbers("detector.variances")
        self.score = float(self.fact("detector.score"))
        self.overlap = float(self.fact("detector.overlap"))

    def fact(self, key: str) -> str:
        return self.facts[f"facenet.{key}"]

    def numbers(self, key: str) -> np.ndarray:
        return np.array(self.fact(key).split(","), dtype=np.float64)

    def outputs(self, image: np.ndarray) -> Dict[str, np.ndarray]:
        """The network's raw outputs for an RGB image (H, W, 3) of 0...255."""
        pixels = image[:, :, ::-1].astype(np.float32) - self.mean.astype(np.float32)
        names = [output.name for output in self.session.get_outputs()]
        values = self.session.run(names, {"input": pixels.transpose(2, 0, 1)[None]})
        return {name: value[0].astype(np.float64) for name, value in zip(names, values)}

    def anchors(self, height: int, width: int) -> np.ndarray:
        """Anchors (A, 3): centre x, centre y, side."""
        maps = []
        for stride, sides in zip(self.strides, self.sides):
            rows, columns = -(-height // stride), -(-width // stride)
            y, x, side = np.meshgrid(np.arange(rows) + 0.5, np.arange(columns) + 0.5, sides, indexing="ij")
            maps.append(np.stack([x * stride, y * stride, side], axis=-1).reshape(-1, 3))
        return np.concatenate(maps)

    def detect(self, image: np.ndarray) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Boxes (F, 4) as left, top, right, bottom, scores (F) and landmarks (F, 5, 2), best score first."""
        outputs = self.outputs(image)
        scores = outputs["conf"][:, 1]
        chosen = np.flatnonzero(scores >= self.score)
        chosen = chosen[np.argsort(-scores[chosen], kind="stable")]
        anchors = self.anchors(*image.shape[:2])[chosen]
        centres, sides = anchors[:, :2], anchors[:, 2:]
        regression = outputs["loc"][chosen]
        middle = centres + self.variances[0] * sides * regression[:, :2]
        size = sides * np.exp(self.variances[1] * regression[:, 2:])
        boxes = np.concatenate([middle - size / 2, middle + size / 2], axis=1)
        points = outputs["landmarks"][chosen].reshape(-1, 5, 2)
        points = centres[:, None] + self.variances[0] * sides[:, None] * points
        kept = suppress(boxes, self.overlap)
        return boxes[kept], scores[chosen][kept], points[kept]


def suppress(boxes: np.ndarray, overlap: float) -> np.ndarray:
    """The boxes that remain, best first, when each drops the later ones that it overlaps by more than the limit."""
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    alive, kept = np.arange(len(boxes)), []
    while len(alive):
        best, rest = alive[0], alive[1:]
        kept.append(best)
        corners = np.minimum(boxes[best, 2:], boxes[rest, 2:]) - np.maximum(boxes[best, :2], boxes[rest, :2])
        shared = np.prod(np.maximum(corners, 0), axis=1)
        alive = rest[shared / (areas[best] + areas[rest] - shared) <= overlap]
    return np.array(kept, dtype=int)
