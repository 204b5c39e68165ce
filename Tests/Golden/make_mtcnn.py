"""Writes faces that facenet-pytorch's own MTCNN finds, as CSV: the golden answers for the detector `mtcnn`.

Needs the environment of benchmarks/requirements-torch.txt: see the README beside this script.
"""

from __future__ import annotations

import argparse
import csv
import sys
import types
from pathlib import Path

import numpy as np
import torch
from PIL import Image

HEADER = ["photograph", "left", "top", "right", "bottom", "score"]
HEADER += [f"{axis}{index}" for index in range(5) for axis in "xy"]


def batched_nms(boxes: torch.Tensor, scores: torch.Tensor, groups: torch.Tensor, limit: float) -> torch.Tensor:
    """Non-maximum suppression within each group: the indices that remain, best score first."""
    order = torch.argsort(scores, descending=True, stable=True).tolist()
    boxes = boxes.numpy()
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    groups = groups.numpy()
    alive, kept = np.array(order, dtype=int), []
    while len(alive):
        best, rest = alive[0], alive[1:]
        kept.append(best)
        sides = np.minimum(boxes[best, 2:], boxes[rest, 2:]) - np.maximum(boxes[best, :2], boxes[rest, :2])
        shared = np.prod(np.maximum(sides, 0), axis=1)
        overlap = shared / (areas[best] + areas[rest] - shared)
        alive = rest[(overlap <= limit) | (groups[rest] != groups[best])]
    return torch.tensor(kept, dtype=torch.long)


def stand_in_for_torchvision() -> None:
    """Gives facenet-pytorch the one function that it needs of torchvision, which has no CPU build in the index."""
    for name in ("torchvision", "torchvision.transforms", "torchvision.ops", "torchvision.ops.boxes"):
        sys.modules[name] = types.ModuleType(name)
    sys.modules["torchvision.transforms"].functional = types.ModuleType("functional")
    sys.modules["torchvision.ops.boxes"].batched_nms = batched_nms


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=Path, required=True, help="the folder of sample photographs")
    parser.add_argument("--photos", type=Path, required=True, help="the folder of other photographs")
    parser.add_argument("--list", type=Path, default=Path(__file__).parent / "mtcnn.txt", help="the other photographs' paths")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "mtcnn.csv")
    options = parser.parse_args()
    stand_in_for_torchvision()
    from facenet_pytorch import MTCNN

    torch.set_num_threads(1)
    finder = MTCNN(keep_all=True, min_face_size=20)
    samples = sorted(path for path in options.samples.rglob("*") if path.suffix in (".jpg", ".png"))
    paths = [(f"samples/{path.relative_to(options.samples)}", path) for path in samples]
    paths += [(f"photos/{name}", options.photos / name) for name in options.list.read_text().split()]
    with open(options.output, "w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HEADER)
        for name, path in paths:
            boxes, scores, points = finder.detect(Image.open(path).convert("RGB"), landmarks=True)
            found = [] if boxes is None else zip(boxes, scores, points)
            for box, score, face in sorted(found, key=lambda item: -item[1]):
                numbers = [f"{value:.3f}" for value in (*box, *np.ravel(face))]
                writer.writerow([name, *numbers[:4], f"{score:.6f}", *numbers[4:]])


if __name__ == "__main__":
    main()
